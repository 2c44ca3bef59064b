/** Detail jobs and batches of recordings → the models of `BulkApi`. Only what the caller cannot go on without must be there. */
import {
  asArray,
  asNumber,
  asRecord,
  asString,
  asTimeMs,
  failDecode,
  isRecord,
  optional,
  parseJson,
  required,
  type JsonRecord,
} from '../../base/decode.ts';
import { isSafeName, parseConversationId, parseRecordingId } from '../../model/ids.ts';
import type { BatchResult, DetailsJob, RecordingBatch } from '../bulkApi.ts';
import { sliceElements, sliceMembers } from '../jsonSlicer.ts';
import { asLink, asReference, linkExpiresAtMs } from './fields.ts';

type Decode<T> = (value: unknown, path: string) => T;

/** What helps but is not needed: a broken one counts as absent. */
function lenient<T>(record: JsonRecord, key: string, decode: Decode<T>): T | undefined {
  try {
    return optional(record, key, '', decode);
  } catch {
    return undefined;
  }
}

/** Id of a job or batch: it becomes a part of paths. */
function asJobId(value: unknown, path: string): string {
  const text = asString(value, path);
  return isSafeName(text) ? text : failDecode(path, 'a usable id');
}

const parseAnswer = (text: string, what: string): JsonRecord =>
  asRecord(parseJson(text, what), what);

/** @see AsyncQueryResponse @throws AppError `protocol` */
export function decodeCreatedJob(text: string): string {
  return required(parseAnswer(text, 'the job'), 'jobId', '', asJobId);
}

/** @see AsyncQueryStatus @throws AppError `protocol` when it has no state */
export function decodeDetailsJob(text: string): DetailsJob {
  const record = parseAnswer(text, 'the job');
  return {
    state: required(record, 'state', '', asString),
    errorMessage: lenient(record, 'errorMessage', asString),
    expiresAtMs: lenient(record, 'expirationDate', asTimeMs),
  };
}

/** One page of a job, its conversations still as text. */
export interface DetailsJobText {
  readonly elements: readonly string[];
  readonly cursor: string | undefined;
  readonly dataAvailableUntilMs: number | undefined;
}

/**
 * An empty page has no `conversations`, the last one no `cursor`.
 * @see AnalyticsConversationAsyncQueryResponse
 * @throws AppError `protocol` when the page as a whole or its cursor cannot be read: going on without would lose the rest
 */
export function decodeDetailsJobPage(text: string): DetailsJobText {
  const members = sliceMembers(text);
  const list = members.get('conversations');
  const record: JsonRecord = Object.fromEntries(
    ['cursor', 'dataAvailabilityDate'].map((key) => [
      key,
      parseJson(members.get(key) ?? 'null', key),
    ]),
  );
  const cursor = optional(record, 'cursor', '', asString);
  return {
    elements: list === undefined || list === 'null' ? [] : sliceElements(list),
    cursor: cursor === '' ? undefined : cursor,
    dataAvailableUntilMs: lenient(record, 'dataAvailabilityDate', asTimeMs),
  };
}

/** @see DataAvailabilityResponse */
export function decodeAvailabilityMs(text: string): number | undefined {
  return lenient(parseAnswer(text, 'the availability'), 'dataAvailabilityDate', asTimeMs);
}

/** @see BatchDownloadJobSubmissionResult @throws AppError `protocol` */
export function decodeCreatedBatch(text: string): string {
  return required(parseAnswer(text, 'the batch'), 'id', '', asJobId);
}

/** @see BatchDownloadJobStatusResult @throws AppError `protocol` when it is no batch at all */
export function decodeRecordingBatch(text: string): RecordingBatch {
  const record = parseAnswer(text, 'the batch');
  const results = optional(record, 'results', '', asArray) ?? [];
  return {
    isCompleted: required(record, 'status', '', asString).toLowerCase() === 'completed',
    expectedResultCount: lenient(record, 'expectedResultCount', asNumber) ?? 0,
    resultCount: lenient(record, 'resultCount', asNumber) ?? results.length,
    errorCount: lenient(record, 'errorCount', asNumber) ?? 0,
    results: results.filter(isRecord).map(decodeResult),
  };
}

/** A result is as good as its parts: one whose link is none has no link, and says so. */
function decodeResult(record: JsonRecord): BatchResult {
  const url = lenient(record, 'resultUrl', asLink);
  const isLinkBroken = url === undefined && typeof record['resultUrl'] === 'string';
  const told = lenient(record, 'errorMsg', asString);
  return {
    conversationId: lenient(record, 'conversationId', asReference(parseConversationId)),
    recordingId: lenient(record, 'recordingId', asReference(parseRecordingId)),
    url,
    expiresAtMs: url === undefined ? undefined : linkExpiresAtMs(url),
    contentType: lenient(record, 'contentType', asString),
    errorMessage: told === '' || told === undefined ? brokenLinkText(isLinkBroken) : told,
  };
}

const brokenLinkText = (isLinkBroken: boolean): string | undefined =>
  isLinkBroken ? 'The platform sent a link that is none' : undefined;
