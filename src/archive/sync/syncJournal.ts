/**
 * The journal of a sync on disk and the state it leads to: opened under the writer lock, read by anybody. An event counts when it
 * is on the disk, not before.
 */
import { errors } from '../../base/appError.ts';
import type { Log } from '../../base/log.ts';
import { guardStorage } from '../storageError.ts';
import { JournalFile, readJournal, refuseDamage } from './journalFile.ts';
import { decodeEvent, encodeEvent, journalVersion, type SyncEvent } from './syncEvents.ts';
import { journalPath } from './syncFolder.ts';
import { SyncQueue } from './syncQueue.ts';

/** Lines that a conversation takes while all goes well: found with others, its outcome, a share of batches. */
const linesPerItem = 3;
const minCompactedLines = 5_000;

export class SyncJournal {
  readonly queue: SyncQueue;
  private readonly file: JournalFile;

  private constructor(file: JournalFile, queue: SyncQueue) {
    this.file = file;
    this.queue = queue;
  }

  /**
   * Opens the journal, made when it is missing: drops a torn end, and writes it anew when it has become long.
   * @throws AppError `corrupt` when it is damaged before its end, `unsupported` when a newer version wrote it, `storage`
   */
  static async open(
    folderPath: string,
    syncId: string,
    log: Log,
    signal: AbortSignal,
    minLines = minCompactedLines,
  ): Promise<SyncJournal> {
    return await guardStorage(async () => {
      const path = journalPath(folderPath);
      const queue = new SyncQueue();
      const reading = await readJournal(path, 0, applyTo(queue), signal);
      refuseDamage(path, reading, signal);
      let { soundBytes } = reading;
      if (reading.lineCount > minLines + linesPerItem * queue.items.count) {
        const sizeBytes = await JournalFile.rewrite(path, encodeAll(queue.compacted()));
        log.info('The journal of a sync was shortened', { lineCount: reading.lineCount });
        soundBytes = sizeBytes;
      }
      const journal = new SyncJournal(await JournalFile.open(path, soundBytes), queue);
      if (reading.lineCount === 0) {
        await journal.appendOrClose({ kind: 'sync', version: journalVersion, syncId });
      }
      return journal;
    });
  }

  /** Resolves when the event is on the disk and in the state. @throws AppError `storage` */
  async append(event: SyncEvent): Promise<void> {
    await this.file.append(encodeEvent(event));
    this.queue.apply(event);
  }

  /** For a journal that nobody else knows yet. */
  async appendOrClose(event: SyncEvent): Promise<void> {
    try {
      await this.append(event);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/** A reader of lines that brings the state up to date. @throws AppError `unsupported` | `corrupt` while it reads */
export function applyTo(queue: SyncQueue): (eventJson: string) => void {
  return (eventJson) => {
    const event = decodeEvent(eventJson);
    if (event.kind === 'sync' && event.version !== journalVersion) {
      throw errors.unsupported(
        `This sync was written by a newer version of this extension. Update the extension to go on with it; its format version is: ${String(event.version)}`,
      );
    }
    queue.apply(event);
  };
}

function* encodeAll(events: Iterable<SyncEvent>): Generator<string> {
  for (const event of events) {
    yield encodeEvent(event);
  }
}
