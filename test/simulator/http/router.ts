/** Finds the route of a request: templates such as `/api/v2/users/{id}`, literal segments before parameters. */
import { apiErrors, type ApiError } from './apiError.ts';
import type { Incoming } from './incoming.ts';
import type { Reply } from './reply.ts';

/** What a call needs. `any` and `all` are permissions; scopes limit user tokens only. */
export interface Access {
  readonly anyPermission?: readonly string[];
  readonly allPermissions?: readonly string[];
  readonly anyScope?: readonly string[];
}

export interface Route<Context> {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly template: string;
  readonly access: Access;
  readonly handle: (
    request: Incoming,
    path: PathParameters,
    context: Context,
  ) => Reply | Promise<Reply>;
}

/** A route table: types the handlers where they stand. */
export const defineRoutes = <Context>(
  routes: readonly Route<Context>[],
): readonly Route<Context>[] => routes;

/** Decoded path parameters; an unknown name is a mistake in the route table. */
export type PathParameters = (name: string) => string;

export interface Matched<Context> {
  readonly route: Route<Context>;
  readonly path: PathParameters;
}

export class Router<Context> {
  private readonly routes: readonly { readonly route: Route<Context>; readonly parts: string[] }[];

  constructor(routes: readonly Route<Context>[]) {
    this.routes = routes
      .map((route) => ({ route, parts: route.template.split('/') }))
      .sort((a, b) => parameterCount(a.parts) - parameterCount(b.parts));
  }

  /** The route, or the 404 or 405 that the platform answers. */
  match(method: string, path: string): Matched<Context> | ApiError {
    const segments = path.split('/').map(decodeSegment);
    const atPath = this.routes.filter(({ parts }) => matches(parts, segments));
    const first = atPath[0];
    if (first === undefined) {
      return apiErrors.notFound();
    }
    const found = atPath.find(
      ({ route, parts }) =>
        route.method === method && parameterCount(parts) === parameterCount(first.parts),
    );
    if (found === undefined) {
      return apiErrors.methodNotAllowed();
    }
    const values = new Map(found.parts.map((part, index) => [part, segments[index] ?? '']));
    return { route: found.route, path: (name) => values.get(`{${name}}`) ?? missing(name) };
  }
}

const parameterCount = (parts: readonly string[]): number =>
  parts.filter((part) => part.startsWith('{')).length;

const matches = (parts: readonly string[], segments: readonly string[]): boolean =>
  parts.length === segments.length &&
  parts.every((part, index) =>
    part.startsWith('{') ? segments[index] !== '' : part === segments[index],
  );

function missing(name: string): never {
  throw new Error(`The route has no path parameter ${name}`);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
