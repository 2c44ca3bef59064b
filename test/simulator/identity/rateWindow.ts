/** Fixed rate windows, one for each token: the window opens with its first request. */
import type { SimulatedClock } from '../simulatedClock.ts';

export interface RateState {
  /** Requests in this window, this one and refused ones included. */
  readonly count: number;
  readonly allowed: number;
  /** Whole seconds until the window ends, at least 1. */
  readonly resetSeconds: number;
  readonly isExceeded: boolean;
}

export interface RateLimit {
  readonly allowed: number;
  readonly windowMs: number;
}

export class RateWindow {
  private readonly windows = new Map<string, { readonly endsAtMs: number; count: number }>();
  private readonly clock: SimulatedClock;
  private limit: RateLimit;

  constructor(clock: SimulatedClock, limit: RateLimit) {
    this.clock = clock;
    this.limit = limit;
  }

  /** Changes the limit and starts every window anew. */
  setLimit(limit: Partial<RateLimit>): void {
    this.limit = { ...this.limit, ...limit };
    this.windows.clear();
  }

  count(key: string): RateState {
    const nowMs = this.clock.nowMs();
    let window = this.windows.get(key);
    if (window === undefined || window.endsAtMs <= nowMs) {
      window = { endsAtMs: nowMs + this.limit.windowMs, count: 0 };
      this.windows.set(key, window);
    }
    window.count += 1;
    return {
      count: window.count,
      allowed: this.limit.allowed,
      resetSeconds: Math.max(1, Math.ceil((window.endsAtMs - nowMs) / 1000)),
      isExceeded: window.count > this.limit.allowed,
    };
  }
}

/** The headers on every answer of the API. */
export function rateHeaders(state: RateState): Readonly<Record<string, string>> {
  return {
    'inin-ratelimit-count': String(state.count),
    'inin-ratelimit-allowed': String(state.allowed),
    'inin-ratelimit-reset': String(state.resetSeconds),
  };
}
