/**
 * Files that can be made again from others (waveforms, playable copies): written beside their final name and renamed when
 * whole. Losing one costs time, not data, so a failure is remembered instead of thrown.
 */
import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** One writer of one file. Owned by who creates it, who must `commit` or `discard` it. */
export class DerivedFile {
  private readonly path: string;
  private readonly partialPath: string;
  private file: FileHandle | undefined;
  private sizeBytes = 0;
  /** The first thing that went wrong; nothing is written after it. */
  failure: unknown;

  private constructor(path: string) {
    this.path = path;
    // Two windows may prepare the same recording at once; each writes a file of its own and the last rename stays.
    this.partialPath = `${path}.${randomBytes(4).toString('hex')}.partial`;
  }

  static async create(path: string): Promise<DerivedFile> {
    const derived = new DerivedFile(path);
    await derived.attempt(async () => {
      derived.file = await open(derived.partialPath, 'wx');
    });
    return derived;
  }

  /** Appends all of `bytes`. */
  async append(bytes: Uint8Array): Promise<void> {
    const offsetBytes = this.sizeBytes;
    this.sizeBytes += bytes.length;
    await this.writeAt(offsetBytes, bytes);
  }

  /** Overwrites what was appended before, such as a header whose lengths are known at the end. */
  async writeAt(offsetBytes: number, bytes: Uint8Array): Promise<void> {
    await this.attempt(async () => {
      for (let doneBytes = 0; doneBytes < bytes.length;) {
        const { bytesWritten = 0 } =
          (await this.file?.write(
            bytes,
            doneBytes,
            bytes.length - doneBytes,
            offsetBytes + doneBytes,
          )) ?? {};
        doneBytes += bytesWritten;
      }
    });
  }

  /** Makes the file appear under its final name, durably. @returns false when anything failed; then nothing is left. */
  async commit(): Promise<boolean> {
    await this.attempt(async () => {
      await this.file?.sync();
      await this.file?.close();
      this.file = undefined;
      await rename(this.partialPath, this.path);
      await syncFolder(dirname(this.path));
    });
    if (this.failure !== undefined) {
      await this.discard();
      return false;
    }
    return true;
  }

  /** Removes what was written so far. What was under the final name before stays. Does nothing after `commit`. */
  async discard(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    await file?.close().catch(() => undefined);
    await rm(this.partialPath, { force: true }).catch(() => undefined);
  }

  private async attempt(action: () => Promise<void>): Promise<void> {
    if (this.failure !== undefined) {
      return;
    }
    try {
      await action();
    } catch (error) {
      this.failure = error;
    }
  }
}

/** Windows cannot open folders; there the rename is durable by itself. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // The file itself is safe, and it can be made again.
  }
}
