/** Fetches and decodes what belongs to one recording: its peaks and its transcripts. Keeps nothing. */
import {
  createPeakPyramid,
  createPreviewPyramid,
  type PeakPyramid,
} from '../../audio/peakPyramid.ts';
import { decodePeaks, type Peaks } from '../../audio/peaksFile.ts';
import { errors, isCancellation, messageOf } from '../../base/appError.ts';
import { parseJson } from '../../base/decode.ts';
import type { Phrase } from '../../model/transcript.ts';
import type {
  RecordingSnapshot,
  SpeakerSnapshot,
  TranscriptSnapshot,
} from '../../protocol/conversationView.ts';
import { decodeTranscript } from '../../transcript/decodeTranscript.ts';
import { fetchFile } from '../shared/fetchFile.ts';
import type { Tone } from './segmentRows.ts';
import { mergePhrases } from './transcriptRows.ts';
import type { WaveformLane } from './waveformView.ts';

const noPeaks = 'No waveform for this channel';

/** Ten hours of two channels at 10 ms a peak are 29 MB. */
const maxPeaksBytes = 128 * 1024 * 1024;
/** Ten hours of dense speech with words are about 40 MB. */
const maxTranscriptBytes = 192 * 1024 * 1024;

/** A part of the page that is fetched. */
export type Part<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly value: T }
  | { readonly kind: 'failed'; readonly message: string };

/** Lanes as they are before their peaks arrive: the platform's preview where there is one. */
export function toPreviewLanes(
  recording: RecordingSnapshot,
  speakers: readonly SpeakerSnapshot[],
): readonly WaveformLane[] {
  return recording.channels.map((channel, index) => {
    const pyramid = createPreviewPyramid(channel.preview, recording.durationMs);
    return {
      label: channel.label,
      tone: laneTone(channel.label, index, speakers),
      pyramid,
      isPreview: pyramid !== undefined,
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

/**
 * Phrases of all the files in the order in which they begin.
 * @param toEpochMs wall clock of a position in the recording, for files that have no wall clock of their own
 * @throws AppError of the first file that cannot be read, or AbortError
 */
export async function loadPhrases(
  transcripts: readonly TranscriptSnapshot[],
  toEpochMs: (recordingMs: number) => number,
  signal: AbortSignal,
): Promise<readonly Phrase[]> {
  const lists: (readonly Phrase[])[] = [];
  for (const { url } of transcripts) {
    const bytes = await fetchFile(url, 'The transcript', maxTranscriptBytes, signal);
    const text = new TextDecoder().decode(bytes);
    const { phrases, timeBase } = decodeTranscript(parseJson(text, 'the transcript'));
    lists.push(
      timeBase === 'epoch' ? phrases : phrases.map((phrase) => moveToEpoch(phrase, toEpochMs)),
    );
  }
  return mergePhrases(lists);
}

function moveToEpoch(phrase: Phrase, toEpochMs: (recordingMs: number) => number): Phrase {
  return {
    ...phrase,
    startMs: toEpochMs(phrase.startMs),
    words: phrase.words.map((word) => ({ ...word, startMs: toEpochMs(word.startMs) })),
  };
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
