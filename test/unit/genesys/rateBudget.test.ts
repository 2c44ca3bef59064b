import assert from 'node:assert/strict';
import { isCancellation } from '../../../src/base/appError.ts';
import type { Disposable } from '../../../src/base/disposable.ts';
import { RateBudget } from '../../../src/genesys/rateBudget.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const never = new AbortController().signal;
const headers = (count: number | string, allowed: number | string, reset: number | string) => ({
  'inin-ratelimit-count': String(count),
  'inin-ratelimit-allowed': String(allowed),
  'inin-ratelimit-reset': String(reset),
});

/** Starts a call and tells whether it was let go. */
const start = (budget: RateBudget): { isGoing: boolean; place: Disposable | undefined } => {
  const call: { isGoing: boolean; place: Disposable | undefined } = {
    isGoing: false,
    place: undefined,
  };
  void budget.acquire(never).then((place) => {
    call.isGoing = true;
    call.place = place;
  });
  return call;
};

suite('RateBudget', () => {
  test('holds calls of a spent window until its reset, visibly, then lets as many go as fit', async () => {
    const clock = new FakeClock();
    const budget = new RateBudget(clock);
    budget.observe(headers(3, 3, 10));
    const calls = [start(budget), start(budget), start(budget), start(budget)];
    await clock.advance(9_000);
    assert.deepEqual(
      calls.map(({ isGoing }) => isGoing),
      [false, false, false, false],
    );
    assert.equal(budget.current.waitingUntilMs, budget.current.resetAtMs);
    await clock.advance(2_000);
    assert.deepEqual(
      calls.map(({ isGoing }) => isGoing),
      [true, true, true, false],
    );
    assert.equal(budget.current.waitingUntilMs, undefined);
    budget.observe(headers(1, 3, 60));
    calls[0]?.place?.dispose();
    await clock.advance(0);
    assert.equal(calls[3]?.isGoing, false, 'two in flight and one used are three');
    await clock.advance(62_000);
    assert.ok(calls.every(({ isGoing }) => isGoing));
    assert.equal(clock.waitingCount, 0);
  });

  test('counts calls in flight against what is left', async () => {
    const clock = new FakeClock();
    const budget = new RateBudget(clock);
    budget.observe(headers(298, 300, 30));
    const calls = [start(budget), start(budget), start(budget)];
    await clock.advance(0);
    assert.deepEqual(
      calls.map(({ isGoing }) => isGoing),
      [true, true, false],
    );
  });

  test('is not misled by answers that overtake each other, and sees a new window', () => {
    const clock = new FakeClock();
    const budget = new RateBudget(clock);
    budget.observe(headers(20, 300, 30));
    budget.observe(headers(18, 300, 31));
    assert.equal(budget.current.usedCount, 20);
    budget.observe(headers(1, 300, 60));
    assert.equal(budget.current.usedCount, 1);
  });

  test('survives headers that are missing or garbage', async () => {
    const clock = new FakeClock();
    const budget = new RateBudget(clock);
    for (const broken of [
      {},
      headers('x', 'y', 'z'),
      headers(-1, 300, 5),
      headers(1, 0, 5),
      headers('', '', ''),
    ]) {
      budget.observe(broken);
    }
    assert.deepEqual(budget.current, {
      usedCount: undefined,
      allowedCount: undefined,
      resetAtMs: undefined,
      waitingUntilMs: undefined,
      waits: [],
    });
    budget.observe({ 'inin-ratelimit-count': '5', 'inin-ratelimit-allowed': '5' });
    const call = start(budget);
    await clock.advance(0);
    assert.ok(call.isGoing, 'a spent window without an end must not block for ever');
  });

  test('forgets a cancelled wait and its timer', async () => {
    const clock = new FakeClock();
    const budget = new RateBudget(clock);
    budget.observe(headers(3, 3, 10));
    const stop = new AbortController();
    const rejection = assert.rejects(budget.acquire(stop.signal), isCancellation);
    await clock.advance(1);
    assert.equal(clock.waitingCount, 1);
    stop.abort();
    await rejection;
    assert.deepEqual([clock.waitingCount, budget.current.waitingUntilMs], [0, undefined]);
  });

  test('starts anew with a new token', async () => {
    const clock = new FakeClock();
    const budget = new RateBudget(clock);
    budget.observe(headers(3, 3, 10));
    const call = start(budget);
    await clock.advance(0);
    assert.equal(call.isGoing, false);
    budget.restart();
    await clock.advance(0);
    assert.equal(call.isGoing, true);
  });
});
