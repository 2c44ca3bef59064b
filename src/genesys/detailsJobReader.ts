/**
 * Reads one query through jobs over the data lake, from the creation of a job to its last page, and again with a new job when one
 * fails, expires or is forgotten. Knows nothing of windows and positions beyond the job's own.
 */
import { isAppError, isCancellation } from '../base/appError.ts';
import type { ConversationQuery } from '../query/conversationQuery.ts';
import type { DiscoveryLimits } from '../query/planDiscovery.ts';
import type { DetailsJobPage } from './bulkApi.ts';
import type { DiscoveryDeps } from './discoveredPage.ts';
import { isTooLarge, PageSizer } from './pageSizer.ts';

export interface JobReaderDeps extends Pick<DiscoveryDeps, 'bulk' | 'clock' | 'log'> {
  readonly limits: DiscoveryLimits;
}

export interface JobStep {
  readonly jobId: string;
  /** Undefined when the job was only created now. */
  readonly page: DetailsJobPage | undefined;
}

/** Where to go on; pages before may come again when the platform has forgotten. */
export interface JobPoint {
  readonly jobId: string;
  readonly cursor: string | undefined;
}

const pollGrowth = 1.5;
const longestPollMs = 15_000;
/** How often the pages of one job are read from the start because its cursor expired. */
const maxRereads = 2;
const cleanUpMs = 10_000;

/**
 * Yields a step for the creation of each job and for each page. Pages may repeat conversations of earlier ones. Returns true when
 * everything was read, and the job is deleted; false when the platform's jobs do not get there. On cancellation and failure the
 * job stays, to be gone on with.
 * @throws AppError `auth` | `network` | `rateLimited` | `remote` | `protocol`
 */
export async function* readDetailsJob(
  deps: JobReaderDeps,
  query: ConversationQuery,
  from: JobPoint | undefined,
  signal: AbortSignal,
): AsyncGenerator<JobStep, boolean> {
  let point = from;
  for (let jobCount = 0; jobCount < deps.limits.maxJobs; jobCount++) {
    if (point === undefined) {
      const created = await createJob(deps, query, signal);
      if (created === 'refused') {
        return false;
      }
      if (created === 'failed') {
        await deps.clock.delay(longestPollMs, signal);
        continue;
      }
      point = { jobId: created.jobId, cursor: undefined };
      yield { jobId: point.jobId, page: undefined };
    }
    const isWhole: boolean = yield* readPages(deps, point, signal);
    await deleteJob(deps, point.jobId);
    if (isWhole) {
      return true;
    }
    deps.log.warn('A details job of the platform failed', { jobCount: jobCount + 1 });
    point = undefined;
  }
  return false;
}

/** Best effort: the platform forgets jobs by itself. Works after an abort too. */
export async function deleteJob(
  { bulk, log }: Pick<DiscoveryDeps, 'bulk' | 'log'>,
  jobId: string,
): Promise<void> {
  try {
    await bulk.deleteDetailsJob(jobId, AbortSignal.timeout(cleanUpMs));
  } catch (error) {
    log.info('A details job could not be deleted; the platform will do it', {
      code: isAppError(error) ? error.code : 'unknown',
    });
  }
}

/** `refused`: asking again would not help. */
async function createJob(
  { bulk, log }: JobReaderDeps,
  query: ConversationQuery,
  signal: AbortSignal,
): Promise<{ readonly jobId: string } | 'refused' | 'failed'> {
  try {
    return { jobId: await bulk.createDetailsJob(query, signal) };
  } catch (error) {
    if (!isAppError(error) || error.code === 'auth' || error.code === 'network') {
      throw error;
    }
    log.warn('The platform did not take a details job', { code: error.code });
    return error.code === 'remote' || error.code === 'rateLimited' ? 'failed' : 'refused';
  }
}

/** True at the last page, false when the job does not get there. */
async function* readPages(
  deps: JobReaderDeps,
  { jobId, cursor: firstCursor }: JobPoint,
  signal: AbortSignal,
): AsyncGenerator<JobStep, boolean> {
  const { bulk, log, limits } = deps;
  const sizer = new PageSizer(limits.jobPageSize, deps);
  let cursor = firstCursor;
  let rereadCount = 0;
  if (!(await isFulfilled(deps, jobId, signal))) {
    return false;
  }
  for (;;) {
    let page: DetailsJobPage;
    try {
      const at = cursor;
      page = await sizer.load(
        0,
        (pageSize) => bulk.fetchDetailsJobPage(jobId, { cursor: at, pageSize }, signal),
        signal,
      );
    } catch (error) {
      if (!isRefused(error) && !isTooLarge(error)) {
        throw error;
      }
      const isCursorDead = cursor !== undefined && !isTooLarge(error);
      if (
        !isCursorDead ||
        ++rereadCount > maxRereads ||
        !(await isFulfilled(deps, jobId, signal))
      ) {
        return false;
      }
      log.info('The cursor of a details job expired; its pages are read again from the start');
      cursor = undefined;
      continue;
    }
    yield { jobId, page };
    if (page.cursor === undefined) {
      return true;
    }
    if (page.cursor === cursor) {
      log.warn('A details job of the platform does not move on');
      return false;
    }
    cursor = page.cursor;
  }
}

/** Waits until the job has its result; false when it will have none. */
async function isFulfilled(
  { bulk, clock, log, limits }: JobReaderDeps,
  jobId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const deadlineMs = clock.nowMs() + limits.maxJobWaitMs;
  for (let waitMs = limits.jobPollMs; ; waitMs = Math.min(longestPollMs, waitMs * pollGrowth)) {
    let state: string;
    try {
      ({ state } = await bulk.fetchDetailsJob(jobId, signal));
    } catch (error) {
      if (!isRefused(error)) {
        throw error;
      }
      log.info('A details job was forgotten by the platform');
      return false;
    }
    if (state === 'FULFILLED') {
      return true;
    }
    if (state === 'FAILED' || state === 'CANCELLED' || state === 'EXPIRED') {
      log.info('A details job ended without a result', { state });
      return false;
    }
    if (clock.nowMs() >= deadlineMs) {
      log.info('A details job took too long', { state });
      return false;
    }
    await clock.delay(waitMs, signal);
  }
}

/** The platform does not have it, or not so: another job may. */
function isRefused(error: unknown): boolean {
  return (
    !isCancellation(error) &&
    isAppError(error) &&
    ['notFound', 'gone', 'input', 'forbidden', 'conflict'].includes(error.code)
  );
}
