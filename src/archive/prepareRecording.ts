/**
 * Makes a downloaded recording ready for the player: what is in its files, waveforms, and one file that an `<audio>`
 * element plays. Everything it writes can be made again and is reused while it is newer than the media.
 */
import { stat, open } from 'node:fs/promises';
import { errors, messageOf } from '../base/appError.ts';
import { baseSamplesPerPixel, decodePeaksHeader, peaksHeaderBytes } from '../audio/peaksFile.ts';
import { encodeWavHeader, maxWavDataBytes, wavHeaderBytes } from '../audio/wav.ts';
import { readPeaksOverview } from './peaksOverview.ts';
import { unpackSound, type UnpackedSound } from './unpackedSound.ts';
import { inspectMedia, type InspectedMedia, type InspectedSound } from './mediaInspection.ts';
import {
  convertRecording,
  type ConversionInput,
  type ConversionOutput,
  type ConversionResult,
} from './recordingConversion.ts';

/** Absolute paths, ordered by channel key: one mono file per channel, or one merged file. */
export interface PrepareRecordingParams {
  readonly files: readonly {
    readonly channel: string;
    readonly path: string;
    /** Where its waveform is or goes. Its folder exists. */
    readonly peaksPath: string;
  }[];
  /**
   * Where to put a PCM16 copy when the browser cannot play the files as they are. Its folder exists; what is stored packed is
   * unpacked there, under names that begin with this one's. The path is another one for other files.
   */
  readonly playablePath: string;
}

export interface PreparedRecording {
  /** Length of the longest channel; 0 when no file could be decoded, since nobody knows then. */
  readonly durationMs: number;
  /** In the order in which `playablePath` has them. */
  readonly channels: readonly {
    readonly fileChannel: string;
    readonly indexInFile: number;
    readonly peaksPath: string | undefined;
    /** Of a long recording: lowest and highest sample of equal stretches, alternating. */
    readonly overview?: readonly number[];
  }[];
  readonly playablePath: string | undefined;
  readonly problems: readonly string[];
}

/**
 * Files are judged by content, never by name. A single file that every VS Code plays and seeks exactly is played as it is: PCM
 * WAV, MP3 of constant bit rate, Ogg Vorbis. Separate channel files, and all else that can be decoded, become one interleaved
 * PCM16 copy, channels of unequal length or sample rate padded and brought to the highest rate; a channel that cannot be
 * decoded is silent in it. When none can be decoded, the first that a browser may play is handed on, without a waveform.
 * Constant memory. Damaged or missing files and a full or read-only disk are `problems`, not rejections.
 * On abort rejects with AbortError and leaves no partial file.
 * @throws AppError `input` when `files` is empty.
 */
export async function prepareRecording(
  params: PrepareRecordingParams,
  signal: AbortSignal,
): Promise<PreparedRecording> {
  if (params.files.length === 0) {
    throw errors.input('There is no file of this recording to prepare');
  }
  const inspected: Part[] = [];
  let firstChannel = 0;
  for (const file of params.files) {
    const sound = await unpackSound(
      file.path,
      unpackedPath(params.playablePath, file.channel),
      signal,
    );
    const media = sound.problem === undefined ? await inspectSound(sound, signal) : unusable(sound);
    inspected.push({ ...file, path: sound.path, media, firstChannel });
    firstChannel += media.sound?.format.channelCount ?? 1;
  }
  const problems = inspected.flatMap((part) =>
    part.media.problem === undefined ? [] : [about(part, inspected, part.media.problem)],
  );
  const decodable = inspected.flatMap((part) =>
    part.media.sound === undefined ? [] : [{ ...part, sound: part.media.sound }],
  );
  return decodable.length === 0
    ? withoutSamples(inspected, problems)
    : await withSamples(params, inspected, decodable, problems, signal);
}

/** `<recording>.<hash>.wav` becomes `<recording>.<hash>.<channel>.unpacked.wav`. */
function unpackedPath(playablePath: string, channel: string): string {
  return `${playablePath.replace(/\.wav$/u, '')}.${channel}.unpacked.wav`;
}

/** What is made of the sound is compared with the age of the stored file: unpacking again makes it no newer. */
async function inspectSound(
  { path, modifiedMs }: UnpackedSound,
  signal: AbortSignal,
): Promise<InspectedMedia> {
  const media = await inspectMedia(path, signal);
  return modifiedMs === undefined ? media : { ...media, modifiedMs };
}

function unusable({ path, problem }: UnpackedSound): InspectedMedia {
  return { path, container: undefined, modifiedMs: 0, sound: undefined, problem };
}

interface Part {
  readonly channel: string;
  readonly path: string;
  readonly peaksPath: string;
  readonly media: InspectedMedia;
  readonly firstChannel: number;
}

interface DecodablePart extends Part {
  readonly sound: InspectedSound;
}

const playableKinds: ReadonlySet<string> = new Set([
  'mp3',
  'oggVorbis',
  'flac',
  'oggOpus',
  'ogg',
  'webm',
  'mp4',
]);

function withoutSamples(parts: readonly Part[], problems: readonly string[]): PreparedRecording {
  const playable = parts.filter(({ media }) => playableKinds.has(media.container?.kind ?? ''));
  const [first, ...others] = playable;
  return {
    durationMs: 0,
    channels: parts.map(({ channel }) => ({
      fileChannel: channel,
      indexInFile: 0,
      peaksPath: undefined,
    })),
    playablePath: first?.path,
    problems:
      first === undefined || others.length === 0
        ? problems
        : [
            ...problems,
            `Only one of the channels can be heard, since this format cannot be mixed here. Download the recording as WAV to hear all: channel ${first.channel}`,
          ],
  };
}

async function withSamples(
  params: PrepareRecordingParams,
  parts: readonly Part[],
  decodable: readonly DecodablePart[],
  inspectionProblems: readonly string[],
  signal: AbortSignal,
): Promise<PreparedRecording> {
  const direct = directlyPlayable(parts, decodable);
  const copy = direct === undefined ? planCopy(params.playablePath, parts, decodable) : undefined;
  const isCopyPossible = copy !== undefined && dataBytesOf(copy) <= maxWavDataBytes;
  const isCopyWanted = isCopyPossible && !(await isCopyCurrent(copy, decodable));
  const inputs = await planInputs(decodable, isCopyWanted);
  const result = await convertRecording(inputs, isCopyWanted ? copy : undefined, signal);
  const isCopyUsable = isCopyPossible && !result.failures.has(copy.path);
  // A browser may still cope with a single file that could not be copied.
  const fallback = parts.length === 1 ? parts[0]?.path : undefined;
  return {
    durationMs: Math.max(...decodable.map(({ sound }) => durationOf(sound))),
    channels: await withOverviews(
      parts.flatMap((part) => channelsOf(part, !result.failures.has(part.peaksPath))),
      signal,
    ),
    playablePath: direct ?? (isCopyUsable ? copy.path : fallback),
    problems: [
      ...inspectionProblems,
      ...problemsOfLengths(decodable),
      ...(copy === undefined || isCopyPossible
        ? []
        : ['The recording is too long to be made playable: a WAV file ends at 4 GB']),
      ...problemsOfConversion(parts, params.playablePath, result),
    ],
  };
}

/** What the pass must read: everything for a copy, else only files without a current waveform. */
async function planInputs(
  decodable: readonly DecodablePart[],
  isCopyWanted: boolean,
): Promise<readonly ConversionInput[]> {
  const inputs: ConversionInput[] = [];
  for (const part of decodable) {
    const isCurrent = await arePeaksCurrent(part);
    if (!isCurrent || isCopyWanted) {
      inputs.push({ ...part, peaksPath: isCurrent ? undefined : part.peaksPath });
    }
  }
  return inputs;
}

function problemsOfConversion(
  parts: readonly Part[],
  copyPath: string,
  { failures, shrunkPaths, silencedPaths }: ConversionResult,
): readonly string[] {
  const problems: string[] = [];
  for (const part of parts) {
    if (shrunkPaths.includes(part.path)) {
      problems.push(about(part, parts, 'The file became shorter while it was read. Open it again'));
    }
    if (silencedPaths.includes(part.path)) {
      problems.push(
        about(part, parts, 'Parts of the sound could not be decoded; they are silent here'),
      );
    }
    if (failures.has(part.peaksPath)) {
      problems.push(about(part, parts, writeProblem('waveform', failures.get(part.peaksPath))));
    }
  }
  return failures.has(copyPath)
    ? [...problems, writeProblem('playable copy', failures.get(copyPath))]
    : problems;
}

function channelsOf(part: Part, hasPeaks: boolean): PreparedRecording['channels'] {
  const { sound } = part.media;
  return Array.from({ length: sound?.format.channelCount ?? 1 }, (_, indexInFile) => ({
    fileChannel: part.channel,
    indexInFile,
    peaksPath: sound !== undefined && hasPeaks ? part.peaksPath : undefined,
  }));
}

async function withOverviews(
  channels: PreparedRecording['channels'],
  signal: AbortSignal,
): Promise<PreparedRecording['channels']> {
  const overviews = new Map<string, readonly (readonly number[])[]>();
  for (const { peaksPath } of channels) {
    if (peaksPath !== undefined && !overviews.has(peaksPath)) {
      overviews.set(peaksPath, await readPeaksOverview(peaksPath, signal));
    }
  }
  return channels.map((channel) => {
    const overview = overviews.get(channel.peaksPath ?? '')?.[channel.indexInFile];
    return overview === undefined ? channel : { ...channel, overview };
  });
}

/** The one file that needs no copy. */
function directlyPlayable(
  parts: readonly Part[],
  decodable: readonly DecodablePart[],
): string | undefined {
  const [only] = decodable;
  return parts.length === 1 && only?.sound.isPlayable === true ? only.path : undefined;
}

function planCopy(
  path: string,
  parts: readonly Part[],
  decodable: readonly DecodablePart[],
): ConversionOutput {
  const sampleRateHz = Math.max(...decodable.map(({ sound }) => sound.format.sampleRateHz));
  return {
    path,
    sampleRateHz,
    channelCount: parts.flatMap((part) => channelsOf(part, false)).length,
    frameCount: Math.max(
      ...decodable.map(({ sound }) =>
        Math.ceil((sound.frameCount * sampleRateHz) / sound.format.sampleRateHz),
      ),
    ),
  };
}

function dataBytesOf(copy: ConversionOutput): number {
  return copy.frameCount * copy.channelCount * 2;
}

async function isCopyCurrent(
  copy: ConversionOutput,
  decodable: readonly DecodablePart[],
): Promise<boolean> {
  const head = await readDerivedHead(copy.path, decodable, wavHeaderBytes);
  return (
    head?.sizeBytes === wavHeaderBytes + dataBytesOf(copy) &&
    Buffer.compare(head.bytes, encodeWavHeader(copy)) === 0
  );
}

async function arePeaksCurrent(part: DecodablePart): Promise<boolean> {
  const head = await readDerivedHead(part.peaksPath, [part], peaksHeaderBytes);
  if (head === undefined) {
    return false;
  }
  try {
    const { format, frameCount } = part.sound;
    const header = decodePeaksHeader(head.bytes, head.sizeBytes);
    const samplesPerPixel = baseSamplesPerPixel(format.sampleRateHz);
    return (
      header.sampleRateHz === format.sampleRateHz &&
      header.samplesPerPixel === samplesPerPixel &&
      header.channelCount === format.channelCount &&
      header.lengthPixels === Math.ceil(frameCount / samplesPerPixel)
    );
  } catch {
    // Damaged, or of another version: made again.
    return false;
  }
}

/** The start of a derived file that is newer than what it was made from; undefined when there is none. */
async function readDerivedHead(
  path: string,
  sources: readonly Part[],
  lengthBytes: number,
): Promise<{ readonly bytes: Uint8Array; readonly sizeBytes: number } | undefined> {
  try {
    const { mtimeMs, size } = await stat(path);
    if (sources.some(({ media }) => media.modifiedMs > mtimeMs)) {
      return undefined;
    }
    const file = await open(path, 'r');
    try {
      const bytes = new Uint8Array(lengthBytes);
      const { bytesRead } = await file.read(bytes, 0, lengthBytes, 0);
      return { bytes: bytes.subarray(0, bytesRead), sizeBytes: size };
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

const noticeableMs = 1000;

function problemsOfLengths(decodable: readonly DecodablePart[]): readonly string[] {
  const longestMs = Math.max(...decodable.map(({ sound }) => durationOf(sound)));
  return decodable.flatMap(({ channel, sound }) => {
    const missingMs = longestMs - durationOf(sound);
    return missingMs <= noticeableMs
      ? []
      : [
          `Channel ${channel}: It is ${(missingMs / 1000).toFixed(1)} s shorter than the longest channel; silence follows its end`,
        ];
  });
}

function durationOf(sound: InspectedSound): number {
  return (sound.frameCount * 1000) / sound.format.sampleRateHz;
}

function about(part: Part, parts: readonly Part[], sentence: string): string {
  return parts.length === 1 ? sentence : `Channel ${part.channel}: ${sentence}`;
}

function writeProblem(what: string, reason: unknown): string {
  const code =
    reason instanceof Error && 'code' in reason && typeof reason.code === 'string'
      ? reason.code
      : messageOf(reason);
  return `Could not write the ${what}; check that its folder is writable and the disk not full: ${code}`;
}
