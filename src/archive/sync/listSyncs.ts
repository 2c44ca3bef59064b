/** The syncs of an archive as any window can see them: read from their journals, without a lock and without writing. */
import { stat } from 'node:fs/promises';
import { isAppError, isCancellation, throwIfCancelled } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import { findLockHolder } from '../lockFile.ts';
import { guardStorage } from '../storageError.ts';
import { readJournal } from './journalFile.ts';
import { journalPath, listSyncIds, readSyncRequest, syncFolderPath } from './syncFolder.ts';
import { applyTo } from './syncJournal.ts';
import { snapshotOf } from './syncProgress.ts';
import { SyncQueue } from './syncQueue.ts';
import type { StoredSyncRequest } from './syncRequest.ts';
import type { SyncPhase, SyncSnapshot } from './syncSnapshot.ts';

const watchMs = 1_000;

/**
 * All syncs, newest first. One whose journal is damaged has the phase `failed` with the code `corrupt`: recover it. One whose
 * request cannot be read is left out.
 * @throws AppError `storage`
 */
export async function listSyncs(
  rootPath: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly SyncSnapshot[]> {
  const snapshots: SyncSnapshot[] = [];
  for (const syncId of await listSyncIds(rootPath)) {
    throwIfCancelled(signal);
    try {
      const watched = await WatchedSync.open(rootPath, syncId, signal);
      snapshots.push(await watched.read(clock, signal));
    } catch (error) {
      if (!isAppError(error, 'corrupt') && !isAppError(error, 'notFound')) {
        throw error;
      }
    }
  }
  return snapshots;
}

/**
 * Snapshots of one sync, the first at once, then whenever its journal has grown; for windows that do not run it. Ends when nobody
 * works on it any more. Follows only what is new in the journal.
 * @throws AppError `notFound` when there is no such sync, `storage`, AbortError
 */
export async function* watchSync(
  rootPath: string,
  syncId: string,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<SyncSnapshot> {
  const watched = await WatchedSync.open(rootPath, syncId, signal);
  let shown: string | undefined;
  for (;;) {
    const snapshot = await watched.read(clock, signal);
    const key = `${snapshot.phase} ${String(watched.lineCount)}`;
    if (key !== shown) {
      shown = key;
      yield snapshot;
    }
    if (!isRunning(snapshot.phase)) {
      return;
    }
    await clock.delay(watchMs, signal);
  }
}

/** True while somebody works on the sync. */
export function isRunning(phase: SyncPhase): boolean {
  return ['waitingForLock', 'discovering', 'downloading', 'waiting'].includes(phase);
}

class WatchedSync {
  private readonly rootPath: string;
  private readonly folderPath: string;
  private readonly request: StoredSyncRequest;
  private queue = new SyncQueue();
  private readBytes = 0;
  private fileId: number | undefined;
  private problem: { readonly code: string; readonly message: string } | undefined;
  lineCount = 0;

  private constructor(rootPath: string, folderPath: string, request: StoredSyncRequest) {
    this.rootPath = rootPath;
    this.folderPath = folderPath;
    this.request = request;
  }

  static async open(rootPath: string, syncId: string, signal: AbortSignal): Promise<WatchedSync> {
    const folderPath = syncFolderPath(rootPath, syncId);
    return new WatchedSync(rootPath, folderPath, await readSyncRequest(folderPath, signal));
  }

  async read(clock: Clock, signal: AbortSignal): Promise<SyncSnapshot> {
    await this.follow(signal);
    const holder = await findLockHolder(this.rootPath, clock);
    const snapshot = snapshotOf(this.request, this.queue, this.phase(holder));
    return this.problem === undefined
      ? snapshot
      : {
          ...snapshot,
          phase: 'failed',
          failure: { atMs: snapshot.updatedAtMs, conversationId: undefined, ...this.problem },
        };
  }

  private phase(lockHolder: string | undefined): SyncPhase {
    const { stop, worker, isDiscoveryDone } = this.queue;
    if (stop !== undefined) {
      return stop.phase;
    }
    // The lock may be held for a download of another window.
    if (worker === undefined || worker !== lockHolder) {
      return 'interrupted';
    }
    return isDiscoveryDone ? 'downloading' : 'discovering';
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const path = journalPath(this.folderPath);
    try {
      await guardStorage(async () => {
        const { size, ino } = await stat(path);
        if (ino !== this.fileId || size < this.readBytes) {
          // New, or shortened by whoever runs it.
          this.queue = new SyncQueue();
          this.readBytes = 0;
          this.lineCount = 0;
          this.fileId = ino;
        }
        const reading = await readJournal(path, this.readBytes, applyTo(this.queue), signal);
        this.readBytes = reading.soundBytes;
        this.lineCount += reading.lineCount;
        this.problem =
          reading.damage === undefined
            ? undefined
            : {
                code: 'corrupt',
                message:
                  'The journal of this sync is damaged. What was downloaded is safe; recover the sync to go on',
              };
      });
    } catch (error) {
      if (isCancellation(error) || !isAppError(error)) {
        throw error;
      }
      if (error.code === 'storage' && error.details['errno'] !== 'ENOENT') {
        throw error;
      }
      // Not begun yet, or not readable by this version.
      this.problem =
        error.code === 'storage' ? undefined : { code: error.code, message: error.message };
    }
  }
}
