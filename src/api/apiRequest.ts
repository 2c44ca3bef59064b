/** What a route gets and gives: decoded parameters in, JSON or a file out. Knows nothing of sockets. */
import type { Transform } from 'node:stream';
import { errors } from '../base/appError.ts';

/** A parameter of a route, for decoding and for the description. */
export interface ApiParameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly description: string;
  readonly isRequired?: boolean;
  readonly type: 'string' | 'integer';
  readonly values?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface ApiRequest {
  /** Decoded values of the route's parameters; those that were not given are missing. */
  readonly text: Readonly<Record<string, string>>;
  readonly number: Readonly<Record<string, number>>;
  /** The `Range` header. */
  readonly range: string | undefined;
}

export type ApiAnswer =
  | { readonly kind: 'json'; readonly status: number; readonly body: unknown }
  /** JSON text in pieces, for what is too large to be made whole. */
  | { readonly kind: 'stream'; readonly pieces: AsyncIterable<string> }
  | {
      readonly kind: 'file';
      /** Absolute. */
      readonly path: string;
      readonly sizeBytes: number;
      /** Of the bytes that are sent. */
      readonly mediaType: string;
      /** A safe name. */
      readonly fileName: string;
      /** What the bytes go through on their way, in order; then there are no ranges. */
      readonly through: readonly (() => Transform)[];
    };

/**
 * Values of the parameters, each checked by what the route says of it.
 * @throws AppError `input` for a missing, repeated, unknown or bad one
 */
export function readParameters(
  parameters: readonly ApiParameter[],
  path: Readonly<Record<string, string>>,
  query: URLSearchParams,
): Pick<ApiRequest, 'text' | 'number'> {
  const known = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  for (const name of query.keys()) {
    if (!known.includes(name)) {
      throw errors.input(
        `There is no such parameter here. Known are: ${known.join(', ') || 'none'}`,
      );
    }
  }
  const text: Record<string, string> = {};
  const number: Record<string, number> = {};
  for (const parameter of parameters) {
    const { name } = parameter;
    const value = single(
      parameter,
      parameter.in === 'path' ? [path[name] ?? ''] : query.getAll(name),
    );
    if (value !== undefined && parameter.type === 'integer') {
      number[name] = readInteger(parameter, value);
    } else if (value !== undefined) {
      text[name] = value;
    }
  }
  return { text, number };
}

/** The one value of a parameter; undefined when it is not given. */
function single(
  { name, isRequired = false, values }: ApiParameter,
  given: readonly string[],
): string | undefined {
  const [value] = given;
  if (given.length > 1) {
    throw errors.input(`The parameter ${name} is given more than once`);
  }
  if (isRequired && (value === undefined || value === '')) {
    throw errors.input(`The parameter ${name} is missing`);
  }
  if (value !== undefined && values?.includes(value) === false) {
    throw errors.input(`The parameter ${name} is one of: ${values.join(', ')}`);
  }
  return value;
}

function readInteger({ name, minimum = 0, maximum = 0 }: ApiParameter, value: string): number {
  const number = /^\d{1,9}$/u.test(value) ? Number(value) : Number.NaN;
  if (!(number >= minimum && number <= maximum)) {
    throw errors.input(
      `The parameter ${name} is a number from ${String(minimum)} to ${String(maximum)}`,
    );
  }
  return number;
}
