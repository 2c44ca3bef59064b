/** How fast a sync goes, from its own counts over the last minute. Pure over the times it is given. */
import type { SyncSnapshot } from '../../archive/sync/syncSnapshot.ts';

const windowMs = 60_000;
/** Less is no measurement. */
const minSpanMs = 3_000;
const sampleMs = 500;

export interface SyncSpeed {
  readonly conversationsPerSecond: number;
  readonly recordingsPerSecond: number;
  /** Undefined while it cannot be told. */
  readonly remainingMs: number | undefined;
}

interface Sample {
  readonly atMs: number;
  readonly settledCount: number;
  readonly recordingCount: number;
}

type Counts = Pick<
  SyncSnapshot,
  | 'doneCount'
  | 'endedCount'
  | 'queuedCount'
  | 'recordingCount'
  | 'estimatedTotal'
  | 'foundCount'
  | 'isDiscoveryDone'
  | 'waitingCount'
>;

export class SyncRate {
  private samples: readonly Sample[] = [];

  add(snapshot: Counts, nowMs: number): void {
    const last = this.samples.at(-1);
    if (last !== undefined && nowMs - last.atMs < sampleMs) {
      return;
    }
    const sample = {
      atMs: nowMs,
      settledCount: settledCountOf(snapshot),
      recordingCount: snapshot.recordingCount,
    };
    this.samples = [...this.samples.filter(({ atMs }) => atMs >= nowMs - windowMs), sample];
  }

  /** Undefined before there is enough to tell from. */
  read(snapshot: Counts): SyncSpeed | undefined {
    const [first] = this.samples;
    const last = this.samples.at(-1);
    if (first === undefined || last === undefined || last.atMs - first.atMs < minSpanMs) {
      return undefined;
    }
    const seconds = (last.atMs - first.atMs) / 1000;
    const conversationsPerSecond = Math.max(0, last.settledCount - first.settledCount) / seconds;
    const leftCount = leftCountOf(snapshot);
    return {
      conversationsPerSecond,
      recordingsPerSecond: Math.max(0, last.recordingCount - first.recordingCount) / seconds,
      remainingMs:
        leftCount === undefined || conversationsPerSecond === 0
          ? undefined
          : (leftCount / conversationsPerSecond) * 1000,
    };
  }
}

function settledCountOf({ doneCount, endedCount, waitingCount }: Counts): number {
  return doneCount + endedCount + waitingCount;
}

/** What is yet to be downloaded now; waiting ones have their own time. Undefined while nobody knows how many there are. */
function leftCountOf(snapshot: Counts): number | undefined {
  const { isDiscoveryDone, queuedCount, estimatedTotal } = snapshot;
  if (isDiscoveryDone) {
    return queuedCount;
  }
  return estimatedTotal === undefined
    ? undefined
    : Math.max(queuedCount, estimatedTotal - settledCountOf(snapshot));
}
