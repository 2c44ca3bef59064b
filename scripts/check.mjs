// @ts-check
/** `npm run check`: format, lint, types, layers, dead code, manifest and lock files. */
import { runMain } from './childProcess.mjs';
import { runChecks } from './checks.mjs';
import { setUp } from './setUp.mjs';
import { isGreen, summaryLine } from './testResult.mjs';

await runMain(async () => {
  await setUp();
  const parts = [await runChecks()];
  console.log(summaryLine(parts));
  return isGreen(parts) ? 0 : 1;
});
