import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import {
  chooseMethod,
  defaultDiscoveryLimits,
  planDiscovery,
  tailOfJob,
  type DiscoveryFacts,
  type PlannedWindow,
} from '../../../src/query/planDiscovery.ts';
import { dayMs } from '../../../src/query/planWindows.ts';
import { createRandom } from '../../support/random.ts';

const iso = (text: string): number => Date.parse(text);
const nowMs = iso('2026-11-20T10:00Z');
const limits = defaultDiscoveryLimits;

function plan(start: string, end: string, change: Partial<DiscoveryFacts> = {}): readonly string[] {
  const windows = planDiscovery(
    {
      interval: { startMs: iso(start), endMs: iso(end) },
      isFiltered: false,
      nowMs,
      jobsAvailableUntilMs: iso('2026-11-18T22:00Z'),
      ...change,
    },
    limits,
  );
  return windows.map(show);
}

const show = ({ startMs, endMs, method }: PlannedWindow): string =>
  `${toText(startMs)}/${toText(endMs)} ${method}`;
const toText = (timeMs: number): string =>
  new Date(timeMs).toISOString().slice(5, 16).replace('T00:00', '');

suite('planDiscovery', () => {
  test('leaves old data to jobs, what both have to the size, and what jobs lack to queries, oldest first', () => {
    assert.deepEqual(plan('2026-09-10T05:00Z', '2026-11-20T00:00Z'), [
      '09-10T05:00/09-15 job',
      '09-15/10-16 job',
      '10-16/10-18 bySize',
      '10-18/10-25 bySize',
      '10-25/11-01 bySize',
      '11-01/11-08 bySize',
      '11-08/11-15 bySize',
      '11-15/11-20 query',
    ]);
  });

  test('asks for longer windows with a filter', () => {
    assert.deepEqual(plan('2026-10-16', '2026-11-20T00:00Z', { isFiltered: true }), [
      '10-16/11-15 bySize',
      '11-15/11-20 query',
    ]);
  });

  test('uses jobs for old data only when the platform does not say how far they are', () => {
    assert.deepEqual(plan('2026-10-10', '2026-10-20T00:00Z', { jobsAvailableUntilMs: undefined }), [
      '10-10/10-16 job',
      '10-16/10-20 query',
    ]);
  });

  test('plans nothing beyond today, and nothing at all for the future', () => {
    assert.deepEqual(plan('2026-11-19', '2027-01-01'), ['11-19/11-21 query']);
    assert.deepEqual(plan('2026-12-01', '2026-12-02'), []);
  });

  test('refuses an empty interval', () => {
    assert.throws(
      () => plan('2026-11-02', '2026-11-02'),
      (error: unknown) => isAppError(error, 'input'),
    );
  });

  test('covers random intervals up to today without gap or overlap, within every limit', () => {
    const random = createRandom();
    for (let round = 0; round < 500; round++) {
      const startMs = nowMs - random.integer(400 * dayMs);
      const interval = { startMs, endMs: startMs + 1 + random.integer(200 * dayMs) };
      const jobsAvailableUntilMs =
        random.integer(4) === 0 ? undefined : nowMs - random.integer(60 * dayMs);
      const isFiltered = random.integer(2) === 0;
      const someLimits = {
        ...limits,
        maxUnfilteredDays: 1 + random.integer(10),
        maxFilteredDays: 1 + random.integer(40),
        maxJobDays: 1 + random.integer(40),
        queryLookBackDays: random.integer(60),
        jobSettleDays: random.integer(5),
      };
      const facts = { interval, isFiltered, nowMs, jobsAvailableUntilMs };
      const windows = planDiscovery(facts, someLimits);
      const message = `${random.label}, round ${String(round)}: ${windows.map(show).join(', ')}`;
      const endMs = Math.min(interval.endMs, iso('2026-11-21T00:00Z'));
      assert.equal(windows[0]?.startMs, startMs, message);
      assert.equal(windows.at(-1)?.endMs, endMs, message);
      const queryDays = isFiltered ? someLimits.maxFilteredDays : someLimits.maxUnfilteredDays;
      const oldBeforeMs = nowMs - someLimits.queryLookBackDays * dayMs;
      windows.forEach((window, index) => {
        const next = windows[index + 1];
        const maxDays = window.method === 'job' ? someLimits.maxJobDays : queryDays;
        assert.ok(window.endMs > window.startMs, message);
        assert.ok(window.endMs - window.startMs <= maxDays * dayMs, message);
        assert.ok(next === undefined || next.startMs === window.endMs, message);
        assert.ok(next === undefined || window.endMs % dayMs === 0, message);
        const mayBeJob = window.method !== 'query';
        const isOld = window.endMs <= oldBeforeMs;
        const settledMs = (jobsAvailableUntilMs ?? -Infinity) - someLimits.jobSettleDays * dayMs;
        const isAvailable = window.endMs <= settledMs;
        assert.ok(!mayBeJob || isOld || isAvailable, message);
        assert.ok(window.method !== 'job' || isOld, message);
      });
    }
  });
});

suite('chooseMethod', () => {
  test('takes a job for many hits, never where jobs have no data, always where queries have none', () => {
    const { minJobHits, maxReachableHits } = limits;
    assert.equal(chooseMethod('bySize', minJobHits - 1, limits), 'query');
    assert.equal(chooseMethod('bySize', minJobHits, limits), 'job');
    assert.equal(chooseMethod('query', minJobHits, limits), 'query');
    assert.equal(chooseMethod('query', maxReachableHits, limits), 'query');
    assert.equal(chooseMethod('query', maxReachableHits + 1, limits), 'split');
    assert.equal(chooseMethod('job', 0, limits), 'job');
  });
});

suite('tailOfJob', () => {
  const window = { startMs: iso('2026-11-01T06:00Z'), endMs: iso('2026-11-08T00:00Z') };
  const tail = (available: string | undefined): unknown =>
    tailOfJob(window, available === undefined ? undefined : iso(available), limits);

  test('begins some days before the day on which the data of the job ends', () => {
    assert.deepEqual(tail('2026-11-08T17:00Z'), { ...window, startMs: iso('2026-11-05T00:00Z') });
    assert.deepEqual(tail('2026-11-10T23:59:59.999Z'), {
      ...window,
      startMs: iso('2026-11-07T00:00Z'),
    });
  });

  test('is the whole window when the job has nothing of it, and nothing when it has all', () => {
    assert.deepEqual(tail('2026-10-30T00:00Z'), window);
    assert.deepEqual(tail('2026-11-04T07:00Z'), window);
    assert.equal(tail('2026-11-11T00:00Z'), undefined);
    assert.equal(tail(undefined), undefined);
  });
});
