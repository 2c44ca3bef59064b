/**
 * How much is asked for at once: less when the platform cannot send so much, takes too long or asks to wait again and again; more
 * again when it goes well. Knows nothing of what is asked for.
 */
import { isAppError, type AppError } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { DiscoveryLimits } from '../query/planDiscovery.ts';

export interface PageSizerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Pick<DiscoveryLimits, 'pagesBeforeGrowth' | 'maxPageFailures'>;
}

const firstWaitMs = 1_000;
const longestWaitMs = 60_000;

export class PageSizer {
  private readonly deps: PageSizerDeps;
  private size: number;
  /** Larger sizes that were given up, each a multiple of the next. */
  private readonly larger: number[] = [];
  private successCount = 0;

  constructor(maxSize: number, deps: PageSizerDeps) {
    this.size = maxSize;
    this.deps = deps;
  }

  /**
   * Loads a page, as often and as small as needed. Every smaller size divides the one before, so that offsets stay whole pages.
   * @param offset where the page begins; a size that does not divide it is not grown to
   * @throws the last failure: 413 at size 1 (`isTooLarge`), 429 and 504 after a bounded number of attempts, anything else at once
   */
  async load<T>(
    offset: number,
    load: (size: number) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    this.grow(offset);
    const { clock, log, limits } = this.deps;
    for (let failureCount = 0; ;) {
      try {
        const page = await load(this.size);
        this.successCount++;
        return page;
      } catch (error) {
        const isLarge = isTooLarge(error);
        const isPassing = isTooBusy(error);
        if (isLarge ? this.size === 1 : !isPassing || ++failureCount > limits.maxPageFailures) {
          throw error;
        }
        this.shrink();
        log.info('A page is asked for again, with fewer conversations', {
          size: this.size,
          code: isAppError(error) ? error.code : 'unknown',
        });
        if (isPassing) {
          const backoffMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (failureCount - 1));
          await clock.delay(error.retryAfterMs ?? backoffMs, signal);
        }
      }
    }
  }

  private shrink(): void {
    this.successCount = 0;
    if (this.size > 1) {
      this.larger.push(this.size);
      this.size /= smallestFactor(this.size);
    }
  }

  private grow(offset: number): void {
    const next = this.larger.at(-1);
    if (
      next !== undefined &&
      this.successCount >= this.deps.limits.pagesBeforeGrowth &&
      offset % next === 0
    ) {
      this.larger.pop();
      this.size = next;
      this.successCount = 0;
    }
  }
}

/** The platform cannot send so much in one answer, or this client not read it. */
export function isTooLarge(error: unknown): error is AppError {
  return (
    isAppError(error) &&
    (error.details['status'] === 413 || error.details['cause'] === 'ERR_BAD_RESPONSE')
  );
}

/** Too many requests, or an answer that took the platform too long. */
function isTooBusy(error: unknown): error is AppError {
  return (
    isAppError(error, 'rateLimited') ||
    (isAppError(error, 'remote') && [408, 504].includes(Number(error.details['status'])))
  );
}

function smallestFactor(value: number): number {
  for (let factor = 2; factor * factor <= value; factor++) {
    if (value % factor === 0) {
      return factor;
    }
  }
  return value;
}
