/** Decoders of single fields that several resources share. */
import { isAppError } from '../../base/appError.ts';
import { asRecord, asString, failDecode, optional, type JsonRecord } from '../../base/decode.ts';
import type { Direction } from '../../model/conversation.ts';
import type { IdParser } from '../../model/ids.ts';

type Decode<T> = (value: unknown, path: string) => T;

/** Decodes an id. @throws AppError `protocol` with the path when it is no text or could not be a path segment. */
export function asId<Id>(parse: IdParser<Id>): Decode<Id> {
  return (value, path) => {
    const text = asString(value, path);
    try {
      return parse(text);
    } catch (error) {
      if (isAppError(error, 'protocol')) {
        return failDecode(path, 'a usable id');
      }
      throw error;
    }
  };
}

/** Decodes a reference to something else: one that is not usable counts as absent, since the rest is still good. */
export function asReference<Id>(parse: IdParser<Id>): Decode<Id | undefined> {
  const decode = asId(parse);
  return (value, path) => {
    try {
      return decode(value, path);
    } catch (error) {
      if (isAppError(error, 'protocol')) {
        return undefined;
      }
      throw error;
    }
  };
}

/** The platform knows two directions; anything else counts as unknown. */
export function asDirection(value: unknown): Direction | undefined {
  return value === 'inbound' || value === 'outbound' ? value : undefined;
}

/** Id inside a small object such as `{ "id": "…", "selfUri": "…" }`. */
export function optionalEntityId<Id>(
  record: JsonRecord,
  key: string,
  path: string,
  parse: IdParser<Id>,
): Id | undefined {
  return optional(record, key, path, (value, entityPath) =>
    optional(asRecord(value, entityPath), 'id', entityPath, asReference(parse)),
  );
}

/** When a signed link ends, from its query (`Expires`, or `X-Amz-Date` with `X-Amz-Expires`); undefined when it does not say. */
export function linkExpiresAtMs(url: string): number | undefined {
  const query = new Map(
    [...(URL.parse(url)?.searchParams ?? [])].map(([name, value]) => [name.toLowerCase(), value]),
  );
  const expires = query.get('expires') ?? '';
  if (/^\d{9,11}$/u.test(expires)) {
    return Number(expires) * 1000;
  }
  const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u.exec(query.get('x-amz-date') ?? '');
  const life = query.get('x-amz-expires') ?? '';
  if (date === null || !/^\d{1,7}$/u.test(life)) {
    return undefined;
  }
  const [year, month, day, hour, minute, second] = date.slice(1);
  const atMs = Date.parse(
    `${String(year)}-${String(month)}-${String(day)}T${String(hour)}:${String(minute)}:${String(second)}Z`,
  );
  return Number.isNaN(atMs) ? undefined : atMs + Number(life) * 1000;
}

/** A link to a file: http or https. @throws AppError `protocol` */
export function asLink(value: unknown, path: string): string {
  const url = URL.parse(asString(value, path));
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:')
    ? url.href
    : failDecode(path, 'a link');
}
