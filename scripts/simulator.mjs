// @ts-check
/** `npm run simulator`: the simulator alone, under the project's Node; `-- --help` lists what it takes. */
import { run, runMain } from './childProcess.mjs';
import { root, setUp } from './setUp.mjs';

await runMain(async () => {
  await setUp();
  const { code } = await run(
    process.execPath,
    ['test/simulator/main.ts', ...process.argv.slice(2)],
    {
      cwd: root,
    },
  );
  return code;
});
