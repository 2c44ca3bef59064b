/** What user interfaces see of a running sync: puts snapshots together and announces them a few times a second. */
import { isAppError, messageOf } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { DownloadProgress } from '../downloadConversation.ts';
import type { SyncQueue } from './syncQueue.ts';
import type { StoredSyncRequest } from './syncRequest.ts';
import type {
  SyncCalls,
  SyncFailure,
  SyncItem,
  SyncNote,
  SyncPhase,
  SyncSnapshot,
} from './syncSnapshot.ts';

const announceMs = 250;
const rateWindowMs = 5_000;
const maxFailures = 10;
export const noCalls: SyncCalls = {
  batchesMade: 0,
  batchPolls: 0,
  singleGets: 0,
  recordingLists: 0,
  transcriptLinks: 0,
  details: 0,
};

/** The snapshot that the journal alone leads to. */
export function snapshotOf(
  request: StoredSyncRequest,
  queue: SyncQueue,
  phase: SyncPhase,
): SyncSnapshot {
  const { items, totals, stop } = queue;
  const { syncId, createdAtMs, ...rest } = request;
  const failure = stop?.phase === 'failed' ? stop.failure : undefined;
  return {
    syncId,
    request: rest,
    phase,
    createdAtMs,
    updatedAtMs: queue.updatedAtMs ?? createdAtMs,
    foundCount: items.count,
    queuedCount: items.countOf('queued'),
    doneCount: items.countOf('done'),
    waitingCount: items.countOf('waiting'),
    endedCount: items.countOf('ended'),
    unchangedCount: items.unchangedCount,
    undecodableCount: queue.undecodableCount,
    estimatedTotal: queue.isDiscoveryDone ? undefined : queue.estimatedTotal,
    isDiscoveryDone: queue.isDiscoveryDone,
    downloadedBytes: totals.downloadedBytes,
    bytesPerSecond: 0,
    recordingCount: totals.recordingCount,
    calls: noCalls,
    reasonCounts: items.reasonCounts,
    currentItems: [],
    nextAttemptAtMs: items.nextAttemptAtMs,
    failure:
      failure === undefined || stop === undefined
        ? undefined
        : { atMs: stop.atMs, conversationId: undefined, ...failure },
    recentFailures: [],
    strayResultCount: totals.strayResultCount,
    notes: [],
  };
}

export interface ProgressDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Gathers what the journal does not hold: rates, what is on its way, failures. */
export class SyncProgress {
  private readonly emitter = new Emitter<SyncSnapshot>();
  readonly onDidChange = this.emitter.event;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly read: () => SyncSnapshot;
  private readonly current = new Map<ConversationId, SyncItem>();
  private readonly samples: { readonly atMs: number; readonly bytes: number }[] = [];
  private readonly notes: SyncNote[] = [];
  private failures: readonly SyncFailure[] = [];
  private runBytes = 0;
  private announcedAtMs = -Infinity;
  private pending: AbortController | undefined;

  /** @param read the snapshot of the journal with what else is known */
  constructor({ clock, log }: ProgressDeps, read: () => SyncSnapshot) {
    this.clock = clock;
    this.log = log;
    this.read = read;
  }

  get snapshot(): SyncSnapshot {
    const base = this.read();
    const currentItems = [...this.current.values()];
    const isRunning = base.phase === 'discovering' || base.phase === 'downloading';
    return {
      ...base,
      updatedAtMs: isRunning ? this.clock.nowMs() : base.updatedAtMs,
      currentItems,
      bytesPerSecond: isRunning ? this.bytesPerSecond() : 0,
      recentFailures: this.failures,
      notes: this.notes,
    };
  }

  /** A listener for the progress of one download. */
  follow(conversationId: ConversationId): (progress: DownloadProgress) => void {
    let seenBytes = 0;
    return ({ step, doneBytes, totalBytes }) => {
      // What is done goes back when a download starts again.
      this.addBytes(Math.max(0, doneBytes - seenBytes));
      seenBytes = Math.max(seenBytes, doneBytes);
      this.current.set(conversationId, { conversationId, step, doneBytes, totalBytes });
      this.touch();
    };
  }

  leave(conversationId: ConversationId): void {
    this.current.delete(conversationId);
    this.touch();
  }

  fail(error: unknown, conversationId: ConversationId | undefined): SyncFailure {
    const failure: SyncFailure = {
      atMs: this.clock.nowMs(),
      conversationId,
      code: isAppError(error) ? error.code : 'bug',
      message: messageOf(error),
    };
    this.failures = [failure, ...this.failures].slice(0, maxFailures);
    this.touch();
    return failure;
  }

  note(note: SyncNote): void {
    if (!this.notes.some(({ kind, message }) => kind === note.kind && message === note.message)) {
      this.notes.push(note);
      this.touch();
    }
  }

  /** Something changed: announced at once, or when the last announcement is old enough. */
  touch(): void {
    if (this.pending !== undefined) {
      return;
    }
    const waitMs = this.announcedAtMs + announceMs - this.clock.nowMs();
    if (waitMs <= 0) {
      this.announce();
      return;
    }
    const pending = new AbortController();
    this.pending = pending;
    void this.clock.delay(waitMs, pending.signal).then(
      () => {
        this.pending = undefined;
        this.announce();
      },
      () => undefined,
    );
  }

  /** Announces the last snapshot; nothing comes after it. */
  close(): void {
    this.pending?.abort();
    this.pending = undefined;
    this.announce();
    this.emitter.dispose();
  }

  private announce(): void {
    this.announcedAtMs = this.clock.nowMs();
    try {
      this.emitter.fire(this.snapshot);
    } catch (error) {
      // A broken view must not end the sync.
      this.log.error('A listener of a sync failed', { error });
    }
  }

  private addBytes(bytes: number): void {
    this.runBytes += bytes;
    const atMs = this.clock.nowMs();
    const last = this.samples.at(-1);
    if (last === undefined || atMs - last.atMs >= announceMs) {
      this.samples.push({ atMs, bytes: this.runBytes });
    }
    while (this.samples.length > 2 && (this.samples[0]?.atMs ?? atMs) < atMs - rateWindowMs) {
      this.samples.shift();
    }
  }

  private bytesPerSecond(): number {
    const first = this.samples[0];
    const nowMs = this.clock.nowMs();
    const last = this.samples.at(-1);
    if (first === undefined || last === undefined || nowMs - last.atMs > rateWindowMs) {
      return 0;
    }
    const elapsedMs = Math.max(announceMs, nowMs - first.atMs);
    return ((this.runBytes - first.bytes) / elapsedMs) * 1000;
  }
}
