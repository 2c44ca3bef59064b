import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import {
  decodeIntervalChoice,
  defaultInterval,
  intervalLabel,
  parsePersonTime,
  toInterval,
} from '../../../src/host/conversations/intervals.ts';
import { inTimeZone } from '../../support/machine.ts';

const local = (year: number, month: number, day: number, hour = 0, minute = 0): number =>
  new Date(year, month - 1, day, hour, minute).getTime();

suite('intervals of the Conversations view', () => {
  const nowMs = local(2026, 11, 5, 14, 30);

  test('presets are whole days of the person’s time zone', () => {
    const interval = (preset: 'today' | 'yesterday' | 'last7Days') =>
      toInterval({ kind: 'preset', preset }, nowMs);
    assert.deepEqual(interval('today'), { startMs: local(2026, 11, 5), endMs: local(2026, 11, 6) });
    assert.deepEqual(interval('yesterday'), {
      startMs: local(2026, 11, 4),
      endMs: local(2026, 11, 5),
    });
    assert.deepEqual(interval('last7Days'), {
      startMs: local(2026, 10, 30),
      endMs: local(2026, 11, 6),
    });
  });

  test('presets adjoin where a change of clocks makes a day of 23 or 25 hours', () =>
    inTimeZone('Europe/Berlin', () => {
      for (const [month, day, hours] of [
        [3, 29, 23],
        [10, 25, 25],
      ] as const) {
        const noonMs = local(2026, month, day, 12);
        const [today, yesterday, tomorrow] = [noonMs, noonMs, noonMs + 24 * 3_600_000].map(
          (atMs, index) =>
            toInterval({ kind: 'preset', preset: index === 1 ? 'yesterday' : 'today' }, atMs),
        );
        assert.ok(today !== undefined);
        assert.equal((today.endMs - today.startMs) / 3_600_000, hours);
        assert.equal(yesterday?.endMs, today.startMs);
        assert.equal(tomorrow?.startMs, today.endMs);
      }
    }));

  test('a bare day starts at midnight and, as an end, ends with the day', () => {
    assert.equal(parsePersonTime('2026-11-05', 'start'), local(2026, 11, 5));
    assert.equal(parsePersonTime(' 2026-11-05 ', 'end'), local(2026, 11, 6));
    assert.equal(parsePersonTime('2026-11-05 14:30', 'end'), local(2026, 11, 5, 14, 30));
    assert.equal(parsePersonTime('2026-11-05T14:30:00Z', 'start'), Date.UTC(2026, 10, 5, 14, 30));
  });

  test('refuses what is no day or time', () => {
    for (const text of [
      '',
      'yesterday',
      '2026-13-01',
      '2026-02-30',
      '2026-11-05 25:00',
      '5.11.2026',
    ]) {
      assert.throws(
        () => parsePersonTime(text, 'start'),
        (error) => isAppError(error, 'input'),
        text,
      );
    }
  });

  test('a remembered choice survives, and anything else becomes the default', () => {
    const custom = { kind: 'custom', interval: { startMs: 1, endMs: 2 } } as const;
    assert.deepEqual(decodeIntervalChoice(JSON.parse(JSON.stringify(custom))), custom);
    assert.deepEqual(decodeIntervalChoice({ kind: 'preset', preset: 'last7Days' }), {
      kind: 'preset',
      preset: 'last7Days',
    });
    for (const value of [
      undefined,
      null,
      'today',
      { kind: 'preset', preset: 'x' },
      { kind: 'custom', interval: { startMs: 2, endMs: 1 } },
    ]) {
      assert.deepEqual(decodeIntervalChoice(value), defaultInterval);
    }
  });

  test('labels name the preset', () => {
    assert.equal(intervalLabel({ kind: 'preset', preset: 'last7Days' }), 'Last 7 days');
  });
});
