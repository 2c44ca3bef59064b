import assert from 'node:assert/strict';
import { errors, isAppError, isCancellation } from '../../../src/base/appError.ts';
import { silentLog } from '../../../src/base/log.ts';
import {
  abandonDiscovery,
  type DiscoveredPage,
} from '../../../src/genesys/conversationDiscovery.ts';
import { noFilters } from '../../../src/query/conversationQuery.ts';
import { dayMs } from '../../../src/query/planWindows.ts';
import {
  between,
  DiscoveryBench,
  iso,
  nowMs,
  small,
  startsOf,
} from '../../support/discoveryBench.ts';
import { tooLarge } from '../../support/discoveryPlatform.ts';
import { createRandom } from '../../support/random.ts';

suite('discoverConversations through failures', () => {
  let bench: DiscoveryBench;
  setup(() => {
    bench = new DiscoveryBench();
  });
  const kindsOf = (): readonly string[] => [
    ...new Set(bench.platform.calls.map((call) => call.split(' ')[0] ?? '')),
  ];

  test('goes on after every page of a discovery with every way of asking', async () => {
    const scope = between('2026-10-12', '2026-11-20T08:00Z');
    const whole = await bench.collect(scope);
    for (let count = 1; count < whole.length; count += 7) {
      const pages: DiscoveredPage[] = [];
      for await (const page of bench.discover(scope)) {
        pages.push(page);
        if (pages.length === count) {
          break;
        }
      }
      const rest = await bench.collect(scope, pages.at(-1)?.position);
      assert.deepEqual(
        startsOf([...pages, ...rest]),
        startsOf(whole),
        `after ${String(count)} pages`,
      );
    }
  });

  test('continues with the job that was begun, at its cursor', async () => {
    const scope = between('2026-09-01', '2026-09-08');
    const walk = bench.discover(scope);
    await walk.next();
    await walk.next();
    const { value } = await walk.next();
    await walk.return();
    assert.ok(value !== undefined);
    bench.platform.calls.length = 0;
    const rest = startsOf(await bench.collect(scope, value.position));
    assert.deepEqual(rest, bench.expected('2026-09-01', '2026-09-08').slice(20));
    assert.ok(!kindsOf().includes('create'));
    assert.ok(bench.platform.calls.includes('results job-1 20+10'));
  });

  test('begins anew and says so when the position is damaged or of another scope, and frees its job', async () => {
    const scope = between('2026-09-01', '2026-09-03');
    const { value: first } = await bench.discover(scope).next();
    const position = first?.position ?? '';
    for (const unusable of [
      '',
      '{}',
      'null',
      position.slice(1),
      position.replace('"offset":0', '"offset":8'),
    ]) {
      const [page] = await bench.collect(scope, unusable);
      assert.deepEqual(
        page?.notices.map(({ kind }) => kind),
        ['positionUnusable'],
        unusable,
      );
    }
    assert.ok(bench.platform.jobs.has('job-1'));
    const other = await bench.collect(between('2026-09-01', '2026-09-04'), position);
    assert.deepEqual(startsOf(other), bench.expected('2026-09-01', '2026-09-04'));
    assert.match(other[0]?.notices[0]?.message ?? '', /something else/u);
    assert.ok(!bench.platform.jobs.has('job-1'), 'nobody will go on with it');
    const again = await bench.collect(scope, (await bench.discover(scope).next()).value?.position);
    assert.deepEqual(again[0]?.notices, []);
  });

  test('frees the job of a discovery that is abandoned', async () => {
    const { value } = await bench.discover(between('2026-09-01', '2026-09-03')).next();
    assert.equal(bench.platform.jobs.size, 1);
    await abandonDiscovery({ bulk: bench.platform.bulk, log: silentLog }, value?.position ?? '');
    assert.equal(bench.platform.jobs.size, 0);
    await abandonDiscovery({ bulk: bench.platform.bulk, log: silentLog }, 'no position');
  });

  for (const [what, spoil] of [
    ['fails', (job: { state: string }) => (job.state = 'FAILED')],
    ['expires', (job: { state: string }) => (job.state = 'EXPIRED')],
    ['is cancelled', (job: { state: string }) => (job.state = 'CANCELLED')],
    ['is forgotten', (_job: unknown, jobId: string) => bench.platform.jobs.delete(jobId)],
  ] as const) {
    test(`makes another job when one ${what}`, async () => {
      bench.platform.fail = (call, jobId) => {
        const job = bench.platform.jobs.get('job-1');
        if (call === 'poll' && jobId === 'job-1' && job !== undefined) {
          spoil(job, jobId);
        }
      };
      const pages = await bench.collect(between('2026-09-01', '2026-09-03'));
      assert.deepEqual(startsOf(pages), bench.expected('2026-09-01', '2026-09-03'));
      assert.equal(bench.countOf('create'), 2);
    });
  }

  test('asks by queries when jobs fail again and again, says so, and does not promise old data', async () => {
    bench.platform.fail = (call) => {
      for (const job of bench.platform.jobs.values()) {
        job.state = call === 'poll' ? 'FAILED' : job.state;
      }
    };
    const pages = await bench.collect(between('2026-09-01', '2026-09-10'));
    assert.deepEqual(startsOf(pages), bench.expected('2026-09-01', '2026-09-10'));
    assert.equal(bench.countOf('create'), small.maxJobs);
    assert.deepEqual(
      pages.flatMap(({ notices }) => notices.map(({ kind }) => kind)),
      ['jobsFailed'],
    );
    assert.equal(pages.at(-1)?.completeUntilMs, undefined);
    const recent = await bench.collect(between('2026-11-01', '2026-11-08'));
    assert.equal(recent.at(-1)?.completeUntilMs, iso('2026-11-08'));
  });

  test('does without jobs at once where they are forbidden', async () => {
    bench.platform.fail = (call) => {
      if (call === 'create' || call === 'availability') {
        throw errors.forbidden('No jobs for you');
      }
    };
    const pages = await bench.collect(between('2026-09-01', '2026-09-03'));
    assert.deepEqual(startsOf(pages), bench.expected('2026-09-01', '2026-09-03'));
    assert.equal(bench.countOf('create'), 1);
  });

  test('reads a job again from the start when its cursor expires, bringing nothing twice', async () => {
    let refusals = 1;
    bench.platform.fail = (call, text) => {
      if (call === 'results' && text === 'job-1 20+10' && refusals-- > 0) {
        throw errors.input('The cursor expired', { details: { status: 400 } });
      }
    };
    const pages = await bench.collect(between('2026-09-01', '2026-09-03'));
    assert.deepEqual(startsOf(pages), bench.expected('2026-09-01', '2026-09-03'));
    assert.equal(bench.platform.calls.filter((call) => call === 'results job-1 0+10').length, 2);
    assert.equal(bench.countOf('create'), 1);
  });

  test('divides the page when it is too large or too slow, and lets it grow again', async () => {
    bench.platform.fail = (call, text) => {
      if (call === 'query' && text.endsWith('2x4')) {
        throw tooLarge();
      }
      if (call === 'query' && text.endsWith('3x2')) {
        throw errors.remote('Too slow', { details: { status: 504 } });
      }
    };
    const scope = between('2026-11-19', '2026-11-20T00:00Z');
    assert.deepEqual(
      startsOf(await bench.collect(scope)),
      bench.expected('2026-11-19', '2026-11-20'),
    );
    const sizes = bench.platform.calls.slice(1).map((call) => call.split(' ').at(-1));
    assert.deepEqual(sizes, [
      '1x4',
      '2x4',
      '3x2',
      '5x1',
      '6x1',
      '4x2',
      '5x2',
      '6x2',
      '4x4',
      '5x4',
      '6x4',
    ]);
  });

  test('waits and asks for less when there are too many requests, and gives up after a while', async () => {
    let refusals = 2;
    bench.platform.fail = (call) => {
      if (call === 'query' && refusals-- > 0) {
        throw errors.rateLimited('Too many', { retryAfterMs: 20_000 });
      }
    };
    const scope = between('2026-11-19', '2026-11-20');
    assert.deepEqual(
      startsOf(await bench.collect(scope)),
      bench.expected('2026-11-19', '2026-11-20'),
    );
    assert.deepEqual(bench.clock.delaysMs, [20_000, 20_000]);
    refusals = Infinity;
    await assert.rejects(bench.collect(scope), (error) => isAppError(error, 'rateLimited'));
  });

  test('tells of a conversation that the platform cannot send, and brings the others', async () => {
    const unsendable = iso('2026-11-19T07:00Z');
    bench.platform.fail = (call, text) => {
      const [number = 0, size = 0] = (text.split(' ').at(-1) ?? '').split('x').map(Number);
      const from = (number - 1) * size;
      if (call === 'query' && from <= 7 && from + size > 7) {
        throw tooLarge();
      }
    };
    const pages = await bench.collect(between('2026-11-19', '2026-11-20'));
    assert.deepEqual(
      startsOf(pages),
      bench.expected('2026-11-19', '2026-11-20').filter((atMs) => atMs !== unsendable),
    );
    const told = pages.flatMap(({ undecodable }) => undecodable);
    assert.equal(told.length, 1);
    assert.match(told[0]?.reason ?? '', /number 8 by start in the interval 2026-11-19/u);
  });

  test('ends at once when it is cancelled, also while it waits for a job', async () => {
    bench.clock.isAutomatic = false;
    const stop = new AbortController();
    const walk = bench.discover(between('2026-09-01', '2026-09-03'), undefined, stop.signal);
    await walk.next();
    const pending = walk.next();
    await bench.clock.advance(0);
    assert.equal(bench.clock.waitingCount, 1);
    stop.abort();
    await assert.rejects(pending, isCancellation);
    assert.equal(bench.clock.waitingCount, 0);
    assert.equal(bench.platform.jobs.size, 1, 'a later discovery goes on with it');
  });

  test('an outage ends it with an error; the last position stays good', async () => {
    const scope = between('2026-11-10', '2026-11-20');
    let callCount = 0;
    bench.platform.fail = () => {
      if (++callCount === 12) {
        throw errors.network('No connection');
      }
    };
    const pages: DiscoveredPage[] = [];
    await assert.rejects(
      async () => {
        for await (const page of bench.discover(scope)) {
          pages.push(page);
        }
      },
      (error) => isAppError(error, 'network'),
    );
    const rest = await bench.collect(scope, pages.at(-1)?.position);
    assert.deepEqual(
      [...startsOf(pages), ...startsOf(rest)],
      bench.expected('2026-11-10', '2026-11-20'),
    );
  });

  test('finds every conversation through random failures and interruptions', async () => {
    const random = createRandom();
    for (let round = 0; round < 40; round++) {
      const startMs = iso('2026-09-20') + random.integer(50 * dayMs);
      const endMs = startMs + 1 + random.integer(20 * dayMs);
      const scope = { interval: { startMs, endMs }, filters: noFilters };
      const message = `${random.label}, round ${String(round)}`;
      bench.platform.availableUntilMs = nowMs - random.integer(6 * dayMs);
      bench.platform.fail = (call, text) => {
        const dice = random.integer(60);
        if (dice === 0 && !/[x+]1$/u.test(text)) {
          throw tooLarge();
        } else if (dice === 1) {
          throw errors.remote('Too slow', { details: { status: 504 } });
        } else if (dice === 2) {
          throw errors.rateLimited('Too many');
        } else if (dice === 3) {
          throw errors.network('Cut');
        } else if (dice === 4 && call === 'results') {
          throw errors.input('Cursor', { details: { status: 400 } });
        } else if (dice === 5) {
          bench.platform.jobs.clear();
        }
      };
      const found = new Set<number>();
      let position: string | undefined;
      for (let attempt = 0; ; attempt++) {
        assert.ok(attempt < 500, message);
        try {
          for await (const page of bench.discover(scope, position)) {
            page.conversations.forEach(({ value }) => found.add(value.startMs));
            position = page.position;
            if (random.integer(20) === 0) {
              throw errors.network('The process was killed');
            }
          }
          break;
        } catch (error) {
          if (!isAppError(error) || !['network', 'rateLimited', 'remote'].includes(error.code)) {
            throw error;
          }
        }
      }
      const wanted = bench.platform.startsMs.filter((atMs) => atMs >= startMs && atMs < endMs);
      assert.deepEqual(
        [...found].sort((a, b) => a - b),
        wanted,
        message,
      );
    }
  });
});
