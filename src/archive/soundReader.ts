/** Reads the samples of an inspected WAV file in order, in constant memory. */
import { open, type FileHandle } from 'node:fs/promises';
import { createSampleDecoder, type SampleDecoder } from '../audio/sampleDecoder.ts';
import type { WavFormat } from '../audio/wav.ts';

/** The samples of a file, whatever it stores. Owned by who opens it, who must `close` it. */
export interface SampleSource {
  /** True once the file turned out to end before what its inspection had found. */
  readonly hasShrunk: boolean;
  /** True once something could not be decoded and is silent. */
  readonly hasFailed: boolean;
  /** The next frames, interleaved, fewer only at the end; valid until the next call. */
  read(frameCount: number): Promise<Int16Array>;
  close(): Promise<void>;
}

/** What to read of a file, as inspected. */
export interface FramesOfFile {
  readonly format: WavFormat;
  readonly frameCount: number;
  /** Where to begin, not beyond the end; the first when undefined. */
  readonly startFrame?: number;
}

/** Owned by who opens it, who must `close` it. */
export class SoundReader implements SampleSource {
  private readonly file: FileHandle;
  private readonly decoder: SampleDecoder;
  private readonly frameSizeBytes: number;
  private readonly buffer: Uint8Array;
  private offsetBytes: number;
  private leftBytes: number;
  hasShrunk = false;
  readonly hasFailed = false;

  private constructor(
    file: FileHandle,
    { format, frameCount, startFrame = 0 }: FramesOfFile,
    maxFrames: number,
  ) {
    this.file = file;
    this.decoder = createSampleDecoder(format);
    this.frameSizeBytes = format.frameSizeBytes;
    this.buffer = new Uint8Array(maxFrames * format.frameSizeBytes);
    this.offsetBytes = format.dataOffsetBytes + startFrame * format.frameSizeBytes;
    this.leftBytes = (frameCount - startFrame) * format.frameSizeBytes;
  }

  /** @param maxFrames the most that a `read` will ask for */
  static async open(path: string, frames: FramesOfFile, maxFrames: number): Promise<SoundReader> {
    return new SoundReader(await open(path, 'r'), frames, maxFrames);
  }

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
