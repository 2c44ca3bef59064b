// @ts-check
/** `npm run package`: the VSIX of a production build, held to a size and to a list of what may be in it. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { runMain } from './childProcess.mjs';
import { root, setUp } from './setUp.mjs';
import { listProductFiles, packProduct } from './vsix.mjs';

const maxBytes = 2_000_000;
const allowed =
  /^(?:dist\/.+\.(?:cjs|js|css|ttf|wasm|txt)|media\/.+\.(?:svg|png|css|md)|l10n\/.+\.json|package\.json|package\.nls(?:\.[\w-]+)?\.json|README\.md|CHANGELOG\.md|LICENSE(?:\.txt)?)$/iu;

await runMain(async () => {
  await setUp();
  const target = await packProduct(join(root, 'genesys-archive-explorer.vsix'));
  const files = await listProductFiles();
  const bytes = statSync(target).size;
  console.log(`${target}: ${files.length} files, ${bytes} bytes of at most ${maxBytes}`);
  const strangers = files.filter((file) => !allowed.test(file));
  if (strangers.length > 0) {
    throw new Error(
      `These files must not be shipped, name them in .vscodeignore: ${strangers.join(', ')}`,
    );
  }
  if (!files.includes('dist/extension.cjs')) {
    throw new Error(
      'The package holds no dist/extension.cjs: check .vscodeignore and main in package.json.',
    );
  }
  if (bytes > maxBytes) {
    throw new Error(
      `The package is too big: ${bytes} bytes, more than ${maxBytes}. \`vsce ls --tree\` shows what grew.`,
    );
  }
});
