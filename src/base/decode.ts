/**
 * Small tolerant decoders for untrusted JSON: unknown keys pass, missing keys are undefined, a key of the wrong type is an
 * error that names its path (`participants[2].sessions[0].mediaType`).
 */
import { errors } from './appError.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

/** Makes of one side's untrusted data what the other may rely on; throws AppError `protocol` that names the path. */
export type Decoder<T> = (value: unknown, path: string) => T;

/** @throws AppError `protocol` naming path and expectation; never quotes the value, which may be personal data. */
export function failDecode(path: string, expected: string): never {
  throw errors.protocol(
    `Unexpected data: ${path === '' ? 'the document' : path} is not ${expected}`,
    {
      details: { path, expected },
    },
  );
}

/** True for a JSON object: not null, not an array. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws AppError `protocol` */
export function asRecord(value: unknown, path: string): JsonRecord {
  return isRecord(value) ? value : failDecode(path, 'an object');
}

/** @throws AppError `protocol` */
export function asArray(value: unknown, path: string): readonly unknown[] {
  return Array.isArray(value) ? value : failDecode(path, 'an array');
}

/** @throws AppError `protocol` */
export function asString(value: unknown, path: string): string {
  return typeof value === 'string' ? value : failDecode(path, 'a string');
}

/** @throws AppError `protocol` when it is not a finite number. */
export function asNumber(value: unknown, path: string): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : failDecode(path, 'a number');
}

/** @throws AppError `protocol` */
export function asNumbers(value: unknown, path: string): readonly number[] {
  return asArray(value, path).map((item, index) => asNumber(item, at(path, index)));
}

/** @throws AppError `protocol` */
export function asBoolean(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : failDecode(path, 'true or false');
}

/** Epoch milliseconds of an ISO-8601 string. @throws AppError `protocol` */
export function asTimeMs(value: unknown, path: string): number {
  const timeMs = Date.parse(asString(value, path));
  return Number.isNaN(timeMs) ? failDecode(path, 'an ISO-8601 time') : timeMs;
}

/** Path of a key below a path. */
export function at(path: string, key: string | number): string {
  if (typeof key === 'number') {
    return `${path}[${String(key)}]`;
  }
  return path === '' ? key : `${path}.${key}`;
}

/** Decodes `record[key]`; null and missing are undefined. */
export function optional<T>(
  record: JsonRecord,
  key: string,
  path: string,
  decode: Decoder<T>,
): T | undefined {
  return maybe(decode)(record[key], at(path, key));
}

/** Decodes `record[key]`. @throws AppError `protocol` when it is missing or null. */
export function required<T>(record: JsonRecord, key: string, path: string, decode: Decoder<T>): T {
  return decode(record[key], at(path, key));
}

/** A decoder of one of a closed set of texts. */
/* @__NO_SIDE_EFFECTS__ */
export function oneOf<T extends string>(values: readonly T[]): Decoder<T> {
  return (value, path) =>
    values.find((candidate) => candidate === value) ??
    failDecode(path, `one of ${values.join(', ')}`);
}

/** Decodes the elements of `record[key]`; null and missing are an empty list. */
export function listOf<T>(
  record: JsonRecord,
  key: string,
  path: string,
  decode: Decoder<T>,
): readonly T[] {
  return manyOf(decode)(record[key], at(path, key));
}

/**
 * A decoder of an object from those of its properties; a property without a value is decoded from undefined, so that
 * {@link maybe} and {@link manyOf} give it a meaning and others refuse it.
 */
/* @__NO_SIDE_EFFECTS__ */
export function objectOf<T extends object>(fields: {
  readonly [K in keyof T]-?: Decoder<T[K]>;
}): Decoder<T> {
  const decoders: readonly [string, Decoder<unknown>][] = Object.entries(fields);
  return (value, path) => {
    const record = asRecord(value, path);
    const decoded: Record<string, unknown> = {};
    for (const [key, decode] of decoders) {
      decoded[key] = decode(record[key], at(path, key));
    }
    // Each property of T went through its own decoder.
    return decoded as T;
  };
}

/** A decoder to which null and missing are undefined. */
/* @__NO_SIDE_EFFECTS__ */
export function maybe<T>(decode: Decoder<T>): Decoder<T | undefined> {
  return (value, path) => (value === undefined || value === null ? undefined : decode(value, path));
}

/** A decoder of a list; null and missing are an empty one. */
/* @__NO_SIDE_EFFECTS__ */
export function manyOf<T>(decode: Decoder<T>): Decoder<readonly T[]> {
  return (value, path) =>
    value === undefined || value === null
      ? []
      : asArray(value, path).map((item, index) => decode(item, at(path, index)));
}

/**
 * Parses JSON text.
 * @throws AppError `protocol` with `what` in its message, never with a part of the text.
 */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw errors.protocol(`Not valid JSON: ${what}`, {
      cause: error instanceof SyntaxError ? undefined : error,
    });
  }
}
