/** Frames of an MP3 file, without its tags and without the samples that encoder and decoder add. */
import {
  dropAtEnd,
  type AudioPacket,
  type Demuxer,
  type PacketFormat,
  type StreamFinding,
} from '../packets.ts';
import { decodeMp3Header, type Mp3Header } from './mp3Header.ts';
import { decodeMp3Info, type Mp3Info } from './mp3Info.ts';

/** Constant and variable bit rate, with and without a Xing, Info or VBRI frame; ID3v1, ID3v2 and APE tags are passed over. */
export function createMp3Demuxer(): Demuxer {
  return new Mp3Demuxer();
}

/** Enough packets to take the padding of the longest kind from: 4 095 samples. */
const heldPackets = 8;

interface Step {
  readonly packet?: AudioPacket | undefined;
  readonly sizeBytes: number;
}

class Mp3Demuxer implements Demuxer {
  readonly findings = new Set<StreamFinding>();
  format: PacketFormat | undefined;
  private buffer = new Uint8Array(0);
  private leftToSkip = 0;
  /** The first frame of the file: all others are of its kind. */
  private first: Mp3Header | undefined;
  /** Since the last frame. */
  private passedBytes = 0;
  /** Within an unbroken run of frames, a header needs no second one to be believed. */
  private isInStep = false;
  private info: Mp3Info | undefined;
  private leftSkipFrames = 0;
  private packetCount = 0;
  private bitrateKbps: number | undefined;
  private isVariable = false;
  private held: readonly AudioPacket[] = [];

  push(chunk: Uint8Array): readonly AudioPacket[] {
    return this.hold(this.take(chunk, false));
  }

  finish(): readonly AudioPacket[] {
    const packets = [...this.hold(this.take(new Uint8Array(0), true)), ...this.held];
    this.held = [];
    const stated = this.info?.packetCount;
    if (stated !== undefined && stated > this.packetCount) {
      this.findings.add('cut');
    } else if (stated !== undefined && stated < this.packetCount) {
      this.findings.add('damaged');
    }
    const isWhole = stated === undefined || stated === this.packetCount;
    return isWhole ? dropAtEnd(packets, this.info?.dropFrames ?? 0) : packets;
  }

  /** The last packets wait, since the end of the file may have to be taken from them. */
  private hold(packets: readonly AudioPacket[]): readonly AudioPacket[] {
    const all = [...this.held, ...packets];
    const readyCount = Math.max(0, all.length - heldPackets);
    this.held = all.slice(readyCount);
    return all.slice(0, readyCount);
  }

  private take(chunk: Uint8Array, isEnd: boolean): readonly AudioPacket[] {
    const skipped = Math.min(this.leftToSkip, chunk.length);
    this.leftToSkip -= skipped;
    const bytes = new Uint8Array(this.buffer.length + chunk.length - skipped);
    bytes.set(this.buffer, 0);
    bytes.set(chunk.subarray(skipped), this.buffer.length);
    const packets: AudioPacket[] = [];
    let offset = 0;
    while (offset < bytes.length) {
      const step = this.step(bytes, offset, isEnd);
      if (step === undefined) {
        break;
      }
      if (step.packet !== undefined) {
        packets.push(step.packet);
      }
      this.leftToSkip = Math.max(0, offset + step.sizeBytes - bytes.length);
      offset = Math.min(bytes.length, offset + step.sizeBytes);
    }
    if (isEnd && offset < bytes.length && this.first !== undefined) {
      this.findings.add('cut');
    }
    this.buffer = bytes.slice(offset);
    return packets;
  }

  /** Undefined while what is there is not enough to tell. */
  private step(bytes: Uint8Array, offset: number, isEnd: boolean): Step | undefined {
    if (bytes.length - offset < longestTagHeader && !isEnd) {
      return undefined;
    }
    const tagBytes = tagSize(bytes, offset);
    if (tagBytes !== undefined) {
      return { sizeBytes: tagBytes };
    }
    const header = decodeMp3Header(bytes, offset);
    return header === undefined || (this.first !== undefined && !isAlike(this.first, header))
      ? this.pass(bytes, offset)
      : this.stepOver(bytes, offset, header, isEnd);
  }

  private stepOver(
    bytes: Uint8Array,
    offset: number,
    header: Mp3Header,
    isEnd: boolean,
  ): Step | undefined {
    const { sizeBytes } = header;
    const left = bytes.length - offset;
    if (left < sizeBytes + (this.isInStep ? 0 : 4) && !isEnd) {
      return undefined;
    }
    if (left < sizeBytes) {
      return this.isInStep ? undefined : this.pass(bytes, offset);
    }
    const next = decodeMp3Header(bytes, offset + sizeBytes);
    const isBelieved =
      this.isInStep || left === sizeBytes || (next !== undefined && isAlike(next, header));
    return isBelieved
      ? { packet: this.read(bytes.slice(offset, offset + sizeBytes), header), sizeBytes }
      : this.pass(bytes, offset);
  }

  private pass(bytes: Uint8Array, offset: number): Step {
    // Before the first frame anything may stand.
    if (this.first !== undefined) {
      this.findings.add('damaged');
    }
    this.isInStep = false;
    let next = offset + 1;
    while (next < bytes.length && !beginnings.has(bytes[next] ?? 0)) {
      next++;
    }
    this.passedBytes += next - offset;
    return { sizeBytes: next - offset };
  }

  /** Undefined for the frame that describes the file. */
  private read(bytes: Uint8Array, header: Mp3Header): AudioPacket | undefined {
    this.isInStep = true;
    if (this.first === undefined) {
      this.first = header;
      const { channelCount, sampleRateHz } = header;
      this.format = { codec: 'mp3', channelCount, sampleRateHz, clockHz: sampleRateHz };
      this.info = decodeMp3Info(bytes, header);
      this.leftSkipFrames = this.info?.skipFrames ?? 0;
      if (this.info !== undefined) {
        return undefined;
      }
    }
    this.packetCount++;
    this.bitrateKbps ??= header.bitrateKbps;
    this.isVariable ||= header.bitrateKbps !== this.bitrateKbps;
    const { frameCount } = header;
    const skipFrames = Math.min(this.leftSkipFrames, frameCount);
    this.leftSkipFrames -= skipFrames;
    return { bytes, frameCount, skipFrames, dropFrames: 0, gapFrames: this.takeGap(header) };
  }

  /** Of constant bit rate it is known how much sound the unreadable bytes were; otherwise times move up. */
  private takeGap({ frameCount, sampleRateHz, bitrateKbps }: Mp3Header): number {
    const bytesPerFrame = (frameCount * 125 * bitrateKbps) / sampleRateHz;
    const isKnown = this.packetCount > 1 && !this.isVariable;
    const lostPackets = isKnown ? Math.round(this.passedBytes / bytesPerFrame) : 0;
    this.passedBytes = 0;
    return lostPackets * frameCount;
  }
}

function isAlike(first: Mp3Header, second: Mp3Header): boolean {
  return first.sampleRateHz === second.sampleRateHz && first.channelCount === second.channelCount;
}

const longestTagHeader = 32;
/** First bytes of what is looked for: a frame, `TAG`, `ID3`, `APETAGEX`. */
const beginnings: ReadonlySet<number> = new Set([0xff, 0x54, 0x49, 0x41]);

/** Of the tag that begins here, if one does. @see https://id3.org/id3v2.4.0-structure, APEv2 specification */
function tagSize(bytes: Uint8Array, offset: number): number | undefined {
  const name = String.fromCharCode(...bytes.subarray(offset, offset + 8));
  if (name.startsWith('TAG')) {
    return 128;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, bytes.length - offset);
  if (name.startsWith('ID3') && view.byteLength >= 10) {
    const isFooterThere = (view.getUint8(5) & 0x10) !== 0;
    const size = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (view.getUint8(at) & 0x7f), 0);
    return 10 + size + (isFooterThere ? 10 : 0);
  }
  if (name === 'APETAGEX' && view.byteLength >= 32) {
    const isHeader = (view.getUint32(20, true) & 0x2000_0000) !== 0;
    return 32 + (isHeader ? view.getUint32(12, true) : 0);
  }
  return undefined;
}
