/** Time as a port, so that tests run on a fake clock and never sleep. */
import { cancellation, throwIfCancelled } from './appError.ts';

export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  nowMs(): number;
  /** Resolves after `durationMs`; rejects with AbortError at once when the signal is or gets aborted. */
  delay(durationMs: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  delay: async (durationMs, signal) => {
    throwIfCancelled(signal);
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(cancellation());
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, durationMs);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  },
};
