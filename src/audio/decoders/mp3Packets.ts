/** MP3 by mpg123 compiled to WebAssembly (`mpg123-decoder`). */
import { MPEGDecoder } from 'mpg123-decoder';
import type { PacketFormat } from '../packets.ts';
import { interleave } from './interleave.ts';
import type { PacketDecoder } from './packetDecoder.ts';

/** One engine a file, since frames take bits from the ones before them. */
export async function createMp3Decoder(format: PacketFormat): Promise<PacketDecoder> {
  const { channelCount } = format;
  // The demuxer trims exactly; the engine would do it a second time.
  const engine = new MPEGDecoder({ enableGapless: false });
  await engine.ready;
  let output = new Int16Array(0);
  let hasFailed = false;

  const decodeOneByOne = (packets: Parameters<PacketDecoder['decode']>[0]): void => {
    let frame = 0;
    for (const { bytes, frameCount } of packets) {
      const { samplesDecoded, channelData } = engine.decode(bytes);
      if (samplesDecoded === frameCount) {
        interleave(channelData, 0, frameCount, output, frame, channelCount);
      } else {
        hasFailed = true;
      }
      frame += frameCount;
    }
  };

  return {
    get hasFailed(): boolean {
      return hasFailed;
    },
    decode: (packets) => {
      const frames = packets.reduce((sum, { frameCount }) => sum + frameCount, 0);
      const length = frames * channelCount;
      if (output.length < length) {
        output = new Int16Array(length);
      }
      output.fill(0, 0, length);
      decodeOneByOne(packets);
      return output.subarray(0, length);
    },
    free: () => {
      engine.free();
    },
  };
}
