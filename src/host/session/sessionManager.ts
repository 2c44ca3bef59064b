/**
 * The one sign-in of the window: restores it, makes it, ends it, and follows what other windows do to it. Knows nothing of
 * dialogs and views: who asks for credentials comes in as a port.
 */
import {
  cancellation,
  errors,
  isCancellation,
  messageOf,
  throwIfCancelled,
} from '../../base/appError.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { Log } from '../../base/log.ts';
import type { GenesysApi, Organisation } from '../../genesys/genesysApi.ts';
import {
  isSameSignIn,
  toAccount,
  type Account,
  type Credentials,
  type StoredSignIn,
} from './accounts.ts';
import type { Connect, Connection, TokenLife } from './connection.ts';
import type { SessionStore } from './sessionStore.ts';
import { explainSignInFailure } from './signInFailure.ts';
import { TokenDraft } from './tokenDraft.ts';

export interface SignedIn {
  readonly account: Account;
  readonly api: GenesysApi;
  readonly tokens: TokenLife;
}

export interface SessionState {
  /** `restoring` until the storage has said whether somebody was signed in. */
  readonly kind: 'restoring' | 'signedOut' | 'signingIn' | 'signedIn';
  /** Set exactly when the kind is `signedIn`. */
  readonly signedIn?: SignedIn;
}

/** Tries credentials: resolves when they opened an organisation. @throws AppError with a message that says what to check */
export type Verify = (credentials: Credentials, signal: AbortSignal) => Promise<SignedIn>;

/** Asks a person until `verify` resolves. Rejects with AbortError when the person gives up. */
export type AskForCredentials = (verify: Verify, signal: AbortSignal) => Promise<SignedIn>;

export interface SessionManagerDeps {
  readonly store: SessionStore;
  readonly connect: Connect;
  readonly ask: AskForCredentials;
  readonly log: Log;
}

interface Session extends SignedIn {
  readonly connection: Connection;
  readonly stored: StoredSignIn;
}

const revokeTimeoutMs = 3_000;
/** A slip in the region or a base URL is said this soon, and not after all retries of a background call. */
const signInTimeoutMs = 20_000;

export class SessionManager implements Disposable {
  private readonly deps: SessionManagerDeps;
  private readonly resources = new DisposableStore();
  private readonly changed = this.resources.add(new Emitter<SessionState>());
  private readonly participants = new Set<() => Promise<void>>();
  private session: Session | undefined;
  private attempt: AbortController | undefined;
  private isRestored = false;
  /** Answers of the storage are applied in the order they were asked for. */
  private following: Promise<void> = Promise.resolve();

  readonly onDidChange = this.changed.event;

  constructor(deps: SessionManagerDeps) {
    this.deps = deps;
    this.resources.add(
      deps.store.onDidChange(() => {
        this.following = this.following.then(async () => this.followStore());
      }),
    );
  }

  get current(): SignedIn | undefined {
    return this.session;
  }

  get state(): SessionState {
    if (this.attempt !== undefined && this.session === undefined) {
      return { kind: 'signingIn' };
    }
    return this.session === undefined
      ? { kind: this.isRestored ? 'signedOut' : 'restoring' }
      : { kind: 'signedIn', signedIn: this.session };
  }

  /** @throws AppError `auth` when nobody is signed in. */
  require(): SignedIn {
    if (this.session === undefined) {
      throw errors.auth('Sign in to Genesys Cloud first, then try again');
    }
    return this.session;
  }

  /** The token without a request to the platform, or undefined; for lists of accounts. */
  async readStoredToken(): Promise<string | undefined> {
    return this.session?.connection.readStoredToken();
  }

  /** A valid token of the session. @throws AppError `auth` | `network` | `remote` */
  async fetchToken(signal: AbortSignal): Promise<string> {
    if (this.session === undefined) {
      throw errors.auth('Sign in to Genesys Cloud first, then try again');
    }
    return this.session.connection.fetchToken(signal);
  }

  /** Takes up the stored sign-in, if any. Sends nothing; a storage that fails means signed out. */
  async restore(signal: AbortSignal): Promise<void> {
    try {
      const stored = await this.deps.store.read();
      if (stored !== undefined && !signal.aborted && this.session === undefined) {
        this.session = this.open(stored);
      }
    } finally {
      this.isRestored = true;
      this.announce();
    }
  }

  /** Resolves once it is known whether somebody is signed in. @throws AbortError */
  async whenRestored(signal: AbortSignal): Promise<void> {
    throwIfCancelled(signal);
    if (this.isRestored) {
      return;
    }
    const waiting = new DisposableStore();
    try {
      await new Promise<void>((resolve, reject) => {
        const giveUp = (): void => {
          reject(cancellation());
        };
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.add(
          toDisposable(() => {
            signal.removeEventListener('abort', giveUp);
          }),
        );
        waiting.add(
          this.onDidChange(() => {
            if (this.isRestored) {
              resolve();
            }
          }),
        );
      });
    } finally {
      waiting.dispose();
    }
  }

  /**
   * Signs in with the credentials, or asks a person for them. A newer attempt cancels an older one. The session before stays
   * until the new one is verified; then its participants of `onWillSignOut` are awaited.
   * @throws AppError `auth` | `network` | `remote` | `input` that says what to check; AbortError when cancelled
   */
  async signIn(credentials: Credentials | undefined, signal: AbortSignal): Promise<SignedIn> {
    this.attempt?.abort();
    const attempt = new AbortController();
    this.attempt = attempt;
    this.announce();
    const both = AbortSignal.any([signal, attempt.signal]);
    try {
      return await (credentials === undefined
        ? this.deps.ask(async (given, askSignal) => this.verify(given, askSignal), both)
        : this.verify(credentials, both));
    } finally {
      if (this.attempt === attempt) {
        this.attempt = undefined;
        this.isRestored = true;
        this.announce();
      }
    }
  }

  /** Ends the session: participants first, then the secrets, then (best effort) the token at the platform. */
  async signOut(): Promise<void> {
    this.attempt?.abort();
    const { session } = this;
    if (session !== undefined) {
      await this.notifyParticipants();
    }
    this.session = undefined;
    this.isRestored = true;
    await this.deps.store.clear();
    this.announce();
    if (session !== undefined) {
      this.deps.log.info('Signed out');
      await this.revoke(session.connection);
    }
  }

  /** Has `participant` awaited before a session ends or gives way to another. Its failure is logged, not passed on. */
  onWillSignOut(participant: () => Promise<void>): Disposable {
    this.participants.add(participant);
    return toDisposable(() => this.participants.delete(participant));
  }

  dispose(): void {
    this.attempt?.abort();
    this.resources.dispose();
  }

  /** Proves the credentials with a token and the organisation they open; only then anything is stored. */
  private async verify(credentials: Credentials, signal: AbortSignal): Promise<SignedIn> {
    const draft = new TokenDraft(this.deps.store.tokenOf(credentials));
    const connection = this.deps.connect(credentials, draft);
    let stored: StoredSignIn;
    try {
      stored = { credentials, organisation: await fetchInTime(connection, signal) };
    } catch (error) {
      if (!isCancellation(error)) {
        this.deps.log.warn('Signing in failed', { region: credentials.region, error });
      }
      throw explainSignInFailure(error, credentials);
    }
    throwIfCancelled(signal);
    if (this.session !== undefined) {
      await this.notifyParticipants();
    }
    const session = toSession(stored, connection);
    this.session = session;
    await draft.accept();
    await this.keep(stored);
    this.announce();
    this.deps.log.info('Signed in', { region: credentials.region });
    return session;
  }

  private async keep(stored: StoredSignIn): Promise<void> {
    try {
      await this.deps.store.write(stored);
    } catch (error) {
      this.deps.log.error('The sign-in lasts for this window only: it could not be stored', {
        error,
      });
    }
  }

  private open(stored: StoredSignIn): Session {
    const store = this.deps.store.tokenOf(stored.credentials);
    return toSession(stored, this.deps.connect(stored.credentials, store));
  }

  /** Another window signed in or out. What this window wrote itself reads back equal and changes nothing. */
  private async followStore(): Promise<void> {
    const stored = await this.deps.store.read();
    if (!isSameSignIn(stored, this.session?.stored)) {
      this.replace(stored === undefined ? undefined : this.open(stored));
    }
  }

  private replace(session: Session | undefined): void {
    this.session = session;
    this.isRestored = true;
    this.announce();
  }

  private announce(): void {
    this.changed.fire(this.state);
  }

  private async notifyParticipants(): Promise<void> {
    for (const participant of this.participants) {
      try {
        await participant();
      } catch (error) {
        this.deps.log.error('Clearing up before signing out failed', { error });
      }
    }
  }

  private async revoke(connection: Connection): Promise<void> {
    try {
      await connection.revoke(AbortSignal.timeout(revokeTimeoutMs));
    } catch (error) {
      // The token ends by itself; the secrets are gone from this machine already.
      this.deps.log.debug('The token could not be revoked', { reason: messageOf(error) });
    }
  }
}

/** @throws AppError `network` when the platform does not answer in time */
async function fetchInTime(connection: Connection, signal: AbortSignal): Promise<Organisation> {
  const deadline = AbortSignal.timeout(signInTimeoutMs);
  try {
    return await connection.api.fetchOrganisation(AbortSignal.any([signal, deadline]));
  } catch (error) {
    if (isCancellation(error) && deadline.aborted && !signal.aborted) {
      throw errors.network('Genesys Cloud did not answer in time; check the network and try again');
    }
    throw error;
  }
}

function toSession(stored: StoredSignIn, connection: Connection): Session {
  return {
    account: toAccount(stored.credentials, stored.organisation),
    api: connection.api,
    tokens: connection.tokens,
    connection,
    stored,
  };
}
