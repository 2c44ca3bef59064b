/**
 * A platform in memory for tests of discovery: details queries that match whole days, jobs that match them too and lag behind,
 * and failures where a test wants them.
 */
import { errors } from '../../src/base/appError.ts';
import type { DetailsJobPage } from '../../src/genesys/bulkApi.ts';
import type { DiscoveryDeps } from '../../src/genesys/discoveredPage.ts';
import type { ConversationPage, PageRequest } from '../../src/genesys/genesysApi.ts';
import type { Conversation } from '../../src/model/conversation.ts';
import type { Fetched } from '../../src/model/fetched.ts';
import { parseConversationId, type ConversationId } from '../../src/model/ids.ts';
import { toIsoInterval, type Interval } from '../../src/model/interval.ts';
import type { ConversationQuery } from '../../src/query/conversationQuery.ts';
import { dayMs } from '../../src/query/planWindows.ts';

type Call = 'query' | 'create' | 'poll' | 'results' | 'delete' | 'availability' | 'ids';

interface FakeJob {
  readonly interval: Interval;
  state: string;
  pollsLeft: number;
}

export class DiscoveryPlatform implements Pick<DiscoveryDeps, 'api' | 'bulk'> {
  startsMs: readonly number[];
  availableUntilMs: number | undefined;
  readonly jobs = new Map<string, FakeJob>();
  /** Every call in order, such as `query 2026-11-01/2026-11-08 1x100`. */
  readonly calls: string[] = [];
  /** Throws to make a call fail. */
  fail: (call: Call, text: string) => void = () => undefined;
  /** In place of a plain conversation. */
  rawJson: (startMs: number) => string = () => '{}';
  private jobCount = 0;

  constructor(startsMs: readonly number[]) {
    this.startsMs = startsMs;
  }

  private note(call: Call, text: string): void {
    this.calls.push(`${call} ${text}`.trim());
    this.fail(call, text);
  }

  private hitsOf({ startMs, endMs }: Interval): readonly number[] {
    const fromMs = Math.floor(startMs / dayMs) * dayMs;
    const toMs = Math.ceil(endMs / dayMs) * dayMs;
    return this.startsMs.filter((atMs) => atMs >= fromMs && atMs < toMs).sort((a, b) => a - b);
  }

  private toFetched(startMs: number): Fetched<Conversation> {
    const value: Conversation = {
      id: idOf(startMs),
      startMs,
      endMs: undefined,
      originatingDirection: undefined,
      divisionIds: [],
      externalTag: undefined,
      minMos: undefined,
      participants: [],
    };
    return { value, rawJson: this.rawJson(startMs), source: 'GET /somewhere', fetchedAtMs: 0 };
  }

  readonly api: DiscoveryDeps['api'] = {
    listConversations: (query: ConversationQuery, page: PageRequest): Promise<ConversationPage> =>
      settle(() => {
        const { interval } = query;
        const { pageNumber, pageSize } = page;
        this.note('query', `${shorten(interval)} ${String(pageNumber)}x${String(pageSize)}`);
        const hits = this.hitsOf(interval);
        const from = (pageNumber - 1) * pageSize;
        return {
          conversations: hits
            .slice(from, from + pageSize)
            .filter((atMs) => atMs >= interval.startMs && atMs < interval.endMs)
            .map((atMs) => this.toFetched(atMs)),
          undecodable: [],
          totalHits: hits.length,
          hasMore: from + pageSize < hits.length,
        };
      }),
  };

  readonly bulk: DiscoveryDeps['bulk'] = {
    createDetailsJob: (query) =>
      settle(() => {
        this.note('create', shorten(query.interval));
        const jobId = `job-${String(++this.jobCount)}`;
        this.jobs.set(jobId, { interval: query.interval, state: 'FULFILLED', pollsLeft: 2 });
        return jobId;
      }),
    fetchDetailsJob: (jobId) =>
      settle(() => {
        this.note('poll', jobId);
        const job = this.jobOf(jobId);
        const state = job.pollsLeft-- > 0 ? 'PENDING' : job.state;
        return { state, errorMessage: undefined, expiresAtMs: undefined };
      }),
    fetchDetailsJobPage: (jobId, { cursor, pageSize }) =>
      settle((): DetailsJobPage => {
        const offset = Number(cursor ?? 0);
        this.note('results', `${jobId} ${String(offset)}+${String(pageSize)}`);
        const untilMs = this.availableUntilMs ?? Infinity;
        const hits = this.hitsOf(this.jobOf(jobId).interval).filter((atMs) => atMs < untilMs);
        const nextOffset = offset + pageSize;
        return {
          conversations: hits.slice(offset, nextOffset).map((atMs) => this.toFetched(atMs)),
          undecodable: [],
          cursor: nextOffset < hits.length ? String(nextOffset) : undefined,
          dataAvailableUntilMs: this.availableUntilMs,
        };
      }),
    deleteDetailsJob: (jobId) =>
      settle(() => {
        this.note('delete', jobId);
        this.jobs.delete(jobId);
      }),
    fetchDetailsAvailabilityMs: () =>
      settle(() => {
        this.note('availability', '');
        return this.availableUntilMs;
      }),
    fetchConversations: (ids) =>
      settle(() => {
        this.note('ids', String(ids.length));
        const starts = new Map(this.startsMs.map((atMs) => [idOf(atMs), atMs]));
        const known = ids.flatMap((id) => starts.get(id) ?? []);
        return { conversations: known.map((atMs) => this.toFetched(atMs)), undecodable: [] };
      }),
  };

  private jobOf(jobId: string): FakeJob {
    const job = this.jobs.get(jobId);
    if (job === undefined) {
      throw errors.notFound('No such job', { details: { status: 404 } });
    }
    return job;
  }
}

export const idOf = (startMs: number): ConversationId =>
  parseConversationId(`c-${String(startMs)}`);

/** What the platform answers when it is asked for too much. */
export const tooLarge = (): Error => errors.input('Too large', { details: { status: 413 } });

function shorten(interval: Interval): string {
  return toIsoInterval(interval).replaceAll('T00:00:00.000Z', '').replaceAll(':00.000Z', '');
}

async function settle<T>(answer: () => T): Promise<T> {
  return await new Promise((resolve) => {
    resolve(answer());
  });
}
