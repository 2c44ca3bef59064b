/**
 * A throw-away code-server (a real VS Code with its extension host) on a free loopback port, with data folders of its own.
 * Knows nothing of browsers.
 */
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run, startGroup } from '../../scripts/childProcess.mjs';
import { ensureVsHost } from '../../scripts/vsHost.mjs';

/** Settings that keep the workbench quiet: nothing pops up, nothing goes out to the network. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'git.enabled': false,
  'typescript.disableAutomaticTypeAcquisition': true,
  'window.dialogStyle': 'custom',
  'workbench.reduceMotion': 'on',
};

export interface CodeServerOptions {
  /** User settings on top of the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment, which the extension host inherits. */
  readonly env?: Readonly<Record<string, string>>;
  /** Packed extensions to install before the start, as a user would. */
  readonly vsixFiles?: readonly string[];
  /**
   * Honours extensions under development and test entries named in the address. VS Code draws no notification toasts then:
   * look into the notification centre.
   */
  readonly isDevelopment?: boolean;
}

export interface CodeServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly origin: string;
  readonly processId: number;
  /** Where it keeps settings and the storage of extensions. */
  readonly dataFolder: string;
  /** What the server wrote so far. */
  readLog(): string;
  /** Ends the server with all its children and removes its folders. */
  stop(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolvePort, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') {
          reject(new Error('The free port has no number'));
        } else {
          resolvePort(address.port);
        }
      });
    });
  });

/** The environment without what a surrounding VS Code or shell would tell code-server. */
function serverEnvironment(
  folder: string,
  extra: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([key]) => !key.startsWith('VSCODE_') && !['PASSWORD', 'PORT', 'NODE_OPTIONS'].includes(key),
  );
  return {
    ...Object.fromEntries(inherited),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'share'),
    CODE_SERVER_CONFIG: join(folder, 'config.yaml'),
    ...extra,
  };
}

/**
 * Resolves when the server answers; installs code-server first when it is not there.
 * @throws Error with the server's log when it does not come up within 60 s
 */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { node, entry } = await ensureVsHost();
  const folder = mkdtempSync(join(tmpdir(), 'genesys-archive-vscode-'));
  const dataFolder = join(folder, 'data');
  mkdirSync(join(dataFolder, 'User'), { recursive: true });
  writeFileSync(
    join(dataFolder, 'User/settings.json'),
    JSON.stringify({ ...quietSettings, ...options.settings }),
  );
  writeFileSync(join(folder, 'config.yaml'), '{}\n');
  const env = serverEnvironment(folder, options.env ?? {});
  const folderArgs = [
    '--user-data-dir',
    dataFolder,
    '--extensions-dir',
    join(folder, 'extensions'),
  ];
  for (const vsixFile of options.vsixFiles ?? []) {
    const { code, output } = await run(
      node,
      [entry, ...folderArgs, '--install-extension', resolve(vsixFile)],
      { env, isQuiet: true },
    );
    if (code !== 0) {
      throw new Error(`VS Code did not install ${vsixFile}:\n${output}`);
    }
  }
  const port = await freePort();
  const origin = `http://127.0.0.1:${String(port)}`;
  const logFile = join(folder, 'server.log');
  const logDescriptor = openSync(logFile, 'w');
  const group = startGroup(
    node,
    [
      entry,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${String(port)}`, ...folderArgs],
      ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
      '--disable-getting-started-override',
      ...(options.isDevelopment === true ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ],
    { env, stdio: ['ignore', logDescriptor, logDescriptor] },
  );
  closeSync(logDescriptor);
  const readLog = (): string => readFileSync(logFile, 'utf8');
  const stop = async (): Promise<void> => {
    await group.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  if (!(await answers(`${origin}/healthz`, () => group.child.exitCode === null))) {
    const log = readLog();
    await stop();
    throw new Error(`code-server did not start. It wrote:\n${log}`);
  }
  return { origin, processId: group.child.pid ?? 0, dataFolder, readLog, stop };
}

async function answers(url: string, isRunning: () => boolean): Promise<boolean> {
  const deadlineMs = Date.now() + 60_000;
  while (isRunning() && Date.now() < deadlineMs) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) {
      return true;
    }
    // A port that nobody listens on yet gives no event to wait for.
    await delay(100);
  }
  return false;
}

export interface WorkbenchAddress {
  /** Workspace folder; an empty window without. */
  readonly folder?: string;
  /** The one extension under development; VS Code's web window takes no second. Needs a development server. */
  readonly extensionFolder?: string;
  /** Module whose `run()` the extension host calls. Needs a development server. */
  readonly testsPath?: string;
}

/** The address that opens a workbench; folders are named as the extension host sees them. */
export function workbenchUrl(origin: string, address: WorkbenchAddress): string {
  const url = new URL(origin);
  const remote = (path: string): string => `vscode-remote://${url.host}${resolve(path)}`;
  const payload: string[][] = [];
  if (address.extensionFolder !== undefined) {
    payload.push(['extensionDevelopmentPath', remote(address.extensionFolder)]);
  }
  if (address.testsPath !== undefined) {
    payload.push(['extensionTestsPath', remote(address.testsPath)]);
  }
  if (address.folder === undefined) {
    url.searchParams.set('ew', 'true');
  } else {
    url.searchParams.set('folder', resolve(address.folder));
  }
  if (payload.length > 0) {
    url.searchParams.set('payload', JSON.stringify(payload));
  }
  return url.href;
}
