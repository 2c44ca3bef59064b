/**
 * RIFF/WAVE headers: what sound a file holds and where, and the header of what we write. Pure over bytes; trusts no length
 * that the file states.
 */
import { errors } from '../base/appError.ts';

export const wavCodecs = ['pcm8', 'pcm16', 'pcm24', 'muLaw', 'aLaw'] as const;
/** How one sample is stored: unsigned 8-bit, signed 16 or 24-bit little-endian, or G.711. */
export type WavCodec = (typeof wavCodecs)[number];

/** Width of one stored sample of one channel. */
export const sampleSizeBytes: Readonly<Record<WavCodec, number>> = {
  pcm8: 1,
  pcm16: 2,
  pcm24: 3,
  muLaw: 1,
  aLaw: 1,
};

export interface WavFormat {
  readonly codec: WavCodec;
  /** 1 to 16. */
  readonly channelCount: number;
  /** 1 000 to 192 000. */
  readonly sampleRateHz: number;
  readonly bitsPerSample: number;
  /** One sample of every channel. */
  readonly frameSizeBytes: number;
  /** Where the first sample lies in the file. */
  readonly dataOffsetBytes: number;
  /** As the header states it, which may be 0 or a lie; undefined when it says that nobody knew (0xFFFFFFFF). */
  readonly dataLengthBytes: number | undefined;
}

export type WavProbe =
  | { readonly isComplete: true; readonly format: WavFormat }
  /** The header goes on: ask again with at least this much of the file. */
  | { readonly isComplete: false; readonly neededBytes: number };

const unknownLength = 0xffff_ffff;
const chunkHeaderBytes = 8;
const pcmHeaderBytes = 44;

/**
 * Reads a header from the start of a file. Chunks may come in any order, with or without the padding byte after an odd
 * length; `LIST`, `fact` and unknown ones are passed over; RF64 and BW64 are read like RIFF.
 * @throws AppError `corrupt` when it is no WAVE file or its format makes no sense, `unsupported` for other codecs.
 * @see http://soundfile.sapp.org/doc/WaveFormat, EBU Tech 3306 for RF64
 */
export function probeWav(head: Uint8Array): WavProbe {
  if (head.length < 12) {
    return { isComplete: false, neededBytes: 12 };
  }
  checkMagic(head);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let offset = 12;
  let coding: Coding | undefined;
  let data: { readonly offset: number; readonly length: number | undefined } | undefined;
  let longLength: number | undefined;
  while (coding === undefined || data === undefined) {
    if (offset + chunkHeaderBytes > head.length) {
      return { isComplete: false, neededBytes: offset + chunkHeaderBytes };
    }
    const id = fourCc(head, offset);
    const length = view.getUint32(offset + 4, true);
    const start = offset + chunkHeaderBytes;
    if (id === 'data') {
      data = { offset: start, length: length === unknownLength ? longLength : length };
    } else if (id === 'fmt ' || id === 'ds64') {
      const wanted = start + Math.min(length, 40);
      if (wanted > head.length) {
        return { isComplete: false, neededBytes: wanted };
      }
      if (id === 'fmt ') {
        coding = decodeFormat(view, start, length);
      } else {
        longLength = decodeLongLength(view, start, length);
      }
    }
    offset = nextChunk(head, start + length);
  }
  return {
    isComplete: true,
    format: {
      ...coding,
      frameSizeBytes: coding.channelCount * sampleSizeBytes[coding.codec],
      dataOffsetBytes: data.offset,
      dataLengthBytes: data.length,
    },
  };
}

function checkMagic(head: Uint8Array): void {
  const magic = fourCc(head, 0);
  if (magic === 'RIFX') {
    throw errors.unsupported('This WAV file is big-endian (RIFX), which is not supported');
  }
  if (!['RIFF', 'RF64', 'BW64'].includes(magic) || fourCc(head, 8) !== 'WAVE') {
    throw errors.corrupt('This is not a WAV file: it does not begin with a RIFF/WAVE header');
  }
}

export interface SoundExtent {
  readonly frameCount: number;
  /** What is wrong with the stated length. `streamed`: it states none, so all that follows is sound. */
  readonly finding: 'exact' | 'streamed' | 'truncated' | 'understated' | 'noSound';
}

/**
 * How much sound there really is, given the file's size. `afterData` is what the file holds where its data should end, 8
 * bytes or what there is: when that is no chunk, the header understates and the rest is sound too.
 */
export function measureSound(
  format: WavFormat,
  fileSizeBytes: number,
  afterData: Uint8Array,
): SoundExtent {
  const availableBytes = Math.max(0, fileSizeBytes - format.dataOffsetBytes);
  const statedBytes = format.dataLengthBytes;
  const frames = (lengthBytes: number): number => Math.floor(lengthBytes / format.frameSizeBytes);
  if (frames(availableBytes) === 0) {
    return { frameCount: 0, finding: 'noSound' };
  }
  if (statedBytes === undefined || statedBytes === 0) {
    return { frameCount: frames(availableBytes), finding: 'streamed' };
  }
  if (statedBytes > availableBytes) {
    return { frameCount: frames(availableBytes), finding: 'truncated' };
  }
  const restBytes = availableBytes - statedBytes;
  if (restBytes > chunkHeaderBytes && !looksLikeChunk(afterData, restBytes)) {
    return { frameCount: frames(availableBytes), finding: 'understated' };
  }
  const frameCount = frames(statedBytes);
  return { frameCount, finding: frameCount === 0 ? 'noSound' : 'exact' };
}

/** Size of the header that `encodeWavHeader` makes. */
export const wavHeaderBytes = pcmHeaderBytes;

/** The most sound, in bytes, that a plain RIFF file can hold: its lengths have 32 bits. */
export const maxWavDataBytes = unknownLength - pcmHeaderBytes;

/**
 * Header of a PCM16 file; the samples follow, interleaved.
 * @throws AppError `unsupported` when that is more than RIFF can express.
 */
export function encodeWavHeader(sound: {
  readonly channelCount: number;
  readonly sampleRateHz: number;
  readonly frameCount: number;
}): Uint8Array {
  const frameSizeBytes = sound.channelCount * sampleSizeBytes.pcm16;
  const dataBytes = sound.frameCount * frameSizeBytes;
  if (dataBytes > maxWavDataBytes) {
    throw errors.unsupported('The recording is too long for one WAV file, which ends at 4 GB');
  }
  const header = new Uint8Array(pcmHeaderBytes);
  const view = new DataView(header.buffer);
  header.set(ascii('RIFF'), 0);
  view.setUint32(4, pcmHeaderBytes - chunkHeaderBytes + dataBytes, true);
  header.set(ascii('WAVEfmt '), 8);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, sound.channelCount, true);
  view.setUint32(24, sound.sampleRateHz, true);
  view.setUint32(28, sound.sampleRateHz * frameSizeBytes, true);
  view.setUint16(32, frameSizeBytes, true);
  view.setUint16(34, 16, true);
  header.set(ascii('data'), 36);
  view.setUint32(40, dataBytes, true);
  return header;
}

type Coding = Pick<WavFormat, 'codec' | 'channelCount' | 'sampleRateHz' | 'bitsPerSample'>;

const extensible = 0xfffe;

function decodeFormat(view: DataView, start: number, length: number): Coding {
  if (length < 16) {
    throw errors.corrupt('The WAV header is damaged: its format chunk is too short');
  }
  const stated = view.getUint16(start, true);
  const isExtensible = stated === extensible && length >= 26;
  const tag = isExtensible ? view.getUint16(start + 24, true) : stated;
  const channelCount = view.getUint16(start + 2, true);
  const sampleRateHz = view.getUint32(start + 4, true);
  const bitsPerSample = view.getUint16(start + 14, true);
  // Bounds keep one second of any accepted sound below 10 MB, whatever a hostile header says.
  if (channelCount < 1 || channelCount > 16 || sampleRateHz < 1000 || sampleRateHz > 192_000) {
    throw errors.corrupt(
      `The WAV header is damaged: ${String(channelCount)} channels at ${String(sampleRateHz)} Hz`,
    );
  }
  return { codec: codecOf(tag, bitsPerSample), channelCount, sampleRateHz, bitsPerSample };
}

const codecsByTagAndBits: ReadonlyMap<string, WavCodec> = new Map([
  ['1/8', 'pcm8'],
  ['1/16', 'pcm16'],
  ['1/24', 'pcm24'],
  ['6/8', 'aLaw'],
  ['7/8', 'muLaw'],
]);

const codecNames: Readonly<Record<number, string>> = {
  1: 'PCM',
  2: 'Microsoft ADPCM',
  3: 'floating-point PCM',
  6: 'A-law',
  7: 'mu-law',
  0x11: 'IMA ADPCM',
  0x31: 'GSM 6.10',
  0x40: 'G.721 ADPCM',
  0x55: 'MP3',
  0x83: 'G.729',
};

function codecOf(tag: number, bitsPerSample: number): WavCodec {
  const codec = codecsByTagAndBits.get(`${String(tag)}/${String(bitsPerSample)}`);
  if (codec === undefined) {
    const name = codecNames[tag] ?? `codec 0x${tag.toString(16)}`;
    throw errors.unsupported(
      `This WAV file's coding cannot be decoded, only PCM of 8, 16 or 24 bits, mu-law and A-law: ${name}, ${String(bitsPerSample)} bits`,
    );
  }
  return codec;
}

function decodeLongLength(view: DataView, start: number, length: number): number | undefined {
  if (length < 16) {
    throw errors.corrupt('The WAV header is damaged: its ds64 chunk is too short');
  }
  const dataBytes = view.getBigUint64(start + 8, true);
  return dataBytes <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(dataBytes) : undefined;
}

/** Chunks are padded to even offsets, but some writers forget: a chunk id right at the odd end means no padding. */
function nextChunk(head: Uint8Array, end: number): number {
  const isUnpadded = end % 2 === 1 && isChunkId(head, end) && !isChunkId(head, end + 1);
  return end % 2 === 0 || isUnpadded ? end : end + 1;
}

function looksLikeChunk(bytes: Uint8Array, restBytes: number): boolean {
  return [0, 1].some((offset) => {
    if (!isChunkId(bytes, offset) || bytes.length < offset + chunkHeaderBytes) {
      return false;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, chunkHeaderBytes);
    return view.getUint32(4, true) <= restBytes - offset - chunkHeaderBytes + 1;
  });
}

function isChunkId(bytes: Uint8Array, offset: number): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_ ]{3}$/u.test(fourCc(bytes, offset));
}

function fourCc(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
