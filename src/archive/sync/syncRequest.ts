/** What a sync is asked for, and its form on disk (`request.json`). Knows nothing of how it is done. */
import {
  asBoolean,
  asNumber,
  asRecord,
  asString,
  asTimeMs,
  failDecode,
  listOf,
  optional,
  required,
  type JsonRecord,
} from '../../base/decode.ts';
import { parseConversationId, type ConversationId } from '../../model/ids.ts';
import type { Interval } from '../../model/interval.ts';
import { recordingFormats, type RecordingFormat } from '../../model/recording.ts';
import type { DownloadRequest } from '../downloadRun.ts';

/** Which conversations a sync is about. */
export type SyncScope =
  | {
      readonly kind: 'query';
      readonly interval: Interval;
      /** As the query layer encodes them; here they are only kept and compared. */
      readonly filters: JsonRecord;
    }
  | {
      readonly kind: 'conversations';
      readonly conversationIds: readonly ConversationId[];
      /** Those that started outside are left out. */
      readonly interval?: Interval | undefined;
    };

export interface SyncRequest {
  /** For people: `Billing, 1 to 7 November`. */
  readonly title: string;
  readonly scope: SyncScope;
  /** The conversation's detail always comes along. */
  readonly parts: DownloadRequest['parts'];
  /**
   * `original`: as recorded, by batches of a hundred. A format: converted by the platform, one request a conversation and
   * slower. `NONE` is none of these: leave out the part `recordings` instead.
   */
  readonly media: 'original' | Exclude<RecordingFormat, 'NONE'>;
  readonly includesScreenRecordings: boolean;
  /** How long to wait for the platform to transcode one conversation. */
  readonly maxTranscodeWaitMs: number;
  /** *Sync New*: its end moves the watermark of its filters. */
  readonly isIncremental: boolean;
}

/** A stored request. */
export interface StoredSyncRequest extends SyncRequest {
  /** Sorts by creation, safe as a folder name. */
  readonly syncId: string;
  readonly createdAtMs: number;
}

const requestVersion = 1;

/** Text of `request.json`. */
export function encodeSyncRequest(request: StoredSyncRequest): string {
  const { createdAtMs, scope, ...rest } = request;
  const { interval, ...chosen } = scope;
  const stored = {
    ...chosen,
    ...(interval !== undefined && { start: toIso(interval.startMs), end: toIso(interval.endMs) }),
  };
  const value = {
    formatVersion: requestVersion,
    ...rest,
    scope: stored,
    createdAt: toIso(createdAtMs),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** @throws AppError `protocol` with the path of what is wrong */
export function decodeSyncRequest(value: unknown): StoredSyncRequest {
  const record = asRecord(value, '');
  if (required(record, 'formatVersion', '', asNumber) !== requestVersion) {
    failDecode('formatVersion', `version ${String(requestVersion)}`);
  }
  return {
    syncId: required(record, 'syncId', '', asString),
    createdAtMs: required(record, 'createdAt', '', asTimeMs),
    title: optional(record, 'title', '', asString) ?? '',
    scope: required(record, 'scope', '', decodeScope),
    parts: listOf(record, 'parts', '', asPart),
    media: required(record, 'media', '', asMedia),
    includesScreenRecordings: optional(record, 'includesScreenRecordings', '', asBoolean) ?? false,
    maxTranscodeWaitMs: required(record, 'maxTranscodeWaitMs', '', asNumber),
    isIncremental: optional(record, 'isIncremental', '', asBoolean) ?? false,
  };
}

function decodeScope(value: unknown, path: string): SyncScope {
  const record = asRecord(value, path);
  const kind = required(record, 'kind', path, asString);
  if (kind === 'conversations') {
    const asId = (id: unknown, idPath: string): ConversationId =>
      parseConversationId(asString(id, idPath));
    const conversationIds = listOf(record, 'conversationIds', path, asId);
    return record['start'] === undefined
      ? { kind, conversationIds }
      : { kind, conversationIds, interval: decodeInterval(record, path) };
  }
  return kind === 'query'
    ? {
        kind,
        interval: decodeInterval(record, path),
        filters: required(record, 'filters', path, asRecord),
      }
    : failDecode(path, 'a known scope');
}

function decodeInterval(record: JsonRecord, path: string): Interval {
  const startMs = required(record, 'start', path, asTimeMs);
  return { startMs, endMs: required(record, 'end', path, asTimeMs) };
}

function asPart(value: unknown, path: string): 'recordings' | 'transcripts' {
  return value === 'recordings' || value === 'transcripts'
    ? value
    : failDecode(path, 'a known part');
}

function asMedia(value: unknown, path: string): SyncRequest['media'] {
  if (value === 'original') {
    return value;
  }
  const format = recordingFormats.find((known) => known === value);
  return format === undefined || format === 'NONE' ? failDecode(path, 'a media format') : format;
}

function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
