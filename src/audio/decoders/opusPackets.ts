/** Opus by libopus compiled to WebAssembly (`opus-decoder`). */
import { OpusDecoder } from 'opus-decoder';
import { errors } from '../../base/appError.ts';
import { frameCountAt, type PacketFormat } from '../packets.ts';
import { interleave } from './interleave.ts';
import type { PacketDecoder } from './packetDecoder.ts';

const ratesHz = [8000, 12_000, 16_000, 24_000, 48_000] as const;

/** What the engine reserves for a packet; it writes beyond that without looking. */
const maxPacketBytes = 3840;

/** @throws AppError `unsupported` for other rates than libopus has. */
export async function createOpusDecoder(
  format: PacketFormat,
  sampleRateHz: number,
): Promise<PacketDecoder> {
  const rateHz = ratesHz.find((rate) => rate === sampleRateHz);
  if (rateHz === undefined) {
    throw errors.unsupported(`Opus cannot be decoded to this rate: ${String(sampleRateHz)} Hz`);
  }
  const { channelCount } = format;
  const engine = new OpusDecoder({ channels: channelCount, sampleRate: rateHz, preSkip: 0 });
  await engine.ready;
  let output = new Int16Array(0);
  let hasFailed = false;
  return {
    get hasFailed(): boolean {
      return hasFailed;
    },
    decode: (packets) => {
      const counts = packets.map(({ frameCount }) => frameCountAt(rateHz, format, frameCount));
      const length = counts.reduce((sum, count) => sum + count, 0) * channelCount;
      if (output.length < length) {
        output = new Int16Array(length);
      }
      output.fill(0, 0, length);
      let frame = 0;
      for (const [index, { bytes }] of packets.entries()) {
        const count = counts[index] ?? 0;
        const isReadable = bytes.length > 0 && bytes.length <= maxPacketBytes * channelCount;
        const decoded = isReadable ? engine.decodeFrame(bytes) : undefined;
        if (decoded?.samplesDecoded === count) {
          interleave(decoded.channelData, 0, count, output, frame, channelCount);
        } else {
          hasFailed = true;
        }
        frame += count;
      }
      return output.subarray(0, length);
    },
    free: () => {
      engine.free();
    },
  };
}
