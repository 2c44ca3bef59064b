/**
 * The syncs of the workspace's archive: the one that runs in this window, those of other windows, and earlier ones. Owns running
 * and watching them; knows nothing of how they are shown. Reads nothing before it is asked to, and asks the platform only when a
 * person starts or resumes a sync.
 */
import * as vscode from 'vscode';
import type { StartOptions } from '../../archive/sync/startSync.ts';
import type { SyncRun } from '../../archive/sync/syncPorts.ts';
import type { SyncRequest } from '../../archive/sync/syncRequest.ts';
import type { SyncSnapshot } from '../../archive/sync/syncSnapshot.ts';
import { errors, isAppError, isCancellation } from '../../base/appError.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Archives } from '../archives/archives.ts';
import type { Services } from '../services.ts';
import { isWorking, type SyncEntry } from './syncEntry.ts';
import { createSyncDeps } from './syncPlatform.ts';
import { SyncRate } from './syncRate.ts';

export type SyncRunsDeps = Pick<Services, 'sessions' | 'clock' | 'transfers' | 'settings'> & {
  readonly archives: Archives;
  readonly log: Log;
};

interface ActiveRun {
  readonly run: SyncRun;
  readonly rate: SyncRate;
  readonly transfers: Disposable[];
}

export class SyncRuns implements Disposable {
  private readonly deps: SyncRunsDeps;
  private readonly owned = new DisposableStore();
  private readonly lifetime = new AbortController();
  private readonly changed = this.owned.add(new Emitter<string | undefined>());
  /** Carries the id of the sync that changed; undefined when the list did. */
  readonly onDidChange = this.changed.event;
  private entries = new Map<string, SyncEntry>();
  private readonly watched = new Set<string>();
  /** How runs of this window came out, with what no journal holds. */
  private readonly outcomes = new Map<string, SyncSnapshot>();
  private active: ActiveRun | undefined;
  private isStarting = false;
  private listing: Promise<void> | undefined;
  private isListWanted = false;

  constructor(deps: SyncRunsDeps) {
    this.deps = deps;
    this.owned.add(deps.sessions.onWillSignOut(() => this.stopForSignOut()));
  }

  /** Newest first. */
  get list(): readonly SyncEntry[] {
    return [...this.entries.values()];
  }

  get(syncId: string): SyncEntry | undefined {
    return this.entries.get(syncId);
  }

  /** The sync that runs in this window. */
  get running(): SyncRun | undefined {
    return this.active?.run;
  }

  /** Where the archive lies; undefined without a folder. */
  get rootPath(): string | undefined {
    try {
      return this.deps.archives.rootPath;
    } catch (error) {
      if (isAppError(error, 'input')) {
        return undefined;
      }
      throw error;
    }
  }

  /** Reads the list anew. Calls during a reading become one more. @throws AppError `storage` */
  async refresh(): Promise<void> {
    if (this.listing !== undefined) {
      this.isListWanted = true;
      await this.listing;
      return;
    }
    this.listing = this.readList();
    try {
      await this.listing;
    } finally {
      this.listing = undefined;
    }
    if (this.isListWanted) {
      this.isListWanted = false;
      await this.refresh();
    }
  }

  /**
   * Stores the request and begins to work on it.
   * @throws AppError `auth`, `input`, `conflict` (one sync at a time; an archive of another organisation), `storage`
   */
  async start(request: SyncRequest): Promise<SyncRun> {
    return await this.begin(async (rootPath) => {
      const { createSync } = await import('../archives/archiveModule.ts');
      return { syncId: await createSync(rootPath, request, this.deps.clock), options: {} };
    });
  }

  /** Goes on with one that stopped. @throws as `start` */
  async resume(syncId: string, options: StartOptions = {}): Promise<SyncRun> {
    const failure = this.entries.get(syncId)?.snapshot.failure;
    const recovers = failure?.code === 'corrupt';
    return await this.begin(() => Promise.resolve({ syncId, options: { recovers, ...options } }));
  }

  /** Tries ended and waiting conversations again, all or these. @throws as `start` */
  async retry(syncId: string, ids?: readonly ConversationId[]): Promise<SyncRun> {
    if (this.active?.run.syncId === syncId) {
      await this.active.run.retryEnded(ids);
      return this.active.run;
    }
    return await this.resume(syncId, { retriesEnded: ids ?? true });
  }

  /** Forgets a sync that nobody works on. What it downloaded stays. @throws AppError `conflict`, `storage` */
  async remove(syncId: string): Promise<void> {
    const { rootPath } = this;
    if (this.entries.get(syncId)?.worker !== undefined) {
      throw errors.conflict(vscode.l10n.t('The sync is at work. Cancel it first.'));
    }
    if (rootPath !== undefined) {
      const { removeSync } = await import('../archives/archiveModule.ts');
      await removeSync(rootPath, syncId);
      await this.refresh();
    }
  }

  /** What runs stops as after a crash: the next start goes on. */
  dispose(): void {
    this.lifetime.abort();
    this.owned.dispose();
  }

  /**
   * Whether one could begin, so that nobody answers questions for nothing.
   * @throws AppError `auth`; `input` in an untrusted workspace or without a folder; `conflict` when one runs or is about to
   */
  requireReady(): void {
    requireTrust();
    this.deps.sessions.require();
    if (this.rootPath === undefined) {
      throw errors.input(
        vscode.l10n.t(
          'Downloads go into the workspace, and no folder is open. Open a folder (File > Open Folder…) and try again.',
        ),
      );
    }
    if (this.active !== undefined || this.isStarting) {
      throw errors.conflict(
        vscode.l10n.t(
          'A sync is running in this window. Wait until it is done, or pause it, and try again.',
        ),
      );
    }
  }

  private async begin(
    choose: (rootPath: string) => Promise<{ syncId: string; options: StartOptions }>,
  ): Promise<SyncRun> {
    this.requireReady();
    const { archives, sessions, clock, log, settings } = this.deps;
    const { signal } = this.lifetime;
    this.isStarting = true;
    try {
      const signedIn = sessions.require();
      const archive = await archives.openForWriting(signedIn, signal);
      const deps = await createSyncDeps(archive, signedIn, { clock, log, settings });
      const { syncId, options } = await choose(archive.rootPath);
      const { startSync } = await import('../archives/archiveModule.ts');
      const run = await startSync(deps, syncId, options, signal);
      this.follow(run);
      return run;
    } finally {
      this.isStarting = false;
    }
  }

  private follow(run: SyncRun): void {
    const active: ActiveRun = { run, rate: new SyncRate(), transfers: [] };
    this.active = active;
    this.take(active, run.snapshot);
    this.changed.fire(undefined);
    run.onDidChange((snapshot) => {
      this.take(active, snapshot);
      this.changed.fire(run.syncId);
    });
    void this.settle(active);
  }

  private take({ run, rate, transfers }: ActiveRun, snapshot: SyncSnapshot): void {
    rate.add(snapshot, this.deps.clock.nowMs());
    const before = this.entries.get(run.syncId)?.snapshot;
    // The journal is not read before the lock is there; what was known of the sync still holds.
    const isKnown = snapshot.phase === 'waitingForLock' && before !== undefined;
    const shown = isKnown ? { ...before, phase: snapshot.phase, failure: undefined } : snapshot;
    const isNew = before === undefined;
    const entry: SyncEntry = { snapshot: shown, worker: 'thisWindow', speed: rate.read(shown) };
    this.entries = isNew
      ? new Map([[run.syncId, entry], ...this.entries])
      : this.entries.set(run.syncId, entry);
    const wanted = isWorking(snapshot.phase) ? Math.max(1, snapshot.currentItems.length) : 0;
    while (transfers.length < wanted) {
      transfers.push(this.deps.transfers.begin());
    }
    transfers.splice(wanted).forEach((transfer) => {
      transfer.dispose();
    });
  }

  private async settle(active: ActiveRun): Promise<void> {
    const { run, transfers } = active;
    try {
      this.outcomes.set(run.syncId, await run.ended);
    } catch (error) {
      if (!isCancellation(error)) {
        this.deps.log.error('A sync ended unexpectedly', { error });
      }
    } finally {
      transfers.forEach((transfer) => {
        transfer.dispose();
      });
      this.active = undefined;
    }
    if (!this.lifetime.signal.aborted) {
      await this.refresh().catch((error: unknown) => {
        this.deps.log.warn('The syncs of the archive could not be read', { error });
      });
      // Marks in the trees and the catalogue follow; an archive outside of the workspace is not watched.
      await this.deps.archives.refreshIndex(this.lifetime.signal).catch((error: unknown) => {
        this.deps.log.warn('The archive could not be read', { error });
      });
    }
  }

  private async readList(): Promise<void> {
    const { rootPath, lifetime } = this;
    const { listSyncs } = await import('../archives/archiveModule.ts');
    const listed =
      rootPath === undefined ? [] : await listSyncs(rootPath, this.deps.clock, lifetime.signal);
    const working = listed
      .filter(({ phase, syncId }) => isWorking(phase) && syncId !== this.active?.run.syncId)
      .sort((one, other) => other.updatedAtMs - one.updatedAtMs);
    // One sync at a time works on an archive: others that look like it were broken off, and the lock is not theirs.
    const elsewhereId = this.active === undefined ? working[0]?.syncId : undefined;
    const ids = new Set(listed.map(({ syncId }) => syncId));
    const own = this.active === undefined ? undefined : this.entries.get(this.active.run.syncId);
    const entries = listed.map((snapshot): SyncEntry => {
      const { syncId } = snapshot;
      if (own?.snapshot.syncId === syncId) {
        return own;
      }
      if (syncId === elsewhereId) {
        return { snapshot, worker: 'otherWindow', speed: undefined };
      }
      const shown = isWorking(snapshot.phase)
        ? { ...snapshot, phase: 'interrupted' as const }
        : this.withOutcome(snapshot);
      return { snapshot: shown, worker: undefined, speed: undefined };
    });
    if (own !== undefined && !ids.has(own.snapshot.syncId)) {
      entries.unshift(own);
    }
    this.entries = new Map(entries.map((entry) => [entry.snapshot.syncId, entry]));
    this.changed.fire(undefined);
    if (elsewhereId !== undefined && rootPath !== undefined && !this.watched.has(elsewhereId)) {
      void this.watch(rootPath, elsewhereId);
    }
  }

  /** The journal knows no errors and notes of a run; this window remembers those of its own until somebody goes on. */
  private withOutcome(snapshot: SyncSnapshot): SyncSnapshot {
    const outcome = this.outcomes.get(snapshot.syncId);
    return outcome?.updatedAtMs === snapshot.updatedAtMs && outcome.phase === snapshot.phase
      ? outcome
      : snapshot;
  }

  /** Follows a sync of another window until nobody works on it. */
  private async watch(rootPath: string, syncId: string): Promise<void> {
    this.watched.add(syncId);
    try {
      const { watchSync } = await import('../archives/archiveModule.ts');
      const { clock } = this.deps;
      for await (const snapshot of watchSync(rootPath, syncId, clock, this.lifetime.signal)) {
        const isOver = !isWorking(snapshot.phase) || this.active?.run.syncId === syncId;
        if (isOver || rootPath !== this.rootPath) {
          break;
        }
        this.entries.set(syncId, { snapshot, worker: 'otherWindow', speed: undefined });
        this.changed.fire(syncId);
      }
    } catch (error) {
      if (!isCancellation(error)) {
        this.deps.log.warn('The sync of another window could not be followed', { error });
      }
    } finally {
      this.watched.delete(syncId);
    }
    if (!this.lifetime.signal.aborted) {
      await this.refresh().catch((error: unknown) => {
        this.deps.log.warn('The syncs of the archive could not be read', { error });
      });
    }
  }

  private async stopForSignOut(): Promise<void> {
    const run = this.active?.run;
    run?.pause();
    await run?.ended.catch(() => undefined);
  }
}

/** @throws AppError `input` */
function requireTrust(): void {
  if (!vscode.workspace.isTrusted) {
    throw errors.input(vscode.l10n.t('Syncing needs a trusted workspace. Trust it and try again.'));
  }
}
