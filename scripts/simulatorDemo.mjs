// @ts-check
/**
 * `npm run simulator:demo`, for F5: the simulator beside a fresh workspace in `out/demo` that points at it. The demo's
 * companion reads what it signs in with from a file there.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runMain } from './childProcess.mjs';
import { demoEnvironment, untilStopped, writeWorkspace } from './demo.mjs';
import { root, setUp } from './setUp.mjs';
import { startSimulator } from './runningSimulator.mjs';

await runMain(async () => {
  await setUp();
  const simulator = await startSimulator();
  try {
    const folder = join(root, 'out/demo');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeWorkspace(folder, simulator);
    writeFileSync(
      join(folder, '.vscode/demo.json'),
      JSON.stringify(demoEnvironment(simulator), undefined, 2),
    );
    console.log(`simulator at ${simulator.apiBaseUrl}, client ${simulator.clientId}`);
    await untilStopped();
  } finally {
    await simulator.stop();
  }
});
