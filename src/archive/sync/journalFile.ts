/**
 * An append-only file of JSON lines, each with a checksum: what a resolved `append` wrote survives a crash. Owns lines, flushing
 * and the torn end; knows nothing of what the lines say.
 */
import { constants, createReadStream } from 'node:fs';
import { open, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { errors, throwIfCancelled } from '../../base/appError.ts';
import {
  PartialWriter,
  partialSuffix,
  regularFileSize,
  renameDurably,
  syncFolder,
} from '../durableFile.ts';
import { toStorageError } from '../storageError.ts';

// Missing on Windows.
const noFollow = constants.O_NOFOLLOW as number | undefined;
const lineStart = '{"crc":"';
const eventStart = '","event":';
const eventOffset = lineStart.length + 8 + eventStart.length;
/** Far above real lines: a page of a hundred conversations takes ten kilobytes. */
const maxLineBytes = 4 * 1024 * 1024;
const newline = 0x0a;

/** What reading found. */
export interface JournalReading {
  /** End of the last whole line. */
  readonly soundBytes: number;
  readonly lineCount: number;
  /** Set when something that is no whole line stands before others that are: the file was damaged, not torn. */
  readonly damage: { readonly lineNumber: number } | undefined;
}

/** A line as it is stored, its end included. `eventJson` is JSON without a line break. */
export function encodeLine(eventJson: string): string {
  return `${lineStart}${checksum(eventJson)}${eventStart}${eventJson}}\n`;
}

/** The JSON of the event; undefined when the line is not whole. */
export function decodeLine(line: string): string | undefined {
  const eventJson = line.slice(eventOffset, -1);
  const isWhole =
    line.startsWith(lineStart) &&
    line.endsWith('}') &&
    line.slice(lineStart.length, lineStart.length + 8) === checksum(eventJson);
  return isWhole ? eventJson : undefined;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

/**
 * Reads the whole lines from `fromByte` on, in order, in constant memory. Ends at the first line that is not whole, and tells
 * whether that is the torn end (nothing whole follows) or damage. A missing file is empty.
 * @throws AppError `storage` when something else than a plain file is there; file system errors as they are
 */
export async function readJournal(
  path: string,
  fromByte: number,
  onEvent: (eventJson: string) => void,
  signal: AbortSignal,
): Promise<JournalReading> {
  let soundBytes = fromByte;
  let lineCount = 0;
  let brokenLine: number | undefined;
  if ((await regularFileSize(path)) === undefined) {
    return { soundBytes: 0, lineCount: 0, damage: undefined };
  }
  for await (const { text, endByte } of readLines(path, fromByte, signal)) {
    const eventJson = text === undefined ? undefined : decodeLine(text);
    if (brokenLine !== undefined && eventJson !== undefined) {
      return { soundBytes, lineCount, damage: { lineNumber: brokenLine } };
    }
    if (eventJson === undefined) {
      brokenLine ??= lineCount + 1;
    } else {
      onEvent(eventJson);
      soundBytes = endByte;
      lineCount++;
    }
  }
  return { soundBytes, lineCount, damage: undefined };
}

interface Line {
  /** Undefined for one that is far too long. */
  readonly text: string | undefined;
  /** Offset after its line break. */
  readonly endByte: number;
}

/** Lines that end with a line break; what follows the last one is torn. */
async function* readLines(
  path: string,
  fromByte: number,
  signal: AbortSignal,
): AsyncGenerator<Line> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let endByte = fromByte;
  for await (const data of createReadStream(path, { start: fromByte, signal })) {
    const chunk = data as Buffer;
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const part = chunk.subarray(start, end);
      endByte += pendingBytes + part.length + 1;
      const isTooLong = pendingBytes + part.length > maxLineBytes;
      yield { text: isTooLong ? undefined : Buffer.concat([...pending, part]).toString(), endByte };
      pending = [];
      pendingBytes = 0;
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    pendingBytes += rest.length;
    if (pendingBytes <= maxLineBytes) {
      pending.push(rest);
    }
  }
}

/** Writes lines; those that come while the disk is busy are flushed together. One at a time may be open for a file. */
export class JournalFile {
  private readonly handle: FileHandle;
  private waiting: { readonly text: string; readonly settle: (error: unknown) => void }[] = [];
  private writing: Promise<void> | undefined;
  private failure: unknown;

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  /** Opens the file, made when it is missing, and cuts what follows `soundBytes`. */
  static async open(path: string, soundBytes: number): Promise<JournalFile> {
    const isNew = (await regularFileSize(path)) === undefined;
    if (!isNew) {
      await truncate(path, soundBytes);
    }
    const handle = await open(
      path,
      constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (noFollow ?? 0),
      0o644,
    );
    try {
      if (isNew) {
        await syncFolder(dirname(path));
      }
      return new JournalFile(handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Replaces the file by these lines so that a crash leaves the old or the new one. Returns its size. */
  static async rewrite(path: string, eventJsons: Iterable<string>): Promise<number> {
    const partialPath = path + partialSuffix;
    const writer = await PartialWriter.create(partialPath);
    try {
      for (const eventJson of eventJsons) {
        await writer.append(Buffer.from(encodeLine(eventJson)));
      }
      await writer.sync();
    } finally {
      await writer.close();
    }
    await renameDurably(partialPath, path);
    return writer.sizeBytes;
  }

  /**
   * Resolves when the line is on the disk. After a failure every further line is refused: the file may end in a torn one, which
   * the next opening cuts.
   * @throws AppError `storage`
   */
  async append(eventJson: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.waiting.push({
      text: encodeLine(eventJson),
      settle: (error) => {
        if (error === undefined) {
          resolve(undefined);
        } else {
          reject(
            error instanceof Error
              ? error
              : errors.storage('The journal of the sync cannot be written'),
          );
        }
      },
    });
    this.writing ??= this.writeWaiting();
    await promise;
  }

  /** Waits for what was appended. */
  async close(): Promise<void> {
    await this.writing;
    await this.handle.close();
  }

  private async writeWaiting(): Promise<void> {
    // Lets everything that comes in this turn of the event loop join.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      await this.writeGroup(Buffer.from(group.map(({ text }) => text).join('')));
      for (const { settle } of group) {
        settle(this.failure);
      }
    }
    this.writing = undefined;
  }

  private async writeGroup(bytes: Buffer): Promise<void> {
    if (this.failure !== undefined) {
      return;
    }
    try {
      for (let offset = 0; offset < bytes.length;) {
        const { bytesWritten } = await this.handle.write(bytes, offset);
        offset += bytesWritten;
      }
      await this.handle.sync();
    } catch (error) {
      this.failure = toStorageError(error);
    }
  }
}

/** @throws AppError `corrupt` that says what is safe, when the reading found damage */
export function refuseDamage(path: string, { damage }: JournalReading, signal: AbortSignal): void {
  throwIfCancelled(signal);
  if (damage !== undefined) {
    throw errors.corrupt(
      `The journal of this sync is damaged. Everything that was downloaded is safe; recover the sync to find its conversations anew and go on with what is missing. Damaged is line ${String(damage.lineNumber)} of: ${path}`,
      { details: { lineNumber: damage.lineNumber } },
    );
  }
}
