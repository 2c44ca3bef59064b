import assert from 'node:assert/strict';
import { isCancellation } from '../../../src/base/appError.ts';
import { RateBudget, type Place, type Priority } from '../../../src/genesys/rateBudget.ts';
import { RateBudgets } from '../../../src/genesys/rateBudgets.ts';
import { RequestWaits } from '../../../src/genesys/requestWaits.ts';
import { MemoryBudget, type SharedBudget } from '../../../src/genesys/sharedBudget.ts';
import { RateWindow } from '../../simulator/identity/rateWindow.ts';
import { SimulatedClock } from '../../simulator/simulatedClock.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { createRandom } from '../../support/random.ts';

const never = new AbortController().signal;
const headers = (count: number | string, allowed: number | string, reset: number | string) => ({
  'inin-ratelimit-count': String(count),
  'inin-ratelimit-allowed': String(allowed),
  'inin-ratelimit-reset': String(reset),
});

interface Call {
  isGoing: boolean;
  place: Place | undefined;
}

/** Starts a call and tells whether it was let go. */
const start = (budget: RateBudget, priority: Priority = 'interactive'): Call => {
  const call: Call = { isGoing: false, place: undefined };
  void budget.acquire(priority, never).then((place) => {
    call.isGoing = true;
    call.place = place;
  });
  return call;
};
const going = (calls: readonly Call[]): number => calls.filter(({ isGoing }) => isGoing).length;

suite('RateBudget', () => {
  let clock: FakeClock;
  let waits: RequestWaits;
  setup(() => {
    clock = new FakeClock();
    waits = new RequestWaits();
  });

  const open = (shared: SharedBudget = new MemoryBudget()): RateBudget =>
    new RateBudget({ shared, clock, waits, onTurn: () => undefined });

  /** A request whose answer brings these headers. */
  const answer = async (
    budget: RateBudget,
    told: Readonly<Record<string, string>>,
    status = 200,
  ): Promise<void> => {
    const call = start(budget);
    await clock.advance(0);
    assert.ok(call.place, 'the request was not let go');
    call.place.answered({ status, headers: told });
    await clock.advance(0);
  };

  test('lets two requests go until the first headers are seen, then as many as fit', async () => {
    const budget = open();
    const calls = Array.from({ length: 8 }, () => start(budget));
    await clock.advance(0);
    assert.equal(going(calls), 2);
    calls[0]?.place?.answered({ status: 200, headers: headers(1, 6, 60) });
    await clock.advance(0);
    assert.equal(going(calls), 6, 'one is used, five are under way');
  });

  test('holds requests of a spent window until its reset, visibly, then lets as many go as fit', async () => {
    const budget = open();
    await answer(budget, headers(3, 3, 10));
    const calls = [start(budget), start(budget), start(budget), start(budget)];
    await clock.advance(9_900);
    assert.equal(going(calls), 0);
    const [wait] = waits.current;
    assert.deepEqual([wait?.reason, wait?.count], ['rateLimit', 4]);
    await clock.advance(200);
    assert.equal(going(calls), 3);
    for (const { place } of calls) {
      place?.answered({ status: 200, headers: headers(3, 3, 10) });
    }
    await clock.advance(10_100);
    assert.equal(going(calls), 4);
    assert.deepEqual([waits.current, clock.waitingCount], [[], 0]);
  });

  test('is not misled by answers that overtake each other', async () => {
    const budget = open();
    await answer(budget, headers(20, 300, 30));
    await answer(budget, headers(18, 300, 30));
    assert.equal(budget.state?.window?.usedCount, 20);
    await clock.advance(31_000);
    await answer(budget, headers(1, 300, 60));
    assert.equal(budget.state.window.usedCount, 1);
  });

  test('survives headers that are missing or garbage', async () => {
    const budget = open();
    for (const broken of [
      {},
      headers('x', 'y', 'z'),
      headers(-1, 300, 5),
      headers(1, 0, 5),
      headers('', '', ''),
      headers(1, 300, 999_999_999),
    ]) {
      await answer(budget, { ...broken, 'retry-after': 'soon' }, 429);
    }
    assert.equal(budget.state?.window?.endsToMs, undefined, 'no window of years');
    await answer(budget, { 'inin-ratelimit-count': '5', 'inin-ratelimit-allowed': '5' });
    const call = start(budget);
    await clock.advance(0);
    assert.ok(call.isGoing, 'a spent window without an end must not block for ever');
  });

  test('starts over when the clock is set back', async () => {
    const shared = new MemoryBudget();
    await answer(open(shared), headers(3, 3, 60));
    clock = new FakeClock(clock.nowMs() - 3_600_000);
    const call = start(open(shared));
    await clock.advance(0);
    assert.ok(call.isGoing);
  });

  test('forgets a cancelled wait and its timer', async () => {
    const budget = open();
    await answer(budget, headers(3, 3, 10));
    const stop = new AbortController();
    const rejection = assert.rejects(budget.acquire('interactive', stop.signal), isCancellation);
    await clock.advance(1);
    assert.equal(clock.waitingCount, 1);
    stop.abort();
    await rejection;
    await clock.advance(0);
    assert.deepEqual([clock.waitingCount, waits.current], [0, []]);
    await assert.rejects(budget.acquire('interactive', AbortSignal.abort()), isCancellation);
  });

  test('a pause that the platform asks for holds everybody and says so', async () => {
    const shared = new MemoryBudget();
    await answer(open(shared), { ...headers(300, 300, 5), 'retry-after': '42' }, 429);
    const other = start(open(shared));
    await clock.advance(41_900);
    assert.equal(other.isGoing, false);
    assert.equal(waits.current[0]?.reason, 'retryAfter');
    await clock.advance(200);
    assert.ok(other.isGoing);
  });

  test('a 429 of one resource, with room in the token, holds nobody else', async () => {
    const shared = new MemoryBudget();
    await answer(open(shared), { ...headers(7, 300, 5), 'retry-after': '42' }, 429);
    const other = start(open(shared));
    await clock.advance(0);
    assert.ok(other.isGoing);
  });

  test('background requests leave a reserve that melts away before the window ends', async () => {
    const budget = open();
    await answer(budget, headers(1, 20, 10));
    const background = Array.from({ length: 30 }, () => start(budget, 'background'));
    await clock.advance(0);
    assert.equal(going(background), 10);
    const interactive = Array.from({ length: 4 }, () => start(budget));
    await clock.advance(0);
    assert.equal(going(interactive), 4, 'they find room while background ones wait');
    await clock.advance(8_800);
    assert.equal(going(background) + going(interactive), 19, 'nothing is left over');
  });

  test('interactive requests overtake background ones, those of other processes too', async () => {
    const shared = new MemoryBudget();
    const [one, two] = [open(shared), open(shared)];
    await answer(one, headers(4, 4, 10));
    const order: string[] = [];
    const ask = (budget: RateBudget, priority: Priority): void => {
      void budget.acquire(priority, never).then((place) => {
        order.push(priority);
        setImmediate(() => place?.answered({ status: 200, headers: headers(1, 4, 10) }));
      });
    };
    ask(one, 'background');
    ask(two, 'background');
    ask(one, 'interactive');
    ask(two, 'interactive');
    await clock.advance(10_300);
    assert.deepEqual(order.slice(0, 2), ['interactive', 'interactive']);
    await clock.advance(20_000);
    assert.equal(order.length, 4);
  });

  test('counts a request without an answer until a later answer tells', async () => {
    const budget = open();
    await answer(budget, headers(1, 3, 10));
    const lost = start(budget);
    await clock.advance(0);
    lost.place?.lost();
    await clock.advance(1);
    const calls = [start(budget), start(budget)];
    await clock.advance(5);
    assert.equal(going(calls), 1, 'one used, one perhaps, one under way');
    calls[0]?.place?.answered({ status: 200, headers: headers(2, 3, 10) });
    await clock.advance(1);
    assert.equal(going(calls), 2, 'the platform never saw the lost one');
  });

  test('two members never exceed any window, whatever its length and phase, and use nearly all of it', async () => {
    const random = createRandom();
    for (const windowMs of [2_000, 2_500, 3_333, 60_000]) {
      clock = new FakeClock(Date.UTC(2026, 10, 5) + random.integer(5_000));
      const time = clock;
      const allowed = 60;
      const server = new RateWindow(new SimulatedClock(() => time.nowMs()), { allowed, windowMs });
      const shared = new MemoryBudget();
      let servedCount = 0;
      const send = async (place: Place | undefined): Promise<void> => {
        await time.delay(2 + random.integer(12), never);
        const state = server.count('token');
        assert.equal(state.isExceeded, false, `${random.label}, window of ${String(windowMs)} ms`);
        servedCount++;
        await time.delay(2 + random.integer(12), never);
        place?.answered({
          status: 200,
          headers: headers(state.count, state.allowed, state.resetSeconds),
        });
      };
      const stop = new AbortController();
      const work = async (budget: RateBudget, priority: Priority): Promise<void> => {
        while (!stop.signal.aborted) {
          await send(await budget.acquire(priority, stop.signal));
          if (priority === 'interactive') {
            await time.delay(random.integer(windowMs / 5), stop.signal);
          }
        }
      };
      const workers = [open(shared), open(shared)].flatMap((budget) =>
        [...Array<Priority>(4).fill('background'), 'interactive' as const].map((priority) =>
          work(budget, priority).catch((error: unknown) => {
            assert.ok(isCancellation(error), String(error));
          }),
        ),
      );
      await clock.advance(6 * windowMs);
      stop.abort();
      await clock.advance(1_000);
      await Promise.all(workers);
      const ratio = servedCount / (6 * allowed);
      assert.ok(ratio > 0.93, `${String(ratio)} of windows of ${String(windowMs)} ms`);
    }
  }).timeout(60_000);
});

suite('RateBudgets', () => {
  test('a new token starts with a budget of its own, and who waited for the old one goes on', async () => {
    const clock = new FakeClock();
    const budgets = new RateBudgets({
      clock,
      waits: new RequestWaits(),
      budgets: () => new MemoryBudget(),
    });
    const first = start(budgets.of('one'));
    await clock.advance(0);
    first.place?.answered({ status: 200, headers: headers(3, 3, 10) });
    const waiting = start(budgets.of('one'));
    await clock.advance(0);
    assert.equal(waiting.isGoing, false);
    assert.deepEqual([budgets.current.usedCount, budgets.current.waits.length], [3, 1]);
    const renewed = start(budgets.of('two'));
    await clock.advance(0);
    assert.deepEqual([waiting.isGoing, waiting.place, renewed.isGoing], [true, undefined, true]);
    assert.deepEqual(budgets.current.waits, []);
  });
});
