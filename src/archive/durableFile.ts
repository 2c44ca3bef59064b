/**
 * Files that survive a crash: written as `name.partial`, flushed to disk, then renamed. Owns the order of these steps and the
 * rule that nothing is written through a symbolic link; knows nothing of conversations.
 */
import { constants } from 'node:fs';
import {
  lstat,
  mkdir,
  open,
  realpath,
  rename,
  rm,
  unlink,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errors } from '../base/appError.ts';
import { errnoOf } from './storageError.ts';

export const partialSuffix = '.partial';

/** Bytes gathered before each write: fewer, larger writes are what disks and network shares are fast at. */
const writeSizeBytes = 1024 * 1024;

// Missing on Windows, where opening a link by lstat-then-open is all there is.
const noFollow = constants.O_NOFOLLOW as number | undefined;

// Downloads side by side put their folders into the same day: whoever comes before a sync begins is served by it.
const runningSyncs = new Map<string, Promise<void>>();
const nextSyncs = new Map<string, Promise<void>>();

/**
 * Makes renames and new entries that were made before the call durable. Windows has no such thing for folders and needs none. Calls
 * for one folder that come while it is being flushed share the next flush.
 */
export async function syncFolder(folderPath: string): Promise<void> {
  const running = runningSyncs.get(folderPath);
  if (running === undefined) {
    await startSync(folderPath);
    return;
  }
  const next =
    nextSyncs.get(folderPath) ??
    running
      .catch(() => undefined)
      .then(() => {
        nextSyncs.delete(folderPath);
        return startSync(folderPath);
      });
  nextSyncs.set(folderPath, next);
  await next;
}

function startSync(folderPath: string): Promise<void> {
  const running = flushFolder(folderPath).finally(() => {
    runningSyncs.delete(folderPath);
  });
  runningSyncs.set(folderPath, running);
  return running;
}

async function flushFolder(folderPath: string): Promise<void> {
  const folder = await OpenFolder.open(folderPath);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A folder that is flushed more than once. The caller closes it. */
export class OpenFolder {
  /** Undefined where folders cannot be opened (Windows). */
  private readonly handle: FileHandle | undefined;

  private constructor(handle: FileHandle | undefined) {
    this.handle = handle;
  }

  static async open(folderPath: string): Promise<OpenFolder> {
    return new OpenFolder(await whereFoldersAreFiles(() => open(folderPath, 'r')));
  }

  /** Makes renames and new entries that were made before the call durable. */
  async sync(): Promise<void> {
    await whereFoldersAreFiles(async () => this.handle?.sync());
  }

  async close(): Promise<void> {
    await this.handle?.close();
  }
}

/** Undefined where the system does not let a folder be opened or flushed, which then needs neither. */
async function whereFoldersAreFiles<T>(task: () => Promise<T>): Promise<T | undefined> {
  try {
    return await task();
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'EPERM' && code !== 'EISDIR' && code !== 'EINVAL' && code !== 'EBADF') {
      throw error;
    }
    return undefined;
  }
}

/**
 * Makes the folders of `segments` below `rootPath`, which exists and has no links in it, and returns the last.
 * @param onNew gets the folder that holds a new one: makes it durable at once when left out
 * @throws AppError `storage` when a segment is a symbolic link or a file.
 */
export async function ensureFolder(
  rootPath: string,
  segments: readonly string[],
  onNew: (parentPath: string) => void | Promise<void> = syncFolder,
): Promise<string> {
  const path = join(rootPath, ...segments);
  // Most often all but the last are there: two calls instead of two for each segment.
  const isNew = await makeFolder(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') {
      return undefined;
    }
    throw error;
  });
  // A new folder right in the root is no link, and nothing above it is.
  const isRightBelow = isNew === true && segments.length === 1;
  if (isNew === undefined || !(isRightBelow || (await realpath(path)) === path)) {
    return await ensureEachFolder(rootPath, segments, onNew);
  }
  if (isNew) {
    await onNew(dirname(path));
  } else if (!(await lstat(path)).isDirectory()) {
    throw notAFolder(path);
  }
  return path;
}

async function ensureEachFolder(
  rootPath: string,
  segments: readonly string[],
  onNew: (parentPath: string) => void | Promise<void>,
): Promise<string> {
  let current = rootPath;
  for (const segment of segments) {
    const next = join(current, segment);
    if (await makeFolder(next)) {
      await onNew(current);
    } else if (!(await lstat(next)).isDirectory()) {
      throw notAFolder(next);
    }
    current = next;
  }
  return current;
}

/** False when something has the name already. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

function notAFolder(path: string): Error {
  return errors.storage(
    `The archive does not write through links or files that stand where a folder belongs. Move this away and try again: ${path}`,
  );
}

/** Removes the file or link; nothing happens when there is none. A folder in its place goes with what it holds. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') {
      await rm(path, { force: true, recursive: true });
    }
  }
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
  await writePartial(partialPath, bytes);
  await renameDurably(partialPath, path);
}

/** Writes and flushes a small partial file, in place of whatever stands there. */
export async function writePartial(partialPath: string, bytes: Uint8Array | string): Promise<void> {
  const writer = await PartialWriter.create(partialPath);
  try {
    await writer.append(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    await writer.sync();
  } finally {
    await writer.close();
  }
}

/** Renames within one folder (or to another one) and flushes the folder of the new name. */
export async function renameDurably(fromPath: string, toPath: string): Promise<void> {
  await rename(fromPath, toPath);
  await syncFolder(dirname(toPath));
}

/**
 * Appends to a partial file in writes of about 1 MB, each under way while the next is gathered. The caller closes it, whatever
 * happens; a write that failed is told by the next call.
 */
export class PartialWriter {
  private readonly handle: FileHandle;
  private gathered: Uint8Array[] = [];
  private gatheredBytes = 0;
  /** Where the next write goes. */
  private positionBytes: number;
  /** In the file, of which the disk need not know yet. */
  private writtenBytes: number;
  private writing: Promise<void> = Promise.resolve();

  private constructor(handle: FileHandle, writtenBytes: number) {
    this.handle = handle;
    this.positionBytes = writtenBytes;
    this.writtenBytes = writtenBytes;
  }

  /** An empty file; what stood there before is removed first, be it a link. */
  static async create(path: string): Promise<PartialWriter> {
    return new PartialWriter(await createNew(path), 0);
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

  /** Bytes taken so far, those not written yet included. */
  get sizeBytes(): number {
    return this.positionBytes + this.gatheredBytes;
  }

  /** Keeps the chunk until it is written: the caller leaves it as it is. */
  async append(chunk: Uint8Array): Promise<void> {
    this.gathered.push(chunk);
    this.gatheredBytes += chunk.length;
    if (this.gatheredBytes >= writeSizeBytes) {
      await this.startWriting();
    }
  }

  /** Everything taken so far is on the disk when this resolves. */
  async sync(): Promise<void> {
    await this.startWriting();
    await this.writing;
    await this.handle.sync();
  }

  /** Flushes what was written, while appending goes on; resolves to how many bytes from the start are on the disk. */
  async syncWritten(): Promise<number> {
    const durableBytes = this.writtenBytes;
    await this.handle.datasync();
    return durableBytes;
  }

  async close(): Promise<void> {
    await this.writing.catch(() => undefined);
    await this.handle.close();
  }

  /** Resolves when the write before is done and this one is under way: memory holds two at most. */
  private async startWriting(): Promise<void> {
    const chunks = this.gathered;
    this.gathered = [];
    const fromByte = this.positionBytes;
    this.positionBytes += this.gatheredBytes;
    this.gatheredBytes = 0;
    await this.writing;
    this.writing = this.write(chunks, fromByte);
    // Told by whoever waits for it next.
    this.writing.catch(() => undefined);
  }

  private async write(chunks: readonly Uint8Array[], fromByte: number): Promise<void> {
    let rest = chunks;
    let position = fromByte;
    while (rest.length > 0) {
      const { bytesWritten } = await this.handle.writev([...rest], position);
      position += bytesWritten;
      rest = withoutFirst(rest, bytesWritten);
    }
    this.writtenBytes = position;
  }
}

/** Without a look first in the common case that nothing is there. */
async function createNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o644);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') {
      throw error;
    }
    await removeFile(path);
    return await open(path, 'wx', 0o644);
  }
}

/** What is left of the chunks after their first `countBytes`. */
function withoutFirst(chunks: readonly Uint8Array[], countBytes: number): readonly Uint8Array[] {
  let leftBytes = countBytes;
  const rest: Uint8Array[] = [];
  for (const chunk of chunks) {
    if (leftBytes < chunk.length) {
      rest.push(leftBytes === 0 ? chunk : chunk.subarray(leftBytes));
    }
    leftBytes = Math.max(0, leftBytes - chunk.length);
  }
  return rest;
}
