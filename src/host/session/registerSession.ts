/** The session as a feature: its commands, its context keys, the Accounts menu, and taking up the sign-in of last time. */
import * as vscode from 'vscode';
import { isCancellation } from '../../base/appError.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { Commands } from '../commands.ts';
import { presentError } from '../errors/presentError.ts';
import type { Services } from '../services.ts';
import { switchAccount } from './accountPicker.ts';
import { decodeSignInArguments, type SignInDefaults } from './accounts.ts';
import { registerAuthenticationProvider } from './authenticationProvider.ts';
import type { AskForCredentials, SignedIn } from './session.ts';
import type { SessionState } from './sessionManager.ts';

type Deps = Pick<Services, 'sessions' | 'signInDialogs' | 'settings' | 'contextKeys' | 'log'>;

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
  store.add(
    deps.sessions.onDidEnd((error) => {
      presentError(error, deps.log, { canSwitchAccount: deps.sessions.accounts.length > 1 });
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

function setContextKeys({ contextKeys, sessions }: Deps, { kind }: SessionState): void {
  contextKeys.set('hasAccounts', sessions.accounts.length > 0);
  contextKeys.set('signedIn', kind === 'signedIn');
  if (kind !== 'signedIn' && kind !== 'restoring') {
    contextKeys.set('state', kind);
  }
}

/** Signing in by every method, switching, signing out. */
export function sessionCommands(
  deps: Deps,
): Commands<
  | 'genesysArchive.signIn'
  | 'genesysArchive.signInWithBrowser'
  | 'genesysArchive.importCliProfile'
  | 'genesysArchive.switchAccount'
  | 'genesysArchive.signOut'
> {
  const { sessions, signInDialogs } = deps;
  const signInBy = async (ask: AskForCredentials): Promise<SignInResult> =>
    toResult(await sessions.signIn(undefined, new AbortController().signal, ask));
  return {
    /**
     * Without argument (or with what a view passes) asks a person; with `{region?, apiBaseUrl?, loginBaseUrl?, clientId,
     * clientSecret}` signs in without asking. Gives `{organisation, region}`, or undefined when it failed or was cancelled.
     */
    'genesysArchive.signIn': async (argument: unknown) => {
      if (argument === undefined || argument === null) {
        const ended = sessions.hasEnded ? sessions.current?.account : undefined;
        return signInBy(async (verify, signal) =>
          (await signInDialogs.get()).ask(verify, signal, ended),
        );
      }
      const credentials = decodeSignInArguments(argument, signInDefaults(deps));
      return toResult(await sessions.signIn(credentials, new AbortController().signal));
    },
    'genesysArchive.signInWithBrowser': async () =>
      signInBy((await signInDialogs.get()).askWithBrowser),
    'genesysArchive.importCliProfile': async () =>
      signInBy((await signInDialogs.get()).askWithCliProfile),
    'genesysArchive.switchAccount': () => switchAccount(sessions),
    'genesysArchive.signOut': async () => {
      await sessions.signOut();
    },
  };
}

interface SignInResult {
  readonly organisation: string;
  readonly region: string;
}

function toResult({ account }: SignedIn): SignInResult {
  return { organisation: account.organisation.name, region: account.region };
}

function signInDefaults({ settings }: Deps): SignInDefaults {
  return {
    region: settings.get('region'),
    apiBaseUrl: settings.get('apiBaseUrl'),
    loginBaseUrl: settings.get('loginBaseUrl'),
    isTrusted: vscode.workspace.isTrusted,
  };
}
