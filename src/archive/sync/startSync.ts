/**
 * A sync at work in this window: takes the archive's writer lock, opens the journal, runs the engine, and writes down how the run
 * ended. Going on after a pause, a failure or a crash is the same as starting.
 */
import { errors, isAppError, isCancellation, messageOf } from '../../base/appError.ts';
import type { ConversationId } from '../../model/ids.ts';
import { processName } from '../lockFile.ts';
import { guardStorage, toStorageError } from '../storageError.ts';
import { withWriterLock } from '../writerLock.ts';
import { CallCounter } from './callCounter.ts';
import { PageSpool } from './pageSpool.ts';
import { SyncEngine } from './syncEngine.ts';
import type { SyncEvent } from './syncEvents.ts';
import { readSyncRequest, setJournalAside, sweepUnborn, syncFolderPath } from './syncFolder.ts';
import { SyncJournal } from './syncJournal.ts';
import { defaultSyncOptions, type SyncDeps, type SyncOptions, type SyncRun } from './syncPorts.ts';
import { SyncProgress, snapshotOf } from './syncProgress.ts';
import { SyncQueue } from './syncQueue.ts';
import type { StoredSyncRequest } from './syncRequest.ts';
import type { SyncFailure, SyncPhase, SyncSnapshot } from './syncSnapshot.ts';
import { advanceWatermark, settledUntilMs } from './watermark.ts';

export interface StartOptions {
  /** Conversations that ended or wait are tried again at once: all, or these. */
  readonly retriesEnded?: boolean | readonly ConversationId[];
  /** Sets a damaged journal aside and finds the conversations anew; what the archive holds already is passed over. */
  readonly recovers?: boolean;
  /** How long to wait for another window that writes to the archive. */
  readonly lockPatienceMs?: number;
}

/** Enough for another window's download of one conversation. */
const lockPatienceMs = 60_000;

type Stop = Extract<SyncEvent, { readonly kind: 'stop' }>;

// One sync an archive and process: the writer lock keeps only other processes away.
const runningRoots = new Set<string>();

/**
 * Works on a stored sync until it is settled. On abort it stops like after a crash: the next start goes on.
 * @see SyncRun.ended for how it ends. The first snapshot has no counts yet.
 * @throws nothing: failures end in the phase `failed`. Its codes: `conflict` when another window writes to the archive or another
 * sync runs in this one (watch it), `corrupt` when the journal is damaged (start it with `recovers`), `auth`, `storage`,
 * `network`, …
 */
export async function startSync(
  deps: SyncDeps,
  syncId: string,
  options: StartOptions,
  signal: AbortSignal,
): Promise<SyncRun> {
  const folderPath = syncFolderPath(deps.archive.rootPath, syncId);
  const request = await readSyncRequest(folderPath, signal);
  return new RunningSync(deps, request, folderPath, options, signal);
}

class RunningSync implements SyncRun {
  readonly syncId: string;
  readonly ended: Promise<SyncSnapshot>;
  private readonly deps: SyncDeps;
  private readonly engineOptions: SyncOptions;
  private readonly request: StoredSyncRequest;
  private readonly folderPath: string;
  private readonly options: StartOptions;
  private readonly calls = new CallCounter();
  private readonly progress: SyncProgress;
  private readonly control = new AbortController();
  private asked: 'paused' | 'cancelled' | undefined;
  private queue = new SyncQueue();
  private journal: SyncJournal | undefined;
  private engine: SyncEngine | undefined;
  private finalPhase: SyncPhase | undefined;
  private failure: SyncFailure | undefined;

  constructor(
    deps: SyncDeps,
    request: StoredSyncRequest,
    folderPath: string,
    options: StartOptions,
    signal: AbortSignal,
  ) {
    this.deps = deps;
    this.engineOptions = { ...defaultSyncOptions, ...deps.options };
    this.request = request;
    this.syncId = request.syncId;
    this.folderPath = folderPath;
    this.options = options;
    this.progress = new SyncProgress(deps, () => this.read());
    this.ended = this.live(signal);
    // Whoever is interested waits for it; nobody has to.
    this.ended.catch(() => undefined);
  }

  get snapshot(): SyncSnapshot {
    return this.progress.snapshot;
  }

  get onDidChange(): SyncRun['onDidChange'] {
    return this.progress.onDidChange;
  }

  pause(): void {
    this.ask('paused');
  }

  cancel(): void {
    this.ask('cancelled');
  }

  async retryEnded(conversationIds?: readonly ConversationId[]): Promise<void> {
    await this.journal?.append({
      kind: 'again',
      ...(conversationIds !== undefined && { conversationIds }),
    });
    this.engine?.wake();
    this.progress.touch();
  }

  private ask(phase: 'paused' | 'cancelled'): void {
    this.asked ??= phase;
    this.control.abort();
  }

  private read(): SyncSnapshot {
    const phase = this.finalPhase ?? this.engine?.phase ?? 'waitingForLock';
    const base = snapshotOf(this.request, this.queue, phase);
    return { ...base, calls: this.calls.calls, failure: this.failure };
  }

  private async live(signal: AbortSignal): Promise<SyncSnapshot> {
    try {
      await this.hold(AbortSignal.any([signal, this.control.signal]));
    } catch (error) {
      if (isCancellation(error) && this.asked === undefined) {
        this.finalPhase = 'interrupted';
        throw error;
      }
      if (!isCancellation(error)) {
        this.finalPhase = 'failed';
        this.failure = this.progress.fail(error, undefined);
        this.deps.log.error('A sync failed', { error });
      }
      this.finalPhase ??= this.asked;
    } finally {
      this.progress.close();
    }
    return this.snapshot;
  }

  private async hold(signal: AbortSignal): Promise<void> {
    const { archive } = this.deps;
    if (runningRoots.has(archive.rootPath)) {
      throw errors.conflict(
        'Another sync of this window works on this archive. Pause it, or wait until it is done',
      );
    }
    runningRoots.add(archive.rootPath);
    try {
      await withWriterLock(
        {
          rootPath: archive.rootPath,
          conversationId: undefined,
          patienceMs: this.options.lockPatienceMs ?? lockPatienceMs,
          onWaiting: () => {
            this.progress.touch();
          },
        },
        this.deps,
        (lockSignal) => this.work(lockSignal),
        signal,
      );
    } finally {
      runningRoots.delete(archive.rootPath);
    }
  }

  private async work(signal: AbortSignal): Promise<void> {
    const journal = await this.openJournal(signal);
    this.journal = journal;
    this.queue = journal.queue;
    const { uncleanSinceMs } = journal.queue;
    try {
      await this.begin(journal, signal);
      const spool = new PageSpool(this.folderPath, firstFreePage(journal.queue));
      const { deps, engineOptions: options, request, folderPath, progress, calls } = this;
      const parts = { deps, options, request, folderPath, journal, spool, progress, calls };
      this.engine = new SyncEngine({ ...parts, uncleanSinceMs }, signal);
      try {
        await this.engine.run(signal);
      } catch (error) {
        await this.endEarly(journal, spool, error);
        return;
      }
      await this.finish(journal, spool, signal);
    } finally {
      this.journal = undefined;
      await guardStorage(() => journal.close());
    }
  }

  private async openJournal(signal: AbortSignal): Promise<SyncJournal> {
    const { folderPath, syncId, deps, options } = this;
    try {
      return await SyncJournal.open(folderPath, syncId, deps.log, signal);
    } catch (error) {
      if (!isAppError(error, 'corrupt') || options.recovers !== true) {
        throw error;
      }
      deps.log.warn('A damaged journal is set aside; the sync begins anew', { syncId });
      await guardStorage(() => setJournalAside(folderPath, deps.clock));
      const journal = await SyncJournal.open(folderPath, syncId, deps.log, signal);
      await journal.appendOrClose({ kind: 'run', atMs: this.request.createdAtMs });
      return journal;
    }
  }

  private async begin(journal: SyncJournal, signal: AbortSignal): Promise<void> {
    const { deps, request, syncId } = this;
    await journal.append({ kind: 'run', atMs: deps.clock.nowMs(), worker: processName() });
    const { retriesEnded = false } = this.options;
    if (retriesEnded !== false) {
      await journal.append({
        kind: 'again',
        ...(retriesEnded !== true && { conversationIds: retriesEnded }),
      });
    }
    const { title, parts, media } = request;
    await deps.audit.append('sync.started', { syncId, title, parts, media }, signal);
  }

  /** After a pause, a cancellation or a failure of the run. When the window closes or the lock is lost, nothing is written. */
  private async endEarly(journal: SyncJournal, spool: PageSpool, error: unknown): Promise<void> {
    const failure = toStorageError(error);
    const isCancelled = isCancellation(failure);
    if ((isCancelled && this.asked === undefined) || isAppError(failure, 'conflict')) {
      throw failure;
    }
    if (isCancelled && this.asked === 'cancelled') {
      await guardStorage(() => spool.clear());
      const position = this.engine?.openPosition;
      if (position !== undefined) {
        await this.deps.abandonDiscovery(position);
      }
    }
    const phase = isCancelled && this.asked !== undefined ? this.asked : 'failed';
    const reason = isCancelled
      ? undefined
      : { code: isAppError(failure) ? failure.code : 'bug', message: messageOf(failure) };
    await this.note(journal, phase, reason).catch((unwritten: unknown) => {
      // The disk, most likely, and then the run failed for it: it counts as interrupted.
      this.deps.log.warn('The end of a sync could not be written down', { error: unwritten });
    });
    throw failure;
  }

  private async finish(journal: SyncJournal, spool: PageSpool, signal: AbortSignal): Promise<void> {
    await guardStorage(() => sweepUnborn(this.deps.archive.rootPath, this.deps.clock));
    await this.moveWatermark(journal, signal);
    await this.note(journal, 'finished', undefined);
    await guardStorage(() => spool.clear());
    this.finalPhase = 'finished';
  }

  private async note(
    journal: SyncJournal,
    phase: Stop['phase'],
    failure: Stop['failure'],
  ): Promise<void> {
    const { deps, syncId } = this;
    const { items, totals, undecodableCount } = journal.queue;
    // A signal of its own: the run's is aborted.
    await deps.audit.append(
      `sync.${phase}`,
      {
        syncId,
        foundCount: items.count,
        doneCount: items.countOf('done'),
        waitingCount: items.countOf('waiting'),
        endedCount: items.countOf('ended'),
        undecodableCount,
        recordingCount: totals.recordingCount,
        downloadedBytes: totals.downloadedBytes,
        ...(failure !== undefined && { code: failure.code }),
      },
      new AbortController().signal,
    );
    await journal.append({ kind: 'stop', atMs: deps.clock.nowMs(), phase, failure });
  }

  private async moveWatermark(journal: SyncJournal, signal: AbortSignal): Promise<void> {
    const { scope, isIncremental, parts, includesScreenRecordings } = this.request;
    if (!isIncremental || scope.kind !== 'query') {
      return;
    }
    const { interval, filters } = scope;
    const { completeUntilMs, items } = journal.queue;
    const candidateMs = settledUntilMs(interval, completeUntilMs, items);
    if (candidateMs === undefined) {
      return;
    }
    const key = { filters, parts, includesScreenRecordings };
    const { rootPath } = this.deps.archive;
    await advanceWatermark(rootPath, key, { interval, candidateMs }, signal);
    if (completeUntilMs !== undefined && candidateMs < Math.min(completeUntilMs, interval.endMs)) {
      const message =
        'Some conversations are still open or to be tried again, so the next sync begins at the oldest of them.';
      this.progress.note({ kind: 'watermarkHeld', message });
    }
  }
}

/** Pages before may still be referred to. */
function firstFreePage({ items }: SyncQueue): number {
  let highest = 0;
  for (const { page } of items.items()) {
    highest = Math.max(highest, page);
  }
  return highest + 1;
}
