import assert from 'node:assert/strict';
import { parseQueueId, parseUserId } from '../../../src/model/ids.ts';
import { isUnfiltered, noFilters, toDetailsQuery } from '../../../src/query/conversationQuery.ts';

const interval = { startMs: Date.UTC(2026, 10, 5), endMs: Date.UTC(2026, 10, 6) };
const paging = { pageSize: 100, pageNumber: 1 };

suite('the platform’s query', () => {
  test('without filters has no filter keys, since the platform refuses empty ones', () => {
    assert.deepEqual(toDetailsQuery({ interval, filters: noFilters }, paging), {
      interval: '2026-11-05T00:00:00.000Z/2026-11-06T00:00:00.000Z',
      order: 'desc',
      orderBy: 'conversationStart',
      paging,
    });
    assert.ok(isUnfiltered(noFilters));
  });

  test('has one filter a kind, alternatives within it', () => {
    const filters = {
      ...noFilters,
      queueIds: [parseQueueId('q1'), parseQueueId('q2')],
      userIds: [parseUserId('u1')],
      number: 'tel:+12025550143',
      direction: 'inbound' as const,
    };
    const query = toDetailsQuery({ interval, filters }, paging);
    const matches = (dimension: string, value: string) => ({
      type: 'dimension',
      dimension,
      operator: 'matches',
      value,
    });
    assert.deepEqual(query.segmentFilters, [
      { type: 'or', predicates: [matches('queueId', 'q1'), matches('queueId', 'q2')] },
      { type: 'or', predicates: [matches('userId', 'u1')] },
      {
        type: 'or',
        predicates: [matches('ani', 'tel:+12025550143'), matches('dnis', 'tel:+12025550143')],
      },
    ]);
    assert.deepEqual(query.conversationFilters, [
      { type: 'or', predicates: [matches('originatingDirection', 'inbound')] },
    ]);
    assert.ok(!isUnfiltered(filters));
  });
});
