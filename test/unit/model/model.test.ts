import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import { isSafeName, parseConversationId } from '../../../src/model/ids.ts';
import { parseIsoInterval, toIsoInterval } from '../../../src/model/interval.ts';

suite('ids', () => {
  test('of the platform pass', () => {
    for (const id of [
      '4da18eaa-c3ef-4e3b-a637-6968c6a59f5e',
      'ININ-WRAP-UP-TIMEOUT',
      'a',
      '12345abc.x_1',
    ]) {
      assert.equal(parseConversationId(id), id);
    }
  });

  test('that could leave a folder, hide, or trouble a file system are refused', () => {
    const bad = [
      '',
      '.',
      '..',
      '../x',
      'a/b',
      'a\\b',
      'a\u0000',
      '-rf',
      '.hidden',
      'a.',
      'CON',
      'nul.txt',
      'Com1',
      'a b',
      'é',
      'a'.repeat(129),
      'a:b',
      'a\n',
    ];
    assert.deepEqual(bad.filter(isSafeName), []);
    assert.throws(
      () => parseConversationId('../x'),
      (error) => isAppError(error, 'protocol') && !error.message.includes('../x'),
    );
    assert.throws(
      () => parseConversationId('../x', 'person'),
      (error) => isAppError(error, 'input'),
    );
  });
});

suite('intervals', () => {
  test('round trip', () => {
    const interval = { startMs: Date.UTC(2026, 10, 5), endMs: Date.UTC(2026, 10, 6, 1, 2, 3, 4) };
    assert.deepEqual(parseIsoInterval(toIsoInterval(interval)), interval);
  });

  test('that are no interval, or end before they start, are refused', () => {
    for (const text of [
      '',
      '2026-11-05T00:00Z',
      '2026-11-06T00:00Z/2026-11-05T00:00Z',
      'a/b',
      '2026-11-05T00:00Z/2026-11-06T00:00Z/2026-11-07T00:00Z',
    ]) {
      assert.throws(
        () => parseIsoInterval(text),
        (error) => isAppError(error, 'input'),
      );
    }
  });
});
