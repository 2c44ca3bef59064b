// @ts-check
/** Starts the simulator in a process of its own and reads where it listens. Knows nothing of its data. */
import { createInterface } from 'node:readline';
import { startGroup } from './childProcess.mjs';
import { root } from './setUp.mjs';

/**
 * @typedef {object} RunningSimulator
 * @property {string} apiBaseUrl
 * @property {string} loginBaseUrl
 * @property {string} clientId
 * @property {string} clientSecret
 * @property {string} organisation
 * @property {string} [organisationId] its id, where an archive is made without asking for it
 * @property {() => Promise<void>} stop
 */

/**
 * Resolves when the simulator prints its one line of JSON, which `--json` asks for.
 * @param {readonly string[]} [args] see `npm run simulator -- --help`
 * @returns {Promise<RunningSimulator>}
 */
export async function startSimulator(args = []) {
  const group = startGroup(
    process.execPath,
    ['test/simulator/main.ts', '--json', '--port', '0', ...args],
    {
      cwd: root,
    },
  );
  const { stdout } = group.child;
  if (stdout === null) {
    throw new Error('The simulator has no output.');
  }
  for await (const line of createInterface({ input: stdout })) {
    if (line.startsWith('{')) {
      const told = JSON.parse(line);
      stdout.resume();
      return { ...told, stop: group.stop };
    }
  }
  await group.stop();
  throw new Error('The simulator ended before it listened: `npm run simulator` shows why.');
}
