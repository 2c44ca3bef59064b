/** Transcripts for programs: CSV and a normalised JSON. Both carry sample indices, which any audio tool can cut at. */
import { csvRow } from '../../base/csv.ts';
import type { TranscriptHeading } from './readable.ts';
import { toSummaryJson } from './summaryFigures.ts';
import type { LineWord, TranscriptLine } from './transcriptLines.ts';

/** What the file says of itself beside its lines. */
export interface TranscriptOrigin {
  readonly conversationId: string;
  readonly communicationId: string | undefined;
  readonly recordingId: string | undefined;
  /** BCP 47. */
  readonly language: string | undefined;
  /** Wall clock of time zero, epoch milliseconds; undefined when it is not known. */
  readonly zeroEpochMs: number | undefined;
  /** Rate in which the sample indices count. */
  readonly sampleRateHz: number;
}

/** A row a line. Seconds count from the start of the sound; samples are rounded to the nearest, the end is exclusive. */
export function* toCsv(
  lines: Iterable<TranscriptLine>,
  { sampleRateHz }: Pick<TranscriptOrigin, 'sampleRateHz'>,
): Generator<string, void, undefined> {
  yield csvRow([
    'index',
    'start_seconds',
    'end_seconds',
    'start_sample',
    'end_sample',
    'start_time',
    'role',
    'side',
    'speaker',
    'confidence',
    'text',
  ]);
  for (const line of lines) {
    yield csvRow([
      line.index,
      line.startMs / 1000,
      line.endMs / 1000,
      toSample(line.startMs, sampleRateHz),
      toSample(line.endMs, sampleRateHz),
      new Date(line.epochMs).toISOString(),
      line.role,
      line.side,
      line.speaker,
      line.confidence,
      line.text,
    ]);
  }
}

/** The normalised form, version 1, described in docs/transcript-export.md. One line of the file a phrase. */
export function* toJson(
  lines: Iterable<TranscriptLine>,
  origin: TranscriptOrigin,
  { figures, notes }: Pick<TranscriptHeading, 'figures' | 'notes'>,
): Generator<string, void, undefined> {
  const { sampleRateHz, zeroEpochMs, ...ids } = origin;
  const head = {
    formatVersion: 1,
    ...ids,
    startTime: zeroEpochMs === undefined ? undefined : new Date(zeroEpochMs).toISOString(),
    sampleRateHz,
    summary: figures === undefined ? undefined : toSummaryJson(figures),
    notes: notes?.map((note) => ({ ...note })),
  };
  yield `${JSON.stringify(head).slice(0, -1)},"phrases":[`;
  let separator = '\n';
  for (const { epochMs, words, ...line } of lines) {
    const phrase = {
      ...line,
      startTime: new Date(epochMs).toISOString(),
      ...samplesOf(line, sampleRateHz),
      words: words.map((word) => ({ ...word, ...samplesOf(word, sampleRateHz) })),
    };
    yield `${separator}${JSON.stringify(phrase)}`;
    separator = ',\n';
  }
  yield '\n]}\n';
}

function samplesOf(
  { startMs, endMs }: Pick<LineWord, 'startMs' | 'endMs'>,
  rateHz: number,
): { readonly startSample: number; readonly endSample: number } {
  return { startSample: toSample(startMs, rateHz), endSample: toSample(endMs, rateHz) };
}

function toSample(positionMs: number, rateHz: number): number {
  return Math.round((positionMs * rateHz) / 1000);
}
