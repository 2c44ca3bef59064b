/** Access tokens: asked for once, kept until shortly before they end, shared by all callers. Knows only the token endpoint. */
import { cancellation, isCancellation, throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { asNumber, asRecord, asString, parseJson, required } from '../base/decode.ts';
import { Emitter, type Event } from '../base/event.ts';
import { toTokenError } from './httpErrors.ts';
import { sendHttp, type SendHttp } from './httpTransport.ts';
import { defaultRetryOptions, withRetries, type RetryOptions } from './retryPolicy.ts';

export interface AccessToken {
  readonly value: string;
  readonly expiresAtMs: number;
}

export interface TokenState {
  /** Undefined while there is no token. */
  readonly expiresAtMs: number | undefined;
}

export interface TokenSource {
  /** A token that is good for at least a minute. @throws AppError `auth` when the client is refused. */
  getToken(signal: AbortSignal): Promise<AccessToken>;
  /** Says that the platform refused this token; the next `getToken` brings another. */
  invalidate(token: AccessToken): void;
  readonly state: TokenState;
  readonly onDidChange: Event<TokenState>;
}

/** Where a token outlives the process. A store that fails costs a token request, never the sign-in. */
export interface TokenStore {
  read(): Promise<AccessToken | undefined>;
  write(token: AccessToken): Promise<void>;
  clear(): Promise<void>;
}

export interface ClientCredentialsDeps {
  readonly loginBaseUrl: string;
  /** Where tokens are revoked; without it `revoke` only forgets. */
  readonly apiBaseUrl?: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly store?: TokenStore | undefined;
  readonly clock: Clock;
  readonly http?: SendHttp | undefined;
  readonly retry?: RetryOptions | undefined;
}

/** A token is replaced this long before it ends. */
const marginMs = 60_000;
const source = 'POST /oauth/token';

/** Tokens by the client credentials grant. @see POST https://login.{domain}/oauth/token */
export class ClientCredentialsTokenSource implements TokenSource {
  private readonly deps: ClientCredentialsDeps;
  private readonly changed = new Emitter<TokenState>();
  readonly onDidChange = this.changed.event;
  private token: AccessToken | undefined;
  private hasReadStore = false;
  private flight:
    | { readonly result: Promise<AccessToken>; callers: number; readonly stop: AbortController }
    | undefined;

  constructor(deps: ClientCredentialsDeps) {
    this.deps = deps;
  }

  get state(): TokenState {
    return { expiresAtMs: this.token?.expiresAtMs };
  }

  async getToken(signal: AbortSignal): Promise<AccessToken> {
    throwIfCancelled(signal);
    if (this.token !== undefined && this.isFresh(this.token)) {
      return this.token;
    }
    return this.join(signal);
  }

  invalidate(token: AccessToken): void {
    if (this.token?.value === token.value) {
      this.setToken(undefined);
      void this.forgetStored();
    }
  }

  /** Forgets the token and asks the platform to end it; failures of the latter are not reported, the token ends by itself. */
  async revoke(signal: AbortSignal): Promise<void> {
    const { token } = this;
    this.setToken(undefined);
    await this.forgetStored();
    if (token === undefined || this.deps.apiBaseUrl === undefined) {
      return;
    }
    try {
      await this.send(
        {
          method: 'DELETE',
          url: `${this.deps.apiBaseUrl}/api/v2/tokens/me`,
          headers: { authorization: `Bearer ${token.value}` },
          timeoutMs: 5_000,
        },
        signal,
      );
    } catch (error) {
      if (isCancellation(error)) {
        throw error;
      }
    }
  }

  private get send(): SendHttp {
    return this.deps.http ?? sendHttp;
  }

  private isFresh(token: AccessToken): boolean {
    return token.expiresAtMs - marginMs > this.deps.clock.nowMs();
  }

  /** Waits for the one request that runs, starting it when none does. It ends early only when nobody waits any more. */
  private async join(signal: AbortSignal): Promise<AccessToken> {
    if (this.flight === undefined) {
      const stop = new AbortController();
      const started = { result: this.renew(stop.signal), callers: 0, stop };
      this.flight = started;
      const finish = (): void => {
        if (this.flight === started) {
          this.flight = undefined;
        }
      };
      started.result.then(finish, finish);
    }
    const flight = this.flight;
    flight.callers++;
    let leave = (): void => undefined;
    const left = new Promise<never>((_resolve, reject) => {
      leave = (): void => {
        reject(cancellation());
      };
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([flight.result, left]);
    } finally {
      signal.removeEventListener('abort', leave);
      flight.callers--;
      if (flight.callers === 0) {
        if (this.flight === flight) {
          this.flight = undefined;
        }
        flight.stop.abort();
      }
    }
  }

  private async renew(signal: AbortSignal): Promise<AccessToken> {
    const stored = await this.readStored();
    if (stored !== undefined && this.isFresh(stored)) {
      this.setToken(stored);
      return stored;
    }
    const { clock, retry } = this.deps;
    const token = await withRetries(
      () => this.requestToken(signal),
      { clock, options: retry ?? defaultRetryOptions, kind: 'onceOnly' },
      signal,
    );
    throwIfCancelled(signal);
    this.setToken(token);
    await ignoreFailure(() => this.deps.store?.write(token));
    return token;
  }

  private async requestToken(signal: AbortSignal): Promise<AccessToken> {
    const { loginBaseUrl, clientId, clientSecret, clock } = this.deps;
    const askedAtMs = clock.nowMs();
    const credentials = Buffer.from(`${clientId}:${clientSecret}`, 'utf8').toString('base64');
    const response = await this.send(
      {
        method: 'POST',
        url: `${loginBaseUrl}/oauth/token`,
        headers: {
          authorization: `Basic ${credentials}`,
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: 'grant_type=client_credentials',
        maxBytes: 64 * 1024,
      },
      signal,
    );
    if (response.status !== 200) {
      throw toTokenError(response, source, clock.nowMs());
    }
    const body = asRecord(parseJson(response.text, 'the token answer'), '');
    const lifeSeconds = required(body, 'expires_in', '', asNumber);
    return {
      value: required(body, 'access_token', '', asToken),
      expiresAtMs: askedAtMs + lifeSeconds * 1000,
    };
  }

  private async readStored(): Promise<AccessToken | undefined> {
    if (this.hasReadStore) {
      return undefined;
    }
    this.hasReadStore = true;
    return ignoreFailure(() => this.deps.store?.read());
  }

  private async forgetStored(): Promise<void> {
    await ignoreFailure(() => this.deps.store?.clear());
  }

  private setToken(token: AccessToken | undefined): void {
    this.token = token;
    this.changed.fire(this.state);
  }
}

/** A token goes into a header, so it may hold nothing that ends one. */
function asToken(value: unknown, path: string): string {
  const token = asString(value, path);
  return /^[\x21-\x7e]{1,4096}$/u.test(token) ? token : asString(undefined, path);
}

async function ignoreFailure<T>(action: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await action();
  } catch {
    return undefined;
  }
}
