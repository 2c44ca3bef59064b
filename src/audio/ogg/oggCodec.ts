/** The two codecs that are read out of Ogg: their header packets, and how long each packet of sound is. */
import { decodeOpusHead, opusPacketFrames } from '../opus.ts';
import type { AudioPacket, PacketFormat } from '../packets.ts';
import { decodeVorbisInfo, VorbisClock, type VorbisInfo } from '../vorbis.ts';

/** One logical stream. */
export interface OggCodec {
  /** What the first page says. */
  readonly identity: PacketFormat;
  /** The same once all headers were read and make sense. */
  readonly format: PacketFormat | undefined;
  /** Packets in order, headers included; undefined for those that are no sound. */
  read(bytes: Uint8Array): AudioPacket | undefined;
  /** Packets were lost. */
  reset(): void;
}

/** By the first packet of the stream; undefined for other codecs. */
export function createOggCodec(firstPacket: Uint8Array): OggCodec | undefined {
  const head = decodeOpusHead(firstPacket);
  if (head !== undefined) {
    return new OpusInOgg(head.format, head.preSkipFrames);
  }
  const info = decodeVorbisInfo(firstPacket);
  return info === undefined ? undefined : new VorbisInOgg(info);
}

class OpusInOgg implements OggCodec {
  readonly identity: PacketFormat;
  format: PacketFormat | undefined;
  private leftSkipFrames: number;
  private headersLeft = 2;

  constructor(format: PacketFormat, preSkipFrames: number) {
    this.identity = format;
    this.leftSkipFrames = preSkipFrames;
  }

  read(bytes: Uint8Array): AudioPacket | undefined {
    if (this.headersLeft > 0) {
      this.headersLeft--;
      this.format = this.headersLeft === 0 ? this.identity : undefined;
      return undefined;
    }
    const frameCount = opusPacketFrames(bytes);
    const skipFrames = Math.min(this.leftSkipFrames, frameCount);
    this.leftSkipFrames -= skipFrames;
    return frameCount === 0
      ? undefined
      : { bytes, frameCount, skipFrames, dropFrames: 0, gapFrames: 0 };
  }

  reset(): void {
    // Each packet says how long it is by itself. Headers that were lost are not waited for.
    this.headersLeft = 0;
    this.format = this.identity;
  }
}

class VorbisInOgg implements OggCodec {
  readonly identity: PacketFormat;
  format: PacketFormat | undefined;
  private readonly info: VorbisInfo;
  private readonly headers: Uint8Array[] = [];
  private clock: VorbisClock | undefined;

  constructor(info: VorbisInfo) {
    this.info = info;
    this.identity = info.format;
  }

  read(bytes: Uint8Array): AudioPacket | undefined {
    if (this.headers.length < 3) {
      this.headers.push(bytes);
      if (this.headers.length === 3) {
        this.clock = VorbisClock.create(this.info, bytes);
        this.format = this.clock === undefined ? undefined : this.identity;
      }
      return undefined;
    }
    const { clock, headers } = this;
    const isSound = clock !== undefined && ((bytes[0] ?? 1) & 1) === 0;
    return isSound
      ? {
          bytes,
          frameCount: clock.framesOf(bytes),
          skipFrames: 0,
          dropFrames: 0,
          gapFrames: 0,
          headers,
        }
      : undefined;
  }

  reset(): void {
    this.clock?.reset();
  }
}
