/**
 * The authorization code grant with PKCE: the address a person is sent to, what comes back, and the token for it. Pure but for
 * the exchange; knows nothing of browsers and listeners.
 */
import { errors, type AppError } from '../base/appError.ts';
import { createVerifier, isSameSecret, toChallenge } from './pkce.ts';
import { requestToken, type AccessToken, type TokenEndpoint } from './tokenEndpoint.ts';

/** One attempt to sign in. Its verifier leaves this process only towards the token endpoint. */
export interface AuthorizationAttempt {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly verifier: string;
}

/** What an address that the login host redirected to says; undefined means that it is not an answer to this attempt. */
export type CallbackAnswer =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'refused'; readonly error: AppError }
  | undefined;

const clientIdPattern = /^[\w-]{1,128}$/u;
const codePattern = /^[\x21-\x7e]{1,2048}$/u;

/** A new attempt. @throws AppError `input` when the client id cannot be one */
export function createAttempt(clientId: string, redirectUri: string): AuthorizationAttempt {
  if (!clientIdPattern.test(clientId)) {
    throw errors.input('Not a usable client id: paste it as the OAuth client’s page shows it');
  }
  return { clientId, redirectUri, state: createVerifier(), verifier: createVerifier() };
}

/**
 * Where the person allows the access. No scopes: those of the OAuth client count.
 * @see GET https://login.{domain}/oauth/authorize
 */
export function toAuthorizeUrl(loginBaseUrl: string, attempt: AuthorizationAttempt): string {
  const query = new URLSearchParams({
    client_id: attempt.clientId,
    response_type: 'code',
    redirect_uri: attempt.redirectUri,
    state: attempt.state,
    code_challenge: toChallenge(attempt.verifier),
    code_challenge_method: 'S256',
  });
  return `${loginBaseUrl}/oauth/authorize?${query.toString()}`;
}

/**
 * Decodes the query of a redirect. Untrusted: any page can call a loopback address. Nothing without the attempt's state
 * counts, but for a refusal without any state, since the platform does not promise to send it then.
 */
export function decodeCallback(query: URLSearchParams, expectedState: string): CallbackAnswer {
  const states = query.getAll('state');
  const [state] = states;
  const isOurs = state !== undefined && states.length === 1 && isSameSecret(expectedState, state);
  const error = query.get('error');
  if (error !== null && (isOurs || states.length === 0)) {
    return { kind: 'refused', error: toRefusal(error) };
  }
  const codes = query.getAll('code');
  const [code] = codes;
  return isOurs && code !== undefined && codes.length === 1 && codePattern.test(code)
    ? { kind: 'code', code }
    : undefined;
}

/**
 * Decodes an address that a person copied from the browser.
 * @throws AppError `input` when it is not an answer to this attempt
 */
export function decodePastedCallback(
  text: string,
  expectedState: string,
): NonNullable<CallbackAnswer> {
  const url = URL.parse(text.trim());
  const answer = url === null ? undefined : decodeCallback(url.searchParams, expectedState);
  if (answer === undefined) {
    throw errors.input(
      url?.searchParams.has('code') === true
        ? 'This address belongs to another sign-in; paste the one of the sign-in that you have just started'
        : 'Not the address that the sign-in ended at; copy the whole of it from the browser, it begins with http://localhost',
    );
  }
  return answer;
}

/**
 * The token for a code; a code serves once.
 * @throws AppError `auth` when the login host refuses, `network`, `remote`, `protocol`
 */
export function exchangeCode(
  endpoint: TokenEndpoint,
  attempt: AuthorizationAttempt,
  code: string,
  signal: AbortSignal,
): Promise<AccessToken> {
  const { clientId, redirectUri, verifier } = attempt;
  return requestToken(
    endpoint,
    {
      form: {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        client_id: clientId,
        redirect_uri: redirectUri,
      },
    },
    signal,
  );
}

function toRefusal(code: string): AppError {
  if (code === 'access_denied') {
    return errors.auth('The access was not allowed in the browser. Sign in again and allow it');
  }
  // Never its description: whoever sent the redirect wrote it.
  const reason = /^[a-z]{1,30}(?:_[a-z]{1,30}){0,5}$/u.exec(code)?.[0] ?? 'unknown';
  return errors.auth(
    `Genesys Cloud refused the sign-in in the browser; ask an administrator to check the OAuth client: ${reason}`,
  );
}
