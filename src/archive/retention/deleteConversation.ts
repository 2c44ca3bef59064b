/**
 * Deletes one conversation so that a crash at any point leaves it whole, or recognisably deleted with the rest to be done on the next
 * run. Knows the order of the steps; which conversations and why is decided elsewhere.
 *
 * Order: record of the deletion · manifest and notes (from now on it is no conversation any more) · all other files · empty folders ·
 * what lies elsewhere · receipt in the audit log · record says that it is done.
 */
import { randomUUID } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { isAppError } from '../../base/appError.ts';
import type { JsonValue } from '../../base/jsonValue.ts';
import { manifestName, type Manifest } from '../manifest.ts';
import { notesName, withNotesLock, type NotesPlace } from '../notes.ts';
import { errnoOf, toStorageError } from '../storageError.ts';
import type { AuditPort, DeletionDeps } from './deletionPorts.ts';
import {
  deletionRecordPath,
  encodeDeletionRecord,
  ensureDeletionsFolder,
  type DeletedFile,
  type DeletionRecord,
  type RemainingItem,
} from './deletionRecord.ts';
import { readFolderContent, type PresentFile } from './folderContent.ts';

export interface DeletionResult {
  readonly record: DeletionRecord;
  /** Bytes that this run has freed. */
  readonly freedBytes: number;
  /** Relative paths of what stays because this product did not write it. */
  readonly foreign: readonly string[];
}

/** Why a conversation goes: kept in its receipt. */
export interface DeletionCause {
  readonly reason: string;
  readonly policy: string | undefined;
}

// Once begun, a conversation is finished: stopping within one helps nobody.
const unstoppable = new AbortController().signal;

/** Makes the record of a new deletion and writes it: the point of no return. */
export async function beginDeletion(
  rootPath: string,
  { conversationId, folderPath }: NotesPlace,
  manifest: Manifest | undefined,
  { reason, policy }: DeletionCause,
  deps: DeletionDeps,
): Promise<DeletionRecord> {
  const entries = [...(manifest?.files ?? []), ...(manifest?.replacing ?? [])];
  const files = new Map<string, DeletedFile>(
    entries.map(({ path, storedBytes, storedSha256 }) => [
      path,
      { path, bytes: storedBytes, sha256: storedSha256 },
    ]),
  );
  const record: DeletionRecord = {
    conversationId,
    deletionId: randomUUID(),
    requestedAtMs: deps.clock.nowMs(),
    deletedAtMs: undefined,
    reason,
    policy,
    folder: relative(rootPath, folderPath).split(sep).join('/'),
    files: [...files.values()],
    remaining: [],
  };
  await ensureDeletionsFolder(rootPath);
  await writeRecord(rootPath, record, deps);
  return record;
}

/**
 * Does all that is left to do of a deletion. Running it again is safe.
 * @returns the record as it is now: with `deletedAtMs`, or with what remains for the next run
 * @throws AppError `storage` when the record or the receipt cannot be written; nothing is lost then
 */
export async function finishDeletion(
  rootPath: string,
  record: DeletionRecord,
  audit: AuditPort,
  deps: DeletionDeps,
): Promise<DeletionResult> {
  const removal = new Removal(rootPath, record, deps);
  await removal.run();
  const remaining = [...removal.remaining];
  if (remaining.length === 0) {
    remaining.push(...(await tellListeners(record, deps)));
  }
  const files = withFound(record.files, removal.found);
  const { freedBytes, foreign } = removal;
  const isDone = remaining.length === 0;
  const isNews = JSON.stringify(remaining) !== JSON.stringify(record.remaining);
  if (isDone || isNews) {
    const kind = isDone ? 'conversation.deleted' : 'conversation.deletionIncomplete';
    for (const details of receiptsOf(record, { files, remaining, foreign })) {
      await audit.append(kind, details, unstoppable);
    }
  }
  const after: DeletionRecord = {
    ...record,
    files: isDone ? [] : files,
    remaining,
    deletedAtMs: isDone ? deps.clock.nowMs() : undefined,
  };
  if (isDone || isNews) {
    await writeRecord(rootPath, after, deps);
  }
  return { record: after, freedBytes, foreign };
}

async function writeRecord(
  rootPath: string,
  record: DeletionRecord,
  { disk }: DeletionDeps,
): Promise<void> {
  const path = deletionRecordPath(rootPath, record.conversationId);
  await disk.commit(path, encodeDeletionRecord(record));
}

async function tellListeners(
  record: DeletionRecord,
  { listeners, log }: DeletionDeps,
): Promise<readonly RemainingItem[]> {
  const remaining: RemainingItem[] = [];
  for (const listener of listeners) {
    try {
      await listener.conversationDeleted(record, unstoppable);
    } catch (error) {
      log.warn('What belongs to a deleted conversation could not be removed', {
        of: listener.name,
        error,
      });
      remaining.push({ item: listener.name, problem: problemOf(error) });
    }
  }
  return remaining;
}

/** Files that the manifest did not list (waveforms, notes, partial files) are in the receipt, too, with the size they had. */
function withFound(
  files: readonly DeletedFile[],
  found: readonly PresentFile[],
): readonly DeletedFile[] {
  const known = new Set(files.map(({ path }) => path));
  return [
    ...files,
    ...found
      .filter(({ path }) => !known.has(path))
      .map(({ path, bytes }) => ({ path, bytes, sha256: undefined })),
  ];
}

/** The audit log takes 100 kB an event; a file's path may have 700 letters. */
const filesPerReceipt = 60;
const remainingInReceipt = 30;

/** One receipt, or several parts of it with the same deletion id when there are many files. Names of foreign files stay out of it. */
function receiptsOf(
  { conversationId, deletionId, requestedAtMs, reason, policy }: DeletionRecord,
  {
    files,
    remaining,
    foreign,
  }: {
    readonly files: readonly DeletedFile[];
    readonly remaining: readonly RemainingItem[];
    readonly foreign: readonly string[];
  },
): readonly Readonly<Record<string, JsonValue>>[] {
  const parts = Math.max(1, Math.ceil(files.length / filesPerReceipt));
  return Array.from({ length: parts }, (_, part) => ({
    conversationId,
    deletionId,
    part: part + 1,
    parts,
    requestedAt: new Date(requestedAtMs).toISOString(),
    reason,
    policy: policy ?? null,
    fileCount: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    files: files
      .slice(part * filesPerReceipt, (part + 1) * filesPerReceipt)
      .map(({ path, bytes, sha256 }) => ({ path, bytes, sha256: sha256 ?? null })),
    // Verifying the archive must not miss what was deleted on purpose.
    ...(remaining.every(({ item }) => item !== manifestName && item !== '.') && {
      manifestSha256: null,
    }),
    remainingCount: remaining.length,
    remaining: remaining
      .slice(0, remainingInReceipt)
      .map(({ item, problem }) => ({ item, problem })),
    foreignCount: foreign.length,
  }));
}

/** The removal of one folder's content. */
class Removal {
  readonly remaining: RemainingItem[] = [];
  readonly found: PresentFile[] = [];
  foreign: readonly string[] = [];
  freedBytes = 0;
  private readonly attempted = new Set<string>();
  private readonly rootPath: string;
  private readonly record: DeletionRecord;
  private readonly folderPath: string;
  private readonly deps: DeletionDeps;

  constructor(rootPath: string, record: DeletionRecord, deps: DeletionDeps) {
    this.rootPath = rootPath;
    this.record = record;
    this.folderPath = join(rootPath, ...record.folder.split('/'));
    this.deps = deps;
  }

  async run(): Promise<void> {
    try {
      const state = await this.folderState();
      if (state !== 'there') {
        // Gone: a crash may have come before the folders of its day went.
        await (state === 'gone' ? this.removeFolders([]) : undefined);
        return;
      }
      const listed = new Set(this.record.files.map(({ path }) => path));
      const content = await readFolderContent(this.folderPath, listed, unstoppable);
      this.foreign = content.foreign;
      this.found.push(...content.own);
      if (await this.endConversation(content.own)) {
        for (const file of content.own.filter(({ path }) => !this.attempted.has(path))) {
          await this.removeFile(file);
        }
        await this.removeFolders(content.folders);
      }
    } catch (thrown) {
      const error = toStorageError(thrown);
      if (!isAppError(error, 'storage') && !isAppError(error, 'conflict')) {
        throw thrown;
      }
      this.remaining.push({ item: '.', problem: problemOf(thrown) });
    }
  }

  /** A link on the way to the folder is an obstacle: nothing is deleted through one. */
  private async folderState(): Promise<'there' | 'gone' | 'obstructed'> {
    let path = this.rootPath;
    for (const segment of this.record.folder.split('/')) {
      path = join(path, segment);
      const stats = await lstat(path).catch((error: unknown) => {
        if (errnoOf(error) === 'ENOENT') {
          return undefined;
        }
        throw error;
      });
      if (stats === undefined) {
        return 'gone';
      }
      if (!stats.isDirectory()) {
        this.remaining.push({ item: '.', problem: 'ELOOP' });
        return 'obstructed';
      }
    }
    return 'there';
  }

  /** Manifest and notes first, and together: without them nothing is left that looks like a conversation. */
  private async endConversation(own: readonly PresentFile[]): Promise<boolean> {
    const manifest = own.find(({ path }) => path === manifestName);
    if (manifest === undefined) {
      return true;
    }
    const { conversationId } = this.record;
    return await withNotesLock(
      { conversationId, folderPath: this.folderPath },
      this.deps,
      async () => {
        if (!(await this.removeFile(manifest))) {
          return false;
        }
        const notes = own.find(({ path }) => path === notesName);
        if (notes !== undefined) {
          await this.removeFile(notes);
        }
        await this.deps.disk.syncFolder(this.folderPath);
        return true;
      },
      unstoppable,
    );
  }

  private async removeFile({ path, bytes }: PresentFile): Promise<boolean> {
    this.attempted.add(path);
    try {
      await this.deps.disk.removeFile(join(this.folderPath, ...path.split('/')));
      this.freedBytes += bytes;
      return true;
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOENT') {
        return true;
      }
      if (errno === undefined) {
        throw error;
      }
      this.remaining.push({ item: path, problem: errno });
      return false;
    }
  }

  /** The conversation's folders and those of its day, as far as they are empty. A folder with something in it is kept by the system. */
  private async removeFolders(folders: readonly string[]): Promise<void> {
    const { disk } = this.deps;
    const inner = folders.map((path) => join(this.folderPath, ...path.split('/')));
    const day = dirname(this.folderPath);
    const month = dirname(day);
    for (const path of [...inner, this.folderPath, day, month, dirname(month)]) {
      await this.makeDurable(path);
      await disk.removeEmptyFolder(path).catch((error: unknown) => {
        // Not empty, or another window fills it just now. An empty folder that stays does no harm either.
        if (errnoOf(error) === undefined) {
          throw error;
        }
      });
    }
    await this.makeDurable(join(this.rootPath, 'conversations'));
  }

  /** Before the record says that all is gone, it has to be. */
  private async makeDurable(path: string): Promise<void> {
    await this.deps.disk.syncFolder(path).catch((error: unknown) => {
      if (errnoOf(error) !== 'ENOENT') {
        throw error;
      }
    });
  }
}

function problemOf(error: unknown): string {
  const told = toStorageError(error);
  return errnoOf(error) ?? (isAppError(told) ? String(told.details['errno'] ?? told.code) : 'bug');
}
