import assert from 'node:assert/strict';
import { isGreen, judgePart, summaryLine } from '../../../scripts/testResult.mjs';

suite('test results', () => {
  test('sum over all parts into one line', () => {
    const parts = [
      { part: 'check', passed: 7, failed: 0, skipped: [] },
      { part: 'unit', passed: 10, failed: 2, skipped: ['a [no server]', 'b'] },
    ];
    assert.equal(summaryLine(parts), '17 passed, 2 failed, 2 skipped');
    assert.equal(isGreen(parts), false);
  });

  test('are green only when something passed and nothing failed', () => {
    const part = (passed: number, failed: number, skipped: string[] = []) => [
      { part: 'unit', passed, failed, skipped },
    ];
    assert.equal(isGreen(part(1, 0)), true);
    assert.equal(isGreen(part(0, 0, ['a'])), false);
    assert.equal(isGreen(part(5, 1)), false);
    assert.equal(isGreen([]), false);
  });

  test('a part that left no result has failed', () => {
    for (const written of [undefined, null, 'x', {}, { passed: 1, failed: 'no', skipped: [] }]) {
      const { failed, problem } = judgePart('host', written, 0);
      assert.deepEqual(
        { failed, isExplained: problem?.includes('"host"') },
        { failed: 1, isExplained: true },
      );
    }
  });

  test('a part that ran nothing has failed', () => {
    const written = { passed: 0, failed: 0, skipped: [] };
    assert.equal(judgePart('unit', written, 0).failed, 1);
  });

  test('a part that crashed after its last test has failed and keeps its counts', () => {
    const { problem, ...result } = judgePart('ui', { passed: 3, failed: 0, skipped: ['x'] }, 134);
    assert.deepEqual(result, { part: 'ui', passed: 3, failed: 1, skipped: ['x'] });
    assert.match(problem ?? '', /exit code 134/u);
  });

  test('failed tests are counted once, not again for the exit code', () => {
    assert.deepEqual(judgePart('unit', { passed: 3, failed: 2, skipped: [] }, 1), {
      part: 'unit',
      passed: 3,
      failed: 2,
      skipped: [],
    });
  });
});
