// @ts-check
/** `npm run test:electron`: the host tests in desktop VS Code, which is downloaded: this one needs internet and a display. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMain, runOrFail } from './childProcess.mjs';
import { buildHostTests, hostTestEnvironment } from './hostTests.mjs';
import { startSimulator } from './runningSimulator.mjs';
import { root, setUp } from './setUp.mjs';
import { isGreen, judgePart, summaryLine } from './testResult.mjs';

await runMain(async () => {
  await setUp();
  console.log('Downloading desktop VS Code when it is not there: this needs internet.');
  const { downloadAndUnzipVSCode, runTests } = await import('@vscode/test-electron');
  const version = process.env['VSCODE_VERSION'] ?? 'stable';
  const vscodeExecutablePath = await downloadAndUnzipVSCode(version).catch(
    (/** @type {unknown} */ error) => {
      throw new Error(
        `VS Code ${version} could not be downloaded: connect to the internet, or run \`npm run test:host\`, which does without. ${String(error)}`,
      );
    },
  );
  await runOrFail(process.execPath, ['esbuild.js'], {
    cwd: root,
    whatToDo: 'Correct what the build says below.',
  });
  const folder = mkdtempSync(join(tmpdir(), 'genesys-archive-electron-'));
  const resultFile = join(folder, 'result.json');
  const simulator = await startSimulator();
  const exitCode = await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: root,
    extensionTestsPath: await buildHostTests(),
    launchArgs: [folder, '--disable-workspace-trust', '--user-data-dir', join(folder, 'data')],
    extensionTestsEnv: {
      ...hostTestEnvironment(simulator),
      GENESYS_ARCHIVE_TEST_RESULT: resultFile,
      GENESYS_ARCHIVE_TEST_LOG: join(folder, 'log.txt'),
    },
  })
    .catch(() => 1)
    .finally(() => simulator.stop());
  if (existsSync(join(folder, 'log.txt'))) {
    console.log(readFileSync(join(folder, 'log.txt'), 'utf8').trimEnd());
  }
  const written = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')) : undefined;
  rmSync(folder, { recursive: true, force: true });
  const { problem, ...part } = judgePart('electron', written, exitCode);
  if (problem !== undefined) {
    console.error(problem);
  }
  console.log(summaryLine([part]));
  return isGreen([part]) ? 0 : 1;
});
