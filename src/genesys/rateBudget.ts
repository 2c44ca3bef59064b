/**
 * The rate budget of one token as the platform's headers tell it. Requests that would only be refused wait for the next
 * window instead, in order. Knows headers and time, nothing of requests.
 * @see inin-ratelimit-count, inin-ratelimit-allowed, inin-ratelimit-reset
 */
import { cancellation, throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { toDisposable, type Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import type { RateSnapshot, RateState } from './genesysApi.ts';

/** The platform tells the reset in whole seconds, so the window may end up to a second later than it said. */
const resetMarginMs = 1_000;
/** Two answers of one window disagree about its end by less than this. */
const sameWindowToleranceMs = 2_500;

export class RateBudget implements RateState {
  private readonly clock: Clock;
  private readonly changed = new Emitter<RateSnapshot>();
  readonly onDidChange = this.changed.event;
  private usedCount: number | undefined;
  private allowedCount: number | undefined;
  private resetAtMs: number | undefined;
  private inFlightCount = 0;
  private readonly queue: (() => void)[] = [];
  private readonly retryWaits = new Set<{ readonly untilMs: number }>();
  private timer: AbortController | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get current(): RateSnapshot {
    const waits = [...this.retryWaits].map(({ untilMs }) => untilMs);
    if (this.queue.length > 0 && this.resetAtMs !== undefined) {
      waits.push(this.resetAtMs);
    }
    return {
      usedCount: this.usedCount,
      allowedCount: this.allowedCount,
      resetAtMs: this.resetAtMs,
      waitingUntilMs: waits.length === 0 ? undefined : Math.max(...waits),
      waits:
        waits.length === 0
          ? []
          : [{ reason: 'rateLimit', untilMs: Math.max(...waits), count: waits.length }],
    };
  }

  /**
   * Takes one call out of the budget, waiting for the next window when this one is known to be spent. Disposing of the
   * result tells that the call ended. An aborted wait rejects with AbortError and takes nothing.
   */
  async acquire(signal: AbortSignal): Promise<Disposable> {
    throwIfCancelled(signal);
    if (this.queue.length > 0 || !this.hasRoom()) {
      await this.enqueue(signal);
    } else {
      this.inFlightCount++;
    }
    return toDisposable(() => {
      this.inFlightCount--;
      this.pump();
    });
  }

  /** Learns from the headers of an answer; missing and unreadable ones change nothing. */
  observe(headers: Readonly<Record<string, string>>): void {
    const count = toCount(headers['inin-ratelimit-count']);
    const allowed = toCount(headers['inin-ratelimit-allowed']);
    const resetSeconds = toCount(headers['inin-ratelimit-reset']);
    if (count === undefined || allowed === undefined || allowed === 0) {
      return;
    }
    const nowMs = this.clock.nowMs();
    const resetAtMs =
      resetSeconds === undefined ? undefined : nowMs + resetSeconds * 1000 + resetMarginMs;
    const isLate = this.isOfKnownWindow(resetAtMs) && count < (this.usedCount ?? 0);
    // Answers overtake each other: within a window the count only grows.
    if (!isLate) {
      this.usedCount = count;
      this.resetAtMs = this.isOfKnownWindow(resetAtMs) ? this.resetAtMs : resetAtMs;
    }
    this.allowedCount = allowed;
    this.pump();
    this.announce();
  }

  /** A new token has a budget of its own. */
  restart(): void {
    this.usedCount = undefined;
    this.resetAtMs = undefined;
    this.pump();
    this.announce();
  }

  /** Shows a wait that a caller does on its own, such as a Retry-After, until disposed of. */
  showWait(untilMs: number): Disposable {
    const wait = { untilMs };
    this.retryWaits.add(wait);
    this.announce();
    return toDisposable(() => {
      this.retryWaits.delete(wait);
      this.announce();
    });
  }

  private isOfKnownWindow(resetAtMs: number | undefined): boolean {
    return (
      this.resetAtMs !== undefined &&
      this.clock.nowMs() < this.resetAtMs &&
      (resetAtMs === undefined || Math.abs(resetAtMs - this.resetAtMs) < sameWindowToleranceMs)
    );
  }

  private hasRoom(): boolean {
    if (this.resetAtMs !== undefined && this.clock.nowMs() >= this.resetAtMs) {
      this.usedCount = 0;
      this.resetAtMs = undefined;
    }
    if (this.allowedCount === undefined || this.usedCount === undefined) {
      return true;
    }
    // Without an end of the window in sight only answers to calls in flight can wake a queue.
    const isStuck = this.resetAtMs === undefined && this.inFlightCount === 0;
    return isStuck || this.usedCount + this.inFlightCount < this.allowedCount;
  }

  private async enqueue(signal: AbortSignal): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        const start = (): void => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        };
        const onAbort = (): void => {
          const index = this.queue.indexOf(start);
          if (index >= 0) {
            this.queue.splice(index, 1);
          }
          reject(cancellation());
        };
        this.queue.push(start);
        signal.addEventListener('abort', onAbort, { once: true });
        this.pump();
        this.announce();
      });
    } finally {
      this.pump();
      this.announce();
    }
  }

  /** Lets waiting calls go while there is room, and sets the timer for the rest. */
  private pump(): void {
    while (this.queue.length > 0 && this.hasRoom()) {
      this.inFlightCount++;
      this.queue.shift()?.();
    }
    this.timer?.abort();
    this.timer = undefined;
    if (this.queue.length > 0 && this.resetAtMs !== undefined) {
      const timer = new AbortController();
      this.timer = timer;
      this.clock.delay(Math.max(0, this.resetAtMs - this.clock.nowMs()), timer.signal).then(
        () => {
          this.pump();
        },
        () => undefined,
      );
    }
  }

  private announce(): void {
    this.changed.fire(this.current);
  }
}

function toCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/u.test(text.trim()) ? Number(text) : undefined;
}
