/**
 * One run of a sync: discovery and a few chunks side by side, until nothing is left to do now. Owns the order of things and what a
 * failure means for the run; knows nothing of locks and of how a run begins and ends on disk.
 */
import { errors, isAppError, isCancellation, throwIfCancelled } from '../../base/appError.ts';
import { Limiter } from '../../base/limiter.ts';
import { downloadConversation } from '../downloadConversation.ts';
import { sealFound } from '../integrity/manifestSeal.ts';
import { toStorageError } from '../storageError.ts';
import type { CallCounter } from './callCounter.ts';
import { ChangeSignal } from './changeSignal.ts';
import { prepareConversation, type PreparedConversation } from './conversationPreparation.ts';
import { PreparedSource } from './conversationSource.ts';
import { discoverInto } from './discoveryRun.ts';
import { isFatal } from './fatalFailure.ts';
import {
  endedOutcome,
  outcomeOf,
  outcomeOfFailure,
  unchangedOutcome,
  type Attempt,
} from './itemOutcome.ts';
import type { PageSpool } from './pageSpool.ts';
import { RecordingBatches, type BroughtBatch } from './recordingBatches.ts';
import { ChunkGatherer, toChunk, type SyncChunk } from './syncChunk.ts';
import type { BatchRecord, ItemOutcome, ItemRecord } from './syncEvents.ts';
import type { SyncJournal } from './syncJournal.ts';
import type { SyncDeps, SyncOptions, SyncSource } from './syncPorts.ts';
import type { SyncProgress } from './syncProgress.ts';
import type { StoredSyncRequest } from './syncRequest.ts';
import type { SyncPhase } from './syncSnapshot.ts';

/** How long a chunk that is not full waits for discovery. */
const gatherPatienceMs = 3_000;
/** So many conversations in a row without a network mean that there is none. */
const maxNetworkFailures = 12;
/** Without a time to wake up at, a look around this often does no harm. */
const idleMs = 60_000;

export interface EngineParts {
  readonly deps: SyncDeps;
  readonly options: SyncOptions;
  readonly request: StoredSyncRequest;
  readonly folderPath: string;
  readonly journal: SyncJournal;
  readonly spool: PageSpool;
  readonly progress: SyncProgress;
  readonly calls: CallCounter;
  /** @see SyncQueue.uncleanSinceMs, as it was before this run */
  readonly uncleanSinceMs: number | undefined;
}

export class SyncEngine {
  private readonly parts: EngineParts;
  private readonly source: SyncSource;
  private readonly batches: RecordingBatches;
  private readonly gatherer: ChunkGatherer;
  private readonly gathering = new Limiter(1);
  private readonly downloading: Limiter;
  private readonly changes = new ChangeSignal();
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;
  /** Batches that an earlier run left. */
  private readonly leftBatches: BatchRecord[];
  /** Of the page found last, stored or not; undefined before the first one of this run. */
  private foundPosition: string | undefined;
  private isDiscovering = false;
  private isIdle = false;
  private workingCount = 0;
  private networkFailureCount = 0;
  private failure: { readonly error: unknown } | undefined;

  constructor(parts: EngineParts, signal: AbortSignal) {
    const { deps, options, calls, journal } = parts;
    this.parts = parts;
    this.signal = AbortSignal.any([signal, this.stop.signal]);
    this.source = calls.count(deps.source);
    this.batches = new RecordingBatches({
      ...deps,
      source: this.source,
      options,
      append: (event) => journal.append(event),
    });
    this.downloading = new Limiter(options.parallelConversations);
    this.leftBatches = [...journal.queue.batches.values()];
    this.gatherer = new ChunkGatherer(
      {
        take: () =>
          this.signal.aborted ? undefined : journal.queue.items.take(deps.clock.nowMs()),
        prepare: (item) => this.prepare(item),
        waitForMore: () => this.waitForMore(),
      },
      options.recordingsPerBatch,
    );
  }

  get phase(): SyncPhase {
    if (this.isIdle) {
      return 'waiting';
    }
    return this.isDiscovering ? 'discovering' : 'downloading';
  }

  /** Where discovery stands while it is not done. */
  get openPosition(): string | undefined {
    const { queue } = this.parts.journal;
    return queue.isDiscoveryDone ? undefined : (this.foundPosition ?? queue.position);
  }

  /**
   * Resolves when everything is settled, or waits for longer than the options' patience. All work has stopped when it settles.
   * @throws AppError the first failure that concerns the whole run (sign-in, disk, no network, discovery), AbortError
   */
  async run(signal: AbortSignal): Promise<void> {
    const { options } = this.parts;
    const workers = Array.from({ length: options.parallelChunks }, () =>
      this.guard(() => this.work()),
    );
    await Promise.all([this.guard(() => this.discover()), ...workers]);
    throwIfCancelled(signal);
    if (this.failure !== undefined) {
      throw this.failure.error;
    }
  }

  /** Something outside changed the queue. */
  wake(): void {
    this.changes.notify();
  }

  private async guard(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.end(error);
    }
  }

  /** Ends the run. Later failures are mostly consequences of the first. */
  private end(error: unknown): void {
    if (!this.signal.aborted || !isCancellation(error)) {
      this.failure ??= { error: toStorageError(error) };
    }
    this.stop.abort();
  }

  private async discover(): Promise<void> {
    const { journal, progress } = this.parts;
    if (journal.queue.isDiscoveryDone) {
      return;
    }
    this.isDiscovering = true;
    try {
      await discoverInto(
        this.parts,
        {
          onFound: (position) => {
            this.foundPosition = position;
          },
          onPage: () => {
            progress.touch();
            this.changes.notify();
          },
        },
        this.signal,
      );
    } catch (error) {
      if (isFatal(error)) {
        throw error;
      }
      // What was found is still downloaded; then the run fails.
      progress.fail(error, undefined);
      this.failure ??= { error };
    } finally {
      this.isDiscovering = false;
      this.changes.notify();
    }
  }

  private async work(): Promise<void> {
    for (;;) {
      throwIfCancelled(this.signal);
      const chunk = await this.gathering.run(() => this.nextChunk(), this.signal);
      if (chunk === undefined) {
        if (!(await this.waitForWork())) {
          return;
        }
        continue;
      }
      this.workingCount++;
      try {
        await this.download(chunk);
      } finally {
        this.workingCount--;
        this.changes.notify();
      }
    }
  }

  private async nextChunk(): Promise<SyncChunk | undefined> {
    for (let left = this.leftBatches.shift(); left !== undefined; left = this.leftBatches.shift()) {
      const chunk = await this.resumeBatch(left);
      if (chunk !== undefined) {
        return chunk;
      }
    }
    return await this.gatherer.next();
  }

  private async resumeBatch(left: BatchRecord): Promise<SyncChunk | undefined> {
    const { deps, journal } = this.parts;
    const prepared: PreparedConversation[] = [];
    if (left.clientKey === deps.clientKey) {
      for (const id of new Set(left.items.map(({ conversationId }) => conversationId))) {
        const item = journal.queue.items.takeOne(id);
        const each = item === undefined ? undefined : await this.prepare(item);
        prepared.push(...(each === undefined ? [] : [each]));
      }
    }
    if (prepared.length === 0) {
      throwIfCancelled(this.signal);
      await this.batches.end(left.batchId, 0);
      return undefined;
    }
    return toChunk(prepared, left.batchId);
  }

  /** False when nothing is left to do that is due soon enough. */
  private async waitForWork(): Promise<boolean> {
    const { deps, options, journal, progress } = this.parts;
    const dueAtMs = journal.queue.items.nextAttemptAtMs;
    const waitMs = dueAtMs === undefined ? undefined : dueAtMs - deps.clock.nowMs();
    const isAlone = !this.isDiscovering && this.workingCount === 0;
    if (isAlone && (waitMs === undefined || waitMs > options.patienceMs)) {
      this.changes.notify();
      return false;
    }
    this.isIdle = isAlone;
    progress.touch();
    await this.changes.wait(
      deps.clock,
      Math.max(0, Math.min(idleMs, waitMs ?? idleMs)),
      this.signal,
    );
    this.isIdle = false;
    return true;
  }

  private async waitForMore(): Promise<boolean> {
    if (!this.isDiscovering) {
      return false;
    }
    const { queue } = this.parts.journal;
    const foundCount = queue.items.count;
    await this.changes.wait(this.parts.deps.clock, gatherPatienceMs, this.signal);
    return queue.items.count > foundCount;
  }

  private async prepare(item: ItemRecord): Promise<PreparedConversation | undefined> {
    const { deps, request, spool } = this.parts;
    try {
      throwIfCancelled(this.signal);
      if (deps.deletedIds?.has(item.conversationId) === true) {
        await this.settle(endedOutcome(item, 'notWanted'));
        return undefined;
      }
      const prepared = await prepareConversation(
        { ...deps, source: this.source, spool, request },
        item,
        this.signal,
      );
      if ('absent' in prepared) {
        await sealFound(deps.audit, prepared, this.parts.uncleanSinceMs, this.signal);
        await this.settle(unchangedOutcome(item, prepared.absent));
        return undefined;
      }
      return prepared;
    } catch (error) {
      await this.settleFailure(item, error).catch((fatal: unknown) => {
        this.end(fatal);
      });
      return undefined;
    }
  }

  private async download(chunk: SyncChunk): Promise<void> {
    const { request } = this.parts;
    const batch =
      request.media === 'original' && chunk.wanted.size > 0
        ? await this.batches.bring(chunk.wanted, chunk.batchId, this.signal)
        : undefined;
    let refreshing: ReturnType<RecordingBatches['refresh']> | undefined;
    const refresh = async (): ReturnType<RecordingBatches['refresh']> => {
      if (batch?.batchId === undefined) {
        return undefined;
      }
      // One look brings fresh links for everybody who noticed at the same time.
      refreshing ??= this.batches.refresh(batch.batchId, chunk.wanted, this.signal);
      try {
        return await refreshing;
      } finally {
        refreshing = undefined;
      }
    };
    const ended: ItemOutcome[] = [];
    await Promise.all(
      chunk.conversations.map((prepared) =>
        this.guard(() =>
          this.downloading.run(async () => {
            const outcome = await this.downloadOne(prepared, batch, refresh);
            if (outcome.state === 'ended') {
              ended.push(outcome);
            }
          }, this.signal),
        ),
      ),
    );
    throwIfCancelled(this.signal);
    await this.report(ended);
    if (batch?.batchId !== undefined) {
      await this.batches.end(batch.batchId, batch.strayCount);
    }
  }

  private async downloadOne(
    prepared: PreparedConversation,
    batch: BroughtBatch | undefined,
    refreshBatch: () => ReturnType<RecordingBatches['refresh']>,
  ): Promise<ItemOutcome> {
    const { deps, options, request, progress } = this.parts;
    const { item, detail } = prepared;
    const source = new PreparedSource(
      { source: this.source, request, options, clock: deps.clock, batch, refreshBatch },
      prepared,
    );
    try {
      const report = await downloadConversation(
        { ...deps, source, absenceOf: source.absenceOf },
        {
          conversationId: item.conversationId,
          parts: request.parts,
          includeScreen: request.includesScreenRecordings,
          format: request.media === 'original' ? 'NONE' : request.media,
          maxTranscodeWaitMs: request.maxTranscodeWaitMs,
        },
        progress.follow(item.conversationId),
        this.signal,
      );
      const hasFailed = source.network.hasFailed && report.absent.length > 0;
      const attempt = this.attempt(item, hasFailed);
      if (this.networkFailureCount >= maxNetworkFailures) {
        throw errors.network('Genesys Cloud cannot be reached. Resume the sync when it can');
      }
      return await this.settle(outcomeOf(attempt, report, detail.value));
    } catch (error) {
      return await this.settleFailure(item, error);
    } finally {
      progress.leave(item.conversationId);
    }
  }

  private async settleFailure(item: ItemRecord, error: unknown): Promise<ItemOutcome> {
    if (isFatal(error)) {
      throw error;
    }
    this.parts.progress.fail(error, item.conversationId);
    const attempt = this.attempt(item, isAppError(error, 'network'));
    if (this.networkFailureCount >= maxNetworkFailures) {
      throw error;
    }
    return await this.settle(outcomeOfFailure(attempt, error));
  }

  /** A second network failure in a row says more about the network than about the conversation. */
  private attempt(item: ItemRecord, isNetworkFailure: boolean): Attempt {
    const { deps, options } = this.parts;
    this.networkFailureCount = isNetworkFailure ? this.networkFailureCount + 1 : 0;
    const countsAsAttempt = this.networkFailureCount < 2;
    return { item, nowMs: deps.clock.nowMs(), options, countsAsAttempt };
  }

  private async settle(outcome: ItemOutcome): Promise<ItemOutcome> {
    const { deps, journal, progress } = this.parts;
    await journal.append({ kind: 'outcome', atMs: deps.clock.nowMs(), outcome });
    journal.queue.items.release(outcome.conversationId);
    progress.touch();
    return outcome;
  }

  private async report(ended: readonly ItemOutcome[]): Promise<void> {
    if (ended.length > 0) {
      const describe = ({ conversationId, reasons }: ItemOutcome): string =>
        `${conversationId}: ${reasons.join(' ')}`;
      const { deps, request } = this.parts;
      const items = ended.map(describe).sort();
      await deps.audit.append('sync.ended', { syncId: request.syncId, items }, this.signal);
    }
  }
}
