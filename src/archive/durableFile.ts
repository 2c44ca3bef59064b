/**
 * Files that survive a crash: written as `name.partial`, flushed to disk, then renamed. Owns the order of these steps and the
 * rule that nothing is written through a symbolic link; knows nothing of conversations.
 */
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errors } from '../base/appError.ts';
import { errnoOf } from './storageError.ts';

export const partialSuffix = '.partial';

/** Bytes gathered before each write: fewer, larger writes are what disks and network shares are fast at. */
const writeSizeBytes = 1024 * 1024;

// Missing on Windows, where opening a link by lstat-then-open is all there is.
const noFollow = constants.O_NOFOLLOW as number | undefined;

/** Makes a rename or a new entry durable. Windows has no such thing for folders and needs none. */
export async function syncFolder(folderPath: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folderPath, 'r');
    await handle.sync();
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'EPERM' && code !== 'EISDIR' && code !== 'EINVAL' && code !== 'EBADF') {
      throw error;
    }
  } finally {
    await handle?.close();
  }
}

/**
 * Makes the folders of `segments` below `rootPath`, which exists, and returns the last. Each new one is durable.
 * @throws AppError `storage` when a segment is a symbolic link or a file.
 */
export async function ensureFolder(rootPath: string, segments: readonly string[]): Promise<string> {
  let current = rootPath;
  for (const segment of segments) {
    const next = join(current, segment);
    const isNew = await mkdir(next).then(
      () => true,
      (error: unknown) => {
        if (errnoOf(error) === 'EEXIST') {
          return false;
        }
        throw error;
      },
    );
    if (isNew) {
      await syncFolder(current);
    } else if (!(await lstat(next)).isDirectory()) {
      throw errors.storage(
        `The archive does not write through links or files that stand where a folder belongs. Move this away and try again: ${next}`,
      );
    }
    current = next;
  }
  return current;
}

/**
 * Size of the regular file, undefined when nothing is there.
 * @throws AppError `storage` when a link, a folder or a device is there.
 */
export async function regularFileSize(path: string): Promise<number | undefined> {
  const stats = await lstat(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  });
  if (stats === undefined) {
    return undefined;
  }
  if (!stats.isFile()) {
    throw errors.storage(
      `Something that is not a plain file stands where the archive keeps one. Move it away and try again: ${path}`,
    );
  }
  return stats.size;
}

/** Replaces or creates a small file so that a crash leaves the old or the new content. */
export async function commitBytes(path: string, bytes: Uint8Array | string): Promise<void> {
  const partialPath = path + partialSuffix;
  const writer = await PartialWriter.create(partialPath);
  try {
    await writer.append(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    await writer.sync();
  } finally {
    await writer.close();
  }
  await renameDurably(partialPath, path);
}

/** Renames within one folder (or to another one) and flushes the folder of the new name. */
export async function renameDurably(fromPath: string, toPath: string): Promise<void> {
  await rename(fromPath, toPath);
  await syncFolder(dirname(toPath));
}

/** Appends to a partial file in writes of 1 MB. The caller closes it, whatever happens. */
export class PartialWriter {
  private readonly handle: FileHandle;
  private readonly buffer = Buffer.allocUnsafe(writeSizeBytes);
  private bufferedBytes = 0;
  private writtenBytes: number;

  private constructor(handle: FileHandle, writtenBytes: number) {
    this.handle = handle;
    this.writtenBytes = writtenBytes;
  }

  /** An empty file; what stood there before is removed first, be it a link. */
  static async create(path: string): Promise<PartialWriter> {
    await rm(path, { force: true, recursive: true });
    return new PartialWriter(await open(path, 'wx', 0o644), 0);
  }

  /** An existing file, cut to `sizeBytes` to be continued from there. Never follows a link. */
  static async resume(path: string, sizeBytes: number): Promise<PartialWriter> {
    const handle = await open(path, constants.O_RDWR | (noFollow ?? 0));
    try {
      await handle.truncate(sizeBytes);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new PartialWriter(handle, sizeBytes);
  }

  /** Bytes taken so far, those still in the buffer included. */
  get sizeBytes(): number {
    return this.writtenBytes + this.bufferedBytes;
  }

  /** Takes a copy of the chunk. */
  async append(chunk: Uint8Array): Promise<void> {
    let takenBytes = 0;
    while (takenBytes < chunk.length) {
      const countBytes = Math.min(chunk.length - takenBytes, writeSizeBytes - this.bufferedBytes);
      this.buffer.set(chunk.subarray(takenBytes, takenBytes + countBytes), this.bufferedBytes);
      this.bufferedBytes += countBytes;
      takenBytes += countBytes;
      if (this.bufferedBytes === writeSizeBytes) {
        await this.flush();
      }
    }
  }

  /** Everything taken so far is on the disk when this resolves. */
  async sync(): Promise<void> {
    await this.flush();
    await this.handle.sync();
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private async flush(): Promise<void> {
    let offsetBytes = 0;
    while (offsetBytes < this.bufferedBytes) {
      const { bytesWritten } = await this.handle.write(
        this.buffer,
        offsetBytes,
        this.bufferedBytes - offsetBytes,
        this.writtenBytes,
      );
      offsetBytes += bytesWritten;
      this.writtenBytes += bytesWritten;
    }
    this.bufferedBytes = 0;
  }
}
