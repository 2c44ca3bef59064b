/**
 * Runs a prepared mocha and collects what came of it, the same way in Node and inside an extension host. Prints failures
 * readably at the end; the caller decides where to.
 */
import type Mocha from 'mocha';

/** Counts of one run; `skipped` holds full names, with the reason where {@link skipBecause} gave one. */
export interface MochaResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

/**
 * Resolves when all tests have ended, failed or not.
 * @param onTest is told each test that ends or is tried once more, to show progress.
 */
export function runMocha(
  mocha: Mocha,
  base: typeof Mocha.reporters.Base,
  onTest: (line: string) => void,
): Promise<MochaResult> {
  const failures: Mocha.Test[] = [];
  const skipped: string[] = [];
  let passed = 0;
  return new Promise((resolve) => {
    const runner = mocha.reporter(base).run(() => {
      if (failures.length > 0) {
        base.list(failures);
      }
      resolve({ passed, failed: failures.length, skipped });
    });
    runner.on('pass', (test) => {
      passed++;
      onTest(`ok    ${test.fullTitle()} (${String(test.duration ?? 0)} ms)`);
    });
    runner.on('fail', (test, error: unknown) => {
      // Base.list reads the error from the test; a failed hook comes here as a test, too.
      test.err = error instanceof Error ? error : new Error(String(error));
      failures.push(test);
      onTest(`FAIL  ${test.fullTitle()}`);
    });
    runner.on('retry', (test: Mocha.Test, error: unknown) => {
      onTest(
        `RETRY ${test.fullTitle()}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
      );
    });
    runner.on('pending', (test) => {
      skipped.push(test.fullTitle());
    });
  });
}

/**
 * Skips the running test, or in a `suiteSetup` the whole suite, and says why in the summary.
 * @throws always: mocha's own signal for a skipped test
 */
export function skipBecause(context: Mocha.Context, reason: string): never {
  const runnable = context.runnable();
  const isTest = runnable.parent?.tests.some((test) => test === runnable) === true;
  const named = isTest ? runnable : runnable.parent;
  if (named !== undefined) {
    named.title += ` [${reason}]`;
  }
  return context.skip();
}
