/** Checks credentials before they are kept, for the sign-in. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { GenesysClient } from './genesysClient.ts';
import type { Organisation } from './genesysApi.ts';
import type { BaseUrls } from './regions.ts';
import { ClientCredentialsTokenSource } from './tokenSource.ts';

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Signs in with nothing stored and asks for the organisation; what it learned is dropped.
 * @throws AppError `auth` when the platform refuses the client, `forbidden`, `network`, `remote`
 * @see GET /api/v2/organizations/me
 */
export async function verifyCredentials(
  credentials: Credentials,
  deps: BaseUrls & {
    readonly clock: Clock;
    readonly log: Log;
    readonly userAgent?: string | undefined;
  },
  signal: AbortSignal,
): Promise<Organisation> {
  const tokens = new ClientCredentialsTokenSource({ ...deps, ...credentials });
  return new GenesysClient({ ...deps, tokens }).fetchOrganisation(signal);
}
