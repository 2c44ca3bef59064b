/**
 * Access tokens: asked for once, kept until shortly before they end, shared by all callers and, through the store, by all
 * windows. How a token is got is the grant's matter.
 */
import { AppError, cancellation, errors, isAppError, throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter, type Event } from '../base/event.ts';
import { sendHttp, type SendHttp } from './httpTransport.ts';
import { defaultRetryOptions, withRetries, type RetryOptions } from './retryPolicy.ts';
import { requestToken, type AccessToken } from './tokenEndpoint.ts';

export type { AccessToken } from './tokenEndpoint.ts';

export interface TokenState {
  /** Undefined while there is no token. */
  readonly expiresAtMs: number | undefined;
}

export interface TokenSource {
  /** A token that is good for at least a minute, as far as one can know. @throws AppError `auth` when there is none to be had. */
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

interface SharedTokenDeps {
  readonly loginBaseUrl: string;
  /** Where tokens are revoked; without it `revoke` only forgets. */
  readonly apiBaseUrl?: string | undefined;
  readonly clientId: string;
  readonly store?: TokenStore | undefined;
  readonly clock: Clock;
  readonly http?: SendHttp | undefined;
  readonly retry?: RetryOptions | undefined;
}

export interface ClientCredentialsDeps extends SharedTokenDeps {
  readonly clientSecret: string;
}

/** A token is replaced this long before it ends. */
const marginMs = 60_000;
/** No token of the platform lives longer. One that claims to was stored before this machine's clock was set back. */
const longestLifeMs = 172_800_000;

/** What all grants share: one request for all callers, the store, one refused token told once. */
abstract class SharedTokenSource implements TokenSource {
  protected readonly deps: SharedTokenDeps;
  private readonly changed = new Emitter<TokenState>();
  private readonly refused = new Emitter<AppError>();
  readonly onDidChange = this.changed.event;
  /** The platform gives no token any more: fires once, until there is one again. */
  readonly onDidRefuse = this.refused.event;
  private token: AccessToken | undefined;
  /** The last token that the platform refused: the store may still hold it. */
  private refusedToken: AccessToken | undefined;
  private isRefused = false;
  private flight:
    | { readonly result: Promise<AccessToken>; callers: number; readonly stop: AbortController }
    | undefined;

  constructor(deps: SharedTokenDeps) {
    this.deps = deps;
  }

  get state(): TokenState {
    return { expiresAtMs: this.token?.expiresAtMs };
  }

  async getToken(signal: AbortSignal): Promise<AccessToken> {
    throwIfCancelled(signal);
    if (this.token !== undefined && this.isUsable(this.token)) {
      return this.token;
    }
    return this.join(signal);
  }

  invalidate(token: AccessToken): void {
    if (this.token?.value === token.value) {
      this.refusedToken = token;
      this.setToken(undefined);
    }
  }

  /** Makes this machine forget the token; what it resolves to makes the platform end it, which may fail. */
  async forget(): Promise<(signal: AbortSignal) => Promise<void>> {
    const token = this.token ?? (await this.readStored());
    this.setToken(undefined);
    await ignoreFailure(() => this.deps.store?.clear());
    const { apiBaseUrl, http } = this.deps;
    return async (signal) => {
      if (token !== undefined && apiBaseUrl !== undefined) {
        await (http ?? sendHttp)(
          {
            method: 'DELETE',
            url: `${apiBaseUrl}/api/v2/tokens/me`,
            headers: { authorization: `Bearer ${token.value}` },
            timeoutMs: 5_000,
          },
          signal,
        );
      }
    };
  }

  /** A new token in place of `old`, by one request. @throws AppError `auth` when only a person can bring one */
  protected abstract renew(old: AccessToken | undefined, signal: AbortSignal): Promise<AccessToken>;

  /** Whether a token that is not known to be refused is worth sending. */
  protected isUsable(token: AccessToken): boolean {
    const leftMs = token.expiresAtMs - this.deps.clock.nowMs();
    return leftMs > marginMs && leftMs <= longestLifeMs;
  }

  /** Waits for the one request that runs, starting it when none does. It ends early only when nobody waits any more. */
  private async join(signal: AbortSignal): Promise<AccessToken> {
    if (this.flight === undefined) {
      const stop = new AbortController();
      const started = { result: this.replace(stop.signal), callers: 0, stop };
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

  /** The token of another window when it has a newer one, or else a new one. */
  private async replace(signal: AbortSignal): Promise<AccessToken> {
    const before = await this.readStored();
    if (before !== undefined && this.isNews(before)) {
      this.setToken(before);
      return before;
    }
    try {
      const token = await withRetries(
        () => this.renew(before ?? this.token ?? this.refusedToken, signal),
        {
          clock: this.deps.clock,
          options: this.deps.retry ?? defaultRetryOptions,
          kind: 'onceOnly',
        },
        signal,
      );
      throwIfCancelled(signal);
      this.setToken(token);
      await ignoreFailure(() => this.deps.store?.write(token));
      return token;
    } catch (error) {
      if (isAppError(error, 'auth')) {
        // A refresh token serves once: another window may have used it while this one asked.
        const after = await this.readStored();
        if (after !== undefined && after.value !== before?.value && this.isNews(after)) {
          this.setToken(after);
          return after;
        }
        throw this.tellRefusal(error);
      }
      throw error;
    }
  }

  private isNews(token: AccessToken): boolean {
    return token.value !== this.refusedToken?.value && this.isUsable(token);
  }

  /** The error to throw; its detail says that all callers fail for this one reason. */
  private tellRefusal(error: AppError): AppError {
    const details = { ...error.details, sessionEnded: true };
    const told = new AppError('auth', error.message, { cause: error, details });
    if (!this.isRefused) {
      this.isRefused = true;
      this.refused.fire(told);
    }
    return told;
  }

  private async readStored(): Promise<AccessToken | undefined> {
    return ignoreFailure(() => this.deps.store?.read());
  }

  private setToken(token: AccessToken | undefined): void {
    this.token = token;
    if (token !== undefined) {
      this.isRefused = false;
    }
    this.changed.fire(this.state);
  }
}

/** Tokens by the client credentials grant. @see POST https://login.{domain}/oauth/token */
export class ClientCredentialsTokenSource extends SharedTokenSource {
  private readonly clientSecret: string;

  constructor(deps: ClientCredentialsDeps) {
    super(deps);
    this.clientSecret = deps.clientSecret;
  }

  protected renew(_old: AccessToken | undefined, signal: AbortSignal): Promise<AccessToken> {
    return requestToken(
      this.deps,
      {
        form: { grant_type: 'client_credentials' },
        basicAuth: { id: this.deps.clientId, secret: this.clientSecret },
      },
      signal,
    );
  }
}

/**
 * Tokens of a person who signed in with a browser: the one of the sign-in, out of the store, and more by its refresh token
 * when it came with one.
 */
export class PersonTokenSource extends SharedTokenSource {
  private refusedRefreshToken: string | undefined;

  protected async renew(old: AccessToken | undefined, signal: AbortSignal): Promise<AccessToken> {
    const refreshToken = old?.refreshToken;
    if (refreshToken === undefined || refreshToken === this.refusedRefreshToken) {
      throw signInEnded();
    }
    try {
      const token = await requestToken(
        this.deps,
        {
          form: {
            grant_type: 'refresh_token',
            refresh_token: refreshToken,
            client_id: this.deps.clientId,
          },
        },
        signal,
      );
      // The platform may leave the refresh token as it was.
      return { refreshToken, ...token };
    } catch (error) {
      if (!isAppError(error, 'auth')) {
        throw error;
      }
      this.refusedRefreshToken = refreshToken;
      throw signInEnded(error);
    }
  }

  /**
   * Without a refresh token the clock decides nothing: it may have jumped, and asking a person costs more than a request that
   * is answered with 401.
   */
  protected override isUsable(token: AccessToken): boolean {
    return token.refreshToken === undefined || super.isUsable(token);
  }
}

function signInEnded(cause?: unknown): AppError {
  return errors.auth(
    'Your sign-in to Genesys Cloud has ended. Sign in again to go on',
    cause === undefined ? {} : { cause },
  );
}

async function ignoreFailure<T>(action: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await action();
  } catch {
    return undefined;
  }
}
