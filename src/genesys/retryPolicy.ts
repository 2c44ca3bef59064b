/** When a failed request is sent again and how long to wait before: cockatiel decides how often, our clock does the waiting. */
import { isAppError, throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import type { WaitReason } from './genesysApi.ts';
import type { RequestWaits } from './requestWaits.ts';

export interface RetryOptions {
  /** How often a request is sent again after its first failure. */
  readonly maxRetries: number;
  readonly baseDelayMs: number;
  /** Cap of the exponential backoff. */
  readonly maxDelayMs: number;
  /** The longest pause that is waited for when the platform asks for one; asked for more, a request fails and says so. */
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

/**
 * For how long a request that a person waits for is tried again while nothing answers, from when it was first sent. The last
 * attempt may end later, by its own timeout. While the circuit of its host is open it is not tried again at all: a person had
 * rather hear at once that the platform cannot be reached. Background requests wait as `RetryOptions` say.
 */
export const interactivePatienceMs = 5_000;

/** Told before each wait. */
export type OnRetry = (error: unknown, waitMs: number) => void;

/**
 * What a request is that failed. `repeatable`: reading, so that twice is as good as once. `onceOnly`: sent again only when it
 * surely was not carried out. `divisible`: reading that is better divided than repeated when it takes the platform too long.
 * `media`: a signed link, where the storage's 500 is a passing thing too.
 */
export type RequestKind = 'repeatable' | 'onceOnly' | 'divisible' | 'media';

const passingStatuses: ReadonlySet<unknown> = new Set([502, 503, 504]);
/** Failures before a connection stood. */
const unsentCauses: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** 429, 502, 503, 504 and broken connections; 500 of media. Other answers would only be the same again. */
export function isRetryable(error: unknown, kind: RequestKind): boolean {
  if (isAppError(error, 'rateLimited')) {
    return true;
  }
  if (isAppError(error, 'network')) {
    return kind !== 'onceOnly' || isUnsent(error);
  }
  if (!isAppError(error, 'remote')) {
    return false;
  }
  const status = error.details['status'];
  switch (kind) {
    case 'onceOnly':
      return status === 503;
    case 'divisible':
      return passingStatuses.has(status) && status !== 504;
    case 'repeatable':
      return passingStatuses.has(status);
    case 'media':
      return passingStatuses.has(status) || status === 500;
  }
}

/** True when the request of this failure never left this machine. */
export function isUnsent(error: unknown): boolean {
  return (
    isAppError(error, 'network') &&
    (error.details['circuit'] === 'open' || unsentCauses.has(error.details['cause']))
  );
}

/** Wait before the retry number `attempt` (from 1): what the platform asked for, else full jitter over an exponential. */
export function retryDelayMs(error: unknown, attempt: number, options: RetryOptions): number {
  const askedMs = isAppError(error) ? (error.retryAfterMs ?? 0) : 0;
  if (askedMs > 0) {
    return askedMs;
  }
  const ceilingMs = Math.min(options.maxDelayMs, options.baseDelayMs * 2 ** (attempt - 1));
  return Math.floor(options.random() * ceilingMs);
}

export interface RetryDeps {
  readonly clock: Clock;
  readonly options: RetryOptions;
  readonly kind: RequestKind;
  /** Part of the request may be of another kind than the whole: the fetching of its token. */
  readonly kindOf?: ((error: unknown) => RequestKind) | undefined;
  /** How long yet to try again without an answer; left out, as often as `options` say. @see interactivePatienceMs */
  readonly patienceLeftMs?: (() => number) | undefined;
  /** Where the waits are shown. */
  readonly waits?: RequestWaits | undefined;
  readonly onRetry?: OnRetry | undefined;
}

/**
 * Runs `send` until it succeeds, fails for good or has been retried often enough; then the last error is thrown.
 * An aborted signal ends a wait at once with AbortError.
 */
export async function withRetries<T>(
  send: () => Promise<T>,
  deps: RetryDeps,
  signal: AbortSignal,
): Promise<T> {
  const { clock, options, kind, kindOf, patienceLeftMs, waits, onRetry } = deps;
  // A bundle of its own, like axios: the first request loads it, not the start of the extension.
  const { DelegateBackoff, handleWhen, retry } = await import('cockatiel');
  let wait: { readonly durationMs: number; readonly reason: WaitReason } | undefined;
  const isWorthIt = (error: Error): boolean =>
    isRetryable(error, kindOf?.(error) ?? kind) &&
    !asksTooLong(error, options.maxRetryAfterMs) &&
    !(isUnanswered(error) && patienceLeftMs !== undefined && isPatienceGone(error, patienceLeftMs));
  const policy = retry(handleWhen(isWorthIt), {
    maxAttempts: options.maxRetries,
    // cockatiel cannot cancel its own wait nor take a clock: it gets none, and the next attempt begins with ours.
    backoff: new DelegateBackoff(({ attempt, result }) => {
      const error = 'error' in result ? result.error : undefined;
      const delayMs = retryDelayMs(error, attempt, options);
      const durationMs = isUnanswered(error)
        ? Math.min(delayMs, patienceLeftMs?.() ?? delayMs)
        : delayMs;
      wait = { durationMs, reason: waitReasonOf(error) };
      onRetry?.(error, durationMs);
      return 0;
    }),
  });
  return policy.execute(async () => {
    throwIfCancelled(signal);
    if (wait !== undefined) {
      const shown = waits?.begin(wait.reason, clock.nowMs() + wait.durationMs);
      try {
        await clock.delay(wait.durationMs, signal);
      } finally {
        shown?.dispose();
      }
    }
    return send();
  }, signal);
}

/** No answer came, or only a gateway's that says not when to come back. */
function isUnanswered(error: unknown): boolean {
  return (
    isAppError(error, 'network') || (isAppError(error, 'remote') && (error.retryAfterMs ?? 0) <= 0)
  );
}

function isPatienceGone(error: unknown, patienceLeftMs: () => number): boolean {
  return (isAppError(error) && error.details['circuit'] === 'open') || patienceLeftMs() <= 0;
}

function asksTooLong(error: unknown, maxRetryAfterMs: number): boolean {
  return isAppError(error) && (error.retryAfterMs ?? 0) > maxRetryAfterMs;
}

function waitReasonOf(error: unknown): WaitReason {
  if (!isAppError(error) || (error.retryAfterMs ?? 0) <= 0) {
    return 'backoff';
  }
  return error.details['circuit'] === 'open' ? 'circuitOpen' : 'retryAfter';
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
