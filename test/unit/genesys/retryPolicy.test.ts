import assert from 'node:assert/strict';
import { errors, isAppError, isCancellation } from '../../../src/base/appError.ts';
import {
  defaultRetryOptions,
  isRetryable,
  parseRetryAfter,
  retryDelayMs,
  withRetries,
} from '../../../src/genesys/retryPolicy.ts';
import { RequestWaits } from '../../../src/genesys/requestWaits.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const options = { ...defaultRetryOptions, random: () => 0.999_999 };
const never = new AbortController().signal;

suite('retryPolicy', () => {
  test('retries limits, gateway problems and broken connections, and nothing else', () => {
    const remote = (status: number): boolean =>
      isRetryable(errors.remote('x', { details: { status } }), 'repeatable');
    assert.deepEqual([502, 503, 504, 500, 501, 408].map(remote), [
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    assert.ok(isRetryable(errors.rateLimited('x'), 'repeatable'));
    assert.ok(isRetryable(errors.network('x'), 'repeatable'));
    for (const error of [
      errors.auth('x'),
      errors.forbidden('x'),
      errors.input('x'),
      new Error('x'),
    ]) {
      assert.equal(isRetryable(error, 'repeatable'), false);
    }
  });

  test('backs off exponentially with full jitter up to its cap', () => {
    const error = errors.network('x');
    const ceilings = [1, 2, 3, 7, 8, 20].map((attempt) => retryDelayMs(error, attempt, options));
    assert.deepEqual(ceilings, [499, 999, 1999, 29_999, 29_999, 29_999]);
    assert.equal(retryDelayMs(error, 5, { ...options, random: () => 0 }), 0);
  });

  test('honours what the platform asks for, and backs off when it asks for no time at all', () => {
    const asked = (retryAfterMs: number): number =>
      retryDelayMs(errors.rateLimited('x', { retryAfterMs }), 1, options);
    assert.deepEqual([asked(42_000), asked(0)], [42_000, 499]);
  });

  test('fails at once when the platform asks for more than three minutes', async () => {
    const clock = new FakeClock();
    const refusal = errors.rateLimited('x', { retryAfterMs: 181_000 });
    await assert.rejects(
      withRetries(() => Promise.reject(refusal), { clock, options, kind: 'repeatable' }, never),
      refusal,
    );
    assert.deepEqual(clock.delaysMs, []);
  });

  test('sends what must not run twice again only when it surely did not run', () => {
    const once = (error: unknown): boolean => isRetryable(error, 'onceOnly');
    const network = (cause: string): unknown => errors.network('x', { details: { cause } });
    const remote = (status: number): unknown => errors.remote('x', { details: { status } });
    assert.deepEqual(
      [network('ECONNREFUSED'), network('ENOTFOUND'), errors.rateLimited('x'), remote(503)].map(
        once,
      ),
      [true, true, true, true],
    );
    assert.deepEqual(
      [network('ECONNRESET'), errors.network('timed out'), remote(502), remote(504)].map(once),
      [false, false, false, false],
    );
  });

  test('takes a 500 of media for a passing thing', () => {
    const error = errors.remote('x', { details: { status: 500 } });
    assert.deepEqual(
      [isRetryable(error, 'media'), isRetryable(error, 'repeatable')],
      [true, false],
    );
  });

  test('shows what it waits for, and for how long', async () => {
    const clock = new FakeClock();
    const waits = new RequestWaits();
    const failures = [
      errors.rateLimited('x', { retryAfterMs: 7_000 }),
      errors.network('x', { retryAfterMs: 5_000, details: { circuit: 'open' } }),
      errors.network('x'),
    ];
    const result = withRetries(
      () => {
        const failure = failures.shift();
        return failure === undefined ? Promise.resolve('done') : Promise.reject(failure);
      },
      { clock, options, kind: 'repeatable', waits },
      never,
    );
    const seen: unknown[] = [];
    while (seen.length < 3) {
      await clock.advance(0);
      const [wait] = waits.current;
      if (wait !== undefined) {
        const leftMs = wait.untilMs - clock.nowMs();
        seen.push([wait.reason, leftMs, wait.count]);
        await clock.advance(leftMs);
      }
    }
    assert.equal(await result, 'done');
    assert.deepEqual(seen, [
      ['retryAfter', 7_000, 1],
      ['circuitOpen', 5_000, 1],
      ['backoff', 1_999, 1],
    ]);
    assert.deepEqual(waits.current, []);
  });

  test('reads Retry-After as seconds and as a date, and survives garbage', () => {
    const nowMs = Date.parse('2026-11-05T12:00:00Z');
    assert.equal(parseRetryAfter('42', nowMs), 42_000);
    assert.equal(parseRetryAfter('Thu, 05 Nov 2026 12:01:00 GMT', nowMs), 60_000);
    assert.equal(parseRetryAfter('Thu, 05 Nov 2026 11:00:00 GMT', nowMs), 0);
    for (const garbage of [undefined, '', '-1', 'soon', '1e9', '99999999999', 'NaN']) {
      assert.equal(parseRetryAfter(garbage, nowMs), undefined, garbage);
    }
  });

  test('gives up with the last error after its retries, waiting on the given clock', async () => {
    const clock = new FakeClock();
    clock.isAutomatic = true;
    let calls = 0;
    await assert.rejects(
      withRetries(
        () =>
          Promise.reject(errors.rateLimited(`call ${String(++calls)}`, { retryAfterMs: 7_000 })),
        { clock, options: { ...options, maxRetries: 3 }, kind: 'repeatable' },
        never,
      ),
      (error: unknown) => isAppError(error, 'rateLimited') && error.message === 'call 4',
    );
    assert.deepEqual(clock.delaysMs, [7_000, 7_000, 7_000]);
  });

  test('tries for as long as patience lasts without an answer, then once more and not again', async () => {
    const clock = new FakeClock();
    clock.isAutomatic = true;
    const endMs = clock.nowMs() + 5_000;
    let calls = 0;
    await assert.rejects(
      withRetries(
        () => Promise.reject(errors.network(`call ${String(++calls)}`)),
        { clock, options, kind: 'repeatable', patienceLeftMs: () => endMs - clock.nowMs() },
        never,
      ),
      /call 5/u,
    );
    assert.deepEqual(clock.delaysMs, [499, 999, 1_999, 1_503]);
  });

  test('ends a wait at once when cancelled and sends nothing more', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    let calls = 0;
    const result = withRetries(
      () => {
        calls++;
        return Promise.reject(errors.network('x'));
      },
      { clock, options, kind: 'repeatable' },
      stop.signal,
    );
    const rejection = assert.rejects(result, isCancellation);
    while (clock.waitingCount === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop.abort();
    await rejection;
    assert.deepEqual([calls, clock.waitingCount], [1, 0]);
  });
});
