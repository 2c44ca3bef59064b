/**
 * Signs a person in with their browser: opens the login host's page, waits for it to come back to a loopback address of this
 * machine, and where it cannot (a remote window), takes the address that the browser ended at.
 */
import * as vscode from 'vscode';
import { errors, isAppError, messageOf } from '../../base/appError.ts';
import { systemClock } from '../../base/clock.ts';
import {
  createAttempt,
  decodePastedCallback,
  exchangeCode,
  toAuthorizeUrl,
  type AuthorizationAttempt,
  type CallbackAnswer,
} from '../../genesys/authorization.ts';
import { isLoopback } from '../../genesys/regions.ts';
import { plainMessage } from '../errors/errorText.ts';
import { withProgress } from '../progress.ts';
import type { Credentials } from './accounts.ts';
import { listenOnLoopback } from './loopbackListener.ts';
import type { SignedIn, Verify } from './session.ts';
import { showInput } from './showInput.ts';
import { explainSignInFailure } from './signInFailure.ts';

/** Where and with which client a person signs in. */
export type SignInPlace = Omit<Credentials, 'clientSecret'>;

const timeoutMs = 300_000;

/**
 * Resolves when the person allowed the access and the token opened an organisation. Rejects with AbortError when they give up.
 * @throws AppError `auth` when it is refused or takes longer than five minutes, and what `verify` throws
 */
export async function signInWithBrowser(
  place: SignInPlace,
  verify: Verify,
  signal: AbortSignal,
): Promise<SignedIn> {
  const listener = await listenOnLoopback({
    title: vscode.l10n.t('Genesys Cloud Archive Explorer'),
    received: vscode.l10n.t(
      'The browser has done its part. You can close this page and return to VS Code.',
    ),
    refused: vscode.l10n.t(
      'The access was not allowed. You can close this page and return to VS Code.',
    ),
    foreign: vscode.l10n.t('This page belongs to no sign-in that is under way.'),
  });
  try {
    const route = await planRoute(listener.port);
    const attempt = createAttempt(place.clientId, route.redirectUri);
    const deadline = AbortSignal.timeout(timeoutMs);
    const title = vscode.l10n.t('Sign in to Genesys Cloud in your browser');
    return await withProgress(title, { signal }, async (report, cancelSignal) => {
      const authorizeUrl = toAuthorizeUrl(place.loginBaseUrl, attempt);
      const stop = new AbortController();
      const both = AbortSignal.any([cancelSignal, deadline, stop.signal]);
      let answer: NonNullable<CallbackAnswer>;
      try {
        const waiting = listener.waitFor(attempt.state, route.hosts, both);
        // It may end before anybody waits for it.
        waiting.catch(() => undefined);
        const isOpen = await vscode.env.openExternal(vscode.Uri.parse(authorizeUrl, true));
        answer = await (isOpen && route.isDirect
          ? waiting
          : Promise.race([waiting, askForAddress(attempt, authorizeUrl, both)]));
      } catch (error) {
        if (deadline.aborted && !cancelSignal.aborted) {
          throw errors.auth(
            'The browser did not come back within five minutes, so the sign-in has ended. Sign in again',
          );
        }
        throw error;
      } finally {
        stop.abort();
      }
      if (answer.kind === 'refused') {
        throw answer.error;
      }
      report(vscode.l10n.t('Asking who you are…'));
      const token = await exchangeCode(
        { loginBaseUrl: place.loginBaseUrl, clock: systemClock },
        attempt,
        answer.code,
        cancelSignal,
      ).catch((error: unknown) => {
        throw explainSignInFailure(error, place);
      });
      return verify(place, cancelSignal, token);
    });
  } finally {
    listener.close();
  }
}

interface Route {
  readonly redirectUri: string;
  /** Names under which the listener is asked besides its own. */
  readonly hosts: readonly string[];
  /** Whether the person's browser surely reaches the listener. */
  readonly isDirect: boolean;
}

/**
 * OAuth clients are registered with `http://localhost`, which allows any port and nothing else. So a tunnel of VS Code is used
 * when it ends at the person's own machine; through any other the browser cannot come back.
 */
async function planRoute(port: number): Promise<Route> {
  const own = `localhost:${String(port)}`;
  const external = await vscode.env.asExternalUri(vscode.Uri.parse(`http://${own}`));
  const url = URL.parse(external.toString(true));
  const isTunnel =
    url?.protocol === 'http:' &&
    isLoopback(url.hostname) &&
    url.port !== '' &&
    url.pathname === '/';
  if (!isTunnel) {
    return { redirectUri: `http://${own}`, hosts: [], isDirect: false };
  }
  const end = `localhost:${url.port}`;
  return { redirectUri: `http://${end}`, hosts: [end, url.host], isDirect: true };
}

/** The way out for remote windows: the browser shows an error then, but its address bar holds the answer. */
async function askForAddress(
  attempt: AuthorizationAttempt,
  authorizeUrl: string,
  signal: AbortSignal,
): Promise<NonNullable<CallbackAnswer>> {
  const box = vscode.window.createInputBox();
  box.title = vscode.l10n.t('Sign In to Genesys Cloud');
  box.prompt = vscode.l10n.t(
    'Allow the access in your browser. If it then shows a page that cannot be reached, paste that page’s address here.',
  );
  box.placeholder = 'http://localhost:…/?code=…';
  box.ignoreFocusOut = true;
  const copy: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('copy'),
    tooltip: vscode.l10n.t('Copy the Address of the Sign-In Page'),
  };
  box.buttons = [copy];
  return showInput(box, signal, (settle, store) => {
    store.add(
      box.onDidTriggerButton(() => {
        void vscode.env.clipboard.writeText(authorizeUrl);
      }),
    );
    store.add(
      box.onDidChangeValue(() => {
        box.validationMessage = undefined;
      }),
    );
    store.add(
      box.onDidAccept(() => {
        try {
          settle(decodePastedCallback(box.value, attempt.state));
        } catch (error) {
          box.validationMessage = plainMessage(
            isAppError(error) ? error.message : messageOf(error),
          );
        }
      }),
    );
  });
}
