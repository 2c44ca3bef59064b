/** A clock that moves only when a test says so. Waits that are due resolve in order of their time. */
import { cancellation } from '../../src/base/appError.ts';
import type { Clock } from '../../src/base/clock.ts';

export class FakeClock implements Clock {
  private timeMs: number;
  private readonly waiting = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  /** Every wait that was asked for, in order, in milliseconds. */
  readonly delaysMs: number[] = [];
  /** When true, every wait ends at once and moves the time on. */
  isAutomatic = false;

  constructor(startMs = Date.UTC(2026, 10, 5, 12)) {
    this.timeMs = startMs;
  }

  nowMs(): number {
    return this.timeMs;
  }

  async delay(durationMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      throw cancellation();
    }
    this.delaysMs.push(durationMs);
    if (this.isAutomatic) {
      this.timeMs += durationMs;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const entry = {
        atMs: this.timeMs + durationMs,
        wake: (): void => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        this.waiting.delete(entry);
        reject(cancellation());
      };
      this.waiting.add(entry);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** How many waits are open. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  /** Moves the time on and wakes what is due, letting promise callbacks run in between. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.timeMs + durationMs;
    for (;;) {
      await settle();
      const next = [...this.waiting].sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > endMs) {
        break;
      }
      this.waiting.delete(next);
      this.timeMs = next.atMs;
      next.wake();
    }
    this.timeMs = endMs;
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
