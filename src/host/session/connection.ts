/** Joins the parts of the Genesys Cloud client to what the session needs. Sends nothing by itself. */
import type { Clock } from '../../base/clock.ts';
import { Emitter, type Event } from '../../base/event.ts';
import type { Log } from '../../base/log.ts';
import type { GenesysApi } from '../../genesys/genesysApi.ts';
import { GenesysClient } from '../../genesys/genesysClient.ts';
import type { BudgetsByToken } from '../../genesys/sharedBudget.ts';
import { ClientCredentialsTokenSource, type TokenStore } from '../../genesys/tokenSource.ts';
import type { Credentials } from './accounts.ts';

export interface TokenLife {
  /** When the current token ends; undefined before there is one. */
  readonly expiresAtMs: number | undefined;
  readonly onDidChange: Event<void>;
}

export interface Connection {
  readonly api: GenesysApi;
  readonly tokens: TokenLife;
  /** The stored token without a request to the platform; undefined when there is none or it has expired. */
  readStoredToken(): Promise<string | undefined>;
  /** A valid token, fetched when needed. @throws AppError `auth` | `network` | `remote` */
  fetchToken(signal: AbortSignal): Promise<string>;
  /** Makes this machine and the platform forget the token. */
  revoke(signal: AbortSignal): Promise<void>;
}

/** Makes a connection; sends nothing until it is used. */
export type Connect = (credentials: Credentials, store: TokenStore) => Connection;

/** Connections to the real platform (or the simulator behind the same addresses). */
export function createConnect(deps: {
  readonly clock: Clock;
  readonly log: Log;
  /** Shared with the other windows. */
  readonly budgets: BudgetsByToken;
}): Connect {
  return (credentials, store) => {
    const { clock } = deps;
    const source = new ClientCredentialsTokenSource({ ...credentials, store, clock });
    const changed = new Emitter<void>();
    source.onDidChange(() => {
      changed.fire();
    });
    return {
      api: new GenesysClient({
        apiBaseUrl: credentials.apiBaseUrl,
        tokens: source,
        clock,
        log: deps.log.child('genesys'),
        budgets: deps.budgets,
      }),
      tokens: {
        get expiresAtMs() {
          return source.state.expiresAtMs;
        },
        onDidChange: changed.event,
      },
      readStoredToken: async () => {
        const token = await store.read();
        return token !== undefined && token.expiresAtMs > clock.nowMs() ? token.value : undefined;
      },
      fetchToken: async (signal) => (await source.getToken(signal)).value,
      revoke: async (signal) => source.revoke(signal),
    };
  };
}
