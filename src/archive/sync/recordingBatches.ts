/**
 * Batches of recordings: made, polled with growing pauses, made again once when the platform forgot them. Owns the talk with the
 * platform; what results mean is `batchReconciliation`'s matter.
 */
import { isAppError, messageOf, type AppError } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { BatchResult, RecordingBatch } from '../../genesys/bulkApi.ts';
import type { ConversationId, RecordingId } from '../../model/ids.ts';
import { reconcile, type Reconciliation } from './batchReconciliation.ts';
import type { BatchRecord, SyncEvent } from './syncEvents.ts';
import type { SyncOptions, SyncSource } from './syncPorts.ts';

/** The platform's limit. */
const maxItems = 100;
/** Few polls for slow batches, small delays for fast ones. */
const pauseGrowth = 2.5;

export interface BatchDeps {
  readonly source: Pick<SyncSource, 'createRecordingBatch' | 'fetchRecordingBatch'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly clientKey: string;
  readonly options: SyncOptions;
  readonly append: (event: SyncEvent) => Promise<void>;
}

/** Recordings with their conversations, in the order in which they are asked for. */
export type BatchItems = ReadonlyMap<RecordingId, ConversationId>;

export interface BroughtBatch extends Reconciliation {
  /** Undefined when no batch could be made. */
  readonly batchId: string | undefined;
  /** Why no batch could be had at all just now; what was asked for is to be tried again later. */
  readonly outage: AppError | undefined;
}

const nothing: Reconciliation = { files: new Map(), refusals: new Map(), strayCount: 0 };

export class RecordingBatches {
  private readonly deps: BatchDeps;
  /** How long batches took so far, as seen by polling. */
  private typicalMs: number | undefined;

  constructor(deps: BatchDeps) {
    this.deps = deps;
  }

  /**
   * Brings links for what can be had by a batch. What is in neither `files` nor `refusals` is to be asked for singly, unless there
   * is an outage. The batch is noted in the journal; `end` closes it.
   * @param known a batch for these items that an earlier run made
   * @throws AppError `auth` | `storage` | `bug`, AbortError
   */
  async bring(
    items: BatchItems,
    known: string | undefined,
    signal: AbortSignal,
  ): Promise<BroughtBatch> {
    let batchId = known;
    for (let making = 0; making < 2; making++) {
      try {
        batchId ??= await this.make(items, signal);
        const results = await this.poll(batchId, signal);
        return { batchId, outage: undefined, ...reconcile(results, items) };
      } catch (error) {
        if (isOutage(error)) {
          return { batchId, outage: error, ...nothing };
        }
        if (!isRefused(error)) {
          throw error;
        }
        this.deps.log.warn('A batch of recordings cannot be had', { code: error.code, making });
        if (batchId !== undefined) {
          await this.end(batchId, 0);
          batchId = undefined;
        } else if (!isGarbled(error)) {
          break;
        }
      }
    }
    return { batchId: undefined, outage: undefined, ...nothing };
  }

  /** Fresh links of a batch that was complete; undefined when it cannot be had any more. */
  async refresh(
    batchId: string,
    items: BatchItems,
    signal: AbortSignal,
  ): Promise<Reconciliation | undefined> {
    try {
      const batch = await this.deps.source.fetchRecordingBatch(batchId, signal);
      return reconcile(batch.results, items);
    } catch (error) {
      if (isOutage(error) || isRefused(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /** Nobody needs the batch any more. */
  async end(batchId: string, strayResultCount: number): Promise<void> {
    await this.deps.append({ kind: 'batchEnd', batchId, strayResultCount });
  }

  private async make(items: BatchItems, signal: AbortSignal): Promise<string> {
    const { source, clientKey, append } = this.deps;
    const list = [...items]
      .slice(0, maxItems)
      .map(([recordingId, conversationId]) => ({ conversationId, recordingId }));
    const batchId = await source.createRecordingBatch(list, signal);
    const batch: BatchRecord = { batchId, clientKey, items: list };
    await append({ kind: 'batch', batch });
    return batchId;
  }

  private async poll(batchId: string, signal: AbortSignal): Promise<readonly BatchResult[]> {
    const { clock, options, log } = this.deps;
    const startedAtMs = clock.nowMs();
    let changedAtMs = startedAtMs;
    let resultCount = -1;
    let pauseMs = this.firstPauseMs();
    for (;;) {
      await clock.delay(pauseMs, signal);
      const batch = await this.look(batchId, signal);
      const nowMs = clock.nowMs();
      if (batch?.isCompleted === true) {
        this.learn(nowMs - startedAtMs);
        return batch.results;
      }
      if (batch !== undefined && batch.results.length > resultCount) {
        resultCount = batch.results.length;
        changedAtMs = nowMs;
      }
      if (nowMs - changedAtMs >= options.batchPatienceMs) {
        log.warn('A batch of recordings does not go on; taking what there is', { resultCount });
        return batch?.results ?? [];
      }
      pauseMs = Math.min(
        options.longestPollMs,
        Math.max(options.firstPollMs, pauseMs * pauseGrowth),
      );
    }
  }

  /** Undefined when the platform did not answer: the next look may tell. */
  private async look(batchId: string, signal: AbortSignal): Promise<RecordingBatch | undefined> {
    try {
      return await this.deps.source.fetchRecordingBatch(batchId, signal);
    } catch (error) {
      if (!isOutage(error) && !isGarbled(error)) {
        throw error;
      }
      this.deps.log.info('A batch could not be looked at', { reason: messageOf(error) });
      return undefined;
    }
  }

  private firstPauseMs(): number {
    const { firstPollMs, longestPollMs } = this.deps.options;
    return Math.min(longestPollMs, Math.max(firstPollMs, (this.typicalMs ?? 0) * 0.8));
  }

  private learn(durationMs: number): void {
    this.typicalMs = Math.min(durationMs, this.typicalMs ?? Infinity) * 0.5 + durationMs * 0.5;
  }
}

function isOutage(error: unknown): error is AppError {
  return (
    isAppError(error, 'network') || isAppError(error, 'remote') || isAppError(error, 'rateLimited')
  );
}

/** Such as the page of a proxy in place of the platform's answer, which may be gone the next time. */
function isGarbled(error: unknown): error is AppError {
  return isAppError(error, 'protocol');
}

/** Forgotten, somebody else's, or batches are not for this client. */
function isRefused(error: unknown): error is AppError {
  return (
    isAppError(error) &&
    ['notFound', 'gone', 'forbidden', 'input', 'protocol', 'conflict', 'unsupported'].includes(
      error.code,
    )
  );
}
