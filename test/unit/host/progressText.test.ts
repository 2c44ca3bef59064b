import assert from 'node:assert/strict';
import { bytesText, createThrottle, percentOf } from '../../../src/host/progressText.ts';
import { plainLocaliser } from '../../support/plainLocaliser.ts';

const text = (doneBytes: number, totalBytes?: number): string =>
  bytesText({ doneBytes, totalBytes }, plainLocaliser);

suite('progress text', () => {
  test('shows done and total in one unit', () => {
    assert.equal(text(3_100_000, 12_400_000), '3.1 of 12.4 MB');
    assert.equal(text(0, 44), '0.0 of 0.0 KB');
    assert.equal(text(1, 3_200_000_000_000), '0.0 of 3.2 TB');
  });

  test('shows what is done while the total is not known', () => {
    assert.equal(text(3_100_000), '3.1 MB');
    assert.equal(text(999_949), '999.9 KB');
    assert.equal(text(999_950), '1.0 MB');
  });

  test('keeps the percentage between 0 and 100, and undefined without a total', () => {
    assert.equal(percentOf({ doneBytes: 5, totalBytes: 20 }), 25);
    assert.equal(percentOf({ doneBytes: 50, totalBytes: 20 }), 100);
    assert.equal(percentOf({ doneBytes: 5, totalBytes: 0 }), undefined);
    assert.equal(percentOf({ doneBytes: 5, totalBytes: undefined }), undefined);
  });

  test('lets one report through in each interval, and the last one always', () => {
    let nowMs = 0;
    const mayPass = createThrottle(250, () => nowMs);
    const passed = [0, 100, 249, 250, 300].map((timeMs) => {
      nowMs = timeMs;
      return mayPass(false);
    });
    assert.deepEqual(passed, [true, false, false, true, false]);
    assert.equal(mayPass(true), true);
  });
});
