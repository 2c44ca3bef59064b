// @ts-check
/** The checks of the source: each is one npm script and counts as one test. Runs them two at a time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './childProcess.mjs';
import { root } from './setUp.mjs';

/**
 * Places in the lock files that name a registry: whoever installs would be sent to it, reachable or not.
 * @param {string} lockText
 */
export function resolvedUrls(lockText) {
  return lockText.split('\n').filter((line) => line.includes('"resolved"'));
}

const checkLockFiles = () =>
  ['package-lock.json', 'test/support/host/package-lock.json'].flatMap((path) => {
    const count = resolvedUrls(readFileSync(join(root, path), 'utf8')).length;
    return count === 0
      ? []
      : [
          `${path} names a registry in ${count} places: remove the "resolved" lines (.npmrc keeps npm from writing them).`,
        ];
  });

const npmChecks = [
  'check:types',
  'check:lint',
  'check:layers',
  'check:deadcode',
  'check:format',
  'check:manifest',
];

/**
 * Runs all checks and prints the output of those that fail.
 * @returns {Promise<import('./testResult.mjs').PartResult>}
 */
export async function runChecks() {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const missing = Object.keys(scripts).filter(
    (name) => name.startsWith('check:') && !npmChecks.includes(name),
  );
  if (missing.length > 0) {
    throw new Error(`scripts/checks.mjs does not run ${missing.join(', ')}: add them to its list.`);
  }
  let failed = 0;
  const problems = checkLockFiles();
  if (problems.length > 0) {
    failed++;
    console.error(`FAILED lock files\n${problems.join('\n')}`);
  }
  const queue = [...npmChecks];
  const work = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const { code, output } = await run('npm', ['run', '--silent', name], {
        cwd: root,
        isQuiet: true,
      });
      if (code !== 0) {
        failed++;
        console.error(`FAILED npm run ${name}\n${output.trimEnd()}`);
      }
    }
  };
  await Promise.all([work(), work()]);
  return { part: 'check', passed: npmChecks.length + 1 - failed, failed, skipped: [] };
}
