import assert from 'node:assert/strict';
import { errors, isAppError } from '../../../src/base/appError.ts';
import { ConversationPager } from '../../../src/genesys/conversationPager.ts';
import type { ConversationPage, PageRequest } from '../../../src/genesys/genesysApi.ts';
import type { Conversation } from '../../../src/model/conversation.ts';
import type { Fetched } from '../../../src/model/fetched.ts';
import { parseConversationId, parseQueueId } from '../../../src/model/ids.ts';
import { noFilters, type ConversationQuery } from '../../../src/query/conversationQuery.ts';
import { dayMs } from '../../../src/query/planWindows.ts';

const never = new AbortController().signal;
const startMs = Date.UTC(2026, 9, 1);

/** A platform over a list of start times; it matches whole UTC days, as the real one does. */
class DayMatchingApi {
  readonly asked: { readonly days: number; readonly pageNumber: number }[] = [];
  readonly startsMs: number[];
  beforeAnswer = (): void => undefined;

  constructor(startsMs: readonly number[]) {
    this.startsMs = [...startsMs];
  }

  async listConversations(query: ConversationQuery, page: PageRequest): Promise<ConversationPage> {
    const { interval } = query;
    const days = (interval.endMs - interval.startMs) / dayMs;
    this.asked.push({ days, pageNumber: page.pageNumber });
    this.beforeAnswer();
    const firstMs = Math.floor(interval.startMs / dayMs) * dayMs;
    const lastMs = Math.ceil(interval.endMs / dayMs) * dayMs;
    const hits = this.startsMs
      .filter((atMs) => atMs >= firstMs && atMs < lastMs)
      .sort((a, b) => b - a);
    const from = (page.pageNumber - 1) * page.pageSize;
    const slice = hits.slice(from, from + page.pageSize);
    return Promise.resolve({
      conversations: slice
        .filter((atMs) => atMs >= interval.startMs && atMs < interval.endMs)
        .map(toFetched),
      undecodable: [],
      totalHits: hits.length,
      hasMore: from + page.pageSize < hits.length,
    });
  }
}

function toFetched(atMs: number): Fetched<Conversation> {
  const value = {
    id: parseConversationId(`c${String(atMs)}`),
    startMs: atMs,
    endMs: undefined,
    originatingDirection: undefined,
    divisionIds: [],
    externalTag: undefined,
    minMos: undefined,
    participants: [],
  };
  return { value, rawJson: '', source: '', fetchedAtMs: 0 };
}

async function collect(pager: ConversationPager): Promise<readonly number[]> {
  const startsMs: number[] = [];
  for (let page = await pager.next(never); page !== undefined; page = await pager.next(never)) {
    startsMs.push(...page.conversations.map(({ value }) => value.startMs));
  }
  return startsMs;
}

suite('ConversationPager', () => {
  const hours = Array.from({ length: 24 * 40 }, (_, hour) => startMs + hour * 3_600_000);
  const interval = { startMs: startMs + dayMs / 2, endMs: startMs + 38.25 * dayMs };
  const wanted = hours
    .filter((atMs) => atMs >= interval.startMs && atMs < interval.endMs)
    .sort((a, b) => b - a);

  test('brings every conversation of a long interval once, newest first', async () => {
    const api = new DayMatchingApi(hours);
    const query = { interval, filters: noFilters };
    assert.deepEqual(await collect(new ConversationPager({ api, query, pageSize: 100 })), wanted);
    assert.ok(api.asked.every(({ days }) => days <= 7));
  });

  test('takes longer windows when a filter is set', async () => {
    const api = new DayMatchingApi(hours);
    const query = { interval, filters: { ...noFilters, queueIds: [parseQueueId('q')] } };
    assert.deepEqual(await collect(new ConversationPager({ api, query, pageSize: 100 })), wanted);
    assert.equal(api.asked.filter(({ pageNumber }) => pageNumber === 1).length, 2);
  });

  test('never repeats an id though new conversations push others onto the next page', async () => {
    const api = new DayMatchingApi(hours);
    const query = { interval: { startMs, endMs: startMs + 3 * dayMs }, filters: noFilters };
    api.beforeAnswer = () => {
      api.startsMs.push(startMs + 3 * dayMs - 1 - api.asked.length);
    };
    const found = await collect(new ConversationPager({ api, query, pageSize: 10 }));
    assert.equal(new Set(found).size, found.length);
    assert.equal(found.filter((atMs) => hours.includes(atMs)).length, 72);
  });

  test('splits a window that has more than paging can reach, and says when a day has', async () => {
    const api = new DayMatchingApi(hours);
    const query = { interval: { startMs, endMs: startMs + 6 * dayMs }, filters: noFilters };
    const pager = new ConversationPager({ api, query, pageSize: 10, maxReachableCount: 50 });
    assert.equal((await collect(pager)).length, 144);
    const tooMuch = new ConversationPager({ api, query, pageSize: 10, maxReachableCount: 20 });
    await assert.rejects(collect(tooMuch), (error: unknown) => isAppError(error, 'unsupported'));
  });

  test('goes on with the same page after a failure', async () => {
    const api = new DayMatchingApi(hours);
    const query = { interval: { startMs, endMs: startMs + 3 * dayMs }, filters: noFilters };
    const pager = new ConversationPager({ api, query, pageSize: 30 });
    const first = await pager.next(never);
    api.beforeAnswer = () => {
      throw errors.network('down');
    };
    await assert.rejects(pager.next(never));
    api.beforeAnswer = () => undefined;
    const rest = await collect(pager);
    assert.equal((first?.conversations.length ?? 0) + rest.length, 72);
  });

  test('says whether another call is needed', async () => {
    const api = new DayMatchingApi(hours);
    const query = { interval: { startMs, endMs: startMs + dayMs }, filters: noFilters };
    const pager = new ConversationPager({ api, query, pageSize: 20 });
    assert.deepEqual(
      [
        (await pager.next(never))?.hasMore,
        (await pager.next(never))?.hasMore,
        await pager.next(never),
      ],
      [true, false, undefined],
    );
  });
});
