/**
 * Vorbis by stb_vorbis compiled to WebAssembly (`stb-vorbis`). The engine decodes whole files only, so each call gets a small
 * file of its own: the headers, the packet before, which overlaps, and the packets wanted.
 * @see docs/adr/0016-compressed-audio.md
 */
import { StbVorbis } from 'stb-vorbis';
import { encodeOgg } from '../ogg/encodeOgg.ts';
import type { AudioPacket, PacketFormat } from '../packets.ts';
import { interleave } from './interleave.ts';
import type { PacketDecoder } from './packetDecoder.ts';

/** Around damage the portions become as small as this. Smaller would cost more than the sound is worth. */
const minPortion = 32;

const emptyComment = Uint8Array.from([3, ...letters('vorbis'), ...Array<number>(8).fill(0), 1]);

export async function createVorbisDecoder({ channelCount }: PacketFormat): Promise<PacketDecoder> {
  await StbVorbis.ready;
  let output = new Int16Array(0);
  let hasFailed = false;
  let previous: AudioPacket | undefined;

  /** Undefined unless the engine makes of them exactly what they should be. */
  const decodePortion = (
    portion: readonly AudioPacket[],
    before: AudioPacket | undefined,
  ): readonly Float32Array[] | undefined => {
    const frames = totalOf(portion);
    const [identification, , setup] = portion[0]?.headers ?? [];
    if (identification === undefined || setup === undefined || frames === 0) {
      return undefined;
    }
    const overlap = before === undefined ? [] : [before.bytes];
    const packets = [...overlap, ...portion.map(({ bytes }) => bytes)];
    try {
      const { channels } = StbVorbis.decode(
        encodeOgg([identification, emptyComment, setup, ...packets], frames),
      );
      return channels.length === channelCount && channels[0]?.length === frames
        ? channels
        : undefined;
    } catch {
      return undefined;
    }
  };

  const decodeInto = (
    portion: readonly AudioPacket[],
    before: AudioPacket | undefined,
    outputFrame: number,
  ): void => {
    const frames = totalOf(portion);
    const channels = decodePortion(portion, before);
    if (channels !== undefined) {
      interleave(channels, 0, frames, output, outputFrame, channelCount);
      return;
    }
    hasFailed ||= frames > 0;
    if (portion.length > minPortion) {
      const middle = Math.floor(portion.length / 2);
      const first = portion.slice(0, middle);
      decodeInto(first, before, outputFrame);
      decodeInto(portion.slice(middle), first.at(-1), outputFrame + totalOf(first));
    }
  };

  return {
    get hasFailed(): boolean {
      return hasFailed;
    },
    decode: (packets) => {
      const length = totalOf(packets) * channelCount;
      if (output.length < length) {
        output = new Int16Array(length);
      }
      output.fill(0, 0, length);
      let frame = 0;
      for (const run of unbrokenRuns(packets)) {
        const isContinued = run[0]?.frameCount !== 0 && run[0]?.headers === previous?.headers;
        decodeInto(run, isContinued ? previous : undefined, frame);
        frame += totalOf(run);
        previous = run.at(-1);
      }
      return output.subarray(0, length);
    },
    // The engine keeps nothing between calls.
    free: () => undefined,
  };
}

/** A packet without sound of its own starts anew: nothing before it overlaps. */
function unbrokenRuns(packets: readonly AudioPacket[]): readonly (readonly AudioPacket[])[] {
  const runs: AudioPacket[][] = [];
  for (const packet of packets) {
    const run = runs.at(-1);
    if (run === undefined || packet.frameCount === 0 || packet.headers !== run[0]?.headers) {
      runs.push([packet]);
    } else {
      run.push(packet);
    }
  }
  return runs;
}

function totalOf(packets: readonly AudioPacket[]): number {
  return packets.reduce((sum, { frameCount }) => sum + frameCount, 0);
}

function letters(text: string): readonly number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
