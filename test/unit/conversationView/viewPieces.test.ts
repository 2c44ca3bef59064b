import assert from 'node:assert/strict';
import {
  shortcuts,
  toCommand,
  type FocusKind,
} from '../../../src/webview/conversationView/keyboard.ts';
import { toSegmentRows } from '../../../src/webview/conversationView/segmentRows.ts';
import { stepSpeed } from '../../../src/webview/conversationView/speeds.ts';
import { formatTime, speakTime } from '../../../src/webview/conversationView/timeFormat.ts';
import {
  decodeViewState,
  initialViewState,
} from '../../../src/webview/conversationView/viewState.ts';

const noModifiers = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

suite('Conversation view keys', () => {
  const command = (key: string, focus: FocusKind = 'page', change = {}): string | undefined =>
    toCommand({ key, ...noModifiers, ...change }, focus);

  test('no two shortcuts share a key', () => {
    const keys = shortcuts.flatMap((shortcut) => shortcut.keys);
    assert.equal(new Set(keys).size, keys.length);
  });

  test('Space plays on the page, and presses the button that has the focus', () => {
    assert.equal(command(' '), 'togglePlay');
    assert.equal(command(' ', 'control'), undefined);
    assert.equal(command('k', 'control'), 'togglePlay');
  });

  test('a field keeps its letters and arrows, but not Ctrl+F and Escape', () => {
    assert.equal(command('k', 'field'), undefined);
    assert.equal(command('ArrowLeft', 'field'), undefined);
    assert.equal(command('f', 'field', { ctrlKey: true }), 'search');
    assert.equal(command('Escape', 'field'), 'dismiss');
  });

  test('arrows skip, with Shift they step phrases', () => {
    assert.equal(command('ArrowRight'), 'forward');
    assert.equal(command('ArrowRight', 'page', { shiftKey: true }), 'nextPhrase');
    assert.equal(command('Home', 'list'), undefined);
  });

  test('what belongs to the editor is left alone', () => {
    assert.equal(command('k', 'page', { ctrlKey: true }), undefined);
    assert.equal(command('ArrowLeft', 'page', { altKey: true }), undefined);
  });
});

suite('Conversation view state', () => {
  test('reads back what was saved', () => {
    const state = {
      ...initialViewState('c-1'),
      recordingId: 'r-1',
      positionMs: 1234.5,
      viewport: { startMs: 5, endMs: 10 },
      speed: 1.5,
      searchText: 'refund',
      roleFilter: 'agent' as const,
      scrollTopPx: 70,
      isFollowing: false,
    };
    assert.deepEqual(decodeViewState(JSON.parse(JSON.stringify(state)), 'c-1'), state);
  });

  test('the state of another conversation counts for nothing', () => {
    const state = { ...initialViewState('c-2'), positionMs: 5 };
    assert.deepEqual(decodeViewState(state, 'c-1'), initialViewState('c-1'));
  });

  test('broken values become initial ones, one by one', () => {
    const broken = {
      conversationId: 'c-1',
      recordingId: 7,
      positionMs: Number.NaN,
      viewport: { startMs: 10, endMs: 5 },
      speed: 99,
      searchText: ['x'],
      roleFilter: '__proto__',
      scrollTopPx: -4,
      isFollowing: 'no',
    };
    assert.deepEqual(decodeViewState(broken, 'c-1'), initialViewState('c-1'));
    for (const nothing of [undefined, null, 'x', 3, []]) {
      assert.deepEqual(decodeViewState(nothing, 'c-1'), initialViewState('c-1'));
    }
  });
});

suite('Conversation timeline', () => {
  const segment = (startMs: number, endMs: number | undefined, type: string, purpose: string) => ({
    startMs,
    endMs,
    type,
    purpose,
    label: `${purpose} ${type}`,
  });
  const identity = (timeMs: number): number => timeMs;

  test('overlapping segments get rows of their own, earliest first', () => {
    const rows = toSegmentRows(
      [
        segment(0, 100, 'interact', 'customer'),
        segment(50, 100, 'interact', 'agent'),
        segment(0, 20, 'ivr', 'ivr'),
        segment(10, 60, 'interact', 'acd'),
      ],
      identity,
      100,
    );
    assert.deepEqual(
      rows.map((row) => row.map(({ label, tone }) => `${label}: ${tone}`)),
      [['ivr ivr: system', 'agent interact: agent'], ['acd interact: system']],
    );
  });

  test('open segments last to the end, those outside are left out, holds and wrap-ups have their colour', () => {
    const rows = toSegmentRows(
      [
        segment(-50, -10, 'ivr', 'ivr'),
        segment(0, 40, 'hold', 'agent'),
        segment(40, undefined, 'wrapup', 'agent'),
        segment(100, 200, 'interact', 'agent'),
      ],
      identity,
      100,
    );
    assert.deepEqual(
      rows.flat().map(({ startMs, endMs, tone }) => [startMs, endMs, tone]),
      [
        [0, 40, 'hold'],
        [40, 100, 'wrapUp'],
      ],
    );
  });

  test('the customer is shown when there is nobody else', () => {
    assert.equal(toSegmentRows([segment(0, 9, 'interact', 'customer')], identity, 10).length, 1);
  });
});

suite('Conversation times and speeds', () => {
  test('times read like a clock', () => {
    assert.deepEqual([0, 7999, 754_000, 3_723_000, -5, Number.NaN].map(formatTime), [
      '0:00',
      '0:07',
      '12:34',
      '1:02:03',
      '0:00',
      '0:00',
    ]);
  });

  test('times are spoken in full', () => {
    assert.equal(speakTime(3_661_000), '1 hour 1 minute 1 second');
    assert.equal(speakTime(120_000), '2 minutes');
    assert.equal(speakTime(0), '0 seconds');
  });

  test('speeds step and stop at the ends', () => {
    assert.deepEqual(
      [stepSpeed(1, 1), stepSpeed(1, -1), stepSpeed(3, 1), stepSpeed(0.5, -1)],
      [1.25, 0.75, 3, 0.5],
    );
  });
});
