/**
 * One conversation of a completeness report: what each side has of it, what follows from that, its line in the digests. Owns
 * the shape in the report file and its decoding. Pure.
 */
import {
  asNumber,
  asRecord,
  asString,
  asTimeMs,
  failDecode,
  listOf,
  optional,
  required,
} from '../../base/decode.ts';
import { parseConversationId, type ConversationId } from '../../model/ids.ts';
import type { LocalConversation } from './localConversation.ts';
import type { PlatformConversation } from './reportPorts.ts';

/**
 * `complete` everything is here; `withReasons` here, and what is not has a reason; `partial` a part was never asked for;
 * `outdated` it is still open, or went on after the download; `damaged` files are missing or unreadable; `missing` not here;
 * `onlyLocal` here, and the platform has it no more.
 */
export const completenessStates = [
  'missing',
  'damaged',
  'outdated',
  'partial',
  'withReasons',
  'onlyLocal',
  'complete',
] as const;
export type CompletenessState = (typeof completenessStates)[number];

export interface CompletenessItem {
  readonly conversationId: ConversationId;
  /** UTC day that it is filed under, `2026-11-05`. */
  readonly day: string;
  readonly label: string;
  readonly state: CompletenessState;
  readonly platform: Pick<PlatformConversation, 'startMs' | 'endMs'> | undefined;
  readonly local:
    | Pick<
        LocalConversation,
        'startMs' | 'endMs' | 'fileCount' | 'totalBytes' | 'contentDigest' | 'problems'
      >
    | undefined;
  readonly absent: readonly { item: string; reason: string; message: string }[];
  readonly notRequested: readonly string[];
}

/** At least one side has it. */
export function toCompletenessItem(
  day: string,
  conversationId: ConversationId,
  platform: PlatformConversation | undefined,
  local: LocalConversation | undefined,
): CompletenessItem {
  const { absent, notRequested } = local ?? { absent: [], notRequested: [] };
  return {
    conversationId,
    day,
    label: platform?.label ?? local?.label ?? '',
    state: stateOf({ platform, local, absent, notRequested }),
    platform,
    local,
    absent,
    notRequested,
  };
}

/** What follows from the rest of an item. */
export function stateOf({
  platform,
  local,
  absent,
  notRequested,
}: Pick<CompletenessItem, 'platform' | 'local' | 'absent' | 'notRequested'>): CompletenessState {
  if (local === undefined) {
    return 'missing';
  }
  if (local.problems.length > 0) {
    return 'damaged';
  }
  if (platform === undefined) {
    return 'onlyLocal';
  }
  if (platform.endMs === undefined || platform.endMs !== local.endMs) {
    return 'outdated';
  }
  if (notRequested.length > 0) {
    return 'partial';
  }
  return absent.length > 0 ? 'withReasons' : 'complete';
}

/** Position in the canonical order: by UTC day, then by id. Compare with `<`. */
export function orderKey({
  day,
  conversationId,
}: Pick<CompletenessItem, 'day' | 'conversationId'>): string {
  return `${day}/${conversationId}`;
}

/** Line of the platform's digest; undefined when the platform does not have it. */
export function platformLine({ conversationId, platform }: CompletenessItem): string | undefined {
  return platform === undefined
    ? undefined
    : `${conversationId}\t${iso(platform.startMs)}\t${iso(platform.endMs)}\n`;
}

/** Line of the local digest; undefined when it is not here. */
export function localLine({
  conversationId,
  local,
}: Pick<CompletenessItem, 'conversationId'> & {
  readonly local: Pick<LocalConversation, 'contentDigest' | 'problems'> | undefined;
}): string | undefined {
  return local === undefined
    ? undefined
    : `${conversationId}\t${local.contentDigest}\t${local.problems.length === 0 ? 'whole' : 'damaged'}\n`;
}

export function encodeItem(item: CompletenessItem): unknown {
  const { conversationId, day, label, state, platform, local, absent, notRequested } = item;
  return {
    conversationId,
    day,
    label,
    state,
    platform:
      platform === undefined
        ? null
        : { startedAt: iso(platform.startMs), endedAt: isoOrNull(platform.endMs) },
    local:
      local === undefined
        ? null
        : {
            startedAt: isoOrNull(local.startMs),
            endedAt: isoOrNull(local.endMs),
            files: local.fileCount,
            bytes: local.totalBytes,
            contentDigest: local.contentDigest,
            problems: local.problems,
          },
    absent: absent.map(({ item: name, reason, message }) => ({ item: name, reason, message })),
    notRequested,
  };
}

/** @throws AppError `protocol` */
export function decodeItem(value: unknown, path: string): CompletenessItem {
  const record = asRecord(value, path);
  const stateText = required(record, 'state', path, asString);
  return {
    conversationId: parseConversationId(required(record, 'conversationId', path, asString)),
    day: required(record, 'day', path, asDay),
    label: required(record, 'label', path, asString),
    state:
      completenessStates.find((state) => state === stateText) ??
      failDecode(`${path}.state`, 'a known state'),
    platform: optional(record, 'platform', path, (side, sidePath) => {
      const platform = asRecord(side, sidePath);
      return {
        startMs: required(platform, 'startedAt', sidePath, asTimeMs),
        endMs: optional(platform, 'endedAt', sidePath, asTimeMs),
      };
    }),
    local: optional(record, 'local', path, (side, sidePath) => {
      const local = asRecord(side, sidePath);
      return {
        startMs: optional(local, 'startedAt', sidePath, asTimeMs),
        endMs: optional(local, 'endedAt', sidePath, asTimeMs),
        fileCount: required(local, 'files', sidePath, asNumber),
        totalBytes: required(local, 'bytes', sidePath, asNumber),
        contentDigest: required(local, 'contentDigest', sidePath, asString),
        problems: listOf(local, 'problems', sidePath, asString),
      };
    }),
    absent: listOf(record, 'absent', path, (each, eachPath) => {
      const absent = asRecord(each, eachPath);
      return {
        item: required(absent, 'item', eachPath, asString),
        reason: required(absent, 'reason', eachPath, asString),
        message: required(absent, 'message', eachPath, asString),
      };
    }),
    notRequested: listOf(record, 'notRequested', path, asString),
  };
}

function asDay(value: unknown, path: string): string {
  const text = asString(value, path);
  return /^\d{4}-\d{2}-\d{2}$/u.test(text) ? text : failDecode(path, 'a day');
}

function isoOrNull(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : new Date(timeMs).toISOString();
}

function iso(timeMs: number | undefined): string {
  return isoOrNull(timeMs) ?? '-';
}
