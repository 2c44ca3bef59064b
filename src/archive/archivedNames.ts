/**
 * Names of the ids in a conversation, kept beside it so that it can be read offline and years later. Owns the shape of
 * `names.json`; knows nothing of how names are looked up.
 */
import { isRecord } from '../base/decode.ts';

/** Content in a conversation's folder that holds its names. */
export const namesContent = 'names.json';

/** Names by id. An id without a name is not in it. */
export interface ArchivedNames {
  readonly queues: ReadonlyMap<string, string>;
  readonly users: ReadonlyMap<string, string>;
  readonly wrapUpCodes: ReadonlyMap<string, string>;
  readonly divisions: ReadonlyMap<string, string>;
}

export const noNames: ArchivedNames = {
  queues: new Map(),
  users: new Map(),
  wrapUpCodes: new Map(),
  divisions: new Map(),
};

/** `fresh` over `stored`: a new name replaces an old one, a missing one does not. */
export function mergeNames(stored: ArchivedNames, fresh: ArchivedNames): ArchivedNames {
  return {
    queues: new Map([...stored.queues, ...fresh.queues]),
    users: new Map([...stored.users, ...fresh.users]),
    wrapUpCodes: new Map([...stored.wrapUpCodes, ...fresh.wrapUpCodes]),
    divisions: new Map([...stored.divisions, ...fresh.divisions]),
  };
}

/** JSON text that is the same for the same names, in whatever order they were found. */
export function encodeArchivedNames(names: ArchivedNames): string {
  return JSON.stringify({
    queues: toSortedRecord(names.queues),
    users: toSortedRecord(names.users),
    wrapUpCodes: toSortedRecord(names.wrapUpCodes),
    divisions: toSortedRecord(names.divisions),
  });
}

/** Takes what is usable; anything else is passed over. */
export function decodeArchivedNames(value: unknown): ArchivedNames {
  const record = isRecord(value) ? value : {};
  return {
    queues: decodeMap(record['queues']),
    users: decodeMap(record['users']),
    wrapUpCodes: decodeMap(record['wrapUpCodes']),
    divisions: decodeMap(record['divisions']),
  };
}

function toSortedRecord(names: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...names].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function decodeMap(value: unknown): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(isRecord(value) ? value : {}).flatMap(([id, name]) =>
      typeof name === 'string' ? [[id, name] as const] : [],
    ),
  );
}
