/** A clock that runs hundreds of times faster than time does: for tests of work that waits here and there. */
import { systemClock, type Clock } from '../../src/base/clock.ts';

export function createFastClock(factor = 500, startMs = Date.UTC(2026, 10, 5, 12)): Clock {
  const beganAtMs = performance.now();
  return {
    nowMs: () => Math.round(startMs + (performance.now() - beganAtMs) * factor),
    delay: (durationMs, signal) => systemClock.delay(durationMs / factor, signal),
  };
}
