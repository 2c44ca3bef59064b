/**
 * Waveform peaks in audiowaveform's binary format: the lowest and highest sample of every stretch of sound. Makes them from
 * samples, writes and reads them; knows nothing of files or drawing.
 */
import { errors } from '../base/appError.ts';
import { isLittleEndian, toPcm16Bytes } from './pcm16.ts';

export interface Peaks {
  readonly sampleRateHz: number;
  /** How many samples of a channel one pixel stands for. */
  readonly samplesPerPixel: number;
  readonly channelCount: number;
  readonly lengthPixels: number;
  /** `min, max` of channel 0, `min, max` of channel 1, … for pixel 0, then for pixel 1, …; 16-bit range. */
  readonly data: Int16Array;
}

export type PeaksHeader = Omit<Peaks, 'data'>;

/** Header of what `encodePeaks` makes (version 2). */
export const peaksHeaderBytes = 24;
const version1HeaderBytes = 20;
const is8BitFlag = 1;

/** Pixels of the base resolution are 10 ms (rounded to whole samples). */
export function baseSamplesPerPixel(sampleRateHz: number): number {
  return Math.max(1, Math.round(sampleRateHz / 100));
}

/**
 * Header of version 2, 16 bits; `lengthPixels × channelCount` pairs of little-endian 16-bit values follow (`toPcm16Bytes`).
 * @see https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md
 */
export function encodePeaksHeader(header: PeaksHeader): Uint8Array {
  const bytes = new Uint8Array(peaksHeaderBytes);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 2, true);
  view.setUint32(4, 0, true);
  view.setInt32(8, header.sampleRateHz, true);
  view.setInt32(12, header.samplesPerPixel, true);
  view.setUint32(16, header.lengthPixels, true);
  view.setInt32(20, header.channelCount, true);
  return bytes;
}

/** A whole file of version 2, 16 bits. */
export function encodePeaks(peaks: Peaks): Uint8Array {
  const data = toPcm16Bytes(peaks.data);
  const bytes = new Uint8Array(peaksHeaderBytes + data.length);
  bytes.set(encodePeaksHeader(peaks), 0);
  bytes.set(data, peaksHeaderBytes);
  return bytes;
}

/**
 * Reads the header only, of a file that is `fileSizeBytes` long.
 * @throws AppError `corrupt` when it makes no sense or does not fit the size, `unsupported` for another version.
 */
export function decodePeaksHeader(
  head: Uint8Array,
  fileSizeBytes: number,
): PeaksHeader & { readonly dataOffsetBytes: number; readonly is8Bit: boolean } {
  if (head.length < version1HeaderBytes) {
    throw errors.corrupt('The waveform file is damaged: it ends within its header');
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const version = view.getInt32(0, true);
  if (version !== 1 && version !== 2) {
    throw errors.unsupported(`The waveform file has a version unknown here: ${String(version)}`);
  }
  const dataOffsetBytes = version === 1 ? version1HeaderBytes : peaksHeaderBytes;
  if (head.length < dataOffsetBytes) {
    throw errors.corrupt('The waveform file is damaged: it ends within its header');
  }
  const header = {
    sampleRateHz: view.getInt32(8, true),
    samplesPerPixel: view.getInt32(12, true),
    lengthPixels: view.getUint32(16, true),
    channelCount: version === 1 ? 1 : view.getInt32(20, true),
    is8Bit: (view.getUint32(4, true) & is8BitFlag) !== 0,
    dataOffsetBytes,
  };
  const valueBytes = header.is8Bit ? 1 : 2;
  const expectedBytes =
    dataOffsetBytes + header.lengthPixels * header.channelCount * 2 * valueBytes;
  if (
    header.sampleRateHz < 1 ||
    header.samplesPerPixel < 1 ||
    header.channelCount < 1 ||
    expectedBytes !== fileSizeBytes
  ) {
    throw errors.corrupt('The waveform file is damaged: its header does not fit its size');
  }
  return header;
}

/**
 * Reads a whole file of version 1 or 2, 8 or 16 bits; 8-bit values are scaled to the 16-bit range. Copies what it needs.
 * @throws AppError `corrupt` when it is damaged, `unsupported` for another version.
 */
export function decodePeaks(bytes: Uint8Array): Peaks {
  const { dataOffsetBytes, is8Bit, ...header } = decodePeaksHeader(bytes, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = new Int16Array(header.lengthPixels * header.channelCount * 2);
  for (let index = 0; index < data.length; index++) {
    data[index] = is8Bit
      ? view.getInt8(dataOffsetBytes + index) * 256
      : view.getInt16(dataOffsetBytes + index * 2, true);
  }
  return { ...header, data };
}

/** Makes peaks from interleaved samples, in as many portions as there are; `drain` keeps its memory constant. */
export class PeaksBuilder {
  private readonly sampleRateHz: number;
  private readonly channelCount: number;
  private readonly samplesPerPixel: number;
  /** `min, max` of each channel of the unfinished pixel. */
  private readonly current: Int16Array;
  private framesInPixel = 0;
  private data = new Int16Array(1024);
  private filledLength = 0;
  private pixelCount = 0;

  /** @param sound samplesPerPixel is 10 ms of sound when left out. */
  constructor(sound: {
    readonly sampleRateHz: number;
    readonly channelCount: number;
    readonly samplesPerPixel?: number;
  }) {
    this.sampleRateHz = sound.sampleRateHz;
    this.channelCount = sound.channelCount;
    this.samplesPerPixel = sound.samplesPerPixel ?? baseSamplesPerPixel(sound.sampleRateHz);
    this.current = new Int16Array(sound.channelCount * 2);
    this.resetPixel();
  }

  /** Pixels made so far, drained ones included. */
  get lengthPixels(): number {
    return this.pixelCount;
  }

  /** Whole frames, interleaved. */
  push(samples: Int16Array): void {
    const frameCount = Math.floor(samples.length / this.channelCount);
    const pairs = this.channelCount === 2 ? toPairs(samples) : undefined;
    for (let frame = 0; frame < frameCount;) {
      const end = Math.min(frameCount, frame + this.samplesPerPixel - this.framesInPixel);
      if (pairs !== undefined) {
        this.widenBoth(pairs, frame, end);
      } else {
        for (let channel = 0; channel < this.channelCount; channel++) {
          this.widen(samples, frame, end, channel);
        }
      }
      this.framesInPixel += end - frame;
      frame = end;
      if (this.framesInPixel === this.samplesPerPixel) {
        this.endPixel();
      }
    }
  }

  /** Takes out the values of the pixels that are finished and not yet taken, or none when they are fewer than `minLength`. */
  drain(minLength = 0): Int16Array {
    if (this.filledLength < minLength) {
      return new Int16Array(0);
    }
    const values = this.data.slice(0, this.filledLength);
    this.filledLength = 0;
    return values;
  }

  /** Ends the last pixel, which may stand for less sound than the others. Its `data` holds what was not drained. */
  finish(): Peaks {
    if (this.framesInPixel > 0) {
      this.endPixel();
    }
    return {
      sampleRateHz: this.sampleRateHz,
      samplesPerPixel: this.samplesPerPixel,
      channelCount: this.channelCount,
      lengthPixels: this.pixelCount,
      data: this.drain(),
    };
  }

  private widen(samples: Int16Array, from: number, to: number, channel: number): void {
    const stride = this.channelCount;
    let min = this.current[channel * 2] ?? 0;
    let max = this.current[channel * 2 + 1] ?? 0;
    const end = to * stride;
    for (let index = from * stride + channel; index < end; index += stride) {
      const sample = samples[index] ?? 0;
      if (sample < min) {
        min = sample;
      }
      if (sample > max) {
        max = sample;
      }
    }
    this.current[channel * 2] = min;
    this.current[channel * 2 + 1] = max;
  }

  /** As `widen` for both channels at once, which takes two thirds of the time. */
  private widenBoth(pairs: Int32Array, from: number, to: number): void {
    const { current } = this;
    let leftMin = current[0] ?? 0;
    let leftMax = current[1] ?? 0;
    let rightMin = current[2] ?? 0;
    let rightMax = current[3] ?? 0;
    for (let index = from; index < to; index++) {
      const pair = pairs[index] ?? 0;
      const left = (pair << 16) >> 16;
      const right = pair >> 16;
      if (left < leftMin) {
        leftMin = left;
      }
      if (left > leftMax) {
        leftMax = left;
      }
      if (right < rightMin) {
        rightMin = right;
      }
      if (right > rightMax) {
        rightMax = right;
      }
    }
    current[0] = leftMin;
    current[1] = leftMax;
    current[2] = rightMin;
    current[3] = rightMax;
  }

  private endPixel(): void {
    if (this.filledLength + this.current.length > this.data.length) {
      const larger = new Int16Array(this.data.length * 2 + this.current.length);
      larger.set(this.data);
      this.data = larger;
    }
    // Value by value: a call for so few costs more than all their samples.
    for (const value of this.current) {
      this.data[this.filledLength++] = value;
    }
    this.pixelCount++;
    this.framesInPixel = 0;
    this.resetPixel();
  }

  private resetPixel(): void {
    for (let channel = 0; channel < this.channelCount; channel++) {
      this.current[channel * 2] = 32_767;
      this.current[channel * 2 + 1] = -32_768;
    }
  }
}

/** Frames of two channels as numbers of 32 bits, the first channel in the lower half; undefined where memory does not have them so. */
function toPairs({ buffer, byteOffset, length }: Int16Array): Int32Array | undefined {
  return isLittleEndian && byteOffset % 4 === 0
    ? new Int32Array(buffer, byteOffset, Math.floor(length / 2))
    : undefined;
}
