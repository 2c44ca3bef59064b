// @ts-check
/** `npm run build:hostTests`: the extension and its host tests, for the launch configuration. */
import { runMain, runOrFail } from './childProcess.mjs';
import { buildHostTests } from './hostTests.mjs';
import { root, setUp } from './setUp.mjs';

await runMain(async () => {
  await setUp();
  await runOrFail(process.execPath, ['esbuild.js'], {
    cwd: root,
    whatToDo: 'Correct what the build says below.',
  });
  console.log(await buildHostTests());
});
