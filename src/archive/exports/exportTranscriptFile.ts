/**
 * One conversation's transcript as a file of a common format. Reads the stored files as received, so that a page need not hold
 * them; knows nothing of who chose the format.
 */
import { throwIfCancelled } from '../../base/appError.ts';
import { parseJson } from '../../base/decode.ts';
import type { Interval } from '../../model/interval.ts';
import type { Phrase } from '../../model/transcript.ts';
import { createAlignment, type Alignment, type RemovedTime } from '../../transcript/alignment.ts';
import { decodeMessages, toPhrases } from '../../transcript/decodeMessages.ts';
import { decodeTranscript } from '../../transcript/decodeTranscript.ts';
import {
  exportTranscript,
  type TranscriptFormat,
} from '../../transcript/exports/exportTranscript.ts';
import type { TranscriptHeading } from '../../transcript/exports/readable.ts';
import { toLines, type LineOptions } from '../../transcript/exports/transcriptLines.ts';
import { mergePhrases, moveToEpoch } from '../../transcript/mergePhrases.ts';
import type { SpeakerSide } from '../../transcript/roles.ts';
import type { Speaker } from '../../transcript/speakers.ts';
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
  readonly heading: TranscriptHeading;
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
  const { phrases, language } = await readPhrases(source, clock(0), signal);
  const media =
    source.mediaPath === undefined ? undefined : await inspectMedia(source.mediaPath, signal);
  const options: LineOptions = {
    alignment: clock(offsetMs),
    speakers,
    sides: side === undefined ? undefined : [side],
    clip,
  };
  let lineCount = 0;
  const lines = toLines(phrases, options);
  const text = exportTranscript(
    format,
    counted(lines, () => lineCount++),
    source.heading,
    {
      conversationId: source.conversationId,
      communicationId: source.communicationId,
      recordingId: source.recordingId,
      language,
      zeroEpochMs: clock(0).toEpochMs(clip?.startMs ?? 0),
      sampleRateHz: media?.sound?.format.sampleRateHz ?? usualRateHz,
    },
  );
  const sizeBytes = await writeWholeFile(outputPath, toChunks(text), signal);
  return { lineCount, sizeBytes };
}

async function readPhrases(
  { files, isOutbound, startMs }: TranscriptSource,
  clock: Alignment,
  signal: AbortSignal,
): Promise<{ readonly phrases: readonly Phrase[]; readonly language: string | undefined }> {
  const lists: (readonly Phrase[])[] = [];
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
    language,
  };
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
