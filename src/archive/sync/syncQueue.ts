/**
 * The state of a sync: what the whole lines of its journal say, taken one after another. Owns what each event means; knows
 * nothing of files and of the platform.
 */
import type { ConversationId } from '../../model/ids.ts';
import type { ReasonCode } from '../absence.ts';
import { ItemTable } from './itemTable.ts';
import {
  journalVersion,
  type BatchRecord,
  type ItemOutcome,
  type ItemRecord,
  type SyncEvent,
  type SyncTotals,
} from './syncEvents.ts';

/** Events that only replace a part of the state. */
type PlainState = Extract<SyncEvent, { readonly kind: 'items' | 'totals' | 'batch' | 'batchEnd' }>;
type StopEvent = Extract<SyncEvent, { readonly kind: 'stop' }>;

const itemsPerLine = 200;
const noTotals: SyncTotals = { downloadedBytes: 0, recordingCount: 0, strayResultCount: 0 };

export class SyncQueue {
  readonly items = new ItemTable();
  /** Batches that were made and are not used up, by id. */
  readonly batches = new Map<string, BatchRecord>();
  private syncId = '';
  private currentPosition: string | undefined;
  private currentTotal: number | undefined;
  private completeUntil: number | undefined;
  private isComplete = false;
  private undecodable = 0;
  private currentTotals = noTotals;
  private lastStop: StopEvent | undefined;
  private lastAtMs: number | undefined;
  private lastWorker: string | undefined;
  private firstUncleanMs: number | undefined;

  /** From where discovery goes on; undefined: from the start. */
  get position(): string | undefined {
    return this.currentPosition;
  }

  get estimatedTotal(): number | undefined {
    return this.currentTotal;
  }

  get completeUntilMs(): number | undefined {
    return this.completeUntil;
  }

  get isDiscoveryDone(): boolean {
    return this.isComplete;
  }

  get undecodableCount(): number {
    return this.undecodable;
  }

  get totals(): SyncTotals {
    return this.currentTotals;
  }

  /** How the last run ended; undefined while one is at work, or was when it was killed. */
  get stop(): StopEvent | undefined {
    return this.lastStop;
  }

  /** The process of the last run; undefined when none began. */
  get worker(): string | undefined {
    return this.lastWorker;
  }

  /** When the first run began since one that ended in order; undefined when the last did. Manifests written since may lack their seal. */
  get uncleanSinceMs(): number | undefined {
    return this.firstUncleanMs;
  }

  get updatedAtMs(): number | undefined {
    return this.lastAtMs;
  }

  apply(event: SyncEvent): void {
    this.lastAtMs = 'atMs' in event ? event.atMs : this.lastAtMs;
    if (isPlainState(event)) {
      this.applyState(event);
      return;
    }
    switch (event.kind) {
      case 'sync':
        this.syncId = event.syncId;
        return;
      case 'run':
        this.lastStop = undefined;
        this.lastWorker = event.worker;
        this.firstUncleanMs ??= event.atMs;
        return;
      case 'page':
        this.applyPage(event);
        return;
      case 'discovered':
        this.isComplete = true;
        this.completeUntil = event.completeUntilMs;
        return;
      case 'outcome':
        this.applyOutcome(event.outcome);
        return;
      case 'again':
        this.wantAgain(event.conversationIds);
        return;
      case 'stop':
        this.lastStop = event;
        // A full disk fails a run, and takes no seals either.
        this.firstUncleanMs = event.phase === 'failed' ? this.firstUncleanMs : undefined;
        return;
    }
  }

  private applyState(event: PlainState): void {
    switch (event.kind) {
      case 'items':
        event.items.forEach((item) => {
          this.items.set(item);
        });
        return;
      case 'totals':
        this.currentTotals = event.totals;
        return;
      case 'batch':
        this.batches.set(event.batch.batchId, event.batch);
        return;
      case 'batchEnd':
        this.batches.delete(event.batchId);
        this.addTotals({ strayResultCount: event.strayResultCount });
        return;
    }
  }

  /** The shortest list of events that leads to this state. */
  *compacted(): Generator<SyncEvent> {
    yield { kind: 'sync', version: journalVersion, syncId: this.syncId };
    let line: ItemRecord[] = [];
    for (const item of this.items.items()) {
      line.push(item);
      if (line.length === itemsPerLine) {
        yield { kind: 'items', items: line };
        line = [];
      }
    }
    yield { kind: 'items', items: line };
    if (this.currentPosition !== undefined) {
      yield {
        kind: 'page',
        position: this.currentPosition,
        estimatedTotal: this.currentTotal,
        completeUntilMs: this.completeUntil,
        undecodableCount: this.undecodable,
        items: [],
      };
    }
    if (this.isComplete) {
      yield { kind: 'discovered', completeUntilMs: this.completeUntil };
    }
    yield { kind: 'totals', totals: this.currentTotals };
    for (const batch of this.batches.values()) {
      yield { kind: 'batch', batch };
    }
    if (this.firstUncleanMs !== undefined) {
      yield { kind: 'run', atMs: this.firstUncleanMs };
    }
    if (this.lastStop !== undefined) {
      yield this.lastStop;
    }
  }

  private applyPage(page: Extract<SyncEvent, { readonly kind: 'page' }>): void {
    this.currentPosition = page.position;
    this.currentTotal = page.estimatedTotal ?? this.currentTotal;
    this.completeUntil = page.completeUntilMs ?? this.completeUntil;
    this.undecodable += page.undecodableCount;
    for (const item of page.items) {
      if (!this.items.has(item.conversationId)) {
        this.items.set(item);
      }
    }
  }

  private applyOutcome(outcome: ItemOutcome): void {
    const item = this.items.get(outcome.conversationId);
    if (item === undefined) {
      return;
    }
    const { state, nextAttemptAtMs, reasons, isOpen, isUnchanged } = outcome;
    const attempts = item.attempts + (outcome.countsAsAttempt ? 1 : 0);
    const isAskedAgain = false;
    this.items.set({
      ...item,
      ...{ state, nextAttemptAtMs, reasons, isOpen, isUnchanged, attempts, isAskedAgain },
    });
    const { downloadedBytes, recordingCount } = outcome;
    this.addTotals({ downloadedBytes, recordingCount });
  }

  private wantAgain(ids: readonly ConversationId[] | undefined): void {
    const none: readonly ReasonCode[] = [];
    const wanted = ids?.map((id) => this.items.get(id)).filter((item) => item !== undefined);
    for (const item of wanted ?? this.items.items()) {
      if (item.state === 'ended' || item.state === 'waiting') {
        this.items.set({
          ...item,
          state: 'queued',
          attempts: 0,
          nextAttemptAtMs: 0,
          reasons: none,
          isAskedAgain: true,
        });
      }
    }
  }

  private addTotals(added: Partial<SyncTotals>): void {
    const { downloadedBytes, recordingCount, strayResultCount } = this.currentTotals;
    this.currentTotals = {
      downloadedBytes: downloadedBytes + (added.downloadedBytes ?? 0),
      recordingCount: recordingCount + (added.recordingCount ?? 0),
      strayResultCount: strayResultCount + (added.strayResultCount ?? 0),
    };
  }
}

function isPlainState(event: SyncEvent): event is PlainState {
  return ['items', 'totals', 'batch', 'batchEnd'].includes(event.kind);
}
