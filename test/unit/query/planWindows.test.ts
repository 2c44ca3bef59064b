import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import { dayMs, planWindows, splitWindow } from '../../../src/query/planWindows.ts';

const iso = (text: string): number => Date.parse(text);

suite('planWindows', () => {
  test('keeps an interval that is short enough as it is', () => {
    const interval = { startMs: iso('2026-11-01T03:00Z'), endMs: iso('2026-11-05T12:00Z') };
    assert.deepEqual(planWindows(interval, 7), [interval]);
  });

  test('cuts at UTC midnights, newest first, without gap or overlap, for random intervals', () => {
    const seed = Date.now() % 1_000_000;
    let state = seed;
    const random = (): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    for (let round = 0; round < 200; round++) {
      const startMs = iso('2026-01-01T00:00Z') + Math.floor(random() * 300 * dayMs);
      const interval = { startMs, endMs: startMs + 1 + Math.floor(random() * 90 * dayMs) };
      const maxDays = 1 + Math.floor(random() * 31);
      const windows = planWindows(interval, maxDays);
      const message = `seed ${String(seed)}, round ${String(round)}`;
      assert.equal(windows[0]?.endMs, interval.endMs, message);
      assert.equal(windows.at(-1)?.startMs, interval.startMs, message);
      for (const [index, window] of windows.entries()) {
        assert.ok(window.endMs > window.startMs, message);
        assert.ok(window.endMs - window.startMs <= maxDays * dayMs, message);
        const older = windows[index + 1];
        if (older !== undefined) {
          assert.equal(older.endMs, window.startMs, message);
          assert.equal(window.startMs % dayMs, 0, message);
        }
      }
    }
  });

  test('refuses an empty interval', () => {
    assert.throws(
      () => planWindows({ startMs: 5, endMs: 5 }, 7),
      (error: unknown) => isAppError(error, 'input'),
    );
  });
});

suite('splitWindow', () => {
  test('halves at a midnight and refuses a single day', () => {
    const window = { startMs: iso('2026-11-01T06:00Z'), endMs: iso('2026-11-05T00:00Z') };
    const halves = splitWindow(window);
    assert.ok(halves !== undefined);
    assert.equal(halves[0].startMs % dayMs, 0);
    assert.deepEqual([halves[0].endMs, halves[1].startMs], [window.endMs, window.startMs]);
    assert.equal(halves[0].startMs, halves[1].endMs);
    const day = { startMs: iso('2026-11-01T06:00Z'), endMs: iso('2026-11-02T00:00Z') };
    assert.equal(splitWindow(day), undefined);
    const twoDays = { startMs: iso('2026-11-01T06:00Z'), endMs: iso('2026-11-02T00:00:01Z') };
    assert.equal(splitWindow(twoDays)?.[0].startMs, iso('2026-11-02T00:00Z'));
  });
});
