/** Joins the parts of the Genesys Cloud client to what the session needs. Sends nothing by itself. */
import type { AppError } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import { Emitter, type Event } from '../../base/event.ts';
import type { Log } from '../../base/log.ts';
import { ApiMeter } from '../../genesys/apiMeter.ts';
import type { GenesysApi } from '../../genesys/genesysApi.ts';
import { GenesysClient } from '../../genesys/genesysClient.ts';
import { sendHttp } from '../../genesys/httpTransport.ts';
import { defaultRetryOptions } from '../../genesys/retryPolicy.ts';
import type { BudgetsByToken } from '../../genesys/sharedBudget.ts';
import {
  ClientCredentialsTokenSource,
  PersonTokenSource,
  type TokenStore,
} from '../../genesys/tokenSource.ts';
import type { Credentials, Person } from './accounts.ts';

export interface TokenLife {
  /** When the current token ends; undefined before there is one. */
  readonly expiresAtMs: number | undefined;
  readonly onDidChange: Event<void>;
}

export interface Connection {
  readonly api: GenesysApi;
  readonly tokens: TokenLife;
  /** The platform gives no token any more; fires once until it does again. */
  readonly onDidEnd: Event<AppError>;
  /** Who signed in; undefined for client credentials. @throws AppError `auth` | `network` | `remote` */
  fetchPerson(signal: AbortSignal): Promise<Person | undefined>;
  /** The stored token without a request to the platform; undefined when there is none or it has expired. */
  readStoredToken(): Promise<string | undefined>;
  /** A valid token, fetched when needed. @throws AppError `auth` | `network` | `remote` */
  fetchToken(signal: AbortSignal): Promise<string>;
  /** Makes this machine forget the token; what it resolves to makes the platform forget it, which may fail. */
  forget(): Promise<(signal: AbortSignal) => Promise<void>>;
}

/** Makes a connection; sends nothing until it is used. */
export type Connect = (
  credentials: Credentials,
  store: TokenStore,
) => Connection | Promise<Connection>;

/** Connections to the real platform (or the simulator behind the same addresses). */
export function createConnect(deps: {
  readonly clock: Clock;
  readonly log: Log;
  /** Shared with the other windows. */
  readonly budgets: BudgetsByToken;
}): Connect {
  return (credentials, store) => {
    const { clock } = deps;
    const { clientSecret, ...client } = credentials;
    const meter = new ApiMeter();
    // The call that needs the token tries again by itself: retries within retries would keep a person waiting for minutes.
    const retry = { ...defaultRetryOptions, maxRetries: 0 };
    const shared = { ...client, store, clock, retry, http: meter.countHttp(sendHttp) };
    const source =
      clientSecret === undefined
        ? new PersonTokenSource(shared)
        : new ClientCredentialsTokenSource({ ...shared, clientSecret });
    const changed = new Emitter<void>();
    source.onDidChange(() => {
      changed.fire();
    });
    const api = new GenesysClient({
      apiBaseUrl: credentials.apiBaseUrl,
      tokens: source,
      clock,
      log: deps.log.child('genesys'),
      budgets: deps.budgets,
      meter,
    });
    return {
      api,
      tokens: {
        get expiresAtMs() {
          return source.state.expiresAtMs;
        },
        onDidChange: changed.event,
      },
      onDidEnd: source.onDidRefuse,
      fetchPerson: async (signal) =>
        clientSecret === undefined ? api.fetchPerson(signal) : undefined,
      readStoredToken: async () => {
        const token = await store.read();
        return token !== undefined && token.expiresAtMs > clock.nowMs() ? token.value : undefined;
      },
      fetchToken: async (signal) => (await source.getToken(signal)).value,
      forget: async () => source.forget(),
    };
  };
}
