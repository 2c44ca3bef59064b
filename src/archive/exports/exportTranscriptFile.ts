/**
 * One conversation's transcript as a file of a common format. Reads the stored files as received, so that a page need not hold
 * them; knows nothing of who chose the format.
 */
import { throwIfCancelled } from '../../base/appError.ts';
import { parseJson } from '../../base/decode.ts';
import type { Interval } from '../../model/interval.ts';
import type { Phrase, SentimentMark } from '../../model/transcript.ts';
import { createAlignment, type Alignment, type RemovedTime } from '../../transcript/alignment.ts';
import { decodeMessages, toPhrases } from '../../transcript/decodeMessages.ts';
import { decodeTranscript } from '../../transcript/decodeTranscript.ts';
import {
  exportTranscript,
  type TranscriptFormat,
} from '../../transcript/exports/exportTranscript.ts';
import type { TranscriptHeading, TranscriptNote } from '../../transcript/exports/readable.ts';
import type { TranscriptFigures } from '../../transcript/exports/summaryFigures.ts';
import { toLines, type LineOptions } from '../../transcript/exports/transcriptLines.ts';
import { mergePhrases, moveToEpoch } from '../../transcript/mergePhrases.ts';
import type { SpeakerSide } from '../../transcript/roles.ts';
import type { Speaker } from '../../transcript/speakers.ts';
import { summarizeSentiment, TranscriptSummarizer } from '../../transcript/transcriptSummary.ts';
import { readStoredText } from '../archivedConversation.ts';
import { inspectMedia } from '../mediaInspection.ts';
import { writeWholeFile } from './wholeFile.ts';

/** What to write, and against which sound. */
export interface TranscriptSource {
  /** Gzip files: transcripts as received, or recording objects of chats, messages and e-mails. Absolute paths. */
  readonly files: readonly { readonly path: string; readonly kind: 'transcript' | 'recording' }[];
  readonly conversationId: string;
  readonly communicationId: string | undefined;
  readonly recordingId: string | undefined;
  readonly isOutbound: boolean;
  /** Wall clock of time zero of the export, epoch milliseconds. */
  readonly startMs: number;
  readonly cuts: readonly RemovedTime[];
  /** How much later in the recording the text belongs than its times say. */
  readonly offsetMs: number;
  readonly speakers: readonly Speaker[];
  readonly heading: Pick<TranscriptHeading, 'title' | 'facts'>;
  /** Of this recording and of the whole conversation; times are epoch milliseconds, as of `TranscriptNote` otherwise. */
  readonly notes: readonly TranscriptNote[];
  /** Sound in whose samples positions are counted too; 8000 Hz without one. */
  readonly mediaPath: string | undefined;
  /** Only this side; everybody when undefined. */
  readonly side: SpeakerSide | undefined;
  /** Only this stretch of the recording, in milliseconds from its start. */
  readonly clip: Interval | undefined;
}

export interface TranscriptExport {
  /** Phrases or messages written. */
  readonly lineCount: number;
  readonly sizeBytes: number;
}

/** Rate of telephony, for what has no sound. */
const usualRateHz = 8000;
/** Text of about this many characters at once: fewer, larger writes. */
const chunkLength = 64 * 1024;

/**
 * Writes `outputPath` whole or not at all. Input is read file by file; the output is never in memory as a whole.
 * @throws AppError `corrupt` when a stored file does not decode, `storage`
 */
export async function exportTranscriptFile(
  source: TranscriptSource,
  format: TranscriptFormat,
  outputPath: string,
  signal: AbortSignal,
): Promise<TranscriptExport> {
  const { offsetMs, startMs, cuts, side, clip, speakers } = source;
  const clock = (userOffsetMs: number): Alignment =>
    createAlignment({ recordingStartMs: startMs, cuts, userOffsetMs });
  const { phrases, sentiments, language } = await readPhrases(source, clock(0), signal);
  const media =
    source.mediaPath === undefined ? undefined : await inspectMedia(source.mediaPath, signal);
  const options: LineOptions = {
    alignment: clock(offsetMs),
    speakers,
    sides: side === undefined ? undefined : [side],
    clip,
  };
  const { sound } = media ?? {};
  const heading: TranscriptHeading = {
    ...source.heading,
    figures:
      clip === undefined && source.files.some(({ kind }) => kind === 'transcript')
        ? toFigures(phrases, sentiments, sound && toDurationMs(sound))
        : undefined,
    notes: toNotes(source, clock(0)),
  };
  let lineCount = 0;
  const lines = toLines(phrases, options);
  const text = exportTranscript(
    format,
    counted(lines, () => lineCount++),
    heading,
    {
      conversationId: source.conversationId,
      communicationId: source.communicationId,
      recordingId: source.recordingId,
      language,
      zeroEpochMs: clock(0).toEpochMs(clip?.startMs ?? 0),
      sampleRateHz: sound?.format.sampleRateHz ?? usualRateHz,
    },
  );
  const sizeBytes = await writeWholeFile(outputPath, toChunks(text), signal);
  return { lineCount, sizeBytes };
}

async function readPhrases(
  { files, isOutbound, startMs }: TranscriptSource,
  clock: Alignment,
  signal: AbortSignal,
): Promise<{
  readonly phrases: readonly Phrase[];
  readonly sentiments: readonly SentimentMark[];
  readonly language: string | undefined;
}> {
  const lists: (readonly Phrase[])[] = [];
  const sentiments: SentimentMark[] = [];
  let language: string | undefined;
  for (const { path, kind } of files) {
    throwIfCancelled(signal);
    const value = parseJson(await readStoredText(path, signal), path);
    if (kind === 'recording') {
      lists.push(toPhrases(decodeMessages(value, isOutbound), startMs));
      continue;
    }
    const transcript = decodeTranscript(value);
    language ??= transcript.language;
    sentiments.push(...transcript.sentiments);
    lists.push(
      transcript.timeBase === 'epoch'
        ? transcript.phrases
        : transcript.phrases.map((phrase) => moveToEpoch(phrase, (ms) => clock.toEpochMs(ms))),
    );
  }
  const phrases = mergePhrases(lists);
  // Numbered over all files, as the player numbers them.
  return {
    phrases: lists.length === 1 ? phrases : phrases.map((phrase, index) => ({ ...phrase, index })),
    sentiments: sentiments.toSorted((a, b) => a.startMs - b.startMs),
    language,
  };
}

function toDurationMs({
  frameCount,
  format,
}: {
  readonly frameCount: number;
  readonly format: { readonly sampleRateHz: number };
}): number {
  return (frameCount / format.sampleRateHz) * 1000;
}

/** As the player shows them: of everything that was said. */
function toFigures(
  phrases: readonly Phrase[],
  sentiments: readonly SentimentMark[],
  durationMs: number | undefined,
): TranscriptFigures {
  const summarizer = new TranscriptSummarizer();
  for (const phrase of phrases) {
    summarizer.add(phrase);
  }
  return {
    summary: summarizer.finish(durationMs),
    sentiment: summarizeSentiment(sentiments),
  };
}

/** In the times of the lines: those of the clip, or all; in the order of time, those of the whole conversation first. */
function toNotes(
  { notes, clip }: Pick<TranscriptSource, 'notes' | 'clip'>,
  clock: Alignment,
): readonly TranscriptNote[] {
  const zeroMs = clip?.startMs ?? 0;
  const toMs = (epochMs: number | undefined): number | undefined =>
    epochMs === undefined ? undefined : Math.round(clock.toRecordingMs(epochMs)) - zeroMs;
  const lengthMs = clip === undefined ? Infinity : clip.endMs - clip.startMs;
  return notes
    .map((note) => ({ ...note, startMs: toMs(note.startMs), endMs: toMs(note.endMs) }))
    .filter(
      ({ startMs, endMs }) =>
        clip === undefined ||
        (startMs !== undefined && startMs < lengthMs && (endMs ?? startMs) >= 0),
    )
    .toSorted((a, b) => (a.startMs ?? -Infinity) - (b.startMs ?? -Infinity));
}

function* counted<T>(items: Iterable<T>, onItem: () => void): Generator<T, void, undefined> {
  for (const item of items) {
    onItem();
    yield item;
  }
}

function* toChunks(texts: Iterable<string>): Generator<Uint8Array, void, undefined> {
  let gathered = '';
  for (const text of texts) {
    gathered += text;
    if (gathered.length >= chunkLength) {
      yield Buffer.from(gathered);
      gathered = '';
    }
  }
  yield Buffer.from(gathered);
}
