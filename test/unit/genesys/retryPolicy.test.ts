import assert from 'node:assert/strict';
import { errors, isAppError, isCancellation } from '../../../src/base/appError.ts';
import {
  defaultRetryOptions,
  isRetryable,
  parseRetryAfter,
  retryDelayMs,
  withRetries,
} from '../../../src/genesys/retryPolicy.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const options = { ...defaultRetryOptions, random: () => 0.999_999 };
const never = new AbortController().signal;

suite('retryPolicy', () => {
  test('retries limits, gateway problems and broken connections, and nothing else', () => {
    const remote = (status: number): boolean =>
      isRetryable(errors.remote('x', { details: { status } }));
    assert.deepEqual([502, 503, 504, 500, 501, 408].map(remote), [
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    assert.ok(isRetryable(errors.rateLimited('x')));
    assert.ok(isRetryable(errors.network('x')));
    for (const error of [
      errors.auth('x'),
      errors.forbidden('x'),
      errors.input('x'),
      new Error('x'),
    ]) {
      assert.equal(isRetryable(error), false);
    }
  });

  test('backs off exponentially with full jitter up to its cap', () => {
    const error = errors.network('x');
    const ceilings = [1, 2, 3, 7, 8, 20].map((attempt) => retryDelayMs(error, attempt, options));
    assert.deepEqual(ceilings, [499, 999, 1999, 29_999, 29_999, 29_999]);
    assert.equal(retryDelayMs(error, 5, { ...options, random: () => 0 }), 0);
  });

  test('honours what the platform asks for, capped at three minutes', () => {
    const asked = (retryAfterMs: number): number =>
      retryDelayMs(errors.rateLimited('x', { retryAfterMs }), 1, options);
    assert.deepEqual([asked(42_000), asked(0), asked(9_999_999)], [42_000, 0, 180_000]);
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
        { clock, options: { ...options, maxRetries: 3 } },
        never,
      ),
      (error: unknown) => isAppError(error, 'rateLimited') && error.message === 'call 4',
    );
    assert.deepEqual(clock.delaysMs, [7_000, 7_000, 7_000]);
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
      { clock, options },
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
