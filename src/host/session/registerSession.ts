/** The session as a feature: its commands, its context keys, the Accounts menu, and taking up the sign-in of last time. */
import * as vscode from 'vscode';
import { isCancellation } from '../../base/appError.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { Commands } from '../commands.ts';
import type { Services } from '../services.ts';
import { decodeSignInArguments, type SignInDefaults } from './accounts.ts';
import { registerAuthenticationProvider } from './authenticationProvider.ts';
import type { SessionState } from './sessionManager.ts';

type Deps = Pick<Services, 'sessions' | 'settings' | 'contextKeys' | 'log'>;

/**
 * Starts to follow the session. The context key `signedIn` is set here; `state` here only while nobody is signed in: from then
 * on the conversations view says what it shows.
 */
export function registerSession(deps: Deps): Disposable {
  const store = new DisposableStore();
  const ended = new AbortController();
  store.add({
    dispose: () => {
      ended.abort();
    },
  });
  store.add(registerAuthenticationProvider(deps));
  store.add(
    deps.sessions.onDidChange((state) => {
      setContextKeys(deps, state);
    }),
  );
  // Until the storage has answered nothing is shown: the view must not flash its sign-in text at those who are signed in.
  deps.sessions.restore(ended.signal).catch((error: unknown) => {
    if (!isCancellation(error)) {
      deps.log.error('The stored sign-in could not be restored', { error });
    }
  });
  return store;
}

function setContextKeys({ contextKeys }: Deps, { kind }: SessionState): void {
  contextKeys.set('signedIn', kind === 'signedIn');
  if (kind !== 'signedIn' && kind !== 'restoring') {
    contextKeys.set('state', kind);
  }
}

/** `signIn` and `signOut`. */
export function sessionCommands(
  deps: Deps,
): Commands<'genesysArchive.signIn' | 'genesysArchive.signOut'> {
  return {
    /**
     * Without argument (or with what a view passes) asks a person; with `{region?, apiBaseUrl?, loginBaseUrl?, clientId,
     * clientSecret}` signs in without asking. Gives `{organisation, region}`, or undefined when it failed or was cancelled.
     */
    'genesysArchive.signIn': async (argument: unknown) => {
      const credentials =
        argument === undefined || argument === null
          ? undefined
          : decodeSignInArguments(argument, signInDefaults(deps));
      const { account } = await deps.sessions.signIn(credentials, new AbortController().signal);
      return { organisation: account.organisation.name, region: account.region };
    },
    'genesysArchive.signOut': async () => {
      await deps.sessions.signOut();
    },
  };
}

function signInDefaults({ settings }: Deps): SignInDefaults {
  return {
    region: settings.get('region'),
    apiBaseUrl: settings.get('apiBaseUrl'),
    loginBaseUrl: settings.get('loginBaseUrl'),
    isTrusted: vscode.workspace.isTrusted,
  };
}
