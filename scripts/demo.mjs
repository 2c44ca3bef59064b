// @ts-check
/** What the demos have in common: a workspace that points at the simulator, what the companion signs in with, VS Code's side. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Settings of a workspace that point at the simulator.
 * @param {string} workspace an existing folder
 * @param {Omit<import('./runningSimulator.mjs').RunningSimulator, 'clientSecret' | 'organisation' | 'stop'>} simulator
 */
export function writeWorkspace(workspace, { apiBaseUrl, loginBaseUrl, clientId }) {
  mkdirSync(join(workspace, '.vscode'), { recursive: true });
  const settings = {
    'genesysArchive.apiBaseUrl': apiBaseUrl,
    'genesysArchive.loginBaseUrl': loginBaseUrl,
    'genesysArchive.clientId': clientId,
  };
  writeFileSync(
    join(workspace, '.vscode/settings.json'),
    `${JSON.stringify(settings, undefined, 2)}\n`,
  );
}

/**
 * The companion's values, by the names under which it reads them.
 * @param {Omit<import('./runningSimulator.mjs').RunningSimulator, 'organisation' | 'stop'>} simulator
 * @returns {Record<string, string>}
 */
export const demoEnvironment = ({ apiBaseUrl, loginBaseUrl, clientId, clientSecret }) => ({
  GENESYS_ARCHIVE_DEMO_REGION: 'mypurecloud.com',
  GENESYS_ARCHIVE_DEMO_API_BASE_URL: apiBaseUrl,
  GENESYS_ARCHIVE_DEMO_LOGIN_BASE_URL: loginBaseUrl,
  GENESYS_ARCHIVE_DEMO_CLIENT_ID: clientId,
  GENESYS_ARCHIVE_DEMO_CLIENT_SECRET: clientSecret,
});

/** User settings of the demo in the bundled VS Code. */
export const demoSettings = { 'workbench.colorTheme': 'Default Dark Modern' };

/**
 * What desktop VS Code is called with: data of its own in `folder`, the product and the companion as extensions under
 * development.
 * @param {{ root: string; folder: string; workspace: string }} paths absolute
 * @returns {string[]}
 */
export const desktopArguments = ({ root, folder, workspace }) => [
  '--wait',
  '--new-window',
  '--disable-workspace-trust',
  ...['--user-data-dir', join(folder, 'data'), '--extensions-dir', join(folder, 'extensions')],
  `--extensionDevelopmentPath=${root}`,
  `--extensionDevelopmentPath=${join(root, 'test/support/demoCompanion')}`,
  workspace,
];

/** Resolves at Ctrl+C, or when told to end. */
export const untilStopped = () =>
  new Promise((resolve) => {
    // A listener alone does not keep the process alive.
    const timer = setTimeout(() => undefined, 2 ** 31 - 1);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(signal, () => {
        clearTimeout(timer);
        resolve(undefined);
      });
    }
  });
