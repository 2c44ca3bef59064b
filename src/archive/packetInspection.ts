/** How much sound a file of packets really holds: reads all of it once without decoding, in constant memory. */
import type { FileHandle } from 'node:fs/promises';
import { throwIfCancelled } from '../base/appError.ts';
import { createDemuxer } from '../audio/demuxer.ts';
import {
  audibleFrames,
  frameCountAt,
  type PacketFormat,
  type StreamFinding,
} from '../audio/packets.ts';
import type { ContainerKind } from '../audio/sniff.ts';
import { maxWavDataBytes } from '../audio/wav.ts';

export interface InspectedPackets {
  readonly kind: ContainerKind;
  readonly format: PacketFormat;
  /** What to decode to. */
  readonly sampleRateHz: number;
  /** At `sampleRateHz`; at least one. */
  readonly frameCount: number;
  readonly findings: ReadonlySet<StreamFinding>;
}

const chunkBytes = 256 * 1024;

/** Undefined for files without sound that we know. On abort rejects with AbortError. */
export async function inspectPackets(
  file: FileHandle,
  kind: ContainerKind,
  signal: AbortSignal,
): Promise<InspectedPackets | undefined> {
  const demuxer = createDemuxer(kind);
  if (demuxer === undefined) {
    return undefined;
  }
  const chunk = new Uint8Array(chunkBytes);
  let frames = 0;
  for (let offsetBytes = 0; ;) {
    throwIfCancelled(signal);
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, offsetBytes);
    offsetBytes += bytesRead;
    const packets = bytesRead === 0 ? demuxer.finish() : demuxer.push(chunk.subarray(0, bytesRead));
    frames += packets.reduce((sum, packet) => sum + audibleFrames(packet), 0);
    if (bytesRead === 0) {
      break;
    }
  }
  const { format, findings } = demuxer;
  if (format === undefined) {
    return undefined;
  }
  const sampleRateHz = affordableRate(format, frames);
  const frameCount = frameCountAt(sampleRateHz, format, frames);
  return frameCount === 0 ? undefined : { kind, format, sampleRateHz, frameCount, findings };
}

const lowerRatesHz = [24_000, 16_000, 12_000, 8000] as const;

/** Opus can be decoded to lower rates, so that many hours still fit into one WAV file. */
function affordableRate(format: PacketFormat, frames: number): number {
  const fits = (rateHz: number): boolean =>
    frameCountAt(rateHz, format, frames) * format.channelCount * 2 <= maxWavDataBytes;
  const rates = [
    format.sampleRateHz,
    ...(format.codec === 'opus' ? lowerRatesHz.filter((rate) => rate < format.sampleRateHz) : []),
  ];
  return rates.find(fits) ?? format.sampleRateHz;
}
