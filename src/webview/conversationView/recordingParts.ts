/** Fetches and decodes what belongs to one recording: its peaks and its transcripts. Keeps nothing. */
import {
  createOverviewPyramid,
  createPeakPyramid,
  createPreviewPyramid,
  type PeakPyramid,
} from '../../audio/peakPyramid.ts';
import { decodePeaks, type Peaks } from '../../audio/peaksFile.ts';
import { errors, isAppError, isCancellation, messageOf } from '../../base/appError.ts';
import { parseJson } from '../../base/decode.ts';
import type { Message } from '../../model/message.ts';
import type { Phrase, SentimentMark, TopicMark } from '../../model/transcript.ts';
import type {
  ConversationSnapshot,
  RecordingSnapshot,
  SpeakerSnapshot,
  TranscriptSnapshot,
} from '../../protocol/conversationView.ts';
import type { Alignment } from '../../transcript/alignment.ts';
import { decodeMessages, toPhrases } from '../../transcript/decodeMessages.ts';
import { decodeTranscript } from '../../transcript/decodeTranscript.ts';
import { mergePhrases, moveToEpoch } from '../../transcript/mergePhrases.ts';
import { TranscriptHead } from '../../transcript/transcriptHead.ts';
import { transcriptsOf } from '../../transcript/transcriptsOf.ts';
import { fetchFile, fetchInChunks, type OnChunk } from '../shared/fetchFile.ts';
import { painted } from '../shared/scope.ts';
import type { Tone } from './segmentRows.ts';
import type { WaveformLane } from './waveformView.ts';

const noPeaks = 'No waveform for this channel';

/** Ten hours of two channels at 10 ms a peak are 29 MB. */
const maxPeaksBytes = 128 * 1024 * 1024;
/** Ten hours of dense speech with words are about 40 MB. */
const maxTranscriptBytes = 192 * 1024 * 1024;

/** More than a screen shows. */
const headPhrases = 64;

/** A part of the page that is fetched. */
export type Part<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly value: T }
  | { readonly kind: 'failed'; readonly message: string };

/** Lanes as they are before their peaks arrive: these in short where they are known, else the platform's preview. */
export function toPreviewLanes(
  recording: RecordingSnapshot,
  speakers: readonly SpeakerSnapshot[],
): readonly WaveformLane[] {
  return recording.channels.map((channel, index) => {
    const measured = createOverviewPyramid(channel.overview ?? [], recording.durationMs);
    const preview = createPreviewPyramid(channel.preview, recording.durationMs);
    return {
      label: channel.label,
      tone: laneTone(channel.label, index, speakers),
      pyramid: measured ?? preview,
      isPreview: measured === undefined && preview !== undefined,
      note: channel.peaksUrl === undefined ? noPeaks : 'Loading waveform…',
    };
  });
}

/**
 * Replaces previews by measured peaks. Channels without a file keep their preview.
 * @throws AppError of the first file that cannot be read, or AbortError
 */
export async function loadLanes(
  recording: RecordingSnapshot,
  previewLanes: readonly WaveformLane[],
  signal: AbortSignal,
): Promise<readonly WaveformLane[]> {
  const files = new Map<string, Peaks>();
  const lanes: WaveformLane[] = [];
  for (const [index, lane] of previewLanes.entries()) {
    const channel = recording.channels[index];
    if (channel?.peaksUrl === undefined) {
      lanes.push(lane);
      continue;
    }
    const peaks =
      files.get(channel.peaksUrl) ??
      decodePeaks(await fetchFile(channel.peaksUrl, 'The waveform', maxPeaksBytes, signal));
    files.set(channel.peaksUrl, peaks);
    lanes.push({
      ...lane,
      pyramid: createLanePyramid(peaks, channel.indexInFile),
      isPreview: false,
      note: undefined,
    });
  }
  return lanes;
}

function createLanePyramid(peaks: Peaks, indexInFile: number): PeakPyramid {
  if (!Number.isInteger(indexInFile) || indexInFile < 0 || indexInFile >= peaks.channelCount) {
    throw errors.corrupt(
      `The waveform file has fewer channels than the recording: ${String(peaks.channelCount)}`,
    );
  }
  return createPeakPyramid(peaks, indexInFile);
}

/** What was said or written. */
export interface LoadedText {
  /** In the order in which they begin. */
  readonly phrases: readonly Phrase[];
  /** What the phrases were made of, one each, when they were written; empty for speech. */
  readonly messages: readonly Message[];
  readonly sentiments: readonly SentimentMark[];
  readonly topics: readonly TopicMark[];
  /** False for the first phrases of a transcript whose rest is still to come. */
  readonly isWhole: boolean;
}

export const noText: LoadedText = {
  phrases: [],
  messages: [],
  sentiments: [],
  topics: [],
  isWhole: true,
};

/** Undefined while it, or a part of it, is still to come: after its first phrases comes more, not silence. */
export function wholeText(part: Part<LoadedText>): LoadedText | undefined {
  if (part.kind === 'ready') {
    return part.value.isWhole ? part.value : undefined;
  }
  return part.kind === 'failed' ? noText : undefined;
}

/** Told the first phrases of a long transcript, once; the rest is read when they have been drawn. */
type OnTextHead = (head: LoadedText) => void;

/**
 * The text of a recording, or of what was written: that is its own text, and a transcript of it would say the same again.
 * @param clock the platform's, for files that have no wall clock of their own
 * @throws AppError of the first file that cannot be read, or AbortError
 */
export function loadText(
  conversation: ConversationSnapshot,
  recording: RecordingSnapshot | undefined,
  clock: Alignment,
  onHead: OnTextHead,
  signal: AbortSignal,
): Promise<LoadedText> {
  if (recording === undefined && conversation.texts.length > 0) {
    return loadMessages(conversation, signal);
  }
  const transcripts = transcriptsOf(conversation.transcripts, recording, ({ url }) => url);
  return loadSpeech(transcripts, (recordingMs) => clock.toEpochMs(recordingMs), onHead, signal);
}

/**
 * What all the transcript files say.
 * @param toEpochMs wall clock of a position in the recording, for files that have no wall clock of their own
 * @throws AppError of the first file that cannot be read, or AbortError
 */
async function loadSpeech(
  transcripts: readonly TranscriptSnapshot[],
  toEpochMs: (recordingMs: number) => number,
  onHead: OnTextHead,
  signal: AbortSignal,
): Promise<LoadedText> {
  const onChunk = await showHead(transcripts, onHead);
  const lists: (readonly Phrase[])[] = [];
  const sentiments: SentimentMark[] = [];
  const topics: TopicMark[] = [];
  for (const { url } of transcripts) {
    const decoded = decodeTranscript(await fetchJson(url, 'The transcript', onChunk, signal));
    sentiments.push(...decoded.sentiments);
    topics.push(...decoded.topics);
    lists.push(
      decoded.timeBase === 'epoch'
        ? decoded.phrases
        : decoded.phrases.map((phrase) => moveToEpoch(phrase, toEpochMs)),
    );
  }
  return {
    ...noText,
    phrases: mergePhrases(lists),
    sentiments: byStart(sentiments),
    topics: byStart(topics),
  };
}

/**
 * Hands on the first phrases when they came with the snapshot, and resolves when these have been drawn.
 * @returns else, what looks for them while the file arrives
 */
async function showHead(
  [first, ...others]: readonly TranscriptSnapshot[],
  onHead: OnTextHead,
): Promise<OnChunk | undefined> {
  // The phrases of several files are merged: which come first is known when all are there.
  if (first === undefined || others.length > 0) {
    return undefined;
  }
  const phrases = decodeBeginning(first.beginning);
  if (phrases.length === 0) {
    return createHeadReader(onHead);
  }
  onHead({ ...noText, phrases, isWhole: false });
  await painted();
  return undefined;
}

/** None when something of it makes no sense: then what comes later would be other phrases at the same place. */
function decodeBeginning(beginning: string | undefined): readonly Phrase[] {
  if (beginning === undefined) {
    return [];
  }
  try {
    const { phrases, skippedCount, timeBase } = decodeTranscript(
      parseJson(beginning, 'the first phrases'),
    );
    return skippedCount === 0 && timeBase === 'epoch' ? phrases : [];
  } catch (error) {
    if (!isAppError(error)) {
      throw error;
    }
    return [];
  }
}

/** Hands on the first phrases as soon as they have arrived, once. */
function createHeadReader(onHead: OnTextHead): OnChunk {
  const head = new TranscriptHead(headPhrases);
  return async (chunk) => {
    const phrases = head.push(chunk);
    if (phrases !== undefined) {
      onHead({ ...noText, phrases, isWhole: false });
      await painted();
    }
  };
}

/**
 * Messages of all the recording objects in the order of time.
 * @throws AppError of the first file that cannot be read, or AbortError
 */
async function loadMessages(
  { texts, isOutbound, startMs }: ConversationSnapshot,
  signal: AbortSignal,
): Promise<LoadedText> {
  const messages: Message[] = [];
  for (const { url } of texts) {
    messages.push(
      ...decodeMessages(await fetchJson(url, 'The messages', undefined, signal), isOutbound),
    );
  }
  const ordered = toPhrases(messages, startMs)
    .flatMap((phrase, index) => {
      const message = messages[index];
      return message === undefined ? [] : [{ message, phrase }];
    })
    .toSorted((a, b) => a.phrase.startMs - b.phrase.startMs);
  return {
    ...noText,
    phrases: ordered.map(({ phrase }, index) => ({ ...phrase, index })),
    messages: ordered.map(({ message }) => message),
  };
}

async function fetchJson(
  url: string,
  what: string,
  onChunk: OnChunk | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  const bytes = await fetchInChunks(url, what, maxTranscriptBytes, onChunk, signal);
  return parseJson(new TextDecoder().decode(bytes), what.toLowerCase());
}

function byStart<T extends { readonly startMs: number }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => a.startMs - b.startMs);
}

/** Runs a load and hands on what became of it, unless it was cancelled. */
export async function settlePart<T>(
  load: Promise<T>,
  settle: (part: Part<T>) => void,
): Promise<void> {
  try {
    settle({ kind: 'ready', value: await load });
  } catch (error) {
    if (!isCancellation(error)) {
      settle({ kind: 'failed', message: messageOf(error) });
    }
  }
}

/** Colour of a channel: of the speaker it is named after, else as its name says, else by its position. */
function laneTone(label: string, index: number, speakers: readonly SpeakerSnapshot[]): Tone {
  const role = speakers.find(({ name }) => name === label)?.role ?? label;
  if (/customer|external/iu.test(role)) {
    return 'customer';
  }
  if (/agent|internal|user/iu.test(role)) {
    return 'agent';
  }
  return index % 2 === 0 ? 'customer' : 'agent';
}
