/** Cuts a long interval into windows the details query accepts; pure, knows no paging and no network. */
import { errors } from '../base/appError.ts';
import type { Interval } from '../model/interval.ts';

export const dayMs = 86_400_000;

/** Longest windows of one details query. @see analytics detail queries: 7 days unfiltered, 31 days filtered */
export interface WindowLimits {
  readonly maxUnfilteredDays: number;
  readonly maxFilteredDays: number;
}

export const defaultWindowLimits: WindowLimits = { maxUnfilteredDays: 7, maxFilteredDays: 31 };

/**
 * Windows that cover the interval without gap or overlap, newest first, none longer than `maxDays`. Cuts lie on UTC
 * midnights, because the platform matches whole days: a cut within a day would make it send that day's conversations twice.
 * @throws AppError `input` when the interval is empty or `maxDays` is below 1.
 */
export function planWindows(interval: Interval, maxDays: number): readonly Interval[] {
  if (!(interval.endMs > interval.startMs)) {
    throw errors.input('The end of an interval must be after its start');
  }
  if (!(maxDays >= 1)) {
    throw errors.input('A query window must be at least one day long');
  }
  const windows: Interval[] = [];
  let { endMs } = interval;
  while (endMs > interval.startMs) {
    const earliestMs = endMs - Math.floor(maxDays) * dayMs;
    const startMs = Math.max(interval.startMs, Math.ceil(earliestMs / dayMs) * dayMs);
    windows.push({ startMs, endMs });
    endMs = startMs;
  }
  return windows;
}

/** The two halves of a window, newest first, cut at a UTC midnight; undefined when it touches one day only. */
export function splitWindow(window: Interval): readonly [Interval, Interval] | undefined {
  const middleMs = Math.round((window.startMs + window.endMs) / 2 / dayMs) * dayMs;
  const firstCutMs = (Math.floor(window.startMs / dayMs) + 1) * dayMs;
  const cutMs = Math.max(middleMs, firstCutMs);
  return cutMs >= window.endMs
    ? undefined
    : [
        { startMs: cutMs, endMs: window.endMs },
        { startMs: window.startMs, endMs: cutMs },
      ];
}
