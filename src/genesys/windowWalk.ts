/**
 * Walks the windows of an interval: each by pages of a query or by a job, with what a job lacks topped up by queries, and keeps
 * account of where the discovery is. Knows nothing of how positions are stored.
 */
import { errors } from '../base/appError.ts';
import type { Interval } from '../model/interval.ts';
import { isUnfiltered, type ConversationQuery } from '../query/conversationQuery.ts';
import {
  chooseMethod,
  floorDay,
  tailOfJob,
  type DiscoveryLimits,
  type DiscoveryMethod,
} from '../query/planDiscovery.ts';
import { dayMs, planWindows, splitWindow } from '../query/planWindows.ts';
import type { DecodedConversations } from './bulkApi.ts';
import { readDetailsJob } from './detailsJobReader.ts';
import type {
  DiscoveredPage,
  DiscoveryDeps,
  DiscoveryNotice,
  DiscoveryScope,
} from './discoveredPage.ts';
import { encodePosition, type IntervalPosition, type WindowPosition } from './discoveryPosition.ts';
import { PageSizer } from './pageSizer.ts';
import { loadQueryPage } from './queryPage.ts';
import { RememberedIds } from './rememberedIds.ts';

export interface WindowTask extends Interval {
  readonly method: DiscoveryMethod;
  /** False when queries may not tell everything of it. */
  readonly isCertain: boolean;
  /** Where an earlier discovery got in this window. */
  readonly resumed: WindowPosition | undefined;
  /** What another way through the same window brought already. */
  readonly seen: RememberedIds | undefined;
}

export interface WalkStart {
  readonly scopeKey: string;
  readonly start: IntervalPosition;
  readonly notices: readonly DiscoveryNotice[];
}

type IntervalScope = Exclude<DiscoveryScope, { readonly ids: unknown }>;
type Pages = AsyncGenerator<DiscoveredPage, void, undefined>;

/** Single conversations in a row that are too large to be sent: then something else is wrong. */
const maxUnsendable = 20;

export class WindowWalk {
  private readonly deps: DiscoveryDeps & { readonly limits: DiscoveryLimits };
  private readonly scope: IntervalScope;
  private readonly scopeKey: string;
  private readonly sizer: PageSizer;
  private readonly tasks: WindowTask[] = [];
  private notices: readonly DiscoveryNotice[];
  private at: IntervalPosition;
  /** Conversations of the current window, as far as known. */
  private windowCount = 0;
  private windowTotal: number | undefined;

  constructor(
    deps: DiscoveryDeps & { readonly limits: DiscoveryLimits },
    scope: IntervalScope,
    { scopeKey, start, notices }: WalkStart,
  ) {
    this.deps = deps;
    this.scope = scope;
    this.scopeKey = scopeKey;
    this.at = start;
    this.notices = notices;
    this.sizer = new PageSizer(deps.limits.queryPageSize, deps);
  }

  async *pages(tasks: readonly WindowTask[], signal: AbortSignal): Pages {
    this.tasks.push(...tasks);
    for (let task = this.tasks.shift(); task !== undefined; task = this.tasks.shift()) {
      const { limits } = this.deps;
      this.windowCount = 0;
      this.windowTotal = undefined;
      const seen = task.seen ?? new RememberedIds(limits.maxRememberedIds);
      const position: WindowPosition = task.resumed ?? {
        startMs: task.startMs,
        endMs: task.endMs,
        method: task.method === 'job' ? 'job' : 'query',
        offset: 0,
        jobId: undefined,
        cursor: undefined,
        dataAvailableUntilMs: undefined,
        askedAtMs: this.deps.clock.nowMs(),
        isCertain: task.isCertain,
      };
      yield* position.method === 'job'
        ? this.byJob(position, seen, signal)
        : this.byQuery(position, task.method, seen, signal);
    }
  }

  private async *byQuery(
    begun: WindowPosition,
    method: DiscoveryMethod,
    seen: RememberedIds,
    signal: AbortSignal,
  ): Pages {
    const { limits } = this.deps;
    let position = begun;
    let unsendableCount = 0;
    for (;;) {
      const { offset } = position;
      if (offset >= limits.maxReachableHits) {
        throw tooCrowded(limits);
      }
      const { page, nextOffset, isSent } = await loadQueryPage(
        this.deps,
        this.queryOf(position),
        { offset, sizer: this.sizer },
        signal,
      );
      this.windowTotal = isSent ? page.totalHits : this.windowTotal;
      if (offset === 0 && isSent) {
        const chosen = chooseMethod(method, page.totalHits, limits);
        if (chosen === 'job') {
          yield* this.byJob({ ...position, method: 'job' }, seen, signal);
          return;
        }
        if (chosen === 'split') {
          this.split(position);
          return;
        }
      }
      unsendableCount = isSent ? 0 : unsendableCount + 1;
      if (unsendableCount > maxUnsendable) {
        throw errors.remote(
          'Genesys Cloud cannot send conversations one by one either; try again later',
          { details: { status: 413 } },
        );
      }
      position = { ...position, offset: nextOffset };
      if (page.hasMore) {
        yield this.page(this.take(seen, page), position);
      } else {
        yield this.lastPage(this.take(seen, page), position, position.endMs);
        return;
      }
    }
  }

  private async *byJob(begun: WindowPosition, seen: RememberedIds, signal: AbortSignal): Pages {
    const query = this.queryOf(begun);
    const from =
      begun.jobId === undefined ? undefined : { jobId: begun.jobId, cursor: begun.cursor };
    const steps = readDetailsJob(this.deps, query, from, signal);
    let position = begun;
    for (;;) {
      const step = await steps.next();
      if (step.done === true) {
        if (!step.value) {
          this.fallBack(position, seen);
        }
        return;
      }
      const { jobId, page } = step.value;
      if (page === undefined) {
        // The job's id is worth a page: a discovery that is continued does not wait for another one.
        position = { ...position, jobId, cursor: undefined, dataAvailableUntilMs: undefined };
        yield this.page(nothing, position);
        continue;
      }
      const untilMs = earliest(position.dataAvailableUntilMs, page.dataAvailableUntilMs);
      position = { ...position, jobId, cursor: page.cursor, dataAvailableUntilMs: untilMs };
      const tail = tailOfJob(position, untilMs, this.deps.limits);
      const endMs = tail?.startMs ?? position.endMs;
      const { conversations, undecodable } = page;
      const wanted = {
        conversations: conversations.filter(
          ({ value }) => value.startMs >= position.startMs && value.startMs < endMs,
        ),
        undecodable,
      };
      if (page.cursor !== undefined) {
        yield this.page(this.take(seen, wanted), position);
        continue;
      }
      if (tail !== undefined) {
        this.prepend(this.queryTasks(tail, undefined));
      }
      yield this.lastPage(this.take(seen, wanted), position, endMs);
    }
  }

  /** A window with more hits than paging can reach becomes two. @throws AppError `unsupported` when it is one day */
  private split({ isCertain, ...position }: WindowPosition): void {
    const halves = splitWindow(position);
    if (halves === undefined) {
      throw tooCrowded(this.deps.limits);
    }
    this.prepend(
      halves.toReversed().map((half) => ({
        ...half,
        method: 'query',
        isCertain,
        resumed: undefined,
        seen: undefined,
      })),
    );
  }

  private fallBack({ startMs, endMs }: WindowPosition, seen: RememberedIds): void {
    const window = `${new Date(startMs).toISOString()}/${new Date(endMs).toISOString()}`;
    this.deps.log.warn('The jobs of the platform failed for a window; it is asked for by queries', {
      window,
    });
    const message = `The platform's jobs failed; these conversations are asked for by queries, which may not know old ones: ${window}`;
    this.notices = [...this.notices, { kind: 'jobsFailed', message }];
    this.prepend(this.queryTasks({ startMs, endMs }, seen));
  }

  /** Queries in the place of a job: what is older than their look-back they may not know. */
  private queryTasks(interval: Interval, seen: RememberedIds | undefined): readonly WindowTask[] {
    const { clock, limits } = this.deps;
    const { maxFilteredDays, maxUnfilteredDays, queryLookBackDays } = limits;
    const isCertain = interval.startMs >= floorDay(clock.nowMs() - queryLookBackDays * dayMs);
    const maxDays = isUnfiltered(this.scope.filters) ? maxUnfilteredDays : maxFilteredDays;
    return planWindows(interval, maxDays)
      .toReversed()
      .map((window) => ({ ...window, method: 'query', isCertain, resumed: undefined, seen }));
  }

  private prepend(tasks: readonly WindowTask[]): void {
    this.tasks.unshift(...tasks);
  }

  private queryOf({ startMs, endMs }: Interval): ConversationQuery {
    return { interval: { startMs, endMs }, filters: this.scope.filters, order: 'asc' };
  }

  private take(seen: RememberedIds, decoded: DecodedConversations): DecodedConversations {
    const fresh = seen.takeNew(decoded);
    this.windowCount += fresh.conversations.length;
    return fresh;
  }

  private page(
    { conversations, undecodable }: DecodedConversations,
    window: WindowPosition | undefined,
  ): DiscoveredPage {
    this.at = { ...this.at, window };
    const { notices } = this;
    this.notices = [];
    const { completeUntilMs } = this.at;
    return {
      conversations,
      undecodable,
      unknownIds: [],
      position: encodePosition(this.scopeKey, this.at),
      estimatedTotal: this.estimateTotal(window),
      completeUntilMs: completeUntilMs > this.scope.interval.startMs ? completeUntilMs : undefined,
      notices,
    };
  }

  /** @param endMs up to where the window was discovered; the rest of it is another task */
  private lastPage(
    decoded: DecodedConversations,
    { startMs, method, askedAtMs, isCertain }: WindowPosition,
    endMs: number,
  ): DiscoveredPage {
    const knownUntilMs = method === 'job' ? endMs : askedAtMs - this.deps.limits.queryLagMs;
    const isPromised = isCertain && this.at.completeUntilMs >= startMs;
    this.at = {
      ...this.at,
      doneUntilMs: endMs,
      completeUntilMs: isPromised
        ? Math.max(this.at.completeUntilMs, Math.min(endMs, knownUntilMs))
        : this.at.completeUntilMs,
      doneCount: this.at.doneCount + this.windowCount,
    };
    this.windowCount = 0;
    return this.page(decoded, undefined);
  }

  /** What is done and what the current window has, spread over the whole interval. */
  private estimateTotal(window: WindowPosition | undefined): number | undefined {
    const { startMs, endMs } = this.scope.interval;
    const total = window === undefined ? undefined : this.windowTotal;
    const knownUntilMs =
      total === undefined || window === undefined ? this.at.doneUntilMs : window.endMs;
    const knownMs = knownUntilMs - startMs;
    if (knownMs <= 0) {
      return undefined;
    }
    const wholeMs = Math.min(endMs, Math.max(this.deps.clock.nowMs(), knownUntilMs)) - startMs;
    const known = this.at.doneCount + (total ?? 0);
    const delivered = this.at.doneCount + this.windowCount;
    return Math.max(delivered, Math.round((known * wholeMs) / knownMs));
  }
}

const nothing: DecodedConversations = { conversations: [], undecodable: [] };

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

function tooCrowded({ maxReachableHits }: DiscoveryLimits): Error {
  return errors.unsupported(
    `One day has more conversations than Genesys Cloud lets a query reach, and its jobs do not have that day yet; add a filter, or try again in two days: ${String(maxReachableHits)}`,
  );
}
