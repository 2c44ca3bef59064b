/** Chooses the engine for a codec. Each is a module of its own, loaded when a file first needs it. */
import type { PacketFormat } from '../packets.ts';
import type { PacketDecoder } from './packetDecoder.ts';

/**
 * How much to hand to `decode` at a time, in frames of the clock: little, for constant memory; more for Vorbis, whose engine reads
 * the headers again for each call.
 */
export function framesAtATime(format: PacketFormat): number {
  return format.codec === 'vorbis' ? 16 * format.clockHz : format.clockHz;
}

/**
 * @param sampleRateHz what to decode to: the clock of the format, or for Opus also 8, 12, 16 or 24 kHz.
 * @throws AppError `unsupported` when the engine cannot be started here.
 */
export async function createPacketDecoder(
  format: PacketFormat,
  sampleRateHz: number,
): Promise<PacketDecoder> {
  switch (format.codec) {
    case 'opus': {
      const { createOpusDecoder } = await import('./opusPackets.ts');
      return await createOpusDecoder(format, sampleRateHz);
    }
    case 'mp3': {
      const { createMp3Decoder } = await import('./mp3Packets.ts');
      return await createMp3Decoder(format);
    }
    case 'vorbis': {
      const { createVorbisDecoder } = await import('./vorbisPackets.ts');
      return await createVorbisDecoder(format);
    }
  }
}
