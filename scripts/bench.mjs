// @ts-check
/** `npm run bench -- <name> [--json]`: runs `test/bench/<name>.ts` and shows its measurements as a table or as JSON lines. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { runMain, startGroup } from './childProcess.mjs';
import { root, setUp } from './setUp.mjs';

/**
 * A line of a benchmark; anything else that it prints is not a measurement.
 * @param {string} line
 */
function parseMeasurement(line) {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'metric' in value && 'value' in value
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

await runMain(async () => {
  const args = process.argv.slice(2);
  const isJson = args.includes('--json');
  const name = args.find((arg) => !arg.startsWith('--'));
  const folder = join(root, 'test/bench');
  if (name === undefined || !existsSync(join(folder, `${name}.ts`))) {
    const names = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    throw new Error(`Name a benchmark: ${names.map((file) => basename(file, '.ts')).join(', ')}`);
  }
  await setUp();
  const group = startGroup(
    process.execPath,
    [join(folder, `${name}.ts`), ...args.filter((arg) => arg !== name)],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let count = 0;
  const { stdout } = group.child;
  if (stdout !== null) {
    for await (const line of createInterface({ input: stdout })) {
      const measured = parseMeasurement(line);
      if (measured === undefined) {
        console.error(line);
        continue;
      }
      count++;
      const { metric, value, unit, reference, ratio } = measured;
      console.log(
        isJson
          ? line
          : [
              String(metric).padEnd(32),
              String(value).padStart(12),
              String(unit).padEnd(8),
              reference === undefined ? '' : `reference ${reference}`,
              ratio === undefined ? '' : `ratio ${ratio}`,
            ]
              .join(' ')
              .trimEnd(),
      );
    }
  }
  await group.exited;
  if (count === 0) {
    throw new Error(`The benchmark "${name}" measured nothing.`);
  }
  return group.child.exitCode ?? 1;
});
