/** Turns stored samples into 16-bit ones, chunk by chunk, in constant memory. Knows nothing of files or headers. */
import { isLittleEndian } from './pcm16.ts';
import { sampleSizeBytes, type WavCodec } from './wav.ts';

export interface SampleDecoder {
  /**
   * Samples of all whole frames so far, interleaved by channel; bytes of an unfinished frame wait for the next chunk.
   * The result is valid until the next call and may share memory with `chunk`.
   */
  decode(chunk: Uint8Array): Int16Array;
  /** Bytes of an unfinished frame; more than 0 at the end means that the sound was cut inside of a frame. */
  readonly pendingBytes: number;
}

/** A decoder for one stream of sound. `chunk`s may be split anywhere, also inside of a sample. */
export function createSampleDecoder(sound: {
  readonly codec: WavCodec;
  readonly channelCount: number;
}): SampleDecoder {
  const sampleBytes = sampleSizeBytes[sound.codec];
  const frameBytes = sampleBytes * sound.channelCount;
  const convert = converters[sound.codec];
  let pending = new Uint8Array(0);
  let output = new Int16Array(0);

  return {
    get pendingBytes(): number {
      return pending.length;
    },
    decode: (chunk) => {
      const bytes = pending.length === 0 ? chunk : joined(pending, chunk);
      const wholeBytes = bytes.length - (bytes.length % frameBytes);
      // A copy, since the caller may use its chunk again.
      pending = bytes.slice(wholeBytes);
      const sampleCount = wholeBytes / sampleBytes;
      if (sound.codec === 'pcm16' && isLittleEndian && bytes.byteOffset % 2 === 0) {
        return new Int16Array(bytes.buffer, bytes.byteOffset, sampleCount);
      }
      if (output.length < sampleCount) {
        output = new Int16Array(sampleCount);
      }
      convert(bytes, sampleCount, output);
      return output.subarray(0, sampleCount);
    },
  };
}

type Converter = (bytes: Uint8Array, sampleCount: number, output: Int16Array) => void;

const muLawTable = Int16Array.from({ length: 256 }, (_, code) => decodeMuLaw(code));
const aLawTable = Int16Array.from({ length: 256 }, (_, code) => decodeALaw(code));

const converters: Readonly<Record<WavCodec, Converter>> = {
  pcm8: (bytes, sampleCount, output) => {
    for (let index = 0; index < sampleCount; index++) {
      output[index] = ((bytes[index] ?? 0) - 128) << 8;
    }
  },
  pcm16: (bytes, sampleCount, output) => {
    for (let index = 0; index < sampleCount; index++) {
      output[index] = (bytes[2 * index] ?? 0) | ((bytes[2 * index + 1] ?? 0) << 8);
    }
  },
  // The lowest byte is below what 16 bits hold.
  pcm24: (bytes, sampleCount, output) => {
    for (let index = 0; index < sampleCount; index++) {
      output[index] = (bytes[3 * index + 1] ?? 0) | ((bytes[3 * index + 2] ?? 0) << 8);
    }
  },
  muLaw: byTable(muLawTable),
  aLaw: byTable(aLawTable),
};

function byTable(table: Int16Array): Converter {
  return (bytes, sampleCount, output) => {
    for (let index = 0; index < sampleCount; index++) {
      output[index] = table[bytes[index] ?? 0] ?? 0;
    }
  };
}

/** @see ITU-T G.711, table 2a and 2b; scaled to 16 bits */
function decodeMuLaw(code: number): number {
  const inverted = ~code & 0xff;
  const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted & 0x70) >> 4)) - 0x84;
  return (inverted & 0x80) === 0 ? magnitude : -magnitude;
}

/** @see ITU-T G.711, table 1a and 1b; scaled to 16 bits */
function decodeALaw(code: number): number {
  const toggled = code ^ 0x55;
  const exponent = (toggled & 0x70) >> 4;
  const mantissa = (toggled & 0x0f) << 4;
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return (toggled & 0x80) === 0 ? -magnitude : magnitude;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first, 0);
  bytes.set(second, first.length);
  return bytes;
}
