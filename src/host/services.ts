/**
 * The composition root: everything that features share, made in the order of dependence. Making it is cheap: no network, no
 * files, no processes. Features take what they need (`Pick<Services, …>`), never the whole and never the extension context.
 */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { systemClock, type Clock } from '../base/clock.ts';
import type { DisposableStore } from '../base/disposable.ts';
import { Lazy } from '../base/lazy.ts';
import { ContextKeys } from './ports/contextKeys.ts';
import { createLog, type HostLog } from './ports/log.ts';
import { VscodeSettings, type SettingsReader } from './ports/settings.ts';
import { createActiveAccount } from './session/activeAccount.ts';
import { SessionManager } from './session/sessionManager.ts';
import { SessionStore } from './session/sessionStore.ts';
import type { SignInDialogs } from './session/signInDialog.ts';
import { TransferCounter } from './transferActivity.ts';

export interface Services {
  readonly extensionUri: vscode.Uri;
  /** Where files of ours live that belong to no workspace; not there until somebody makes it. */
  readonly globalStorageUri: vscode.Uri;
  /** Small facts of this workspace (the last interval, the last filters); no secrets. */
  readonly workspaceState: vscode.Memento;
  /** Small facts of this machine; no secrets. */
  readonly globalState: vscode.Memento;
  readonly secrets: vscode.SecretStorage;
  readonly clock: Clock;
  readonly channel: vscode.LogOutputChannel;
  readonly log: HostLog;
  readonly settings: SettingsReader;
  readonly contextKeys: ContextKeys;
  readonly sessions: SessionManager;
  readonly signInDialogs: Lazy<SignInDialogs>;
  readonly transfers: TransferCounter;
}

/** Makes the services; `store` owns them. */
export function createServices(context: vscode.ExtensionContext, store: DisposableStore): Services {
  const clock = systemClock;
  const channel = store.add(
    vscode.window.createOutputChannel('Genesys Cloud Archive Explorer', { log: true }),
  );
  const log = createLog(channel);
  const settings = store.add(new VscodeSettings());
  const contextKeys = new ContextKeys();
  const connect = new Lazy(async () => {
    const { createConnect, createFileBudgets } = await import('./session/connectionModule.ts');
    const folderPath = join(context.globalStorageUri.fsPath, 'budget');
    const budgets = createFileBudgets({ folderPath, log: log.child('genesys') });
    return createConnect({ clock, log, budgets });
  });
  const sessionLog = log.child('session');
  const sessionStore = store.add(new SessionStore({ secrets: context.secrets, log: sessionLog }));
  const signInDialogs = new Lazy(async () => {
    const module = await import('./session/signInModule.ts');
    return new module.SignInDialogs({ settings, memory: context.globalState });
  });
  const sessions = store.add(
    new SessionManager({
      active: createActiveAccount(context.workspaceState),
      store: sessionStore,
      connect: async (credentials, tokens) => (await connect.get())(credentials, tokens),
      ask: async (verify, signal) => (await signInDialogs.get()).ask(verify, signal),
      log: sessionLog,
    }),
  );
  const transfers = store.add(new TransferCounter());
  return {
    extensionUri: context.extensionUri,
    globalStorageUri: context.globalStorageUri,
    workspaceState: context.workspaceState,
    globalState: context.globalState,
    secrets: context.secrets,
    clock,
    channel,
    log,
    settings,
    contextKeys,
    sessions,
    signInDialogs,
    transfers,
  };
}
