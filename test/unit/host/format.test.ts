import assert from 'node:assert/strict';
import { formatDuration, plainAddress, toLabel } from '../../../src/host/conversations/format.ts';

suite('text for people', () => {
  test('durations', () => {
    assert.deepEqual([0, 999, 65_000, 3_725_999, -5].map(formatDuration), [
      '0:00',
      '0:00',
      '1:05',
      '1:02:05',
      '0:00',
    ]);
  });

  test('addresses lose their scheme and parameters', () => {
    assert.equal(plainAddress('sip:jo@example.com;user=phone'), 'jo@example.com');
    assert.equal(plainAddress('tel:+12025550143'), '+12025550143');
  });

  test('labels are one line without control and direction characters, and not endless', () => {
    assert.equal(toLabel('a\u0000b\n\u202ec\t d'), 'a b c d');
    assert.equal(toLabel('x'.repeat(500)).length, 120);
  });
});
