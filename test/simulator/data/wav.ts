/** Mono 8 kHz WAV files, PCM16 and G.711 mu-law: encoding, and decoding of our own fixtures. */

export const sampleRateHz = 8000;
export const samplesPerMs = sampleRateHz / 1000;

/** 44 bytes of header, then the samples. */
export function encodePcmWav(samples: Int16Array): Uint8Array {
  const format = Buffer.alloc(16);
  writeFormat(format, 1, 2);
  return riff([chunk('fmt ', format), chunk('data', littleEndian(samples))]);
}

/** With the `fact` chunk that every format but PCM must have. @see ITU-T G.711; RFC 2361 for the format tag. */
export const encodeMuLawWav = (samples: Int16Array): Uint8Array => encodeMuLawChannels([samples]);

/** One mu-law file with the channels interleaved; shorter channels end in silence. */
export function encodeMuLawChannels(channels: readonly Int16Array[]): Uint8Array {
  const format = Buffer.alloc(18);
  writeFormat(format, 7, 1, channels.length);
  const frameCount = Math.max(0, ...channels.map(({ length }) => length));
  const fact = Buffer.alloc(4);
  fact.writeUInt32LE(frameCount);
  const coded = new Uint8Array(frameCount * channels.length);
  const table = muLawTable();
  for (const [channel, samples] of channels.entries()) {
    for (let index = 0; index < frameCount; index++) {
      coded[index * channels.length + channel] = table[(samples[index] ?? 0) + 32768] ?? 0xff;
    }
  }
  return riff([chunk('fmt ', format), chunk('fact', fact), chunk('data', coded)]);
}

/**
 * The samples of a WAV file as this module and the fixtures write it.
 * @throws Error when it is no mono 8 kHz PCM16 or mu-law file.
 */
export function decodeWav(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let tag = 0;
  for (let offset = 12; offset + 8 <= bytes.length;) {
    const id = Buffer.from(bytes.subarray(offset, offset + 4)).toString('latin1');
    const size = view.getUint32(offset + 4, true);
    if (id === 'fmt ') {
      tag = view.getUint16(offset + 8, true);
    } else if (id === 'data') {
      return decodeSamples(bytes.subarray(offset + 8, offset + 8 + size), tag);
    }
    offset += 8 + size + (size % 2);
  }
  throw new Error('A WAV file without data');
}

function decodeSamples(data: Uint8Array, tag: number): Int16Array {
  if (tag === 1) {
    return new Int16Array(Uint8Array.from(data).buffer);
  }
  if (tag === 7) {
    return Int16Array.from(data, fromMuLaw);
  }
  throw new Error(`A WAV file of an unexpected format: ${String(tag)}`);
}

function writeFormat(format: Buffer, tag: number, bytesPerSample: number, channelCount = 1): void {
  const frameBytes = bytesPerSample * channelCount;
  format.writeUInt16LE(tag, 0);
  format.writeUInt16LE(channelCount, 2);
  format.writeUInt32LE(sampleRateHz, 4);
  format.writeUInt32LE(sampleRateHz * frameBytes, 8);
  format.writeUInt16LE(frameBytes, 12);
  format.writeUInt16LE(bytesPerSample * 8, 14);
}

function littleEndian(samples: Int16Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}

function riff(chunks: readonly Uint8Array[]): Uint8Array {
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]));
}

function chunk(id: string, body: Uint8Array): Buffer {
  const head = Buffer.alloc(8, id, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

let table: Uint8Array | undefined;

function muLawTable(): Uint8Array {
  table ??= Uint8Array.from({ length: 65536 }, (_, index) => toMuLaw(index - 32768));
  return table;
}

function toMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32635) + 132;
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function fromMuLaw(coded: number): number {
  const bits = ~coded & 0xff;
  const exponent = (bits >> 4) & 0x07;
  const magnitude = ((((bits & 0x0f) << 3) + 132) << exponent) - 132;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
}
