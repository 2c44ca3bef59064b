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
  /** The next block of frames, interleaved, with fewer only at the end, none after it; valid until the next call. */
  read(): Promise<Int16Array>;
  close(): Promise<void>;
}

/** What to read of a file, as inspected. */
export interface FramesOfFile {
  readonly format: WavFormat;
  /** Where to end, counted from the first. */
  readonly frameCount: number;
  /** Where to begin, not beyond the end; the first when undefined. */
  readonly startFrame?: number;
}

/** Owned by who opens it, who must `close` it. */
export class SoundReader implements SampleSource {
  private readonly file: FileHandle;
  private readonly decoder: SampleDecoder;
  /** Two, so that one is filled while the samples of the other are used. */
  private readonly buffers: readonly Uint8Array[];
  private fillCount = 0;
  private ahead: Promise<Uint8Array> | undefined;
  private offsetBytes: number;
  private leftBytes: number;
  hasShrunk = false;
  readonly hasFailed = false;

  private constructor(
    file: FileHandle,
    { format, frameCount, startFrame = 0 }: FramesOfFile,
    blockFrames: number,
  ) {
    this.file = file;
    this.decoder = createSampleDecoder(format);
    this.buffers = [0, 1].map(() => new Uint8Array(blockFrames * format.frameSizeBytes));
    this.offsetBytes = format.dataOffsetBytes + startFrame * format.frameSizeBytes;
    this.leftBytes = (frameCount - startFrame) * format.frameSizeBytes;
  }

  /** @param blockFrames what a `read` gives at once */
  static async open(path: string, frames: FramesOfFile, blockFrames: number): Promise<SoundReader> {
    return new SoundReader(await open(path, 'r'), frames, blockFrames);
  }

  async read(): Promise<Int16Array> {
    const bytes = await (this.ahead ?? this.fill());
    this.ahead = this.fill();
    // Whoever reads on hears of a failure.
    this.ahead.catch(() => undefined);
    return this.decoder.decode(bytes);
  }

  async close(): Promise<void> {
    await this.ahead?.catch(() => undefined);
    await this.file.close();
  }

  private async fill(): Promise<Uint8Array> {
    const buffer = this.buffers[this.fillCount++ % 2] ?? new Uint8Array(0);
    const wantedBytes = Math.min(buffer.length, this.leftBytes);
    let doneBytes = 0;
    while (doneBytes < wantedBytes) {
      const { bytesRead } = await this.file.read(
        buffer,
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
    return buffer.subarray(0, doneBytes);
  }
}
