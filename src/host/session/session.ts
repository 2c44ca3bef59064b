/** One sign-in with its connection: how it is proven and what the rest of the extension sees of it. */
import { errors, isCancellation } from '../../base/appError.ts';
import type { GenesysApi } from '../../genesys/genesysApi.ts';
import type { AccessToken } from '../../genesys/tokenSource.ts';
import { toAccount, type Account, type Credentials, type StoredSignIn } from './accounts.ts';
import type { Connection, TokenLife } from './connection.ts';

export interface SignedIn {
  readonly account: Account;
  readonly api: GenesysApi;
  readonly tokens: TokenLife;
}

/**
 * Tries credentials, with the token that the sign-in brought already when a person signed in with a browser. Resolves when
 * they opened an organisation. @throws AppError with a message that says what to check
 */
export type Verify = (
  credentials: Credentials,
  signal: AbortSignal,
  token?: AccessToken,
) => Promise<SignedIn>;

/** Asks a person until `verify` resolves. Rejects with AbortError when the person gives up. */
export type AskForCredentials = (verify: Verify, signal: AbortSignal) => Promise<SignedIn>;

/** What the manager keeps of it besides. */
export interface Session extends SignedIn {
  readonly connection: Connection;
  readonly stored: StoredSignIn;
}

/** A slip in the region or a base URL is said this soon, and not after all retries of a background call. */
const signInTimeoutMs = 20_000;

/**
 * Asks the platform whose the credentials are.
 * @throws AppError `auth` | `forbidden` | `network` (also when there is no answer in time) | `remote`
 */
export async function identify(
  credentials: Credentials,
  connection: Connection,
  signal: AbortSignal,
): Promise<StoredSignIn> {
  const deadline = AbortSignal.timeout(signInTimeoutMs);
  const both = AbortSignal.any([signal, deadline]);
  try {
    const person = await connection.fetchPerson(both);
    const organisation = await connection.api.fetchOrganisation(both);
    return { credentials, organisation, ...(person !== undefined && { person }) };
  } catch (error) {
    if (isCancellation(error) && deadline.aborted && !signal.aborted) {
      throw errors.network('Genesys Cloud did not answer in time; check the network and try again');
    }
    throw error;
  }
}

export function toSession(stored: StoredSignIn, connection: Connection): Session {
  return {
    account: toAccount(stored),
    api: connection.api,
    tokens: connection.tokens,
    connection,
    stored,
  };
}
