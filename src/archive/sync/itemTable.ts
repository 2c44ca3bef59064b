/**
 * The wanted conversations of a sync in memory: about 150 bytes each, id included, so that a hundred thousand are nothing. Owns
 * their states and the counts over them; knows nothing of files.
 */
import type { ConversationId } from '../../model/ids.ts';
import { reasonCodes, type ReasonCode } from '../absence.ts';
import type { ItemRecord, ItemState } from './syncEvents.ts';

const states = ['queued', 'done', 'waiting', 'ended'] as const satisfies readonly ItemState[];
const openFlag = 1;
const unchangedFlag = 2;
const firstCapacity = 256;

/** Columns of numbers, one row a conversation, in the order in which they were found. */
interface Columns {
  readonly startMs: Float64Array;
  readonly nextAttemptAtMs: Float64Array;
  readonly page: Uint32Array;
  readonly reasons: Uint32Array;
  readonly slot: Uint16Array;
  readonly state: Uint8Array;
  readonly flags: Uint8Array;
  readonly attempts: Uint8Array;
  /** 1 while it is on its way in this process. */
  readonly isTaken: Uint8Array;
}

export class ItemTable {
  private readonly ids: ConversationId[] = [];
  private readonly rows = new Map<ConversationId, number>();
  private columns = createColumns(firstCapacity);
  private readonly stateCounts = new Uint32Array(states.length);
  private readonly reasonTotals = new Uint32Array(reasonCodes.length);
  private unchangedTotal = 0;
  private openTotal = 0;
  /** No row before it is queued and free. */
  private firstFree = 0;

  get count(): number {
    return this.ids.length;
  }

  get unchangedCount(): number {
    return this.unchangedTotal;
  }

  get openCount(): number {
    return this.openTotal;
  }

  countOf(state: ItemState): number {
    return this.stateCounts[states.indexOf(state)] ?? 0;
  }

  /** Over waiting and ended conversations; without those that nobody has. */
  get reasonCounts(): Readonly<Partial<Record<ReasonCode, number>>> {
    return Object.fromEntries(
      reasonCodes
        .map((code, index) => [code, this.reasonTotals[index] ?? 0] as const)
        .filter(([, count]) => count > 0),
    );
  }

  has(id: ConversationId): boolean {
    return this.rows.has(id);
  }

  get(id: ConversationId): ItemRecord | undefined {
    const row = this.rows.get(id);
    return row === undefined ? undefined : this.record(row);
  }

  /** Adds the conversation or replaces what is known of it. */
  set(item: ItemRecord): void {
    const row = this.rows.get(item.conversationId) ?? this.addRow(item.conversationId);
    const { columns } = this;
    this.countRow(row, -1);
    columns.startMs[row] = item.startMs;
    columns.nextAttemptAtMs[row] = item.nextAttemptAtMs;
    columns.page[row] = item.page;
    columns.slot[row] = item.slot;
    columns.state[row] = states.indexOf(item.state);
    columns.flags[row] = (item.isOpen ? openFlag : 0) | (item.isUnchanged ? unchangedFlag : 0);
    columns.attempts[row] = Math.min(255, item.attempts);
    columns.reasons[row] = toMask(item.reasons);
    this.countRow(row, 1);
    if (item.state === 'queued') {
      this.firstFree = Math.min(this.firstFree, row);
    }
  }

  /** The next conversation to work on, which nobody else gets then: queued ones in their order, then waiting ones that are due. */
  take(nowMs: number): ItemRecord | undefined {
    const { state, isTaken, nextAttemptAtMs } = this.columns;
    for (; this.firstFree < this.count; this.firstFree++) {
      if (state[this.firstFree] === 0 && isTaken[this.firstFree] === 0) {
        return this.takeRow(this.firstFree);
      }
    }
    if (this.countOf('waiting') > 0) {
      for (let row = 0; row < this.count; row++) {
        if (state[row] === 2 && isTaken[row] === 0 && (nextAttemptAtMs[row] ?? 0) <= nowMs) {
          return this.takeRow(row);
        }
      }
    }
    return undefined;
  }

  /** Takes this one; undefined when it is not queued, or on its way already. */
  takeOne(id: ConversationId): ItemRecord | undefined {
    const row = this.rows.get(id);
    const isOffered =
      row !== undefined && this.columns.isTaken[row] === 0 && this.columns.state[row] === 0;
    return isOffered ? this.takeRow(row) : undefined;
  }

  /** Gives back one that was taken: it is worked on no more. */
  release(id: ConversationId): void {
    const row = this.rows.get(id);
    if (row !== undefined) {
      this.columns.isTaken[row] = 0;
      this.firstFree = Math.min(this.firstFree, row);
    }
  }

  /** When the next waiting conversation that nobody works on is due. */
  get nextAttemptAtMs(): number | undefined {
    let earliest = Infinity;
    if (this.countOf('waiting') > 0) {
      const { state, isTaken, nextAttemptAtMs } = this.columns;
      for (let row = 0; row < this.count; row++) {
        if (state[row] === 2 && isTaken[row] === 0) {
          earliest = Math.min(earliest, nextAttemptAtMs[row] ?? Infinity);
        }
      }
    }
    return earliest === Infinity ? undefined : earliest;
  }

  *items(): Generator<ItemRecord> {
    for (let row = 0; row < this.count; row++) {
      yield this.record(row);
    }
  }

  private addRow(id: ConversationId): number {
    const row = this.ids.length;
    if (row === this.columns.state.length) {
      this.columns = grow(this.columns, row * 2);
    }
    this.ids.push(id);
    this.rows.set(id, row);
    // Counted out again by `set`, which does not know that it is new.
    this.stateCounts[0] = (this.stateCounts[0] ?? 0) + 1;
    return row;
  }

  private takeRow(row: number): ItemRecord {
    this.columns.isTaken[row] = 1;
    return this.record(row);
  }

  private countRow(row: number, by: 1 | -1): void {
    const { state, flags, reasons } = this.columns;
    const stateIndex = state[row] ?? 0;
    this.stateCounts[stateIndex] = (this.stateCounts[stateIndex] ?? 0) + by;
    this.unchangedTotal += (flags[row] ?? 0) & unchangedFlag ? by : 0;
    this.openTotal += (flags[row] ?? 0) & openFlag ? by : 0;
    reasonCodes.forEach((_, index) => {
      if ((reasons[row] ?? 0) & (1 << index)) {
        this.reasonTotals[index] = (this.reasonTotals[index] ?? 0) + by;
      }
    });
  }

  private record(row: number): ItemRecord {
    const { columns } = this;
    const id = this.ids[row];
    if (id === undefined) {
      throw new RangeError('No such row');
    }
    const flags = columns.flags[row] ?? 0;
    return {
      conversationId: id,
      startMs: columns.startMs[row] ?? 0,
      page: columns.page[row] ?? 0,
      slot: columns.slot[row] ?? 0,
      state: states[columns.state[row] ?? 0] ?? 'queued',
      isOpen: (flags & openFlag) !== 0,
      isUnchanged: (flags & unchangedFlag) !== 0,
      attempts: columns.attempts[row] ?? 0,
      nextAttemptAtMs: columns.nextAttemptAtMs[row] ?? 0,
      reasons: reasonCodes.filter((_, index) => (columns.reasons[row] ?? 0) & (1 << index)),
    };
  }
}

function toMask(reasons: readonly ReasonCode[]): number {
  return reasons.reduce((mask, reason) => mask | (1 << reasonCodes.indexOf(reason)), 0);
}

function createColumns(capacity: number): Columns {
  return {
    startMs: new Float64Array(capacity),
    nextAttemptAtMs: new Float64Array(capacity),
    page: new Uint32Array(capacity),
    reasons: new Uint32Array(capacity),
    slot: new Uint16Array(capacity),
    state: new Uint8Array(capacity),
    flags: new Uint8Array(capacity),
    attempts: new Uint8Array(capacity),
    isTaken: new Uint8Array(capacity),
  };
}

function grow(columns: Columns, capacity: number): Columns {
  const larger = createColumns(capacity);
  larger.startMs.set(columns.startMs);
  larger.nextAttemptAtMs.set(columns.nextAttemptAtMs);
  larger.page.set(columns.page);
  larger.reasons.set(columns.reasons);
  larger.slot.set(columns.slot);
  larger.state.set(columns.state);
  larger.flags.set(columns.flags);
  larger.attempts.set(columns.attempts);
  larger.isTaken.set(columns.isTaken);
  return larger;
}
