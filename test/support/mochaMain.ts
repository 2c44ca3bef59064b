/**
 * Process entry that runs test files with mocha under Node: `mochaMain.ts <result file> <glob>…`. Shows each test as it ends
 * when VERBOSE is set, failures in any case, and leaves the counts in the result file.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Mocha from 'mocha';
import { runMocha } from './runMocha.ts';

const [resultFile, ...globs] = process.argv.slice(2);
if (resultFile === undefined || globs.length === 0) {
  throw new Error('Usage: mochaMain.ts <result file> <glob>…');
}
const options: Mocha.MochaOptions = JSON.parse(
  readFileSync(new URL('../../.mocharc.json', import.meta.url), 'utf8'),
);
// A workbench on a busy machine misses a click now and then: what fails in it is tried once more before it counts.
const isWorkbench = globs.some((glob) => glob.includes('/ui/'));
let hasFailed = false;
const rootHooks: Mocha.RootHookObject = {
  afterEach: async () => {
    if (hasFailed) {
      hasFailed = false;
      const { describeOpenWorkbenches } = await import('./workbench.ts');
      console.log(await describeOpenWorkbenches());
    }
  },
};
const mocha = new Mocha({ ...options, ...(isWorkbench && { retries: 1, rootHooks }) });
for (const file of globSync(globs).sort()) {
  mocha.addFile(resolve(file));
}
await mocha.loadFilesAsync();
const isVerbose = process.env['VERBOSE'] !== undefined;
const result = await runMocha(mocha, Mocha.reporters.Base, (line) => {
  const isFailure = line.startsWith('FAIL') || line.startsWith('RETRY');
  hasFailed ||= isFailure;
  if (isVerbose || isFailure) {
    console.log(line);
  }
});
writeFileSync(resultFile, JSON.stringify(result));
process.exitCode = result.failed === 0 ? 0 : 1;
