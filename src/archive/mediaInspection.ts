/**
 * Finds out by content what a media file is and how much sound it really holds. Reads the headers of WAV files, and all of
 * compressed ones, but decodes nothing.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { errors, isAppError, isCancellation, messageOf } from '../base/appError.ts';
import type { StreamFinding } from '../audio/packets.ts';
import {
  sniffContainer,
  sniffLengthBytes,
  type Container,
  type ContainerKind,
} from '../audio/sniff.ts';
import { measureSound, probeWav, type SoundExtent, type WavFormat } from '../audio/wav.ts';
import { inspectPackets, type InspectedPackets } from './packetInspection.ts';

export interface InspectedMedia {
  readonly path: string;
  readonly container: Container | undefined;
  readonly modifiedMs: number;
  /** Undefined for what cannot be decoded here; otherwise at least one frame. */
  readonly sound: InspectedSound | undefined;
  /** A sentence about what is wrong with the file, and what to do. */
  readonly problem: string | undefined;
}

export interface InspectedSound {
  /** What reading it yields. */
  readonly format: { readonly channelCount: number; readonly sampleRateHz: number };
  readonly frameCount: number;
  /**
   * True when every VS Code plays the file as it is and seeks in it exactly: PCM WAV whose header is right. Desktop VS Code has
   * neither Opus nor AAC, and Chromium is up to 75 ms off in MP3 and 55 ms in Vorbis (`npm run bench -- sync-accuracy`).
   */
  readonly isPlayable: boolean;
  readonly source:
    | { readonly kind: 'wav'; readonly format: WavFormat }
    | { readonly kind: 'packets'; readonly packets: InspectedPackets };
}

/** More than any real header, pictures and all; a file whose sound begins later is refused. */
const maxHeaderBytes = 1 << 20;

/**
 * A file that is missing, unreadable or damaged is described by its `problem`. Rejects only on abort, with AbortError.
 */
export async function inspectMedia(path: string, signal: AbortSignal): Promise<InspectedMedia> {
  const nothing = { path, container: undefined, modifiedMs: 0, sound: undefined };
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size, mtimeMs } = await file.stat();
    const head = await readAt(file, 0, Math.min(size, sniffLengthBytes));
    const container = sniffContainer(head);
    const base = { path, container, modifiedMs: mtimeMs };
    if (container.kind !== 'wav') {
      return { ...base, ...(await inspectOther(file, container.kind, signal)) };
    }
    try {
      return { ...base, ...(await inspectWav(file, head, size)) };
    } catch (error) {
      if (!isAppError(error)) {
        throw error;
      }
      return { ...base, sound: undefined, problem: error.message };
    }
  } catch (error) {
    if (isCancellation(error)) {
      throw error;
    }
    return { ...nothing, problem: problemOfFileSystem(error) };
  } finally {
    await file?.close();
  }
}

async function inspectWav(
  file: FileHandle,
  head: Uint8Array,
  fileSizeBytes: number,
): Promise<Pick<InspectedMedia, 'sound' | 'problem'>> {
  const format = await readFormat(file, head, fileSizeBytes);
  const dataEndBytes = format.dataOffsetBytes + (format.dataLengthBytes ?? 0);
  // Nine bytes: a chunk's header, and perhaps the padding before it.
  const extent = measureSound(format, fileSizeBytes, await readAt(file, dataEndBytes, 9));
  return {
    sound:
      extent.frameCount === 0
        ? undefined
        : {
            format,
            frameCount: extent.frameCount,
            isPlayable: extent.finding === 'exact' && format.codec.startsWith('pcm'),
            source: { kind: 'wav', format },
          },
    problem: problemOfExtent(format, extent),
  };
}

async function inspectOther(
  file: FileHandle,
  kind: ContainerKind,
  signal: AbortSignal,
): Promise<Pick<InspectedMedia, 'sound' | 'problem'>> {
  const packets = await inspectPackets(file, kind, signal);
  if (packets === undefined) {
    return { sound: undefined, problem: containerProblems[kind] };
  }
  const { format, sampleRateHz, frameCount, findings } = packets;
  return {
    sound: {
      format: { channelCount: format.channelCount, sampleRateHz },
      frameCount,
      isPlayable: false,
      source: { kind: 'packets', packets },
    },
    problem:
      findings.size === 0
        ? undefined
        : [...findings].map((finding) => findingProblems[finding]).join('. '),
  };
}

async function readFormat(
  file: FileHandle,
  head: Uint8Array,
  fileSizeBytes: number,
): Promise<WavFormat> {
  let bytes = head;
  for (;;) {
    const probe = probeWav(bytes);
    if (probe.isComplete) {
      return probe.format;
    }
    if (probe.neededBytes > fileSizeBytes) {
      throw errors.corrupt(
        'The file ends within its WAV header: it is cut or damaged. Download it again',
      );
    }
    if (probe.neededBytes > maxHeaderBytes) {
      throw errors.unsupported(
        'The WAV header does not say within its first megabyte where and how the sound is stored',
      );
    }
    // Twice as much each time, so that many small chunks do not mean many reads.
    const wanted = Math.min(fileSizeBytes, Math.max(probe.neededBytes, bytes.length * 2));
    bytes = await readAt(file, 0, Math.min(wanted, maxHeaderBytes));
    if (bytes.length < probe.neededBytes) {
      throw errors.corrupt('The file was cut while it was being read. Download it again');
    }
  }
}

/** Up to `lengthBytes`; fewer at the end of the file. */
async function readAt(
  file: FileHandle,
  offsetBytes: number,
  lengthBytes: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(lengthBytes);
  let doneBytes = 0;
  while (doneBytes < lengthBytes) {
    const { bytesRead } = await file.read(
      bytes,
      doneBytes,
      lengthBytes - doneBytes,
      offsetBytes + doneBytes,
    );
    if (bytesRead === 0) {
      break;
    }
    doneBytes += bytesRead;
  }
  return bytes.subarray(0, doneBytes);
}

function problemOfExtent(format: WavFormat, extent: SoundExtent): string | undefined {
  const bytesPerSecond = format.frameSizeBytes * format.sampleRateHz;
  const stated = seconds((format.dataLengthBytes ?? 0) / bytesPerSecond);
  const found = seconds(extent.frameCount / format.sampleRateHz);
  switch (extent.finding) {
    case 'noSound':
      return 'The file is a WAV header without sound. Download it again';
    case 'truncated':
      return `The file is cut: its header promises ${stated}, it holds ${found}. Download it again`;
    case 'understated':
      return `The header of the file is wrong: it says ${stated}, the file holds ${found}; all of it is used`;
    case 'exact':
    case 'streamed':
      return undefined;
  }
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

const maybeSilent =
  'Desktop VS Code may not be able to play this format (AAC). Download the recording as WAV to be sure';
const withoutSound =
  'No sound could be found in this file, so it has no waveform and may not play. Download the recording again, or as WAV';
const unknownFormat = 'The file is in no audio format that is known here';
const serverMessage =
  'The file is no audio but a message of the server, probably because its link had expired. Download it again';

const containerProblems: Readonly<Record<ContainerKind, string | undefined>> = {
  wav: undefined,
  mp3: withoutSound,
  oggVorbis: withoutSound,
  flac: undefined,
  oggOpus: withoutSound,
  ogg: withoutSound,
  webm: withoutSound,
  mp4: maybeSilent,
  html: serverMessage,
  xml: serverMessage,
  json: serverMessage,
  zip: unknownFormat,
  unknown: unknownFormat,
  empty: 'The file is empty. Download it again',
};

const findingProblems: Readonly<Record<StreamFinding, string>> = {
  cut: 'The file is cut: it ends in the middle of its sound. What is there is used. Download it again',
  damaged:
    'Parts of the file are damaged. They are silent or left out, and times after them may be wrong. Download it again',
  otherStream:
    'The file goes on in another format, which is left out. Download the recording as WAV to hear all',
};

function problemOfFileSystem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') {
    return 'The file is missing. Download the recording again';
  }
  return `The file cannot be read: ${typeof code === 'string' ? code : messageOf(error)}`;
}
