import assert from 'node:assert/strict';
import {
  cancellation,
  errors,
  isAppError,
  isCancellation,
  wrap,
} from '../../../src/base/appError.ts';
import { systemClock } from '../../../src/base/clock.ts';
import {
  asNumber,
  asString,
  listOf,
  manyOf,
  maybe,
  objectOf,
  optional,
  required,
} from '../../../src/base/decode.ts';
import { DisposableStore, MutableDisposable, toDisposable } from '../../../src/base/disposable.ts';
import { Emitter } from '../../../src/base/event.ts';
import { Lazy } from '../../../src/base/lazy.ts';
import { Limiter } from '../../../src/base/limiter.ts';

const never = new AbortController().signal;

suite('AppError', () => {
  test('keeps its code and details when context is added, and chains the cause', () => {
    const inner = errors.rateLimited('Too many requests', {
      retryAfterMs: 5,
      details: { status: 429 },
    });
    const outer = wrap(inner, 'Could not list');
    assert.ok(isAppError(outer, 'rateLimited'));
    assert.equal(outer.message, 'Could not list: Too many requests');
    assert.equal(outer.retryAfterMs, 5);
    assert.deepEqual(outer.details, { status: 429 });
    assert.equal(outer.cause, inner);
  });

  test('wrapping never turns a cancellation into a failure', () => {
    const cancelled = cancellation();
    assert.equal(wrap(cancelled, 'Could not list'), cancelled);
    assert.ok(isCancellation(cancelled));
  });

  test('is recognised across bundles, by its mark and not by its class', () => {
    const foreign = Object.assign(new Error('x'), {
      marker: 'genesysArchive.AppError',
      code: 'auth',
    });
    assert.ok(isAppError(foreign, 'auth'));
    assert.ok(!isAppError(new Error('x')));
  });
});

suite('DisposableStore', () => {
  test('disposes in reverse order, once, and goes on after one that throws', () => {
    const order: string[] = [];
    const store = new DisposableStore();
    store.add(toDisposable(() => order.push('first')));
    store.add(
      toDisposable(() => {
        throw new Error('second');
      }),
    );
    store.add(toDisposable(() => order.push('third')));
    assert.throws(() => {
      store.dispose();
    }, AggregateError);
    store.dispose();
    assert.deepEqual(order, ['third', 'first']);
  });

  test('disposes at once of what comes too late', () => {
    const store = new DisposableStore();
    store.dispose();
    let isDisposed = false;
    store.add(toDisposable(() => (isDisposed = true)));
    assert.ok(isDisposed);
  });

  test('a mutable one disposes of what it held before', () => {
    const disposed: string[] = [];
    const holder = new MutableDisposable();
    holder.value = toDisposable(() => disposed.push('a'));
    holder.value = toDisposable(() => disposed.push('b'));
    assert.deepEqual(disposed, ['a']);
    holder.dispose();
    holder.value = toDisposable(() => disposed.push('c'));
    assert.deepEqual(disposed, ['a', 'b', 'c']);
  });
});

suite('Emitter', () => {
  test('reaches all listeners even when one throws, and none that left', () => {
    const heard: string[] = [];
    const emitter = new Emitter<string>();
    emitter.event(() => {
      throw new Error('listener');
    });
    const subscription = emitter.event((value) => heard.push(`a${value}`));
    emitter.event((value) => heard.push(`b${value}`));
    assert.throws(() => {
      emitter.fire('1');
    }, AggregateError);
    subscription.dispose();
    assert.throws(() => {
      emitter.fire('2');
    });
    assert.deepEqual(heard, ['a1', 'b1', 'b2']);
  });
});

suite('Lazy', () => {
  test('makes its value once and forgets a failure', async () => {
    let attempts = 0;
    const lazy = new Lazy(() => {
      attempts++;
      return attempts === 1 ? Promise.reject(new Error('first')) : Promise.resolve(attempts);
    });
    await assert.rejects(lazy.get());
    assert.equal(await lazy.get(), 2);
    assert.equal(await lazy.get(), 2);
  });
});

suite('Limiter', () => {
  test('runs at most so many at once, in order', async () => {
    const limiter = new Limiter(2);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        limiter.run(async () => {
          running++;
          most = Math.max(most, running);
          order.push(index);
          await new Promise((resolve) => setImmediate(resolve));
          running--;
        }, never),
      ),
    );
    assert.equal(most, 2);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
  });

  test('a task that is aborted while it waits never starts, and its place goes to the next', async () => {
    const limiter = new Limiter(1);
    const controller = new AbortController();
    let finish: () => void = () => undefined;
    const first = limiter.run(() => new Promise<void>((resolve) => (finish = resolve)), never);
    let isStarted = false;
    const second = limiter.run(() => Promise.resolve((isStarted = true)), controller.signal);
    const third = limiter.run(() => Promise.resolve('third'), never);
    controller.abort();
    await assert.rejects(second, isCancellation);
    finish();
    await first;
    assert.equal(await third, 'third');
    assert.equal(isStarted, false);
  });

  test('a failing task gives its place back', async () => {
    const limiter = new Limiter(1);
    await assert.rejects(limiter.run(() => Promise.reject(new Error('x')), never));
    assert.equal(await limiter.run(() => Promise.resolve(1), never), 1);
  });
});

suite('systemClock', () => {
  test('a wait ends at once when it is aborted', async () => {
    const controller = new AbortController();
    const wait = systemClock.delay(60_000, controller.signal);
    controller.abort(new Error('another reason'));
    await assert.rejects(wait, isCancellation);
    await assert.rejects(systemClock.delay(1, controller.signal), isCancellation);
  });
});

suite('decoders', () => {
  const record = { name: 'x', list: [1, 'two'], empty: null };

  test('take missing and null as absent', () => {
    assert.equal(optional(record, 'missing', '', asString), undefined);
    assert.equal(optional(record, 'empty', '', asString), undefined);
    assert.deepEqual(listOf(record, 'empty', '', asString), []);
  });

  test('name the path of what is wrong and never quote its value', () => {
    assert.throws(
      () => listOf({ list: ['secret', 7] }, 'list', 'participants[2]', asString),
      (error) =>
        isAppError(error, 'protocol') &&
        error.details['path'] === 'participants[2].list[1]' &&
        !error.message.includes('secret'),
    );
    assert.throws(
      () => required(record, 'missing', 'a', asString),
      (error) => isAppError(error, 'protocol') && error.message.includes('a.missing'),
    );
  });

  test('of an object take its properties, leave others, and name the path of what is wrong', () => {
    const decode = objectOf({
      id: asString,
      endMs: maybe(asNumber),
      words: manyOf(objectOf({ text: asString })),
    });
    assert.deepEqual(decode({ id: 'a', words: [{ text: 'hi', more: 1 }], more: 2 }, ''), {
      id: 'a',
      endMs: undefined,
      words: [{ text: 'hi' }],
    });
    assert.deepEqual(decode({ id: 'a', endMs: null, words: null }, '').words, []);
    for (const [value, path] of [
      [{}, 'it.id'],
      [{ id: 'a', endMs: '7' }, 'it.endMs'],
      [{ id: 'a', words: [{ text: 'hi' }, {}] }, 'it.words[1].text'],
      [{ id: 'a', words: ['secret'] }, 'it.words[0]'],
      [null, 'it'],
    ] as const) {
      assert.throws(
        () => decode(value, 'it'),
        (error) =>
          isAppError(error, 'protocol') &&
          error.details['path'] === path &&
          !error.message.includes('secret'),
      );
    }
  });
});
