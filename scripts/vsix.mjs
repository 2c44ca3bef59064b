// @ts-check
/** Packs extensions with vsce and says what is in them. Knows nothing of what they do. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runOrFail } from './childProcess.mjs';
import { root } from './setUp.mjs';

const whatToDo = 'Read what vsce says below; `npm run build` shows errors of the sources alone.';

/**
 * Packs the product in a production build, source maps left out.
 * @param {string} target path of the .vsix
 */
export async function packProduct(target) {
  mkdirSync(dirname(target), { recursive: true });
  await runOrFail(
    'vsce',
    [
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      target,
    ],
    {
      cwd: root,
      whatToDo,
    },
  );
  return target;
}

/** Files of the product's package, as vsce selects them; they are on disk after {@link packProduct}. */
export async function listProductFiles() {
  const output = await runOrFail('vsce', ['ls', '--no-dependencies'], { cwd: root, whatToDo });
  // The production build runs first and may write lines of its own.
  return output
    .split('\n')
    .filter((line) => /^[\w.@/ -]+\.?\w+$/u.test(line) && !line.startsWith('>'));
}

/** Packs the demo's companion, which signs the demo in. */
export async function packDemoCompanion() {
  const target = join(root, 'out/demoCompanion.vsix');
  mkdirSync(dirname(target), { recursive: true });
  await runOrFail(
    'vsce',
    [
      'package',
      '--no-dependencies',
      '--skip-license',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      target,
    ],
    { cwd: join(root, 'test/support/demoCompanion'), whatToDo },
  );
  return target;
}
