/** Reads the samples of an inspected file of packets in order, in constant memory. */
import { open, type FileHandle } from 'node:fs/promises';
import { createPacketDecoder, framesAtATime } from '../audio/decoders/createPacketDecoder.ts';
import type { PacketDecoder } from '../audio/decoders/packetDecoder.ts';
import { createDemuxer } from '../audio/demuxer.ts';
import { frameCountAt, type AudioPacket, type Demuxer } from '../audio/packets.ts';
import { assert } from '../base/assert.ts';
import type { InspectedPackets } from './packetInspection.ts';
import type { SampleSource } from './soundReader.ts';

const chunkBytes = 64 * 1024;

/** Owned by who opens it, who must `close` it. */
export class PacketReader implements SampleSource {
  private readonly file: FileHandle;
  private readonly sound: InspectedPackets;
  private readonly demuxer: Demuxer;
  private readonly decoder: PacketDecoder;
  private readonly output: Int16Array;
  private readonly chunk = new Uint8Array(chunkBytes);
  private offsetBytes = 0;
  private isFileOver = false;
  private packets: readonly AudioPacket[] = [];
  private nextPacket = 0;
  /** Decoded packets of which not all was read, and their samples. */
  private portion: readonly AudioPacket[] = [];
  private samples: Int16Array = new Int16Array(0);
  private portionIndex = 0;
  /** Where the portion's next packet begins in `samples`, in frames. */
  private portionFrame = 0;
  /** Of that packet, or of the silence before it, how many audible frames were read. */
  private donePacketFrames = 0;
  /** End of the last read packet, in frames of the clock and without anything inaudible. */
  private clockFrames = 0;
  private doneFrames = 0;
  hasShrunk = false;

  private constructor(
    file: FileHandle,
    sound: InspectedPackets,
    demuxer: Demuxer,
    decoder: PacketDecoder,
    blockFrames: number,
  ) {
    this.file = file;
    this.sound = sound;
    this.demuxer = demuxer;
    this.decoder = decoder;
    this.output = new Int16Array(blockFrames * sound.format.channelCount);
  }

  /**
   * @param blockFrames what a `read` gives at once.
   * @throws AppError `unsupported` when the decoder cannot be started here.
   */
  static async open(
    path: string,
    sound: InspectedPackets,
    blockFrames: number,
  ): Promise<PacketReader> {
    const demuxer = createDemuxer(sound.kind);
    assert(demuxer !== undefined, 'What was inspected as packets has a demuxer');
    const decoder = await createPacketDecoder(sound.format, sound.sampleRateHz);
    try {
      return new PacketReader(await open(path, 'r'), sound, demuxer, decoder, blockFrames);
    } catch (error) {
      decoder.free();
      throw error;
    }
  }

  get hasFailed(): boolean {
    return this.decoder.hasFailed;
  }

  async read(): Promise<Int16Array> {
    const { channelCount } = this.sound.format;
    const wanted = Math.min(
      this.output.length / channelCount,
      this.sound.frameCount - this.doneFrames,
    );
    this.output.fill(0, 0, wanted * channelCount);
    let filled = 0;
    while (filled < wanted) {
      if (this.portionIndex === this.portion.length && !(await this.decodePortion())) {
        // Rounding may leave a frame at the end; more means that the file is not what it was.
        this.hasShrunk ||= wanted - filled > this.sound.sampleRateHz / 1000;
        break;
      }
      filled += this.copyPacket(filled, wanted);
    }
    this.doneFrames += wanted;
    return this.output.subarray(0, wanted * channelCount);
  }

  async close(): Promise<void> {
    this.decoder.free();
    await this.file.close();
  }

  /** Copies what fits of the next packet; returns the number of frames. */
  private copyPacket(filled: number, wanted: number): number {
    const packet = this.portion[this.portionIndex];
    assert(packet !== undefined, 'There is a packet to copy');
    const { format, sampleRateHz } = this.sound;
    const at = (frames: number): number => frameCountAt(sampleRateHz, format, frames);
    const heard = packet.frameCount - packet.skipFrames - packet.dropFrames;
    // Places are rounded from the start of the sound, not packet by packet, so that nothing adds up.
    const start = at(this.clockFrames);
    const soundStart = at(this.clockFrames + packet.gapFrames) - start;
    const length = at(this.clockFrames + packet.gapFrames + heard) - start;
    const count = Math.min(wanted - filled, length - this.donePacketFrames);
    const from = Math.max(soundStart, this.donePacketFrames);
    const to = this.donePacketFrames + count;
    if (to > from) {
      const first = this.portionFrame + at(packet.skipFrames) + from - soundStart;
      const last = Math.min(first + to - from, this.portionFrame + at(packet.frameCount));
      const { channelCount } = format;
      this.output.set(
        this.samples.subarray(first * channelCount, last * channelCount),
        (filled + from - this.donePacketFrames) * channelCount,
      );
    }
    this.donePacketFrames = to;
    if (to === length) {
      this.portionIndex++;
      this.portionFrame += at(packet.frameCount);
      this.clockFrames += packet.gapFrames + heard;
      this.donePacketFrames = 0;
    }
    return count;
  }

  /** @returns false at the end of the file. */
  private async decodePortion(): Promise<boolean> {
    while (this.nextPacket === this.packets.length) {
      if (this.isFileOver) {
        return false;
      }
      await this.readPackets();
    }
    const limit = framesAtATime(this.sound.format);
    const start = this.nextPacket;
    for (let frames = 0; frames < limit && this.nextPacket < this.packets.length;) {
      frames += this.packets[this.nextPacket]?.frameCount ?? 0;
      this.nextPacket++;
    }
    this.portion = this.packets.slice(start, this.nextPacket);
    this.samples = this.decoder.decode(this.portion);
    this.portionIndex = 0;
    this.portionFrame = 0;
    return true;
  }

  private async readPackets(): Promise<void> {
    const { bytesRead } = await this.file.read(this.chunk, 0, chunkBytes, this.offsetBytes);
    this.offsetBytes += bytesRead;
    this.isFileOver = bytesRead === 0;
    this.packets = this.isFileOver
      ? this.demuxer.finish()
      : this.demuxer.push(this.chunk.subarray(0, bytesRead));
    this.nextPacket = 0;
  }
}
