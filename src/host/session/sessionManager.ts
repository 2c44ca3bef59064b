/**
 * The sign-ins of this machine and the one of them that is active in this window: restores it, makes, switches and ends it, and
 * follows what other windows do. Knows nothing of dialogs and views: who asks for credentials comes in as a port.
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
import type { AccessToken } from '../../genesys/tokenSource.ts';
import {
  isSameSignIn,
  toAccount,
  type Account,
  type Credentials,
  type StoredSignIn,
} from './accounts.ts';
import type { Connect, Connection } from './connection.ts';
import {
  identify,
  toSession,
  type AskForCredentials,
  type Session,
  type SignedIn,
  type Verify,
} from './session.ts';
import type { SessionStore } from './sessionStore.ts';
import { explainSignInFailure } from './signInFailure.ts';
import { SignOutParticipants, type SignOutParticipant } from './signOutParticipants.ts';
import { TokenDraft } from './tokenDraft.ts';
import { WindowSession } from './windowSession.ts';

export interface SessionState {
  /** `restoring` until the storage has said whether somebody was signed in. */
  readonly kind: 'restoring' | 'signedOut' | 'signingIn' | 'signedIn';
  /** Set exactly when the kind is `signedIn`. */
  readonly signedIn?: SignedIn;
}

/** Which account a window uses; each window has its own. Undefined when nobody has chosen yet. */
export interface ActiveAccount {
  get(): string | undefined;
  set(accountId: string | undefined): Promise<void>;
}

export interface SessionManagerDeps {
  readonly store: SessionStore;
  readonly active: ActiveAccount;
  readonly connect: Connect;
  readonly ask: AskForCredentials;
  readonly log: Log;
}

const revokeTimeoutMs = 3_000;

export class SessionManager implements Disposable {
  private readonly deps: SessionManagerDeps;
  private readonly resources = new DisposableStore();
  private readonly changed = this.resources.add(new Emitter<SessionState>());
  private readonly window = this.resources.add(new WindowSession());
  private readonly participants: SignOutParticipants;
  private all: readonly StoredSignIn[] = [];
  /** Account of a session that the storage does not hold, or not yet: that it is missing there ends nothing. */
  private unstoredId: string | undefined;
  private attempt: AbortController | undefined;
  private isRestored = false;
  /** Answers of the storage are applied in the order they were asked for. */
  private reading: Promise<void> = Promise.resolve();

  /** The state or the list of accounts changed. */
  readonly onDidChange = this.changed.event;
  /** The platform takes the active account's sign-in no longer: fires once until somebody signs in again. */
  readonly onDidEnd = this.window.onDidEnd;

  constructor(deps: SessionManagerDeps) {
    this.deps = deps;
    this.participants = new SignOutParticipants(deps.log);
    this.resources.add(
      this.window.onDidChangeEnded(() => {
        this.announce();
      }),
    );
    this.resources.add(
      deps.store.onDidChange(() => {
        this.reading = this.reading.then(async () => this.followStore());
      }),
    );
  }

  private get session(): Session | undefined {
    return this.window.session;
  }

  /** All accounts of this machine, the one signed in last first. */
  get accounts(): readonly Account[] {
    const accounts = this.all.map(toAccount);
    const own = this.session?.account;
    // A storage that takes nothing leaves the session to this window.
    return own === undefined || accounts.some(({ id }) => id === own.id)
      ? accounts
      : [own, ...accounts];
  }

  /** True while the active account has to sign in again before anything can be asked of the platform. */
  get hasEnded(): boolean {
    return this.window.hasEnded;
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

  /** The account's token without a request to the platform, or undefined; for lists of accounts. */
  async readStoredToken(accountId: string): Promise<string | undefined> {
    return (await this.connectionOf(accountId))?.readStoredToken();
  }

  /** A valid token of the account. @throws AppError `auth` | `network` | `remote` */
  async fetchToken(accountId: string, signal: AbortSignal): Promise<string> {
    const connection = await this.connectionOf(accountId);
    if (connection === undefined) {
      throw errors.auth('Sign in to Genesys Cloud first, then try again');
    }
    return connection.fetchToken(signal);
  }

  /**
   * Takes up the account that this window used last, or else the one signed in last. Sends nothing; a storage that fails means
   * signed out.
   */
  async restore(signal: AbortSignal): Promise<void> {
    // Asked again after each wait: somebody may have signed in meanwhile.
    const isWanted = (): boolean => !signal.aborted && this.session === undefined;
    try {
      const all = await this.readAll();
      if (all !== undefined && isWanted()) {
        this.all = all;
        const { active } = this.deps;
        const id = active.get();
        const stored = id === undefined ? all[0] : findAccount(all, id);
        const session = stored && (await this.open(stored));
        if (session !== undefined && isWanted()) {
          this.window.set(session);
          await active.set(session.account.id);
        }
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
   * Signs in with the credentials, or has `ask` ask a person for them; the account becomes the window's. A newer attempt
   * cancels an older one. The session before stays until the new one is verified; then its participants of `onWillSignOut` are
   * awaited.
   * @throws AppError `auth` | `network` | `remote` | `input` that says what to check; AbortError when cancelled
   */
  async signIn(
    credentials: Credentials | undefined,
    signal: AbortSignal,
    ask: AskForCredentials = this.deps.ask,
  ): Promise<SignedIn> {
    this.attempt?.abort();
    const attempt = new AbortController();
    this.attempt = attempt;
    this.announce();
    const both = AbortSignal.any([signal, attempt.signal]);
    const verify: Verify = async (given, verifySignal, token) =>
      this.verify(given, token, verifySignal);
    try {
      return await (credentials === undefined ? ask(verify, both) : verify(credentials, both));
    } finally {
      if (this.attempt === attempt) {
        this.attempt = undefined;
        this.isRestored = true;
        this.announce();
      }
    }
  }

  /** Makes a stored account the window's. Sends nothing. @throws AppError `input` when it is not there any more */
  async switchTo(accountId: string): Promise<void> {
    this.attempt?.abort();
    const stored = findAccount((await this.readAll()) ?? this.all, accountId);
    if (stored === undefined) {
      throw errors.input('This account was signed out; sign in to it again');
    }
    if (this.session?.account.id === accountId) {
      return;
    }
    const session = await this.open(stored);
    if (this.session !== undefined) {
      await this.participants.notify('ended');
    }
    this.window.set(session);
    await this.deps.active.set(accountId);
    this.announce();
    this.deps.log.info('Switched the account', { region: stored.credentials.region });
  }

  /**
   * Ends the sign-in of an account, the window's when none is named: participants first, then the secrets, then (best effort)
   * the token at the platform. The other accounts stay, and none of them takes over by itself.
   */
  async signOut(accountId = this.session?.account.id): Promise<void> {
    if (accountId === undefined) {
      return;
    }
    const connection = await this.connectionOf(accountId);
    const isActive = this.session?.account.id === accountId;
    if (isActive) {
      this.unstoredId = undefined;
      this.attempt?.abort();
      await this.participants.notify('ended');
      this.window.set(undefined);
      this.isRestored = true;
    }
    const revoke = await connection?.forget();
    this.all = this.all.filter((stored) => toAccount(stored).id !== accountId);
    await this.deps.store.remove(accountId);
    if (this.all.length === 0) {
      await this.deps.active.set(undefined);
    }
    this.announce();
    this.deps.log.info('Signed out');
    try {
      await revoke?.(AbortSignal.timeout(revokeTimeoutMs));
    } catch (error) {
      // The token ends by itself; the secrets are gone from this machine already.
      this.deps.log.debug('The token could not be revoked', { reason: messageOf(error) });
    }
  }

  /** Has `participant` awaited before a session ends or gives way to another. Its failure is logged, not passed on. */
  onWillSignOut(participant: SignOutParticipant): Disposable {
    return this.participants.add(participant);
  }

  dispose(): void {
    this.attempt?.abort();
    this.resources.dispose();
  }

  /** Proves the credentials with a token and the organisation they open; only then anything is stored. */
  private async verify(
    credentials: Credentials,
    token: AccessToken | undefined,
    signal: AbortSignal,
  ): Promise<SignedIn> {
    const draft = new TokenDraft(token);
    const connection = await this.deps.connect(credentials, draft);
    let stored: StoredSignIn;
    try {
      stored = await identify(credentials, connection, signal);
    } catch (error) {
      if (!isCancellation(error)) {
        this.deps.log.warn('Signing in failed', { region: credentials.region, error });
      }
      throw explainSignInFailure(error, credentials);
    }
    throwIfCancelled(signal);
    const session = toSession(stored, connection);
    if (this.session !== undefined) {
      const isSame = this.session.account.id === session.account.id;
      await this.participants.notify(isSame ? 'renewed' : 'ended');
    }
    this.unstoredId = session.account.id;
    this.window.set(session);
    await draft.accept(this.deps.store.tokenOf(session.account.id, credentials));
    await this.deps.active.set(session.account.id);
    await this.keep(stored);
    this.announce();
    this.deps.log.info('Signed in', { region: credentials.region });
    return session;
  }

  private async keep(stored: StoredSignIn): Promise<void> {
    try {
      await this.deps.store.write(stored);
      this.unstoredId = undefined;
      this.all = (await this.readAll()) ?? this.all;
    } catch (error) {
      this.deps.log.error('The sign-in lasts for this window only: it could not be stored', {
        error,
      });
    }
  }

  /** Undefined when the storage fails, which says nothing about who is signed in. */
  private async readAll(): Promise<readonly StoredSignIn[] | undefined> {
    try {
      return await this.deps.store.list();
    } catch (error) {
      this.deps.log.warn('The stored accounts cannot be read', { error });
      return undefined;
    }
  }

  private async open(stored: StoredSignIn): Promise<Session> {
    const { credentials } = stored;
    const tokens = this.deps.store.tokenOf(toAccount(stored).id, credentials);
    return toSession(stored, await this.deps.connect(credentials, tokens));
  }

  private async connectionOf(accountId: string): Promise<Connection | undefined> {
    if (this.session?.account.id === accountId) {
      return this.session.connection;
    }
    const stored = findAccount(this.all, accountId);
    return stored === undefined ? undefined : (await this.open(stored)).connection;
  }

  /**
   * Another window signed in or out. A window that uses an account goes on with it; one that uses none takes the account that
   * comes, unless its own was signed out while others stayed: nobody is moved to another organisation unasked.
   */
  private async followStore(): Promise<void> {
    // As of now: what is stored while the list is read may be missing in it.
    const { unstoredId } = this;
    const all = await this.readAll();
    if (all === undefined) {
      return;
    }
    this.all = all;
    const { active } = this.deps;
    if (all.length === 0 && unstoredId === undefined) {
      await active.set(undefined);
    }
    const id = this.session?.account.id ?? active.get();
    if (id === undefined || id !== unstoredId) {
      await this.takeUp(id === undefined ? all[0] : findAccount(all, id));
    }
    this.announce();
  }

  /** Makes the session that of the stored sign-in, unless it is already. */
  private async takeUp(stored: StoredSignIn | undefined): Promise<void> {
    const before = this.session;
    if (!isSameSignIn(stored, before?.stored) || this.window.hasEnded) {
      const session = stored && (await this.open(stored));
      // What a person did in this window meanwhile is newer.
      if (this.session === before) {
        this.window.set(session);
        this.isRestored = true;
      }
    }
  }

  private announce(): void {
    this.changed.fire(this.state);
  }
}

function findAccount(all: readonly StoredSignIn[], accountId: string): StoredSignIn | undefined {
  return all.find((stored) => toAccount(stored).id === accountId);
}
