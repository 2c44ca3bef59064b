/** The lines of a sync's journal: what happened, in the shortest form that reads well. Owns their encoding; decides nothing. */
import {
  asArray,
  asNumber,
  asRecord,
  asString,
  at,
  failDecode,
  listOf,
  oneOf,
  optional,
  parseJson,
  required,
  type JsonRecord,
} from '../../base/decode.ts';
import {
  parseConversationId,
  parseRecordingId,
  type ConversationId,
  type RecordingId,
} from '../../model/ids.ts';
import { reasonCodes, type ReasonCode } from '../absence.ts';

export const journalVersion = 1;

/** Where the detail of a found conversation lies until it is downloaded. */
export interface PageSlot {
  readonly page: number;
  readonly slot: number;
}

export type ItemState = 'queued' | 'done' | 'waiting' | 'ended';

/** What is known of one wanted conversation. */
export interface ItemRecord extends PageSlot {
  readonly conversationId: ConversationId;
  readonly startMs: number;
  readonly isOpen: boolean;
  readonly state: ItemState;
  readonly attempts: number;
  /** 0 when it is not waiting. */
  readonly nextAttemptAtMs: number;
  readonly reasons: readonly ReasonCode[];
  readonly isUnchanged: boolean;
  /** A person wants it tried again, whatever the archive says of what is absent. */
  readonly isAskedAgain: boolean;
}

/** How an attempt came out. */
export interface ItemOutcome {
  readonly conversationId: ConversationId;
  readonly state: 'done' | 'waiting' | 'ended';
  readonly nextAttemptAtMs: number;
  readonly reasons: readonly ReasonCode[];
  /** False when this attempt says nothing against the conversation (no network). */
  readonly countsAsAttempt: boolean;
  readonly isOpen: boolean;
  readonly isUnchanged: boolean;
  readonly downloadedBytes: number;
  readonly recordingCount: number;
}

export interface BatchRecord {
  /** Of the platform. */
  readonly batchId: string;
  /** Who made it: nobody else can read it. */
  readonly clientKey: string;
  readonly items: readonly {
    readonly conversationId: ConversationId;
    readonly recordingId: RecordingId;
  }[];
}

export interface SyncTotals {
  readonly downloadedBytes: number;
  readonly recordingCount: number;
  readonly strayResultCount: number;
}

/** What a stop leaves. `found` begins a run after which discovery is to start again. */
export type SyncEvent =
  | { readonly kind: 'sync'; readonly version: number; readonly syncId: string }
  /** `worker` is the process, as locks name it. */
  | { readonly kind: 'run'; readonly atMs: number; readonly worker?: string | undefined }
  | {
      readonly kind: 'page';
      readonly position: string;
      readonly estimatedTotal: number | undefined;
      readonly completeUntilMs: number | undefined;
      readonly undecodableCount: number;
      readonly items: readonly ItemRecord[];
    }
  | { readonly kind: 'discovered'; readonly completeUntilMs: number | undefined }
  /** The state of conversations, as compaction writes it. */
  | { readonly kind: 'items'; readonly items: readonly ItemRecord[] }
  | { readonly kind: 'totals'; readonly totals: SyncTotals }
  | { readonly kind: 'outcome'; readonly atMs: number; readonly outcome: ItemOutcome }
  | { readonly kind: 'batch'; readonly batch: BatchRecord }
  | { readonly kind: 'batchEnd'; readonly batchId: string; readonly strayResultCount: number }
  /** Ended and waiting conversations are wanted again; all of them when none is named. */
  | { readonly kind: 'again'; readonly conversationIds?: readonly ConversationId[] | undefined }
  | {
      readonly kind: 'stop';
      readonly atMs: number;
      readonly phase: 'paused' | 'failed' | 'cancelled' | 'finished';
      readonly failure: { readonly code: string; readonly message: string } | undefined;
    };

const stateLetters: Readonly<Record<ItemState, string>> = {
  queued: 'q',
  done: 'd',
  waiting: 'w',
  ended: 'e',
};
const states = ['queued', 'done', 'waiting', 'ended'] as const;
const stopPhases = ['paused', 'failed', 'cancelled', 'finished'] as const;

/** JSON without line breaks. */
export function encodeEvent(event: SyncEvent): string {
  return JSON.stringify(
    'items' in event ? { ...event, items: event.items.map(encodeItem) } : event,
  );
}

/** A row: thousands of them make up a journal. */
function encodeItem(item: ItemRecord): readonly unknown[] {
  return [
    item.conversationId,
    item.startMs,
    item.page,
    item.slot,
    `${stateLetters[item.state]}${item.isOpen ? 'o' : ''}${item.isUnchanged ? 'u' : ''}${item.isAskedAgain ? 'a' : ''}`,
    item.attempts,
    item.nextAttemptAtMs,
    item.reasons.join(' '),
  ];
}

/** @throws AppError `protocol` for anything that no version so far wrote */
export function decodeEvent(eventJson: string): SyncEvent {
  const record = asRecord(parseJson(eventJson, 'a line of the journal'), '');
  const text = (key: string): string => required(record, key, '', asString);
  const number = (key: string): number => required(record, key, '', asNumber);
  const kind = text('kind');
  switch (kind) {
    case 'sync':
      return { kind, version: number('version'), syncId: text('syncId') };
    case 'run':
      return { kind, atMs: number('atMs'), worker: optional(record, 'worker', '', asString) };
    case 'page':
      return {
        kind,
        position: text('position'),
        estimatedTotal: optional(record, 'estimatedTotal', '', asNumber),
        completeUntilMs: optional(record, 'completeUntilMs', '', asNumber),
        undecodableCount: number('undecodableCount'),
        items: listOf(record, 'items', '', decodeItem),
      };
    case 'discovered':
      return { kind, completeUntilMs: optional(record, 'completeUntilMs', '', asNumber) };
    case 'items':
      return { kind, items: listOf(record, 'items', '', decodeItem) };
    case 'totals':
      return { kind, totals: required(record, 'totals', '', decodeTotals) };
    case 'outcome':
      return {
        kind,
        atMs: number('atMs'),
        outcome: required(record, 'outcome', '', decodeOutcome),
      };
    case 'batch':
      return { kind, batch: required(record, 'batch', '', decodeBatch) };
    case 'batchEnd':
      return { kind, batchId: text('batchId'), strayResultCount: number('strayResultCount') };
    case 'again':
      return { kind, ...decodeAgain(record) };
    case 'stop':
      return {
        kind,
        atMs: number('atMs'),
        phase: required(record, 'phase', '', oneOf(stopPhases)),
        failure: optional(record, 'failure', '', decodeFailure),
      };
    default:
      return failDecode('kind', 'a known event');
  }
}

function decodeAgain(record: JsonRecord): { readonly conversationIds?: readonly ConversationId[] } {
  return record['conversationIds'] === undefined
    ? {}
    : { conversationIds: listOf(record, 'conversationIds', '', asConversationId) };
}

function asConversationId(value: unknown, path: string): ConversationId {
  return parseConversationId(asString(value, path));
}

function decodeItem(value: unknown, path: string): ItemRecord {
  const row = asArray(value, path);
  const letters = asString(row[4], at(path, 4));
  const state = states.find((each) => letters.startsWith(stateLetters[each]));
  return {
    conversationId: parseConversationId(asString(row[0], at(path, 0))),
    startMs: asNumber(row[1], at(path, 1)),
    page: asNumber(row[2], at(path, 2)),
    slot: asNumber(row[3], at(path, 3)),
    state: state ?? failDecode(at(path, 4), 'a state'),
    isOpen: letters.includes('o'),
    isUnchanged: letters.includes('u'),
    isAskedAgain: letters.includes('a'),
    attempts: asNumber(row[5], at(path, 5)),
    nextAttemptAtMs: asNumber(row[6], at(path, 6)),
    reasons: asString(row[7], at(path, 7))
      .split(' ')
      .filter((code) => code !== '')
      .map(toReason),
  };
}

function decodeOutcome(value: unknown, path: string): ItemOutcome {
  const record = asRecord(value, path);
  const number = (key: string): number => required(record, key, path, asNumber);
  return {
    conversationId: parseConversationId(required(record, 'conversationId', path, asString)),
    state: required(record, 'state', path, oneOf(['done', 'waiting', 'ended'] as const)),
    nextAttemptAtMs: number('nextAttemptAtMs'),
    reasons: listOf(record, 'reasons', path, asString).map(toReason),
    countsAsAttempt: record['countsAsAttempt'] !== false,
    isOpen: record['isOpen'] === true,
    isUnchanged: record['isUnchanged'] === true,
    downloadedBytes: number('downloadedBytes'),
    recordingCount: number('recordingCount'),
  };
}

function decodeBatch(value: unknown, path: string): BatchRecord {
  const record = asRecord(value, path);
  return {
    batchId: required(record, 'batchId', path, asString),
    clientKey: required(record, 'clientKey', path, asString),
    items: listOf(record, 'items', path, (item, itemPath) => {
      const each = asRecord(item, itemPath);
      return {
        conversationId: parseConversationId(required(each, 'conversationId', itemPath, asString)),
        recordingId: parseRecordingId(required(each, 'recordingId', itemPath, asString)),
      };
    }),
  };
}

function decodeTotals(value: unknown, path: string): SyncTotals {
  const record = asRecord(value, path);
  const number = (key: string): number => required(record, key, path, asNumber);
  return {
    downloadedBytes: number('downloadedBytes'),
    recordingCount: number('recordingCount'),
    strayResultCount: number('strayResultCount'),
  };
}

function decodeFailure(
  value: unknown,
  path: string,
): { readonly code: string; readonly message: string } {
  const record = asRecord(value, path);
  return {
    code: required(record, 'code', path, asString),
    message: required(record, 'message', path, asString),
  };
}

/** A reason that a later version added counts as one of the platform. */
function toReason(code: string): ReasonCode {
  return reasonCodes.find((known) => known === code) ?? 'platformError';
}
