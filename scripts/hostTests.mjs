// @ts-check
/** Builds the host tests and runs them inside the extension host of the bundled VS Code. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startSimulator } from './runningSimulator.mjs';
import { root } from './setUp.mjs';

const limitMs = 600_000;

/**
 * Bundles `test/host/**` into `out/host`, where the extension host loads it from.
 * @returns {Promise<string>} the entry to name to VS Code
 */
export async function buildHostTests() {
  // Both are there only under the project's Node and after the set-up.
  const [esbuild, { globSync }] = await Promise.all([import('esbuild'), import('node:fs')]);
  const outdir = join(root, 'out/host');
  rmSync(outdir, { recursive: true, force: true });
  const files = globSync('test/host/**/*.test.ts', { cwd: root }).sort();
  const named = new Map(files.map((file) => [basename(file, '.ts'), join(root, file)]));
  if (named.size !== files.length) {
    throw new Error('Two host tests have the same file name: rename one.');
  }
  await esbuild.build({
    entryPoints: { index: join(root, 'test/host/index.ts'), ...Object.fromEntries(named) },
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return join(outdir, 'index.cjs');
}

/**
 * Where the host tests find the simulator.
 * @param {import('./runningSimulator.mjs').RunningSimulator} simulator
 */
export const hostTestEnvironment = ({ apiBaseUrl, clientId, clientSecret }) => ({
  GENESYS_ARCHIVE_TEST_API: apiBaseUrl,
  GENESYS_ARCHIVE_TEST_CLIENT_ID: clientId,
  GENESYS_ARCHIVE_TEST_CLIENT_SECRET: clientSecret,
});

/**
 * Runs the host tests; their output is printed when they have ended.
 * @returns {Promise<{ written: unknown; exitCode: number }>}
 */
export async function runHostTests() {
  const testsPath = await buildHostTests();
  const [{ startCodeServer, workbenchUrl }, { launchBrowser }] = await Promise.all([
    import('../test/support/codeServer.ts'),
    import('../test/support/workbench.ts'),
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'genesys-archive-host-tests-'));
  const resultFile = join(folder, 'result.json');
  const logFile = join(folder, 'log.txt');
  const workspace = mkdtempSync(join(folder, 'workspace-'));
  const simulator = await startSimulator();
  let server;
  let browser;
  let exitCode = 1;
  try {
    server = await startCodeServer({
      isDevelopment: true,
      env: {
        ...hostTestEnvironment(simulator),
        GENESYS_ARCHIVE_TEST_RESULT: resultFile,
        GENESYS_ARCHIVE_TEST_LOG: logFile,
      },
    });
    browser = await launchBrowser();
    const page = await browser.newPage();
    const { promise: ended, resolve } = /** @type {PromiseWithResolvers<number>} */ (
      Promise.withResolvers()
    );
    // The workbench of a build for automation calls these when run() has settled.
    await page.exposeFunction('codeAutomationExit', resolve);
    const /** @type {string[]} */ pageLog = [];
    await page.exposeFunction(
      'codeAutomationLog',
      (/** @type {string} */ type, /** @type {unknown[]} */ args) =>
        pageLog.push([type, ...args].join(' ')),
    );
    const timer = setTimeout(() => {
      console.error(`The host tests did not end within ${limitMs / 60_000} minutes.`);
      resolve(1);
    }, limitMs);
    await page.goto(
      workbenchUrl(server.origin, { folder: workspace, extensionFolder: root, testsPath }),
    );
    exitCode = await ended;
    clearTimeout(timer);
    if (exitCode !== 0 && !existsSync(logFile)) {
      // The tests did not even start: the window knows why, among what it says about parts that are not there.
      console.error(
        pageLog
          .filter(
            (line) => /^error/u.test(line) && !/spdlog|watchdog|open-vsx|Canceled/u.test(line),
          )
          .join('\n'),
      );
    }
  } finally {
    await browser?.close();
    const output = existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
    const isShown = process.env['VERBOSE'] !== undefined || exitCode !== 0;
    if (isShown) {
      console.log(output.trimEnd());
    }
    await server?.stop();
    await simulator.stop();
  }
  const written = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')) : undefined;
  rmSync(folder, { recursive: true, force: true });
  return { written, exitCode };
}
