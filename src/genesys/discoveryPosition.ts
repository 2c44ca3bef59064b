/**
 * Where a discovery is, as text that can be stored: its form, and whether it belongs to a scope. What was stored may be damaged or
 * of another time: it is decoded like anything else from outside.
 */
import { createHash } from 'node:crypto';
import {
  asBoolean,
  asNumber,
  asRecord,
  asString,
  failDecode,
  optional,
  parseJson,
  required,
} from '../base/decode.ts';
import { isSafeName } from '../model/ids.ts';
import type { DiscoveryScope } from './discoveredPage.ts';

const version = 1;

/** A window that was begun. */
export interface WindowPosition {
  readonly startMs: number;
  readonly endMs: number;
  readonly method: 'query' | 'job';
  /** Conversations of the query that were read; a multiple of its page size. */
  readonly offset: number;
  readonly jobId: string | undefined;
  readonly cursor: string | undefined;
  readonly dataAvailableUntilMs: number | undefined;
  /** When its first page was asked for. */
  readonly askedAtMs: number;
  /** False when the platform may not tell everything of it. */
  readonly isCertain: boolean;
}

export interface IntervalPosition {
  readonly kind: 'interval';
  /** Windows before are done. */
  readonly doneUntilMs: number;
  readonly completeUntilMs: number;
  /** Conversations of the windows that are done. */
  readonly doneCount: number;
  readonly window: WindowPosition | undefined;
}

export interface IdsPosition {
  readonly kind: 'ids';
  /** Ids of the list that were asked for. */
  readonly askedCount: number;
}

export type DiscoveryPosition = IntervalPosition | IdsPosition;

/** The same for scopes that discover the same, whatever order their filters name things in. */
export function fingerprint(scope: DiscoveryScope): string {
  const { interval } = scope;
  const key =
    'ids' in scope
      ? { interval, ids: scope.ids }
      : {
          interval,
          filters: Object.entries(scope.filters)
            .map(([name, value]): unknown => [
              name,
              Array.isArray(value) ? value.map(String).sort() : value,
            ])
            .map((entry) => JSON.stringify(entry))
            .sort(),
        };
  return createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32);
}

export function encodePosition(scope: string, position: DiscoveryPosition): string {
  const content = { version, scope, ...position };
  return JSON.stringify({ ...content, sum: sumOf(content) });
}

/** Finds damage, not malice. */
function sumOf(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}

/** A position that was read, and the scope it is for. @throws AppError `protocol` when it is none */
export function decodePosition(text: string): {
  readonly scope: string;
  readonly position: DiscoveryPosition;
} {
  const { sum, ...record } = asRecord(parseJson(text, 'the position'), '');
  if (sum !== sumOf(record)) {
    failDecode('sum', 'that of this position');
  }
  if (required(record, 'version', '', asNumber) !== version) {
    failDecode('version', 'a known version');
  }
  const scope = required(record, 'scope', '', asString);
  if (required(record, 'kind', '', asString) === 'ids') {
    const askedCount = required(record, 'askedCount', '', asCount);
    return { scope, position: { kind: 'ids', askedCount } };
  }
  const doneUntilMs = required(record, 'doneUntilMs', '', asTime);
  const window = optional(record, 'window', '', decodeWindow);
  if (window !== undefined && window.startMs !== doneUntilMs) {
    failDecode('window', 'the one that comes next');
  }
  return {
    scope,
    position: {
      kind: 'interval',
      doneUntilMs,
      completeUntilMs: required(record, 'completeUntilMs', '', asTime),
      doneCount: required(record, 'doneCount', '', asCount),
      window,
    },
  };
}

function decodeWindow(value: unknown, path: string): WindowPosition {
  const record = asRecord(value, path);
  const method = required(record, 'method', path, asString);
  const startMs = required(record, 'startMs', path, asTime);
  const endMs = required(record, 'endMs', path, asTime);
  if ((method !== 'query' && method !== 'job') || endMs <= startMs) {
    failDecode(path, 'a window');
  }
  return {
    startMs,
    endMs,
    method,
    offset: required(record, 'offset', path, asCount),
    jobId: optional(record, 'jobId', path, (id, idPath) => {
      const text = asString(id, idPath);
      return isSafeName(text) ? text : failDecode(idPath, 'a usable id');
    }),
    cursor: optional(record, 'cursor', path, asString),
    dataAvailableUntilMs: optional(record, 'dataAvailableUntilMs', path, asTime),
    askedAtMs: required(record, 'askedAtMs', path, asTime),
    isCertain: required(record, 'isCertain', path, asBoolean),
  };
}

function asCount(value: unknown, path: string): number {
  const count = asNumber(value, path);
  return Number.isSafeInteger(count) && count >= 0 ? count : failDecode(path, 'a count');
}

/** Within what a `Date` can say. */
function asTime(value: unknown, path: string): number {
  const timeMs = asNumber(value, path);
  return Math.abs(timeMs) <= 8.64e15 ? timeMs : failDecode(path, 'a time');
}
