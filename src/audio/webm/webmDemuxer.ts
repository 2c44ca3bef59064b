/**
 * Opus and Vorbis out of WebM and Matroska, also as browsers and live streams write them: without duration, without cues,
 * with elements of unknown size. Takes the first track of sound that it knows.
 */
import { decodeOpusHead, opusClockHz, opusPacketFrames } from '../opus.ts';
import {
  audibleFrames,
  dropAtEnd,
  SilenceBudget,
  type AudioPacket,
  type Demuxer,
  type PacketFormat,
  type StreamFinding,
} from '../packets.ts';
import { decodeVorbisInfo, VorbisClock } from '../vorbis.ts';
import {
  clusterId,
  EbmlReader,
  readUnsigned,
  type EbmlElement,
  type EbmlRole,
} from './ebmlReader.ts';
import { decodeWebmBlock, unlaceXiph } from './webmBlock.ts';

/** @see RFC 9559, https://www.webmproject.org/docs/container */
export function createWebmDemuxer(): Demuxer {
  return new WebmDemuxer();
}

const ids = {
  segment: 0x1853_8067,
  info: 0x1549_a966,
  timestampScale: 0x2a_d7b1,
  tracks: 0x1654_ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  cluster: clusterId,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  discardPadding: 0x75a2,
} as const;

const masters: ReadonlySet<number> = new Set([
  ids.segment,
  ids.info,
  ids.tracks,
  ids.trackEntry,
  ids.cluster,
  ids.blockGroup,
]);
const values: ReadonlySet<number> = new Set(Object.values(ids).filter((id) => !masters.has(id)));

function roleOf(id: number): EbmlRole {
  return masters.has(id) ? 'master' : values.has(id) ? 'value' : 'skip';
}

interface Track {
  number: number;
  codecId: string;
  codecPrivate: Uint8Array;
}

/** What turns the frames of the chosen track into packets. */
interface TrackCodec {
  readonly trackNumber: number;
  readonly format: PacketFormat;
  readonly headers: readonly Uint8Array[] | undefined;
  readonly preSkipFrames: number;
  readonly framesOf: (packet: Uint8Array) => number;
  readonly reset: () => void;
}

const maxTracks = 64;

/** Clocks of live recordings wobble; a step below this is no loss. */
const toleranceMs = 100;
/** Times are rounded to whole ticks. */
const roundingMs = 2;

class WebmDemuxer implements Demuxer {
  readonly findings = new Set<StreamFinding>();
  private readonly reader = new EbmlReader(roleOf);
  private readonly tracks: Track[] = [];
  private codec: TrackCodec | undefined;
  private silence: SilenceBudget | undefined;
  private tickNs = 1_000_000;
  private clusterTicks = 0;
  /** A block waits for what follows it in its group. */
  private pending: readonly AudioPacket[] = [];
  private leftSkipFrames = 0;
  /** Time of the first block; later ones count from there. */
  private startFrames: number | undefined;
  private doneFrames = 0;
  private seenDamageCount = 0;

  get format(): PacketFormat | undefined {
    return this.codec?.format;
  }

  push(chunk: Uint8Array): readonly AudioPacket[] {
    const packets: AudioPacket[] = [];
    for (const element of this.reader.push(chunk)) {
      packets.push(...this.read(element));
    }
    if (this.reader.damageCount > 0) {
      this.findings.add('damaged');
    }
    return packets;
  }

  finish(): readonly AudioPacket[] {
    this.reader.finish();
    if (this.reader.isCut) {
      this.findings.add('cut');
    }
    return this.takePending();
  }

  private read({ id, value }: EbmlElement): readonly AudioPacket[] {
    switch (id) {
      case ids.trackEntry:
        if (this.tracks.length < maxTracks) {
          this.tracks.push({ number: 0, codecId: '', codecPrivate: new Uint8Array(0) });
        }
        return [];
      case ids.cluster:
        this.chooseTrack();
        return this.takePending();
      case ids.blockGroup:
        return this.takePending();
      case ids.simpleBlock:
      case ids.block: {
        const packets = this.takePending();
        this.pending = this.readBlock(value ?? new Uint8Array(0));
        return packets;
      }
      case ids.discardPadding:
        this.discard(value ?? new Uint8Array(0));
        return [];
      default:
        this.readField(id, value ?? new Uint8Array(0));
        return [];
    }
  }

  private readField(id: number, value: Uint8Array): void {
    const track = this.tracks.at(-1);
    if (id === ids.timestampScale) {
      this.tickNs = Math.min(1_000_000_000, Math.max(1, readUnsigned(value)));
    } else if (id === ids.timestamp) {
      this.clusterTicks = readUnsigned(value);
    } else if (track !== undefined && id === ids.trackNumber) {
      track.number = readUnsigned(value);
    } else if (track !== undefined && id === ids.codecId) {
      track.codecId = String.fromCharCode(...value.subarray(0, 32));
    } else if (track !== undefined && id === ids.codecPrivate) {
      track.codecPrivate = value;
    }
  }

  private chooseTrack(): void {
    for (const track of this.codec === undefined ? this.tracks : []) {
      this.codec ??= createTrackCodec(track);
    }
    if (this.codec !== undefined) {
      this.silence ??= new SilenceBudget(this.codec.format.clockHz);
      this.leftSkipFrames =
        this.startFrames === undefined ? this.codec.preSkipFrames : this.leftSkipFrames;
    }
  }

  private readBlock(value: Uint8Array): readonly AudioPacket[] {
    const block = decodeWebmBlock(value);
    const { codec, silence } = this;
    if (block === undefined) {
      this.findings.add('damaged');
    }
    if (block === undefined || block.trackNumber !== codec?.trackNumber || silence === undefined) {
      return [];
    }
    const timeNs = (this.clusterTicks + block.relativeTime) * this.tickNs;
    const gapFrames = silence.grant(this.missingBefore((timeNs / 1e9) * codec.format.clockHz));
    if (gapFrames > 0) {
      codec.reset();
    }
    const packets = block.frames.flatMap((bytes, index) => {
      const packet = this.toPacket(codec, bytes, index === 0 ? gapFrames : 0);
      return packet === undefined ? [] : [packet];
    });
    for (const packet of packets) {
      this.doneFrames += packet.gapFrames + packet.frameCount;
      silence.addSound(audibleFrames(packet) - packet.gapFrames);
    }
    return packets;
  }

  private toPacket(
    codec: TrackCodec,
    bytes: Uint8Array,
    gapFrames: number,
  ): AudioPacket | undefined {
    const frameCount = codec.framesOf(bytes);
    if (frameCount === 0 && codec.format.codec === 'opus') {
      this.findings.add('damaged');
      return undefined;
    }
    const skipFrames = Math.min(this.leftSkipFrames, frameCount);
    this.leftSkipFrames -= skipFrames;
    const packet = { bytes, frameCount, skipFrames, dropFrames: 0, gapFrames };
    return codec.headers === undefined ? packet : { ...packet, headers: codec.headers };
  }

  /** How much is lost before a block of this time; small differences are rounding, and larger ones only count after damage. */
  private missingBefore(timeFrames: number): number {
    this.startFrames ??= timeFrames;
    const missing = Math.round(timeFrames - this.startFrames - this.doneFrames);
    const isNewDamage = this.reader.damageCount > this.seenDamageCount;
    this.seenDamageCount = this.reader.damageCount;
    const clockHz = this.codec?.format.clockHz ?? opusClockHz;
    const limitMs = isNewDamage ? roundingMs : toleranceMs;
    return missing * 1000 > limitMs * clockHz ? missing : 0;
  }

  /** Nanoseconds at the end of the block's last packet. */
  private discard(value: Uint8Array): void {
    const isNegative = (value[0] ?? 0) >= 0x80;
    const clockHz = this.codec?.format.clockHz ?? opusClockHz;
    const frames = Math.round((readUnsigned(value) / 1e9) * clockHz);
    if (!isNegative) {
      this.pending = dropAtEnd(this.pending, frames);
    }
  }

  private takePending(): readonly AudioPacket[] {
    const packets = this.pending;
    this.pending = [];
    return packets;
  }
}

function createTrackCodec({ number, codecId, codecPrivate }: Track): TrackCodec | undefined {
  if (codecId === 'A_OPUS') {
    const head = decodeOpusHead(codecPrivate);
    return head === undefined
      ? undefined
      : {
          trackNumber: number,
          format: head.format,
          headers: undefined,
          preSkipFrames: head.preSkipFrames,
          framesOf: opusPacketFrames,
          reset: () => undefined,
        };
  }
  const headers = codecId === 'A_VORBIS' ? unlaceXiph(codecPrivate, 0) : undefined;
  const [first, , setup] = headers ?? [];
  const info = first === undefined ? undefined : decodeVorbisInfo(first);
  const clock =
    info === undefined || setup === undefined ? undefined : VorbisClock.create(info, setup);
  return info === undefined || clock === undefined
    ? undefined
    : {
        trackNumber: number,
        format: info.format,
        headers,
        preSkipFrames: 0,
        framesOf: (packet) => clock.framesOf(packet),
        reset: () => {
          clock.reset();
        },
      };
}
