// @ts-check
/**
 * `npm start`: the simulator with sample data and the extension in VS Code, signed in. With `--once` it does the main job
 * without a person (`scripts/once.mjs`), `--screenshot FILE` keeps the picture of it. Ends its processes with itself.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findProgram } from './browser.mjs';
import { runMain, runOrFail, startGroup } from './childProcess.mjs';
import {
  demoEnvironment,
  demoSettings,
  desktopArguments,
  untilStopped,
  writeWorkspace,
} from './demo.mjs';
import { root, setUp } from './setUp.mjs';
import { startSimulator } from './runningSimulator.mjs';
import { packDemoCompanion, packProduct } from './vsix.mjs';

/**
 * @param {string} code desktop VS Code's command
 * @param {string} folder for its data
 * @param {string} workspace
 * @param {Record<string, string>} env
 */
async function openDesktop(code, folder, workspace, env) {
  await runOrFail(process.execPath, ['esbuild.js'], {
    cwd: root,
    whatToDo: 'Correct what the build says below.',
  });
  console.log('Opening desktop VS Code; close its window or press Ctrl+C to end.');
  const group = startGroup(code, desktopArguments({ root, folder, workspace }), {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  await Promise.race([group.exited, untilStopped()]);
  await group.stop();
}

/** @throws Error that names what can be given */
function readArguments() {
  try {
    const { values } = parseArgs({
      options: { once: { type: 'boolean', default: false }, screenshot: { type: 'string' } },
    });
    if (values.screenshot !== undefined && !values.once) {
      throw new Error('--screenshot goes with --once.');
    }
    // Relative to where npm was called; the set-up changes the folder.
    return {
      once: values.once,
      screenshot: values.screenshot === undefined ? undefined : resolve(values.screenshot),
    };
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : String(error)}\nUse: npm start [-- --once [--screenshot FILE]]`,
      { cause: error },
    );
  }
}

await runMain(async () => {
  const { once: isOnce, screenshot } = readArguments();
  await setUp();
  const folder = mkdtempSync(join(tmpdir(), 'genesys-archive-demo-'));
  const simulator = await startSimulator();
  try {
    console.log(`simulator at ${simulator.apiBaseUrl}, client ${simulator.clientId}`);
    const workspace = mkdtempSync(join(folder, 'workspace-'));
    writeWorkspace(workspace, simulator);
    const env = demoEnvironment(simulator);
    const code = findProgram(['code']);
    if (!isOnce && code !== undefined) {
      await openDesktop(code, folder, workspace, env);
      return 0;
    }
    console.log('building and packing the extension…');
    const vsixFiles = [await packProduct(join(folder, 'product.vsix')), await packDemoCompanion()];
    if (isOnce) {
      const { runOnce } = await import('./once.mjs');
      await runOnce({ vsixFiles, env, workspace, simulator, screenshot });
      return 0;
    }
    const { startCodeServer, workbenchUrl } = await import('../test/support/codeServer.ts');
    const server = await startCodeServer({ vsixFiles, env, settings: demoSettings });
    try {
      console.log(`VS Code is at ${workbenchUrl(server.origin, { folder: workspace })}`);
      console.log('Open it in a browser; press Ctrl+C to end.');
      await untilStopped();
    } finally {
      await server.stop();
    }
    return 0;
  } finally {
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
