/** The secrets of the sign-in in VS Code's SecretStorage, and nowhere else. One sign-in, one token. */
import type * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import { asNumber, asRecord, asString, parseJson, required } from '../../base/decode.ts';
import type { Log } from '../../base/log.ts';
import type { AccessToken, TokenStore } from '../../genesys/tokenSource.ts';
import { decodeSignIn, encodeSignIn, type Credentials, type StoredSignIn } from './accounts.ts';

const signInKey = 'genesysArchive.signIn';
const tokenKey = 'genesysArchive.token';

export class SessionStore implements Disposable {
  private readonly secrets: vscode.SecretStorage;
  private readonly log: Log;
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new Emitter<void>());
  /** The stored sign-in changed, in this window or another: read it again. */
  readonly onDidChange = this.changed.event;

  constructor(deps: { readonly secrets: vscode.SecretStorage; readonly log: Log }) {
    this.secrets = deps.secrets;
    this.log = deps.log;
    this.store.add(
      this.secrets.onDidChange(({ key }) => {
        if (key === signInKey) {
          this.changed.fire();
        }
      }),
    );
  }

  /** The stored sign-in; undefined when there is none or it cannot be read (said in the log). */
  async read(): Promise<StoredSignIn | undefined> {
    try {
      const text = await this.secrets.get(signInKey);
      return text === undefined ? undefined : decodeSignIn(text);
    } catch (error) {
      this.log.warn('The stored sign-in cannot be used', { error });
      return undefined;
    }
  }

  async write(signIn: StoredSignIn): Promise<void> {
    await this.secrets.store(signInKey, encodeSignIn(signIn));
  }

  async clear(): Promise<void> {
    await this.secrets.delete(tokenKey);
    await this.secrets.delete(signInKey);
  }

  /**
   * The place of the token of these credentials. A token of others reads as none: two windows may switch accounts at once.
   * A storage that fails costs a new token, never the session.
   */
  tokenOf(credentials: Credentials): TokenStore {
    const owner = `${credentials.loginBaseUrl} ${credentials.clientId}`;
    return {
      read: async () =>
        this.quietly('read', async () => {
          const text = await this.secrets.get(tokenKey);
          return text === undefined ? undefined : decodeToken(text, owner);
        }),
      write: async (token) => {
        await this.quietly('write', async () =>
          this.secrets.store(tokenKey, JSON.stringify({ owner, ...token })),
        );
      },
      clear: async () => {
        await this.quietly('clear', async () => this.secrets.delete(tokenKey));
      },
    };
  }

  dispose(): void {
    this.store.dispose();
  }

  private async quietly<T>(operation: string, task: () => Promise<T>): Promise<T | undefined> {
    try {
      return await task();
    } catch (error) {
      this.log.warn('The secret storage did not take the token', { operation, error });
      return undefined;
    }
  }
}

function decodeToken(text: string, owner: string): AccessToken | undefined {
  const record = asRecord(parseJson(text, 'the stored token'), '');
  return required(record, 'owner', '', asString) === owner
    ? {
        value: required(record, 'value', '', asString),
        expiresAtMs: required(record, 'expiresAtMs', '', asNumber),
      }
    : undefined;
}
