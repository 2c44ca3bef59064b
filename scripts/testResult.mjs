// @ts-check
/** What a part of the tests came to, and how parts add up. Pure: knows neither mocha nor files. */

/**
 * @typedef {object} PartResult
 * @property {string} part
 * @property {number} passed
 * @property {number} failed
 * @property {readonly string[]} skipped full names, the reason in brackets where the test gave one
 */

/**
 * The result of a part that runs tests in a process of its own: a part that crashed, hung or ran nothing has failed, whatever
 * it wrote.
 * @param {string} part
 * @param {unknown} written what the part left, undefined when it left nothing
 * @param {number} exitCode
 * @returns {PartResult & { problem?: string }}
 */
export function judgePart(part, written, exitCode) {
  const failure = (
    /** @type {string} */ problem,
    passed = 0,
    failed = 0,
    skipped = /** @type {string[]} */ ([]),
  ) => ({
    part,
    passed,
    failed: failed + 1,
    skipped,
    problem,
  });
  if (!isCounts(written)) {
    return failure(`The part "${part}" ended with exit code ${exitCode} and left no result.`);
  }
  const { passed, failed, skipped } = written;
  if (passed + failed + skipped.length === 0) {
    return failure(`The part "${part}" ran no test.`);
  }
  if (exitCode !== 0 && failed === 0) {
    return failure(
      `The part "${part}" ended with exit code ${exitCode} although no test of it failed.`,
      passed,
      failed,
      skipped,
    );
  }
  return { part, passed, failed, skipped };
}

/**
 * @param {unknown} value
 * @returns {value is { passed: number; failed: number; skipped: string[] }}
 */
function isCounts(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    'passed' in value &&
    Number.isInteger(value.passed) &&
    'failed' in value &&
    Number.isInteger(value.failed) &&
    'skipped' in value &&
    Array.isArray(value.skipped)
  );
}

/**
 * The one line that every test script ends with.
 * @param {readonly PartResult[]} parts
 */
export function summaryLine(parts) {
  const sum = (/** @type {(part: PartResult) => number} */ count) =>
    parts.reduce((total, part) => total + count(part), 0);
  return `${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed, ${sum(({ skipped }) => skipped.length)} skipped`;
}

/**
 * Whether all went well: something ran and nothing failed.
 * @param {readonly PartResult[]} parts
 */
export function isGreen(parts) {
  return parts.some(({ passed }) => passed > 0) && parts.every(({ failed }) => failed === 0);
}
