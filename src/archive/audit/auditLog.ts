/**
 * Appends to the archive's audit log: one JSON line an event, each holding the hash of the line before, on the disk before an
 * append resolves. Holds no handle between appends. Knows nothing of what the events mean.
 */
import type { FileHandle } from 'node:fs/promises';
import { errors, throwIfCancelled } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import { guardStorage } from '../storageError.ts';
import { writeAuditHead } from './auditFiles.ts';
import {
  encodeAuditLine,
  maxAuditLineBytes,
  type AuditDetails,
  type AuditHead,
} from './auditLine.ts';
import { mendAuditTail, openAuditFile, type AuditTail } from './auditTail.ts';

interface WaitingEvent {
  readonly line: (before: AuditHead) => { readonly text: string; readonly head: AuditHead };
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Lines of one archive that wait to be written together. */
interface AuditQueue {
  readonly waiting: WaitingEvent[];
  isWriting: boolean;
}

/** Bytes between two notes of the head: `auditTail.ts` looks back further than this. */
const batchBytes = 128 * 1024;

// Process-wide, as the writer lock is: two users of one archive must not write at the same place.
const queues = new Map<string, AuditQueue>();

/** The audit log of one archive. Nothing to dispose of. */
export class AuditLog {
  private readonly rootPath: string;
  private readonly clock: Clock;

  private constructor(rootPath: string, clock: Clock) {
    this.rootPath = rootPath;
    this.clock = clock;
  }

  /**
   * Opens the log and mends its end: a torn last line is kept in a file of its own, and noted as an event, as is a log that does
   * not end where its head says. Only while the writer lock is held; `rootPath` is absolute with links resolved.
   * @throws AppError `storage`
   */
  static async open(
    rootPath: string,
    { clock }: { readonly clock: Clock },
    signal: AbortSignal,
  ): Promise<AuditLog> {
    throwIfCancelled(signal);
    await enqueue(rootPath, clock, undefined);
    return new AuditLog(rootPath, clock);
  }

  /**
   * Notes an event; it is on the disk when this resolves. Only while the writer lock is held. Many at once are written in the
   * order of their calls, together. After the start an abort changes nothing: a half-noted event would be worse.
   * @param details ids, counts, sizes, hashes; never personal data, secrets or links
   * @throws AppError `storage`, `bug` for details of more than 100 kB
   */
  async append(kind: string, details: AuditDetails, signal: AbortSignal): Promise<void> {
    throwIfCancelled(signal);
    const atMs = this.clock.nowMs();
    const line: WaitingEvent['line'] = (before) => encodeAuditLine(before, atMs, kind, details);
    if (Buffer.byteLength(line({ seq: 1e15, hash: '0'.repeat(64) }).text) > maxAuditLineBytes) {
      throw errors.bug(`The details of an audit event are too long: ${kind}`);
    }
    await enqueue(this.rootPath, this.clock, line);
  }
}

/** Without a line only the end of the log is mended. */
async function enqueue(
  rootPath: string,
  clock: Clock,
  line: WaitingEvent['line'] | undefined,
): Promise<void> {
  const queue = queues.get(rootPath) ?? { waiting: [], isWriting: false };
  queues.set(rootPath, queue);
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const done = (): void => {
    resolve(undefined);
  };
  queue.waiting.push({ line: line ?? ((head) => ({ text: '', head })), resolve: done, reject });
  if (!queue.isWriting) {
    queue.isWriting = true;
    void drain(rootPath, queue, clock);
  }
  await guardStorage(() => promise);
}

async function drain(rootPath: string, queue: AuditQueue, clock: Clock): Promise<void> {
  while (queue.waiting.length > 0) {
    let batch: readonly WaitingEvent[] = queue.waiting.splice(0);
    let writer: AuditWriter | undefined;
    try {
      writer = await AuditWriter.open(rootPath, clock);
      do {
        await writer.write(batch);
        if (queue.waiting.length === 0) {
          // Whoever waited last may release the lock: nothing is written after that.
          await writer.writeHead();
        }
        for (const { resolve } of batch) {
          resolve();
        }
        batch = queue.waiting.splice(0);
      } while (batch.length > 0);
    } catch (error) {
      // Those already resolved do not hear of it.
      for (const { reject } of batch) {
        reject(error);
      }
    } finally {
      await writer?.close().catch(() => undefined);
    }
  }
  queue.isWriting = false;
  queues.delete(rootPath);
}

/** The log while there is something to write: one look at its end, and one new head, for all that comes meanwhile. */
class AuditWriter {
  private readonly rootPath: string;
  private readonly handle: FileHandle;
  private last: AuditHead;
  private sizeBytes: number;
  /** Written since the head was. */
  private aheadBytes = 0;
  /** Written since the head was made durable; as good as too many before the first time. */
  private undurableBytes = batchBytes;

  private constructor(rootPath: string, handle: FileHandle, { last, sizeBytes }: AuditTail) {
    this.rootPath = rootPath;
    this.handle = handle;
    this.last = last;
    this.sizeBytes = sizeBytes;
  }

  static async open(rootPath: string, clock: Clock): Promise<AuditWriter> {
    const handle = await openAuditFile(rootPath);
    try {
      const tail = await mendAuditTail(rootPath, handle, new AbortController().signal);
      const writer = new AuditWriter(rootPath, handle, tail);
      if (tail.sizeBytes === 0) {
        // A log that has lines has a head, from the first line on.
        await writeAuditHead(rootPath, tail.last);
      }
      await writer.write(
        tail.findings.map(({ kind, details }): WaitingEvent => ({
          line: (before) => encodeAuditLine(before, clock.nowMs(), kind, details),
          resolve: () => undefined,
          reject: () => undefined,
        })),
      );
      return writer;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async write(events: readonly WaitingEvent[]): Promise<void> {
    for (let next = 0; next < events.length;) {
      let { last } = this;
      let text = '';
      for (let event = events[next]; event !== undefined; event = events[++next]) {
        const { text: line, head } = event.line(last);
        text += line === '' ? '' : `${line}\n`;
        last = head;
        if (text.length >= batchBytes) {
          next++;
          break;
        }
      }
      if (text !== '') {
        const lengthBytes = await writeLines(this.handle, text, this.sizeBytes);
        this.sizeBytes += lengthBytes;
        this.aheadBytes += lengthBytes;
        this.undurableBytes += lengthBytes;
        this.last = last;
      }
      if (this.aheadBytes >= batchBytes) {
        await this.writeHead();
      }
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  async writeHead(): Promise<void> {
    if (this.aheadBytes > 0) {
      // Flushing the folder each time would cost as much as the line; so a crash leaves a head a few lines behind.
      const isDurable = this.undurableBytes >= batchBytes;
      await writeAuditHead(this.rootPath, this.last, isDurable);
      this.aheadBytes = 0;
      this.undurableBytes = isDurable ? 0 : this.undurableBytes;
    }
  }
}

/** @returns how many bytes the log has grown by */
async function writeLines(
  handle: FileHandle,
  text: string,
  positionBytes: number,
): Promise<number> {
  const bytes = Buffer.from(text);
  try {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await handle.write(
        bytes,
        done,
        bytes.length - done,
        positionBytes + done,
      );
      done += bytesWritten;
    }
    await handle.sync();
  } catch (error) {
    // A full disk: what was not noted as a whole must not stay. If that fails too, the next append sets it aside.
    await handle.truncate(positionBytes).catch(() => undefined);
    throw error;
  }
  return bytes.length;
}
