/**
 * Opus and Vorbis out of Ogg: puts packets together and gives each its place in time by the pages' positions. Other streams
 * of the file are passed over; streams that follow each other are joined.
 */
import {
  audibleFrames,
  dropAtEnd,
  SilenceBudget,
  type AudioPacket,
  type Demuxer,
  type PacketFormat,
  type StreamFinding,
} from '../packets.ts';
import { createOggCodec, type OggCodec } from './oggCodec.ts';
import { OggPages, type OggPage } from './oggPages.ts';

/** No packet of sound is longer; what claims to be is dropped. */
const maxPacketBytes = 1 << 20;

/** @see RFC 3533, RFC 7845 for Opus, Vorbis I specification appendix A */
export function createOggDemuxer(): Demuxer {
  return new OggDemuxer();
}

class OggDemuxer implements Demuxer {
  readonly findings = new Set<StreamFinding>();
  format: PacketFormat | undefined;
  private readonly pages = new OggPages();
  private link: Link | undefined;
  private silence: SilenceBudget | undefined;
  private isOver = false;

  push(chunk: Uint8Array): readonly AudioPacket[] {
    return this.pages.push(chunk).flatMap((page) => this.readPage(page));
  }

  finish(): readonly AudioPacket[] {
    const rest = this.pages.finish();
    const packets = rest === undefined ? [] : this.readPage(rest);
    if (this.pages.isCut || this.link?.isOver === false) {
      this.findings.add('cut');
    }
    if (this.pages.skippedBytes > 0) {
      this.findings.add('damaged');
    }
    return packets;
  }

  private readPage(page: OggPage): readonly AudioPacket[] {
    if (page.isFirst && !this.isOver && this.link?.isAwaitingSound !== true) {
      this.startLink(page);
    }
    if (this.isOver || page.serial !== this.link?.serial) {
      return [];
    }
    const packets = this.link.readPage(page);
    this.format ??= this.link.codec.format;
    if (this.link.isDamaged) {
      this.findings.add('damaged');
    }
    return packets;
  }

  private startLink(page: OggPage): void {
    const codec = createOggCodec(page.body);
    if (codec === undefined) {
      return;
    }
    const { identity } = codec;
    const old = this.link?.codec.identity;
    const isSame =
      old === undefined ||
      (old.codec === identity.codec &&
        old.channelCount === identity.channelCount &&
        old.clockHz === identity.clockHz);
    if (!isSame) {
      this.findings.add('otherStream');
      this.isOver = true;
      return;
    }
    this.silence ??= new SilenceBudget(identity.clockHz);
    this.link = new Link(page.serial, codec, this.silence);
  }
}

/** One logical stream. */
class Link {
  readonly serial: number;
  readonly codec: OggCodec;
  isOver = false;
  isDamaged = false;
  private readonly silence: SilenceBudget;
  /** The pieces of a packet that goes on; undefined when the next piece has no beginning. */
  private pieces: Uint8Array[] | undefined = [];
  private nextSequence: number | undefined;
  /** At the end of the last page; undefined before the first page with sound. */
  private position: number | undefined;

  constructor(serial: number, codec: OggCodec, silence: SilenceBudget) {
    this.serial = serial;
    this.codec = codec;
    this.silence = silence;
  }

  /** Until then, what begins does so beside this stream; afterwards it follows. */
  get isAwaitingSound(): boolean {
    return this.position === undefined && !this.isOver;
  }

  readPage(page: OggPage): readonly AudioPacket[] {
    const isHole = this.nextSequence !== undefined && page.sequence !== this.nextSequence;
    this.nextSequence = (page.sequence + 1) >>> 0;
    if (isHole) {
      this.isDamaged = true;
      this.pieces = undefined;
      this.codec.reset();
    }
    const packets = this.packetsOf(page).flatMap((bytes) => {
      const packet = this.codec.read(bytes);
      return packet === undefined ? [] : [packet];
    });
    this.isOver ||= page.isLast;
    const placed = packets.length === 0 ? packets : this.place(packets, page);
    for (const packet of placed) {
      this.silence.addSound(audibleFrames(packet) - packet.gapFrames);
    }
    return placed;
  }

  private packetsOf(page: OggPage): readonly Uint8Array[] {
    if (!page.isContinuation && this.pieces !== undefined && this.pieces.length > 0) {
      this.isDamaged = true;
    }
    if (!page.isContinuation) {
      this.pieces = [];
    } else if (this.pieces?.length === 0) {
      this.pieces = undefined;
    }
    const packets: Uint8Array[] = [];
    let offset = 0;
    let start = 0;
    for (const length of page.lacing) {
      offset += length;
      if (offset > page.body.length) {
        return packets;
      }
      if (length < 255) {
        const bytes = this.joined(page.body.subarray(start, offset));
        if (bytes !== undefined) {
          packets.push(bytes);
        }
        this.pieces = [];
        start = offset;
      }
    }
    if (start < offset) {
      this.keep(page.body.subarray(start, offset));
    }
    return packets;
  }

  private keep(piece: Uint8Array): void {
    this.pieces?.push(piece);
    const sizeBytes = this.pieces?.reduce((sum, { length }) => sum + length, 0) ?? 0;
    if (sizeBytes > maxPacketBytes) {
      this.pieces = undefined;
      this.isDamaged = true;
    }
  }

  /** Undefined for the rest of a packet whose beginning is lost. */
  private joined(last: Uint8Array): Uint8Array | undefined {
    if (this.pieces === undefined || this.pieces.length === 0) {
      return this.pieces === undefined ? undefined : last;
    }
    const all = [...this.pieces, last];
    const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const piece of all) {
      bytes.set(piece, offset);
      offset += piece.length;
    }
    return bytes;
  }

  /** Checks the page's position against the sound so far: less at the end is trimmed off, more is filled up with silence. */
  private place(packets: readonly AudioPacket[], page: OggPage): readonly AudioPacket[] {
    const frames = packets.reduce((sum, packet) => sum + packet.frameCount, 0);
    const isStart = this.position === undefined;
    const expected = (this.position ?? 0) + frames;
    const stated = page.granule ?? expected;
    this.position = stated;
    if (isStart && stated >= frames) {
      // It may begin at any position, such as when it was cut out of a longer stream.
      return packets;
    }
    if (isStart && !page.isLast) {
      return skipAtStart(packets, frames - stated);
    }
    if (stated < expected) {
      return page.isLast ? dropAtEnd(packets, expected - stated) : packets;
    }
    const gapFrames = this.silence.grant(stated - expected);
    this.isDamaged ||= stated > expected;
    const [first, ...others] = packets;
    return first === undefined ? packets : [{ ...first, gapFrames }, ...others];
  }
}

function skipAtStart(packets: readonly AudioPacket[], frames: number): readonly AudioPacket[] {
  let left = frames;
  return packets.map((packet) => {
    const skipped = Math.min(left, packet.frameCount - packet.skipFrames);
    left -= skipped;
    return { ...packet, skipFrames: packet.skipFrames + skipped };
  });
}
