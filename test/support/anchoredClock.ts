/** A fast clock that processes share: all of them, and the simulator, see the same time. */
import { systemClock, type Clock } from '../../src/base/clock.ts';

export interface AnchoredClock {
  /** At this real time, epoch milliseconds, … */
  readonly realMs: number;
  /** … the clock showed this. */
  readonly nowMs: number;
  /** How many times faster than time it runs. */
  readonly speed: number;
}

export function createAnchoredClock({ realMs, nowMs, speed }: AnchoredClock): Clock {
  return {
    nowMs: () => Math.round(nowMs + (Date.now() - realMs) * speed),
    delay: (durationMs, signal) => systemClock.delay(durationMs / speed, signal),
  };
}
