/** What is to be known of Opus without decoding it: the identification header and how long a packet is. */
import type { PacketFormat } from './packets.ts';

export const opusClockHz = 48_000;

export interface OpusHead {
  readonly format: PacketFormat;
  /** Frames of the clock at the start of the stream that are not to be heard. */
  readonly preSkipFrames: number;
}

const nativeRatesHz: ReadonlySet<number> = new Set([8000, 12_000, 16_000, 24_000]);

/**
 * Undefined for what is no header or has more than two channels.
 * @see RFC 7845 section 5.1
 */
export function decodeOpusHead(bytes: Uint8Array): OpusHead | undefined {
  if (bytes.length < 19 || String.fromCharCode(...bytes.subarray(0, 8)) !== 'OpusHead') {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channelCount = view.getUint8(9);
  const isKnown = view.getUint8(8) < 16 && view.getUint8(18) === 0;
  if (!isKnown || channelCount < 1 || channelCount > 2) {
    return undefined;
  }
  const inputRateHz = view.getUint32(12, true);
  return {
    preSkipFrames: view.getUint16(10, true),
    format: {
      codec: 'opus',
      channelCount,
      clockHz: opusClockHz,
      sampleRateHz: nativeRatesHz.has(inputRateHz) ? inputRateHz : opusClockHz,
    },
  };
}

const silkFrames = [480, 960, 1920, 2880] as const;
const hybridFrames = [480, 960] as const;
const celtFrames = [120, 240, 480, 960] as const;

/** Frames of the clock in a packet: 120 to 5 760; 0 for one that cannot be right. @see RFC 6716 section 3.1 */
export function opusPacketFrames(packet: Uint8Array): number {
  const toc = packet[0];
  if (toc === undefined) {
    return 0;
  }
  const configuration = toc >> 3;
  const perFrame =
    configuration < 12
      ? silkFrames[configuration % 4]
      : configuration < 16
        ? hybridFrames[configuration % 2]
        : celtFrames[configuration % 4];
  const code = toc & 3;
  const count = code === 0 ? 1 : code === 3 ? (packet[1] ?? 0) & 0x3f : 2;
  const frames = (perFrame ?? 0) * count;
  return frames <= 5760 ? frames : 0;
}
