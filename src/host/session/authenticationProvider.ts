/**
 * Shows the accounts in VS Code's Accounts menu and hands them to extensions that the person lets have them. Our own code uses
 * the SessionManager, so that nobody has to consent to our using our own sign-in.
 */
import * as vscode from 'vscode';
import { isCancellation, messageOf } from '../../base/appError.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import { authenticationProviderId, authenticationProviderLabel } from '../../generated/manifest.ts';
import type { Account } from './accounts.ts';
import type { SessionManager } from './sessionManager.ts';

interface ProviderDeps {
  readonly sessions: SessionManager;
  readonly log: Log;
}

/** Registers the provider until the result is disposed of. */
export function registerAuthenticationProvider(deps: ProviderDeps): Disposable {
  const store = new DisposableStore();
  const provider = store.add(new GenesysAuthenticationProvider(deps));
  store.add(
    vscode.authentication.registerAuthenticationProvider(
      authenticationProviderId,
      authenticationProviderLabel,
      provider,
      { supportsMultipleAccounts: true },
    ),
  );
  return store;
}

const tokenTimeoutMs = 30_000;

class GenesysAuthenticationProvider implements vscode.AuthenticationProvider, Disposable {
  private readonly deps: ProviderDeps;
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(
    new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>(),
  );
  readonly onDidChangeSessions = this.changed.event;
  private shown: readonly Account[] = [];

  constructor(deps: ProviderDeps) {
    this.deps = deps;
    this.store.add(
      deps.sessions.onDidChange(() => {
        this.announce();
      }),
    );
  }

  /**
   * Without scopes VS Code only lists the accounts: that asks nothing of the network. With scopes an extension wants to use
   * one, so the tokens are valid ones; an account that gives none is left out. Scopes belong to the OAuth client: any are taken.
   */
  async getSessions(
    scopes: readonly string[] | undefined,
    options?: vscode.AuthenticationProviderSessionOptions,
  ): Promise<vscode.AuthenticationSession[]> {
    const { sessions } = this.deps;
    await sessions.whenRestored(AbortSignal.timeout(tokenTimeoutMs));
    const asked = options?.account?.id;
    const accounts = sessions.accounts.filter(({ id }) => asked === undefined || id === asked);
    const found = await Promise.all(
      accounts.map(async (account) => this.toSession(account, scopes)),
    );
    return found.filter((session) => session !== undefined);
  }

  async createSession(scopes: readonly string[]): Promise<vscode.AuthenticationSession> {
    const { sessions } = this.deps;
    const { account } = await sessions.signIn(undefined, new AbortController().signal);
    const signal = AbortSignal.timeout(tokenTimeoutMs);
    return toVscodeSession(account, await sessions.fetchToken(account.id, signal), scopes);
  }

  async removeSession(sessionId: string): Promise<void> {
    await this.deps.sessions.signOut(sessionId);
  }

  dispose(): void {
    this.store.dispose();
  }

  private async toSession(
    account: Account,
    scopes: readonly string[] | undefined,
  ): Promise<vscode.AuthenticationSession | undefined> {
    const { sessions, log } = this.deps;
    try {
      const accessToken =
        scopes === undefined
          ? ((await sessions.readStoredToken(account.id)) ?? '')
          : await sessions.fetchToken(account.id, AbortSignal.timeout(tokenTimeoutMs));
      return toVscodeSession(account, accessToken, scopes);
    } catch (error) {
      if (!isCancellation(error)) {
        log.warn('An account gives no token', { reason: messageOf(error) });
      }
      return undefined;
    }
  }

  private announce(): void {
    const accounts = this.deps.sessions.accounts;
    const added = without(accounts, this.shown);
    const removed = without(this.shown, accounts);
    if (added.length === 0 && removed.length === 0) {
      return;
    }
    this.shown = accounts;
    this.changed.fire({
      added: added.map((account) => toVscodeSession(account, '', [])),
      removed: removed.map((account) => toVscodeSession(account, '', [])),
      changed: [],
    });
  }
}

function without(accounts: readonly Account[], others: readonly Account[]): readonly Account[] {
  return accounts.filter(
    ({ id, label }) => !others.some((other) => other.id === id && other.label === label),
  );
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
