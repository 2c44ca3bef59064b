/** Bounds how many tasks run at once; the rest wait in order. */
import { cancellation, throwIfCancelled } from './appError.ts';

export class Limiter {
  private readonly concurrency: number;
  private readonly waiting: (() => void)[] = [];
  private runningCount = 0;

  /** @param concurrency how many tasks may run at once, at least 1. */
  constructor(concurrency: number) {
    this.concurrency = Math.max(1, Math.floor(concurrency));
  }

  /**
   * Runs the task when a place is free. A task aborted while it waits is never started and rejects with AbortError;
   * a running one is the task's own matter.
   */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    throwIfCancelled(signal);
    if (this.runningCount >= this.concurrency) {
      await this.place(signal);
    } else {
      this.runningCount++;
    }
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) {
        this.runningCount--;
      } else {
        next();
      }
    }
  }

  /** Waits for a finished task to hand over its place. */
  private place(signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = (): void => {
        const index = this.waiting.indexOf(start);
        if (index >= 0) {
          this.waiting.splice(index, 1);
          reject(cancellation());
        }
      };
      this.waiting.push(start);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
