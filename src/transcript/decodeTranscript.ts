/**
 * Decodes transcript files: the platform's own, old and new, and the tutorials' older one in seconds. What does not make
 * sense is left out and counted; a damaged phrase never costs the rest.
 */
import { failDecode, isRecord, type JsonRecord } from '../base/decode.ts';
import { isSafeName, parseCommunicationId, parseConversationId } from '../model/ids.ts';
import type { Phrase, SentimentMark, TopicMark, Transcript, Word } from '../model/transcript.ts';

export interface DecodedTranscript extends Transcript {
  /** Phrases, words and marks that were left out because they made no sense. */
  readonly skippedCount: number;
  /** `recording`: the file has no wall clock; times are milliseconds from the recording's first sample. */
  readonly timeBase: 'epoch' | 'recording';
}

/**
 * @returns phrases ordered by start whatever part (`transcripts[]`: one a language or programme) they came from, indexed by
 * position. `text` is the plain text, since that is what `words` repeat; the punctuated form stands in only when it is
 * missing.
 * @throws AppError `protocol` when the file is neither format.
 * @see /api/v2/speechandtextanalytics/conversations/{conversationId}/communications/{communicationId}/transcripturl
 */
export function decodeTranscript(value: unknown): DecodedTranscript {
  if (isRecord(value) && Array.isArray(value['transcripts'])) {
    return decodePlatformFile(value, value['transcripts']);
  }
  if (isRecord(value) && Array.isArray(value['transcript'])) {
    return decodeOlderFile(value, value['transcript']);
  }
  return failDecode('', 'a transcript file');
}

/** Collects what decodes and counts what does not. */
export class Collector {
  skippedCount = 0;

  list<T>(values: unknown, decode: (record: JsonRecord) => T | undefined): readonly T[] {
    if (values === undefined || values === null) {
      return [];
    }
    if (!Array.isArray(values)) {
      this.skippedCount++;
      return [];
    }
    const decoded: T[] = [];
    for (const item of values as readonly unknown[]) {
      const result = isRecord(item) ? decode(item) : undefined;
      if (result === undefined) {
        this.skippedCount++;
      } else {
        decoded.push(result);
      }
    }
    return decoded;
  }
}

/** A phrase that has no place in an order yet. */
export type UnnumberedPhrase = Omit<Phrase, 'index'>;

function decodePlatformFile(file: JsonRecord, values: readonly unknown[]): DecodedTranscript {
  const collector = new Collector();
  const parts = collector
    .list(values, (record) => ({
      record,
      startMs: timeOf(record['startTime']),
      language: textOf(record['language']),
    }))
    .toSorted((a, b) => (a.startMs ?? Infinity) - (b.startMs ?? Infinity));
  const phrases = parts.flatMap(({ record, startMs }) =>
    collector.list(record['phrases'], (phrase) => decodePhrase(phrase, startMs, collector)),
  );
  const analytics = parts
    .map(({ record, startMs }) => ({ analytics: record['analytics'], startMs }))
    .filter((part): part is { analytics: JsonRecord; startMs: number | undefined } =>
      isRecord(part.analytics),
    );
  return {
    conversationId: idOf(file['conversationId'], parseConversationId),
    communicationId: idOf(file['communicationId'], parseCommunicationId),
    language: parts[0]?.language,
    startMs: timeOf(file['startTime']) ?? parts[0]?.startMs,
    phrases: numbered(phrases),
    sentiments: byStart(
      analytics.flatMap((part) =>
        collector.list(part.analytics['sentiment'], (mark) => decodeSentiment(mark, part.startMs)),
      ),
    ),
    topics: byStart(
      analytics.flatMap((part) =>
        collector.list(part.analytics['topics'], (mark) => decodeTopic(mark, part.startMs)),
      ),
    ),
    skippedCount: collector.skippedCount,
    timeBase: 'epoch',
  };
}

/** @param baseMs start of its part, for phrases that only have an offset. Undefined when it makes no sense. */
export function decodePhrase(
  phrase: JsonRecord,
  baseMs: number | undefined,
  collector: Collector,
): UnnumberedPhrase | undefined {
  const text = textOf(phrase['text']) ?? textOf(phrase['decoratedText']);
  const span = spanOf(phrase, baseMs);
  if (text === undefined || span === undefined) {
    return undefined;
  }
  const words = byStart(
    collector.list(phrase['words'], (word): Word | undefined => {
      const wordText = textOf(word['word']);
      const wordSpan = spanOf(word, baseMs);
      return wordText === undefined || wordSpan === undefined
        ? undefined
        : { text: wordText, ...wordSpan, confidence: ratioOf(word['confidence']) };
    }),
  );
  const decoratedText = textOf(phrase['decoratedText']);
  return {
    role: textOf(phrase['participantPurpose']) ?? 'unknown',
    text,
    ...(decoratedText === undefined || decoratedText === text ? {} : { decoratedText }),
    ...span,
    confidence: ratioOf(phrase['confidence']),
    words,
  };
}

/** Undefined when it makes no sense. @param baseMs as of `decodePhrase` */
export function decodeSentiment(
  mark: JsonRecord,
  baseMs: number | undefined,
): SentimentMark | undefined {
  const span = spanOf(mark, baseMs);
  const sentiment = mark['sentiment'];
  return span === undefined || typeof sentiment !== 'number' || !Number.isFinite(sentiment)
    ? undefined
    : { role: textOf(mark['participant']) ?? 'unknown', ...span, sentiment };
}

/** Undefined when it makes no sense. @param baseMs as of `decodePhrase` */
export function decodeTopic(mark: JsonRecord, baseMs: number | undefined): TopicMark | undefined {
  const span = spanOf(mark, baseMs);
  const name = textOf(mark['topicName']);
  return span === undefined || name === undefined
    ? undefined
    : { role: textOf(mark['participant']) ?? 'unknown', ...span, name };
}

/** Roles of the older file in the platform's words. */
const olderRoles: ReadonlyMap<string, string> = new Map([
  ['agent', 'internal'],
  ['user', 'internal'],
  ['customer', 'external'],
]);

/** `{conversation, participants: [{id, name, role}], transcript: [{start_time, end_time, text, speaker_id, confidence}]}` */
function decodeOlderFile(file: JsonRecord, values: readonly unknown[]): DecodedTranscript {
  const collector = new Collector();
  const roles = new Map(collector.list(file['participants'], decodeOlderRole));
  const phrases = collector.list(values, (turn) => decodeOlderTurn(turn, roles));
  const conversation = file['conversation'];
  return {
    conversationId: idOf(
      isRecord(conversation) ? conversation['id'] : conversation,
      parseConversationId,
    ),
    communicationId: undefined,
    language: undefined,
    startMs: 0,
    phrases: numbered(phrases),
    sentiments: [],
    topics: [],
    skippedCount: collector.skippedCount,
    timeBase: 'recording',
  };
}

/** Id and role of a participant of the older file; undefined when one is missing. */
export function decodeOlderRole(participant: JsonRecord): readonly [string, string] | undefined {
  const id = textOf(participant['id']);
  const role = textOf(participant['role']);
  return id === undefined || role === undefined
    ? undefined
    : ([id, olderRoles.get(role.toLowerCase()) ?? role] as const);
}

/** A turn of the older file; undefined when it makes no sense. Its time is from the recording's first sample. */
export function decodeOlderTurn(
  turn: JsonRecord,
  roles: ReadonlyMap<string, string>,
): UnnumberedPhrase | undefined {
  const text = textOf(turn['text']);
  const startMs = timeOf(secondsToMs(turn['start_time']));
  const endMs = timeOf(secondsToMs(turn['end_time'])) ?? startMs;
  if (text === undefined || startMs === undefined || endMs === undefined) {
    return undefined;
  }
  return {
    role: roles.get(textOf(turn['speaker_id']) ?? '') ?? 'unknown',
    text,
    startMs,
    durationMs: Math.max(0, endMs - startMs),
    confidence: ratioOf(turn['confidence']),
    words: [],
  };
}

function numbered(phrases: readonly UnnumberedPhrase[]): readonly Phrase[] {
  return byStart(phrases).map((phrase, index) => ({ index, ...phrase }));
}

function byStart<T extends { readonly startMs: number }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => a.startMs - b.startMs);
}

/** `startTimeMs`, else the offset from the start of the part; a missing or negative length is 0. */
function spanOf(
  record: JsonRecord,
  baseMs: number | undefined,
): { readonly startMs: number; readonly durationMs: number } | undefined {
  const offsetMs = lengthOf(record['offset']);
  const startMs =
    timeOf(record['startTimeMs']) ??
    (baseMs === undefined || offsetMs === undefined ? undefined : timeOf(baseMs + offsetMs));
  return startMs === undefined
    ? undefined
    : { startMs, durationMs: Math.max(0, lengthOf(record['duration']) ?? 0) };
}

function lengthOf(value: unknown): number | undefined {
  return timeOf(isRecord(value) ? value['milliseconds'] : value);
}

const maxDateMs = 8.64e15;

/** Milliseconds that a date can hold. */
function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' && Math.abs(value) <= maxDateMs ? value : undefined;
}

function secondsToMs(value: unknown): number | undefined {
  return typeof value === 'number' ? Math.round(value * 1000) : undefined;
}

function ratioOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function idOf<Id>(value: unknown, parse: (text: string) => Id): Id | undefined {
  return typeof value === 'string' && isSafeName(value) ? parse(value) : undefined;
}
