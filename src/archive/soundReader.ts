/** Reads the samples of an inspected WAV file in order, in constant memory. */
import { open, type FileHandle } from 'node:fs/promises';
import { createSampleDecoder, type SampleDecoder } from '../audio/sampleDecoder.ts';
import type { InspectedSound } from './mediaInspection.ts';

/** Owned by who opens it, who must `close` it. */
export class SoundReader {
  private readonly file: FileHandle;
  private readonly decoder: SampleDecoder;
  private readonly frameSizeBytes: number;
  private readonly buffer: Uint8Array;
  private offsetBytes: number;
  private leftBytes: number;
  /** True once the file turned out to end before what its inspection had found. */
  hasShrunk = false;

  private constructor(
    file: FileHandle,
    sound: InspectedSound,
    maxFrames: number,
    startFrame: number,
  ) {
    const { format } = sound;
    this.file = file;
    this.decoder = createSampleDecoder(format);
    this.frameSizeBytes = format.frameSizeBytes;
    this.buffer = new Uint8Array(maxFrames * format.frameSizeBytes);
    this.offsetBytes = format.dataOffsetBytes + startFrame * format.frameSizeBytes;
    this.leftBytes = (sound.frameCount - startFrame) * format.frameSizeBytes;
  }

  /**
   * @param maxFrames the most that a `read` will ask for
   * @param startFrame where to begin, not beyond the end
   */
  static async open(
    path: string,
    sound: InspectedSound,
    maxFrames: number,
    startFrame = 0,
  ): Promise<SoundReader> {
    return new SoundReader(await open(path, 'r'), sound, maxFrames, startFrame);
  }

  /** The next frames, interleaved, fewer only at the end; valid until the next call. */
  async read(frameCount: number): Promise<Int16Array> {
    const wantedBytes = Math.min(
      frameCount * this.frameSizeBytes,
      this.leftBytes,
      this.buffer.length,
    );
    let doneBytes = 0;
    while (doneBytes < wantedBytes) {
      const { bytesRead } = await this.file.read(
        this.buffer,
        doneBytes,
        wantedBytes - doneBytes,
        this.offsetBytes + doneBytes,
      );
      if (bytesRead === 0) {
        this.hasShrunk = true;
        this.leftBytes = doneBytes;
        break;
      }
      doneBytes += bytesRead;
    }
    this.offsetBytes += doneBytes;
    this.leftBytes -= doneBytes;
    return this.decoder.decode(this.buffer.subarray(0, doneBytes));
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
