import assert from 'node:assert/strict';
import { errors, isAppError, isCancellation } from '../../../src/base/appError.ts';
import { silentLog } from '../../../src/base/log.ts';
import { HostCircuits } from '../../../src/genesys/hostCircuits.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const never = new AbortController().signal;
const broken = 'https://api.one.example/x?y';

suite('HostCircuits', () => {
  let clock: FakeClock;
  let circuits: HostCircuits;
  let sentCount: number;
  setup(() => {
    clock = new FakeClock();
    circuits = new HostCircuits({ clock, log: silentLog });
    sentCount = 0;
  });

  const send = async (
    answer: () => Promise<number>,
    url = broken,
    signal = never,
    mayProbeEarly = false,
  ): Promise<number> =>
    circuits.run(
      url,
      async () => {
        sentCount++;
        return answer();
      },
      { isHostFailure: (status) => status >= 500, mayProbeEarly },
      signal,
    );
  const cut = (): Promise<number> => Promise.reject(errors.network('cut'));
  const succeed = (): Promise<number> => Promise.resolve(200);
  const fail = async (times: number): Promise<void> => {
    for (let index = 0; index < times; index++) {
      await (index % 2 === 0
        ? assert.rejects(send(cut), /cut/u)
        : send(() => Promise.resolve(502)));
    }
  };
  const isOpenFor = (leftMs: number) => (error: unknown) =>
    isAppError(error, 'network') &&
    error.details['circuit'] === 'open' &&
    error.retryAfterMs === leftMs;

  test('opens after ten failures in a row, for that host only', async () => {
    await fail(10);
    await assert.rejects(send(succeed), isOpenFor(5_000));
    assert.equal(sentCount, 10);
    assert.equal(await send(succeed, 'https://api.two.example/'), 200);
  });

  test('stays closed while anything succeeds, a refusal being a success of the host', async () => {
    for (let round = 0; round < 3; round++) {
      await fail(9);
      await assert.rejects(
        send(() => Promise.reject(errors.notFound('x'))),
        /x/u,
      );
    }
    assert.equal(await send(succeed), 200);
  });

  test('cancelled requests say nothing about the host', async () => {
    await fail(9);
    const stop = new AbortController();
    await assert.rejects(
      send(() => Promise.reject(new DOMException('x', 'AbortError')), broken, stop.signal),
      isCancellation,
    );
    await fail(1);
    await assert.rejects(send(succeed), isOpenFor(5_000));
  });

  test('probes with one request after its pause; the rest wait for what it finds', async () => {
    await fail(10);
    await clock.advance(5_000);
    let finish: (status: number) => void = () => undefined;
    const probe = send(() => new Promise((resolve) => (finish = resolve)));
    await clock.advance(0);
    const stop = new AbortController();
    const waiting = [send(succeed), send(succeed)];
    const cancelled = assert.rejects(send(succeed, broken, stop.signal), isCancellation);
    await clock.advance(0);
    assert.equal(sentCount, 11);
    stop.abort();
    await cancelled;
    finish(200);
    assert.deepEqual(await Promise.all([probe, ...waiting]), [200, 200, 200]);
    assert.equal(sentCount, 13);
  });

  test('pauses longer after each failed probe, up to thirty seconds', async () => {
    await fail(10);
    for (const pauseMs of [5_000, 10_000, 20_000, 30_000, 30_000]) {
      await assert.rejects(send(succeed), isOpenFor(pauseMs));
      await clock.advance(pauseMs);
      await assert.rejects(send(cut), /cut/u);
    }
    await clock.advance(30_000);
    assert.equal(await send(succeed), 200);
    assert.equal(await send(succeed), 200);
  });

  test('a person who tries again probes at once, and what that finds lengthens no pause', async () => {
    const tryAgain = (answer: () => Promise<number>): Promise<number> =>
      send(answer, broken, never, true);
    await fail(10);
    await assert.rejects(tryAgain(cut), /cut/u);
    await assert.rejects(tryAgain(cut), /cut/u);
    await clock.advance(1_000);
    await assert.rejects(send(succeed), isOpenFor(4_000));
    assert.equal(sentCount, 12);
    assert.equal(await tryAgain(succeed), 200);
    assert.equal(await send(succeed), 200);
  });

  test('of several things that a person asks for at once one probes and the others hear what it found', async () => {
    await fail(10);
    let finish: (status: number) => void = () => undefined;
    const probe = send(() => new Promise((resolve) => (finish = resolve)), broken, never, true);
    await clock.advance(0);
    const others = [send(succeed, broken, never, true), send(succeed, broken, never, true)].map(
      (other) => assert.rejects(other, isOpenFor(5_000)),
    );
    await clock.advance(0);
    finish(503);
    assert.equal(await probe, 503);
    await Promise.all(others);
    assert.equal(sentCount, 11);
  });
});
