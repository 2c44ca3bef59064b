// @ts-check
/**
 * What every script does first, on Node 20 or later and npm alone: the dependencies of the lock file, and the Node of this
 * project to run on. Imports nothing that is not there before the installation.
 */
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { run } from './childProcess.mjs';
import { contentStamp } from './installOnce.mjs';

/** The project's folder. */
export const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const nodeBinary = join(
  root,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/**
 * Whether the installed dependencies are those of the lock file. The stamp of our own installation says so; without one
 * (somebody ran npm) npm's own list of what it installed must name every package in the locked version.
 * @param {string} folder of package.json
 */
export function isInstalled(folder) {
  const lockPath = join(folder, 'package-lock.json');
  const stampPath = join(folder, 'node_modules/.genesys-archive-lock');
  if (existsSync(stampPath)) {
    return readFileSync(stampPath, 'utf8') === contentStamp([lockPath]);
  }
  const installedPath = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(installedPath)) {
    return false;
  }
  const locked = JSON.parse(readFileSync(lockPath, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages;
  return Object.entries(locked).every(
    ([path, { version, optional }]) =>
      path === '' || optional === true || installed[path]?.version === version,
  );
}

/** Runs this script under the project's Node. The terminal sends Ctrl+C to both processes, other ends are passed on. */
function restart() {
  const child = spawn(nodeBinary, process.argv.slice(1), { stdio: 'inherit' });
  process.on('SIGINT', () => undefined);
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((/** @type {(code: number) => void} */ resolveCode, reject) => {
    child.once('exit', (code) => {
      resolveCode(code ?? 1);
    });
    child.once('error', (error) => {
      reject(
        new Error(
          `The project's Node did not start (${error.message}): remove node_modules and run this again.`,
        ),
      );
    });
  });
}

async function installDependencies() {
  if (isInstalled(root)) {
    return;
  }
  // npm would empty the folder behind the link, which is another checkout's.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new Error(
      'node_modules is a link to a folder with other versions than the lock file names. Remove the link, then run this again.',
    );
  }
  console.error('Installing the dependencies (npm ci)…');
  const { code, output } = await run('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    isQuiet: true,
  });
  if (code !== 0) {
    throw new Error(
      `npm ci failed (exit code ${code}). Check that npm reaches its registry and that the disk has 1 GB free, then run this again.\n${output.trimEnd()}`,
    );
  }
  writeFileSync(
    join(root, 'node_modules/.genesys-archive-lock'),
    contentStamp([join(root, 'package-lock.json')]),
  );
}

/**
 * Installs the dependencies when they are missing or out of date, and goes on under the project's own Node: when another
 * one runs this script, the script starts again under the right one and this process ends with its exit code.
 * The binaries of the dependencies are first on the path afterwards. Changes to the project's folder.
 */
export async function setUp() {
  const [major] = process.versions.node.split('.');
  if (Number(major) < 20) {
    throw new Error(
      `Node ${process.versions.node} is too old: install Node 20 or later and run this again.`,
    );
  }
  process.chdir(root);
  await installDependencies();
  const ownBin = `${join(root, 'node_modules/node/bin')}${delimiter}${join(root, 'node_modules/.bin')}${delimiter}`;
  const path = process.env['PATH'] ?? '';
  if (!path.startsWith(ownBin)) {
    process.env['PATH'] = ownBin + path;
  }
  if (!existsSync(nodeBinary)) {
    throw new Error(`${nodeBinary} is missing: remove node_modules and run this again.`);
  }
  if (
    realpathSync(process.execPath) !== realpathSync(nodeBinary) &&
    process.env['GENESYS_ARCHIVE_NODE'] === undefined
  ) {
    // A second start under the wrong Node would go on for ever: the variable stops it.
    process.env['GENESYS_ARCHIVE_NODE'] = nodeBinary;
    process.exit(await restart());
  }
}
