/** Says what to check when signing in fails: the platform answers alike for a wrong secret and a wrong region. */
import { AppError, isAppError } from '../../base/appError.ts';
import { findRegion } from '../../genesys/regions.ts';
import type { Credentials } from './accounts.ts';

/** The failure with a message that names what to check; what is no AppError passes through. */
export function explainSignInFailure(error: unknown, credentials: Credentials): unknown {
  if (!isAppError(error)) {
    return error;
  }
  const advice = adviceFor(error, credentials);
  return advice === undefined
    ? error
    : new AppError(error.code, advice, {
        cause: error,
        // It is this attempt that failed, not a session that ended.
        details: { ...error.details, sessionEnded: undefined },
        retryAfterMs: error.retryAfterMs,
      });
}

function adviceFor(error: AppError, credentials: Credentials): string | undefined {
  const region = findRegion(credentials.region)?.label ?? credentials.region;
  const isPerson = credentials.clientSecret === undefined;
  if (error.code === 'auth') {
    return isPerson
      ? `Genesys Cloud did not accept the sign-in. Check that the client id is that of an OAuth client with the grant type "Code Authorization" and the redirect URI http://localhost, that the client is active, and that its organisation is in the region: ${region}`
      : `Genesys Cloud did not accept the client. Check that the client id and secret are those of one OAuth client with the grant type "Client Credentials", that the client is active, and that its organisation is in the region: ${region}`;
  }
  if (error.code === 'forbidden') {
    return isPerson
      ? `The OAuth client may not read your organisation. Give it the scopes that the extension's page lists, then try again: ${error.message}`
      : `The OAuth client may not read its organisation. Give it a role with the permissions that the extension's page lists, then try again: ${error.message}`;
  }
  if (error.code === 'network') {
    return `Genesys Cloud cannot be reached. Check the connection, the proxy settings of VS Code, and the address: ${hostOf(credentials.loginBaseUrl)}`;
  }
  if (error.code === 'protocol' || error.code === 'notFound') {
    return `What answers there is not Genesys Cloud. Check the region and the base URL settings: ${hostOf(credentials.apiBaseUrl)}`;
  }
  return undefined;
}

function hostOf(baseUrl: string): string {
  return URL.parse(baseUrl)?.host ?? baseUrl;
}
