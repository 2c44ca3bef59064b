// @ts-check
/**
 * `npm test` and its parts: `test.mjs [unit|contract|chaos|host|ui]…`; without a part all of them, after the checks and the build.
 * The last line is `N passed, N failed, N skipped`, summed over all; each check counts as one test.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, runMain, startGroup } from './childProcess.mjs';
import { runChecks } from './checks.mjs';
import { runHostTests } from './hostTests.mjs';
import { root, setUp } from './setUp.mjs';
import { isGreen, judgePart, summaryLine } from './testResult.mjs';

const partNames = ['unit', 'contract', 'chaos', 'host', 'ui'];
/** So many when chaos is asked for by its name; among all tests there are fewer. CHAOS_KILLS says otherwise. */
const wholeChaosKills = '200';
/** Only what hangs takes as long. */
const limitMs = 2_700_000;

/**
 * Runs a part's test files with mocha under Node, in a process of their own.
 * @param {string} part
 */
async function runNodeTests(part) {
  const folder = mkdtempSync(join(tmpdir(), 'genesys-archive-tests-'));
  const resultFile = join(folder, 'result.json');
  const group = startGroup(
    process.execPath,
    ['--enable-source-maps', 'test/support/mochaMain.ts', resultFile, `test/${part}/**/*.test.ts`],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const timer = setTimeout(() => {
    console.error(`The part "${part}" did not end within ${limitMs / 60_000} minutes.`);
    void group.stop();
  }, limitMs);
  await group.exited;
  clearTimeout(timer);
  // What tests have left running ends with them.
  await group.stop();
  const written = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')) : undefined;
  rmSync(folder, { recursive: true, force: true });
  return { written, exitCode: group.child.exitCode ?? 1 };
}

async function build() {
  const { code } = await run(process.execPath, ['esbuild.js'], { cwd: root });
  return { part: 'build', passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] };
}

/**
 * @param {string} part
 * @returns {Promise<import('./testResult.mjs').PartResult>}
 */
async function runPart(part) {
  const startedMs = performance.now();
  try {
    const { written, exitCode } = await (part === 'host' ? runHostTests() : runNodeTests(part));
    const { problem, ...result } = judgePart(part, written, exitCode);
    if (problem !== undefined) {
      console.error(problem);
    }
    return result;
  } catch (error) {
    console.error(
      `The part "${part}" could not run: ${error instanceof Error ? error.message : String(error)}`,
    );
    return { part, passed: 0, failed: 1, skipped: [] };
  } finally {
    console.log(`${part}: ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
  }
}

await runMain(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.find((part) => !partNames.includes(part));
  if (unknown !== undefined) {
    throw new Error(
      `There is no part "${unknown}": name some of ${partNames.join(', ')}, or none for all.`,
    );
  }
  if (asked.includes('chaos')) {
    process.env['CHAOS_KILLS'] ??= wholeChaosKills;
  }
  await setUp();
  const parts = [];
  if (asked.length === 0) {
    parts.push(await runChecks());
  }
  const chosen = asked.length === 0 ? partNames : asked;
  if (asked.length === 0 || chosen.includes('host') || chosen.includes('ui')) {
    parts.push(await build());
  }
  const isBuilt = parts.every(({ part, failed }) => part !== 'build' || failed === 0);
  for (const part of chosen) {
    if (!isBuilt && (part === 'host' || part === 'ui')) {
      console.error(`The part "${part}" has nothing to run: the build failed.`);
      parts.push({ part, passed: 0, failed: 1, skipped: [] });
      continue;
    }
    parts.push(await runPart(part));
  }
  console.log('');
  for (const { part, passed, failed, skipped } of parts) {
    console.log(
      `${part.padEnd(9)}${passed} passed, ${failed} failed, ${skipped.length} skipped`.replace(
        /, /gu,
        ' · ',
      ),
    );
    for (const name of skipped) {
      console.log(`  skipped: ${name}`);
    }
  }
  console.log(summaryLine(parts));
  return isGreen(parts) ? 0 : 1;
});
