import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import { idOf } from '../../support/discoveryPlatform.ts';
import {
  between,
  DiscoveryBench,
  iso,
  nowMs,
  small,
  startsOf,
} from '../../support/discoveryBench.ts';

suite('discoverConversations', () => {
  let bench: DiscoveryBench;
  setup(() => {
    bench = new DiscoveryBench();
  });
  const kindsOf = (): readonly string[] => [
    ...new Set(bench.platform.calls.map((call) => call.split(' ')[0] ?? '')),
  ];

  test('brings old data by jobs, middle-aged by size, and new data by queries, each once and oldest first', async () => {
    const scope = between('2026-10-01T06:00Z', '2026-11-20T08:00Z');
    const pages = await bench.collect(scope);
    assert.deepEqual(startsOf(pages), bench.expected('2026-10-01T06:00Z', '2026-11-20T08:00Z'));
    assert.deepEqual(
      bench.platform.calls.filter((call) => call.startsWith('create')),
      [
        'create 2026-10-01T06:00/2026-10-16',
        'create 2026-10-16/2026-10-18',
        'create 2026-10-18/2026-10-25',
        'create 2026-10-25/2026-11-01',
        'create 2026-11-01/2026-11-08',
        'create 2026-11-08/2026-11-15',
      ],
    );
    assert.equal(bench.platform.jobs.size, 0, 'every job is deleted');
    assert.ok(pages.every(({ conversations }) => conversations.length <= 10));
    assert.equal(pages.at(-1)?.completeUntilMs, iso('2026-11-20T08:00Z'));
  });

  test('asks for few conversations by queries', async () => {
    const scope = between('2026-11-10T06:00Z', '2026-11-11T00:00Z');
    assert.deepEqual(
      startsOf(await bench.collect(scope)),
      bench.expected('2026-11-10T06:00Z', '2026-11-11'),
    );
    assert.deepEqual(kindsOf(), ['availability', 'query']);
  });

  test('tells how far it is complete: never beyond a window that was read, nor what queries may not know yet', async () => {
    const pages = await bench.collect(between('2026-11-10', '2027-01-01'));
    const told = pages.map(({ completeUntilMs }) => completeUntilMs);
    assert.equal(told[0], undefined);
    assert.ok(
      told.every((untilMs, index) => index === 0 || (untilMs ?? 0) >= (told[index - 1] ?? 0)),
    );
    const last = told.at(-1) ?? 0;
    assert.ok(
      last >= nowMs - small.queryLagMs && last < bench.clock.nowMs(),
      new Date(last).toISOString(),
    );
  });

  test('tops up by queries what a job may lack, from some days before its data ends', async () => {
    const scope = between('2026-11-11T00:00Z', '2026-11-18T00:00Z');
    bench.platform.fail = (call) => {
      // The data is less far than the platform said before.
      if (call === 'create') {
        bench.platform.availableUntilMs = iso('2026-11-15T11:00Z');
      }
    };
    const pages = await bench.collect(scope);
    assert.deepEqual(startsOf(pages), bench.expected('2026-11-11', '2026-11-18'));
    assert.ok(bench.platform.calls.includes('query 2026-11-12/2026-11-15 1x4'));
    const beforeTail = pages.filter(({ completeUntilMs }) => completeUntilMs === iso('2026-11-12'));
    assert.ok(beforeTail.length > 1, 'complete up to the tail while it is read');
    assert.equal(pages.at(-1)?.completeUntilMs, iso('2026-11-18'));
  });

  test('splits a window with more conversations than a query reaches, and refuses a single day', async () => {
    const limits = { ...small, minJobHits: Infinity, maxReachableHits: 60 };
    const scope = between('2026-11-10', '2026-11-15');
    const pages = await bench.collect(scope, undefined, limits);
    assert.deepEqual(startsOf(pages), bench.expected('2026-11-10', '2026-11-15'));
    await assert.rejects(
      bench.collect(scope, undefined, { ...limits, maxReachableHits: 20 }),
      (error) => isAppError(error, 'unsupported') && error.message.includes('One day has more'),
    );
  });

  test('brings conversations once that others push onto the next page', async () => {
    bench.platform.fail = (_call, text) => {
      if (text.endsWith('2x4')) {
        bench.platform.startsMs = [...bench.platform.startsMs, iso('2026-11-19T00:30Z')];
      }
    };
    const starts = startsOf(await bench.collect(between('2026-11-19', '2026-11-20')));
    assert.equal(new Set(starts).size, starts.length);
    assert.equal(starts.length, 24);
  });

  test('estimates the total, and ends with the count', async () => {
    const pages = await bench.collect(between('2026-11-10', '2026-11-18'));
    const totals = pages.map(({ estimatedTotal }) => estimatedTotal);
    assert.ok(
      totals.slice(1).every((total) => Math.abs((total ?? 0) - 8 * 24) <= 8),
      totals.join(),
    );
    assert.equal(totals.at(-1), 8 * 24);
  });

  test('fetches a list of ids in its order, tells unknown ones, leaves out what began outside', async () => {
    const starts = bench.expected('2026-11-01', '2026-11-01T09:00Z');
    const missing = idOf(5);
    const ids = [...starts.map(idOf).slice(0, 6), missing, ...starts.map(idOf).slice(6)];
    const interval = { startMs: iso('2026-11-01T02:00Z'), endMs: iso('2026-11-02') };
    const pages = await bench.collect({ ids, interval });
    assert.deepEqual(startsOf(pages), starts.slice(2));
    assert.deepEqual(
      pages.flatMap(({ unknownIds }) => unknownIds),
      [missing],
    );
    assert.deepEqual(bench.platform.calls, ['ids 4', 'ids 4', 'ids 2']);
    const rest = await bench.collect({ ids, interval }, pages[1]?.position);
    assert.deepEqual(startsOf(rest), starts.slice(7));
    assert.equal(rest[0]?.estimatedTotal, ids.length);
  });
});
