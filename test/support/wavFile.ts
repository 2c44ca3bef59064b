/** Makes WAV files in memory, right ones and wrong ones. */

export interface WavOptions {
  /** 1 PCM, 6 A-law, 7 mu-law, others to be refused. */
  readonly tag?: number;
  readonly channelCount?: number;
  readonly sampleRateHz?: number;
  readonly bitsPerSample?: number;
  readonly data: Uint8Array;
  /** What the data chunk says; the truth when left out. */
  readonly statedBytes?: number;
  readonly magic?: string;
  readonly isExtensible?: boolean;
  readonly before?: readonly Uint8Array[];
  readonly after?: readonly Uint8Array[];
}

/** One chunk, padded to an even length unless told otherwise. */
export function chunk(id: string, body: Uint8Array, statedBytes = body.length): Uint8Array {
  const bytes = new Uint8Array(8 + body.length + (body.length % 2));
  bytes.set(new TextEncoder().encode(id), 0);
  new DataView(bytes.buffer).setUint32(4, statedBytes, true);
  bytes.set(body, 8);
  return bytes;
}

export function formatChunk(options: Omit<WavOptions, 'data'>): Uint8Array {
  const { tag = 1, channelCount = 1, sampleRateHz = 8000, isExtensible = false } = options;
  const bits = options.bitsPerSample ?? (tag === 1 ? 16 : 8);
  const body = new Uint8Array(isExtensible ? 40 : 16);
  const view = new DataView(body.buffer);
  view.setUint16(0, isExtensible ? 0xfffe : tag, true);
  view.setUint16(2, channelCount, true);
  view.setUint32(4, sampleRateHz, true);
  view.setUint32(8, (sampleRateHz * channelCount * bits) / 8, true);
  view.setUint16(12, (channelCount * bits) / 8, true);
  view.setUint16(14, bits, true);
  if (isExtensible) {
    view.setUint16(16, 22, true);
    view.setUint16(18, bits, true);
    view.setUint16(24, tag, true);
  }
  return chunk('fmt ', body);
}

export function wavFile(options: WavOptions): Uint8Array {
  const head = new Uint8Array(12);
  head.set(new TextEncoder().encode(options.magic ?? 'RIFF'), 0);
  head.set(new TextEncoder().encode('WAVE'), 8);
  const bytes = concat([
    head,
    ...(options.before ?? []),
    formatChunk(options),
    chunk('data', options.data, options.statedBytes),
    ...(options.after ?? []),
  ]);
  new DataView(bytes.buffer).setUint32(4, bytes.length - 8, true);
  return bytes;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Little-endian bytes of 16-bit samples. */
export function pcm16(samples: readonly number[] | Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, index) => {
    view.setInt16(index * 2, sample, true);
  });
  return bytes;
}
