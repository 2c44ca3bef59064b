/** What is to be known of Vorbis without decoding it: the identification header, and how long a packet is. */
import type { PacketFormat } from './packets.ts';
import { areCodebooksBelievable } from './vorbisCodebooks.ts';

export interface VorbisInfo {
  readonly format: PacketFormat;
  /** Frames of a short and of a long block. */
  readonly blockFrames: readonly [number, number];
}

/**
 * Undefined for what is no identification header, or one with unbelievable values.
 * @see Vorbis I specification, section 4.2.2
 */
export function decodeVorbisInfo(bytes: Uint8Array): VorbisInfo | undefined {
  if (bytes.length < 30 || !isVorbisHeader(bytes, 1)) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channelCount = view.getUint8(11);
  const sampleRateHz = view.getUint32(12, true);
  const shortBits = view.getUint8(28) & 15;
  const longBits = view.getUint8(28) >> 4;
  const areBlocksRight = shortBits >= 6 && shortBits <= longBits && longBits <= 13;
  const isRateRight = sampleRateHz >= 1000 && sampleRateHz <= 192_000;
  if (channelCount < 1 || channelCount > 8 || !isRateRight || !areBlocksRight) {
    return undefined;
  }
  return {
    format: { codec: 'vorbis', channelCount, sampleRateHz, clockHz: sampleRateHz },
    blockFrames: [1 << shortBits, 1 << longBits],
  };
}

/** @param type 1 identification, 3 comment, 5 setup */
export function isVorbisHeader(packet: Uint8Array, type: number): boolean {
  return packet[0] === type && String.fromCharCode(...packet.subarray(1, 7)) === 'vorbis';
}

/** How long the packets of one stream are; to be asked of every packet in order, since each overlaps with the one before. */
export class VorbisClock {
  private readonly modeBlockFrames: readonly number[];
  private readonly modeMask: number;
  private previousFrames: number | undefined;

  private constructor(modeBlockFrames: readonly number[]) {
    this.modeBlockFrames = modeBlockFrames;
    const modeBits = Math.ceil(Math.log2(modeBlockFrames.length));
    this.modeMask = (1 << modeBits) - 1;
  }

  /** Undefined when the setup header is damaged, or asks for more memory than any sound needs. */
  static create(info: VorbisInfo, setup: Uint8Array): VorbisClock | undefined {
    const isSetup = isVorbisHeader(setup, 5) && areCodebooksBelievable(setup);
    const modes = isSetup ? readModes(setup) : undefined;
    return modes === undefined
      ? undefined
      : new VorbisClock(modes.map((isLong) => info.blockFrames[isLong ? 1 : 0]));
  }

  /** Frames that decoding it yields: 0 for the first packet, and for one that is no sound. */
  framesOf(packet: Uint8Array): number {
    const first = packet[0];
    const current =
      first === undefined || (first & 1) !== 0
        ? undefined
        : this.modeBlockFrames[(first >> 1) & this.modeMask];
    if (current === undefined) {
      return 0;
    }
    const previous = this.previousFrames;
    this.previousFrames = current;
    return previous === undefined ? 0 : (previous + current) / 4;
  }

  /** After a hole: the next packet has nothing to overlap with. */
  reset(): void {
    this.previousFrames = undefined;
  }
}

const modeBits = 41;
const maxModes = 64;

/**
 * Which modes use long blocks. They are the last thing in the header and of a fixed size, so they are read from its end, without
 * decoding the code books before them: the number of modes is where its own field says so.
 * @see Vorbis I specification, section 4.2.4
 */
function readModes(setup: Uint8Array): readonly boolean[] | undefined {
  const bit = (position: number): number =>
    position < 0 ? 0 : ((setup[position >> 3] ?? 0) >> (position & 7)) & 1;
  const bits = (position: number, count: number): number => {
    let value = 0;
    for (let index = count - 1; index >= 0; index--) {
      value = value * 2 + bit(position + index);
    }
    return value;
  };
  let end = setup.length * 8 - 1;
  while (end > 56 && bit(end) === 0) {
    end--;
  }
  let count = 0;
  for (let modes = 1; modes <= maxModes; modes++) {
    const start = end - modes * modeBits;
    const isMode = start >= 62 && bits(start + 1, 32) === 0 && bits(start + 33, 8) < maxModes;
    if (!isMode) {
      break;
    }
    // A longer list that fits is the likelier one: a shorter one would have to fit by chance.
    count = bits(start - 6, 6) + 1 === modes ? modes : count;
  }
  return count === 0
    ? undefined
    : Array.from({ length: count }, (_, mode) => bit(end - (count - mode) * modeBits) === 1);
}
