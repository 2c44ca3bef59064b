/** The shape of the route table, and how a path finds its route. */
import type { ApiAnswer, ApiParameter, ApiRequest } from './apiRequest.ts';

/** One entry of the table: what is asked, what comes back, who answers. */
export interface ApiRoute {
  /** With `{name}` for parameters of one segment. */
  readonly path: string;
  readonly summary: string;
  /** Answers without a token; it must tell nothing. */
  readonly isOpen?: boolean;
  readonly parameters: readonly ApiParameter[];
  /** Status → what comes with it, besides what every route answers (`openApi.ts`). */
  readonly responses: Readonly<Record<number, ApiResponse>>;
  /** @throws AppError, which becomes its status with `{code, message}` */
  readonly answer: (request: ApiRequest, signal: AbortSignal) => Promise<ApiAnswer>;
}

/** What a status means. Failures have the body `{code, message}` without saying so. */
export interface ApiResponse {
  readonly description: string;
  /** Of the JSON body. */
  readonly schema?: JsonSchema;
  /** Of a body that is no JSON; `audio/*` for any of a kind. */
  readonly mediaTypes?: readonly string[];
  /** Headers that always come with it: name → what it says. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The part of JSON Schema that the descriptions use. */
export type JsonSchema =
  | { readonly $ref: string }
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, JsonSchema>>;
      readonly required?: readonly string[];
    }
  | { readonly type: 'array'; readonly items: JsonSchema }
  | {
      readonly type: 'string' | 'integer' | 'number' | 'boolean';
      readonly format?: string;
      readonly enum?: readonly string[];
    };

/** The route of a path and the values of its parameters, decoded once. */
export function findRoute(
  routes: readonly ApiRoute[],
  pathname: string,
): { readonly route: ApiRoute; readonly path: Readonly<Record<string, string>> } | undefined {
  const segments = pathname.split('/');
  for (const route of routes) {
    const path = matchPath(route.path.split('/'), segments);
    if (path !== undefined) {
      return { route, path };
    }
  }
  return undefined;
}

function matchPath(
  template: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (template.length !== segments.length) {
    return undefined;
  }
  const values: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? '';
    const name = /^\{(\w+)\}$/u.exec(part)?.[1];
    if (name === undefined) {
      if (part !== segment) {
        return undefined;
      }
    } else {
      try {
        values[name] = decodeURIComponent(segment);
      } catch {
        return undefined;
      }
    }
  }
  return values;
}
