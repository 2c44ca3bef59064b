/** When a failed request is sent again and how long to wait before: cockatiel decides how often, our clock does the waiting. */
import { isAppError, throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';

export interface RetryOptions {
  /** How often a request is sent again after its first failure. */
  readonly maxRetries: number;
  readonly baseDelayMs: number;
  /** Cap of the exponential backoff. */
  readonly maxDelayMs: number;
  /** Cap of what the platform may ask for. */
  readonly maxRetryAfterMs: number;
  /** 0 up to, not including, 1. */
  readonly random: () => number;
}

export const defaultRetryOptions: RetryOptions = {
  maxRetries: 5,
  baseDelayMs: 500,
  maxDelayMs: 30_000,
  maxRetryAfterMs: 180_000,
  random: Math.random,
};

/** Told before each wait. */
export type OnRetry = (error: unknown, waitMs: number) => void;

const retriedStatuses: ReadonlySet<unknown> = new Set([502, 503, 504]);

/** True for 429, 502, 503, 504 and broken connections. Other answers would only be the same again. */
export function isRetryable(error: unknown): boolean {
  return (
    isAppError(error, 'rateLimited') ||
    isAppError(error, 'network') ||
    (isAppError(error, 'remote') && retriedStatuses.has(error.details['status']))
  );
}

/** Wait before the retry number `attempt` (from 1): what the platform asked for, else full jitter over an exponential. */
export function retryDelayMs(error: unknown, attempt: number, options: RetryOptions): number {
  const askedMs = isAppError(error) ? error.retryAfterMs : undefined;
  if (askedMs !== undefined) {
    return Math.min(Math.max(0, askedMs), options.maxRetryAfterMs);
  }
  const ceilingMs = Math.min(options.maxDelayMs, options.baseDelayMs * 2 ** (attempt - 1));
  return Math.floor(options.random() * ceilingMs);
}

/**
 * Runs `send` until it succeeds, fails for good or has been retried often enough; then the last error is thrown.
 * An aborted signal ends a wait at once with AbortError.
 */
export async function withRetries<T>(
  send: () => Promise<T>,
  deps: { readonly clock: Clock; readonly options: RetryOptions; readonly onRetry?: OnRetry },
  signal: AbortSignal,
): Promise<T> {
  const { clock, options, onRetry } = deps;
  // A bundle of its own, like axios: the first request loads it, not the start of the extension.
  const { DelegateBackoff, handleWhen, retry } = await import('cockatiel');
  let waitMs = 0;
  const policy = retry(handleWhen(isRetryable), {
    maxAttempts: options.maxRetries,
    // cockatiel cannot cancel its own wait nor take a clock: it gets none, and the next attempt begins with ours.
    backoff: new DelegateBackoff(({ attempt, result }) => {
      const error = 'error' in result ? result.error : undefined;
      waitMs = retryDelayMs(error, attempt, options);
      onRetry?.(error, waitMs);
      return 0;
    }),
  });
  return policy.execute(async ({ attempt }) => {
    throwIfCancelled(signal);
    if (attempt > 0) {
      await clock.delay(waitMs, signal);
    }
    return send();
  }, signal);
}

/**
 * Milliseconds that a `Retry-After` header asks for: seconds or an HTTP date. Undefined when it is missing or unreadable.
 * @see RFC 9110 section 10.2.3
 */
export function parseRetryAfter(text: string | undefined, nowMs: number): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (/^\d{1,9}(?:\.\d+)?$/u.test(trimmed)) {
    return Math.ceil(Number(trimmed) * 1000);
  }
  const atMs = /^[A-Za-z]{3,9},? /u.test(trimmed) ? Date.parse(trimmed) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
