/**
 * Decides how an interval is discovered: windows that the platform accepts, oldest first, and for each whether by queries or by a
 * job over the data lake. Pure; knows no paging and no network.
 */
import { errors } from '../base/appError.ts';
import type { Interval } from '../model/interval.ts';
import { dayMs, defaultWindowLimits, planWindows, type WindowLimits } from './planWindows.ts';

/** What of the platform is not written down for certain is here, to be changed in one place. */
export interface DiscoveryLimits extends WindowLimits {
  /** Longest window of one job. */
  readonly maxJobDays: number;
  /** What started longer ago is surely found by jobs only. */
  readonly queryLookBackDays: number;
  /**
   * Jobs may lack a conversation that began before their data ends and ended after. What started within so many days before the
   * end of the data is left to queries.
   */
  readonly jobSettleDays: number;
  /** From so many conversations on, a job takes fewer calls than pages of a query. */
  readonly minJobHits: number;
  /** Conversations that one query can reach by paging. */
  readonly maxReachableHits: number;
  /** A conversation may be found by queries only so long after its start. */
  readonly queryLagMs: number;
  /** 1 to 100. */
  readonly queryPageSize: number;
  readonly jobPageSize: number;
  readonly idsPageSize: number;
  /** Pages in a row that must succeed before the page grows again. */
  readonly pagesBeforeGrowth: number;
  /** Too many requests, or an answer that took too long, in a row: then the discovery fails. */
  readonly maxPageFailures: number;
  /** Jobs of one window that may fail before it is asked for by queries. */
  readonly maxJobs: number;
  readonly jobPollMs: number;
  /** How long the platform may work on one job. */
  readonly maxJobWaitMs: number;
  /** Ids of one window that are remembered to tell what was seen already. */
  readonly maxRememberedIds: number;
}

export const defaultDiscoveryLimits: DiscoveryLimits = {
  ...defaultWindowLimits,
  maxJobDays: 31,
  queryLookBackDays: 35,
  jobSettleDays: 3,
  minJobHits: 2_000,
  maxReachableHits: 100_000,
  queryLagMs: 15 * 60_000,
  queryPageSize: 100,
  jobPageSize: 500,
  idsPageSize: 100,
  pagesBeforeGrowth: 5,
  maxPageFailures: 8,
  maxJobs: 3,
  jobPollMs: 3_000,
  maxJobWaitMs: 30 * 60_000,
  maxRememberedIds: 200_000,
};

/** `bySize`: either will do; the number of hits decides. */
export type DiscoveryMethod = 'query' | 'job' | 'bySize';

export interface PlannedWindow extends Interval {
  readonly method: DiscoveryMethod;
}

export interface DiscoveryFacts {
  readonly interval: Interval;
  readonly isFiltered: boolean;
  readonly nowMs: number;
  /** Up to when jobs have data; undefined when the platform does not say. */
  readonly jobsAvailableUntilMs: number | undefined;
}

/**
 * Windows that cover the interval up to now without gap or overlap, oldest first, cut at UTC midnights. What started before the
 * look-back of queries is left to jobs, what jobs do not have yet to queries. Empty when the interval lies in the future.
 * @throws AppError `input` when the interval is empty
 */
export function planDiscovery(
  { interval, isFiltered, nowMs, jobsAvailableUntilMs }: DiscoveryFacts,
  limits: DiscoveryLimits,
): readonly PlannedWindow[] {
  if (!(interval.endMs > interval.startMs)) {
    throw errors.input('The end of an interval must be after its start');
  }
  const { startMs } = interval;
  const endMs = Math.min(interval.endMs, ceilDay(nowMs));
  const queryDays = isFiltered ? limits.maxFilteredDays : limits.maxUnfilteredDays;
  const oldUntilMs = floorDay(nowMs - limits.queryLookBackDays * dayMs);
  // Old data has long arrived, whatever the platform says of the newest.
  const jobsUntilMs = Math.max(oldUntilMs, settledUntil(jobsAvailableUntilMs ?? 0, limits));
  const parts: readonly PlannedWindow[] = [
    { startMs, endMs: Math.min(endMs, oldUntilMs), method: 'job' },
    {
      startMs: Math.max(startMs, oldUntilMs),
      endMs: Math.min(endMs, jobsUntilMs),
      method: 'bySize',
    },
    { startMs: Math.max(startMs, jobsUntilMs), endMs, method: 'query' },
  ];
  return parts.flatMap(({ method, ...part }) =>
    part.endMs > part.startMs
      ? planWindows(part, method === 'job' ? limits.maxJobDays : queryDays)
          .toReversed()
          .map((window) => ({ ...window, method }))
      : [],
  );
}

/** How a window of which the number of conversations is known is discovered; `split` when one query cannot reach them all. */
export function chooseMethod(
  method: DiscoveryMethod,
  hitCount: number,
  limits: DiscoveryLimits,
): 'query' | 'job' | 'split' {
  if (method === 'job' || (method === 'bySize' && hitCount >= limits.minJobHits)) {
    return 'job';
  }
  return hitCount > limits.maxReachableHits ? 'split' : 'query';
}

/** What of the window a job with data up to that time may lack; undefined when it has it all. */
export function tailOfJob(
  window: Interval,
  dataAvailableUntilMs: number | undefined,
  limits: Pick<DiscoveryLimits, 'jobSettleDays'>,
): Interval | undefined {
  const fromMs = settledUntil(dataAvailableUntilMs ?? Infinity, limits);
  return fromMs >= window.endMs
    ? undefined
    : { startMs: Math.max(window.startMs, fromMs), endMs: window.endMs };
}

/** Days before are in jobs as a whole. */
function settledUntil(
  availableUntilMs: number,
  { jobSettleDays }: Pick<DiscoveryLimits, 'jobSettleDays'>,
): number {
  return floorDay(availableUntilMs) - jobSettleDays * dayMs;
}

/** Start of the UTC day. */
export function floorDay(timeMs: number): number {
  return Math.floor(timeMs / dayMs) * dayMs;
}

/** Start of the next UTC day; the time itself when it is a midnight. */
function ceilDay(timeMs: number): number {
  return Math.ceil(timeMs / dayMs) * dayMs;
}
