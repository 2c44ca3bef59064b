/**
 * What demuxers hand to decoders: packets of compressed sound with exact places in time. A demuxer owns the clock, so that
 * what a decoder cannot make out becomes silence of the right length. Knows no container and no codec.
 */

export const packetCodecs = ['opus', 'vorbis', 'mp3'] as const;
export type PacketCodec = (typeof packetCodecs)[number];

export interface PacketFormat {
  readonly codec: PacketCodec;
  /** 1 to 8; of Opus 1 or 2. */
  readonly channelCount: number;
  /** The clock in which packets count: of Opus always 48 000, whatever was recorded. */
  readonly clockHz: number;
  /** The sample rate to decode to: the one that was recorded, as far as the codec can do it. */
  readonly sampleRateHz: number;
}

/** Times are in frames (one sample of every channel) of the format's clock, whole and not negative. */
export interface AudioPacket {
  /** Stays valid. */
  readonly bytes: Uint8Array;
  /** How many frames decoding yields. */
  readonly frameCount: number;
  /** The first of them that are not to be heard: what the encoder needed to get going. */
  readonly skipFrames: number;
  /** The last of them that are not to be heard, since the packet is longer than the sound was. */
  readonly dropFrames: number;
  /** Silence before it, in the place of what is lost. */
  readonly gapFrames: number;
  /** Vorbis only: the three header packets, the same array for all packets that they belong to. */
  readonly headers?: readonly Uint8Array[];
}

export const findings = ['cut', 'damaged', 'otherStream'] as const;
/**
 * What is wrong with a file. `cut`: it ends too early. `damaged`: parts are unreadable and were passed over. `otherStream`:
 * more sound follows in another format and is left out.
 */
export type StreamFinding = (typeof findings)[number];

/**
 * Takes a file apart, in order and in constant memory. Chunks may be split anywhere. Never throws for what is in the file: it passes
 * over what it cannot read and says so in `findings`.
 */
export interface Demuxer {
  /** Undefined until its headers were read; does not change afterwards. */
  readonly format: PacketFormat | undefined;
  /** Complete after `finish`. */
  readonly findings: ReadonlySet<StreamFinding>;
  /** Packets that have become complete, in order. The chunk is not kept. */
  push(chunk: Uint8Array): readonly AudioPacket[];
  /** The last packets, when the file is over. */
  finish(): readonly AudioPacket[];
}

/** How long a packet sounds, with the silence before it, in frames of the clock. */
export function audibleFrames(packet: AudioPacket): number {
  return packet.gapFrames + packet.frameCount - packet.skipFrames - packet.dropFrames;
}

/** How many frames at `sampleRateHz` a number of frames of the format's clock are, rounded. */
export function frameCountAt(sampleRateHz: number, format: PacketFormat, frames: number): number {
  return Math.round((frames * sampleRateHz) / format.clockHz);
}

/** The same packets without their last `frames`; packets may end up without sound. */
export function dropAtEnd(packets: readonly AudioPacket[], frames: number): readonly AudioPacket[] {
  const result = [...packets];
  let left = frames;
  for (let index = result.length - 1; index >= 0 && left > 0; index--) {
    const packet = result[index];
    if (packet !== undefined) {
      const dropped = Math.min(left, packet.frameCount - packet.skipFrames - packet.dropFrames);
      result[index] = { ...packet, dropFrames: packet.dropFrames + dropped };
      left -= dropped;
    }
  }
  return result;
}

/**
 * How much silence may stand for what is lost. Times in a file can lie, and each lie must not make hours of nothing: never
 * more silence than a minute and the sound so far.
 */
export class SilenceBudget {
  private readonly clockHz: number;
  private soundFrames = 0;
  private silentFrames = 0;

  constructor(clockHz: number) {
    this.clockHz = clockHz;
  }

  addSound(frames: number): void {
    this.soundFrames += frames;
  }

  /** `frames` when that is believable, else 0. */
  grant(frames: number): number {
    const limit = 60 * this.clockHz + this.soundFrames;
    if (!(frames > 0) || this.silentFrames + frames > limit) {
      return 0;
    }
    this.silentFrames += frames;
    return frames;
  }
}
