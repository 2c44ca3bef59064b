/**
 * Shows the session in VS Code's Accounts menu and hands it to extensions that the person lets have it. Our own code uses the
 * SessionManager, so that nobody has to consent to our using our own sign-in.
 */
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { authenticationProviderId, authenticationProviderLabel } from '../../generated/manifest.ts';
import type { Account } from './accounts.ts';
import type { SessionManager } from './sessionManager.ts';

/** Registers the provider until the result is disposed of. */
export function registerAuthenticationProvider(deps: {
  readonly sessions: SessionManager;
}): Disposable {
  const store = new DisposableStore();
  const provider = store.add(new GenesysAuthenticationProvider(deps.sessions));
  store.add(
    vscode.authentication.registerAuthenticationProvider(
      authenticationProviderId,
      authenticationProviderLabel,
      provider,
      { supportsMultipleAccounts: false },
    ),
  );
  return store;
}

const tokenTimeoutMs = 30_000;

class GenesysAuthenticationProvider implements vscode.AuthenticationProvider, Disposable {
  private readonly sessions: SessionManager;
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(
    new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>(),
  );
  readonly onDidChangeSessions = this.changed.event;
  private shown: Account | undefined;

  constructor(sessions: SessionManager) {
    this.sessions = sessions;
    this.store.add(
      sessions.onDidChange(() => {
        this.announce();
      }),
    );
  }

  /**
   * Without scopes VS Code only lists the accounts: that asks nothing of the network. With scopes an extension wants to use
   * the session, so its token is a valid one. Client credentials know no scopes: any are taken.
   */
  async getSessions(
    scopes: readonly string[] | undefined,
  ): Promise<vscode.AuthenticationSession[]> {
    await this.sessions.whenRestored(AbortSignal.timeout(tokenTimeoutMs));
    const { current } = this.sessions;
    if (current === undefined) {
      return [];
    }
    const accessToken =
      scopes === undefined
        ? ((await this.sessions.readStoredToken()) ?? '')
        : await this.sessions.fetchToken(AbortSignal.timeout(tokenTimeoutMs));
    return [toVscodeSession(current.account, accessToken, scopes)];
  }

  async createSession(scopes: readonly string[]): Promise<vscode.AuthenticationSession> {
    const { account } = await this.sessions.signIn(undefined, new AbortController().signal);
    const accessToken = await this.sessions.fetchToken(AbortSignal.timeout(tokenTimeoutMs));
    return toVscodeSession(account, accessToken, scopes);
  }

  async removeSession(sessionId: string): Promise<void> {
    if (this.sessions.current?.account.id === sessionId) {
      await this.sessions.signOut();
    }
  }

  dispose(): void {
    this.store.dispose();
  }

  private announce(): void {
    const account = this.sessions.current?.account;
    if (account?.id === this.shown?.id && account?.label === this.shown?.label) {
      return;
    }
    const removed = this.shown === undefined ? [] : [toVscodeSession(this.shown, '', [])];
    const added = account === undefined ? [] : [toVscodeSession(account, '', [])];
    this.shown = account;
    this.changed.fire({ added, removed, changed: [] });
  }
}

function toVscodeSession(
  account: Account,
  accessToken: string,
  scopes: readonly string[] | undefined,
): vscode.AuthenticationSession {
  return {
    id: account.id,
    accessToken,
    account: { id: account.id, label: account.label },
    scopes: scopes ?? [],
  };
}
