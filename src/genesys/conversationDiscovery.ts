/**
 * Finds the conversations of an interval or of a list of ids, page by page, oldest window first, with a position after each page
 * that a later discovery continues from. Knows queries, jobs and their failures; knows no files.
 */
import { isAppError } from '../base/appError.ts';
import {
  defaultDiscoveryLimits,
  planDiscovery,
  type DiscoveryLimits,
} from '../query/planDiscovery.ts';
import { isUnfiltered } from '../query/conversationQuery.ts';
import { deleteJob } from './detailsJobReader.ts';
import type {
  DiscoveredPage,
  DiscoveryDeps,
  DiscoveryNotice,
  DiscoveryScope,
} from './discoveredPage.ts';
import { discoverIds } from './discoverIds.ts';
import {
  decodePosition,
  fingerprint,
  type DiscoveryPosition,
  type IntervalPosition,
} from './discoveryPosition.ts';
import { WindowWalk, type WindowTask } from './windowWalk.ts';

export type { DiscoveredPage, DiscoveryDeps, DiscoveryScope } from './discoveredPage.ts';

/**
 * Pages of the scope. A page is yielded when the platform has sent it; the next is asked for when the caller asks for it. No
 * conversation comes twice, but those of the window in which a discovery was continued may. To stop, end the loop or
 * abort; to give up for good, call `abandonDiscovery` with the last position.
 * @param position of a page of an earlier discovery of the same scope; undefined begins. One that does not fit begins anew and
 * says so in the first page's notices.
 * @throws AppError `input` for an empty interval, `unsupported` when one day has more conversations than the platform tells,
 * `auth` | `forbidden` | `network` | `rateLimited` | `remote` | `protocol`; the last position stays good
 */
export async function* discoverConversations(
  deps: DiscoveryDeps,
  scope: DiscoveryScope,
  position: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<DiscoveredPage, void, undefined> {
  const limits = deps.limits ?? defaultDiscoveryLimits;
  const scopeKey = fingerprint(scope);
  const { from, notices } = await readPosition(deps, scopeKey, position);
  if ('ids' in scope) {
    yield* discoverIds(
      {
        deps: { ...deps, limits },
        ids: [...new Set(scope.ids)],
        interval: scope.interval,
        scope: scopeKey,
        askedCount: from?.kind === 'ids' ? from.askedCount : 0,
        notices,
      },
      signal,
    );
    return;
  }
  const start = startOf(scope, from);
  const walk = new WindowWalk({ ...deps, limits }, scope, { scopeKey, start, notices });
  yield* walk.pages(await planTasks({ ...deps, limits }, scope, start, signal), signal);
}

/** Frees what a discovery that will not be continued left on the platform. Never rejects. */
export async function abandonDiscovery(
  deps: Pick<DiscoveryDeps, 'bulk' | 'log'>,
  position: string,
): Promise<void> {
  try {
    const decoded = decodePosition(position);
    await deleteJobOf(deps, decoded.position);
  } catch {
    // No position that could be read: nothing to free.
  }
}

interface ReadPosition {
  readonly from: DiscoveryPosition | undefined;
  readonly notices: readonly DiscoveryNotice[];
}

async function readPosition(
  deps: DiscoveryDeps,
  scopeKey: string,
  text: string | undefined,
): Promise<ReadPosition> {
  if (text === undefined) {
    return { from: undefined, notices: [] };
  }
  let message = 'The stored position of the sync is damaged; it begins anew';
  try {
    const decoded = decodePosition(text);
    if (decoded.scope === scopeKey) {
      return { from: decoded.position, notices: [] };
    }
    message = 'The stored position belongs to a sync of something else; this one begins anew';
    await deleteJobOf(deps, decoded.position);
  } catch (error) {
    if (!isAppError(error, 'protocol')) {
      throw error;
    }
  }
  deps.log.warn(message);
  return { from: undefined, notices: [{ kind: 'positionUnusable', message }] };
}

async function deleteJobOf(
  deps: Pick<DiscoveryDeps, 'bulk' | 'log'>,
  position: DiscoveryPosition,
): Promise<void> {
  const jobId = position.kind === 'interval' ? position.window?.jobId : undefined;
  if (jobId !== undefined) {
    await deleteJob(deps, jobId);
  }
}

type IntervalScope = Exclude<DiscoveryScope, { readonly ids: unknown }>;

function startOf(
  { interval }: IntervalScope,
  from: DiscoveryPosition | undefined,
): IntervalPosition {
  return from?.kind === 'interval'
    ? from
    : {
        kind: 'interval',
        doneUntilMs: interval.startMs,
        completeUntilMs: interval.startMs,
        doneCount: 0,
        window: undefined,
      };
}

/** The window that was begun, then what is planned now for the rest. */
async function planTasks(
  deps: DiscoveryDeps & { readonly limits: DiscoveryLimits },
  { interval, filters }: IntervalScope,
  { doneUntilMs, window }: IntervalPosition,
  signal: AbortSignal,
): Promise<readonly WindowTask[]> {
  const restStartMs = window?.endMs ?? doneUntilMs;
  const begun: readonly WindowTask[] =
    window === undefined ? [] : [{ ...window, resumed: window, seen: undefined }];
  if (window !== undefined && restStartMs >= interval.endMs) {
    return begun;
  }
  if (window === undefined && restStartMs >= interval.endMs && doneUntilMs > interval.startMs) {
    return [];
  }
  const planned = planDiscovery(
    {
      interval: { startMs: restStartMs, endMs: interval.endMs },
      isFiltered: !isUnfiltered(filters),
      nowMs: deps.clock.nowMs(),
      jobsAvailableUntilMs: await fetchAvailability(deps, signal),
    },
    deps.limits,
  );
  return [
    ...begun,
    ...planned.map((task) => ({ ...task, isCertain: true, resumed: undefined, seen: undefined })),
  ];
}

/** Undefined when the platform does not tell: then jobs are used for old data only. */
async function fetchAvailability(
  { bulk, log }: DiscoveryDeps,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    return await bulk.fetchDetailsAvailabilityMs(signal);
  } catch (error) {
    if (!isAppError(error) || ['auth', 'network', 'rateLimited'].includes(error.code)) {
      throw error;
    }
    log.info('The platform does not say how far its details jobs are', { code: error.code });
    return undefined;
  }
}
