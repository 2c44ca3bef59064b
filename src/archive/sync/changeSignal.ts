/** Lets several waiters sleep until something changes or a time comes. */
import type { Clock } from '../../base/clock.ts';

export class ChangeSignal {
  private next = Promise.withResolvers<undefined>();

  /** Wakes everybody who waits. */
  notify(): void {
    this.next.resolve(undefined);
    this.next = Promise.withResolvers();
  }

  /** Resolves at the next change or when the time has passed. @throws AbortError */
  async wait(clock: Clock, durationMs: number, signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    try {
      await Promise.race([
        this.next.promise,
        clock.delay(durationMs, AbortSignal.any([signal, stop.signal])),
      ]);
    } finally {
      stop.abort();
    }
  }
}
