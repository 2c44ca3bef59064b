/**
 * The secrets of all sign-ins in VS Code's SecretStorage, and nowhere else: an index of the accounts, and for each account one
 * entry with its sign-in and one with its token. All windows of the machine share them.
 */
import type * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/event.ts';
import {
  asNumber,
  asRecord,
  asString,
  listOf,
  optional,
  parseJson,
  required,
} from '../../base/decode.ts';
import type { Log } from '../../base/log.ts';
import type { AccessToken, TokenStore } from '../../genesys/tokenSource.ts';
import {
  decodeSignIn,
  encodeSignIn,
  toAccount,
  type Credentials,
  type StoredSignIn,
} from './accounts.ts';

const indexKey = 'genesysArchive.accounts';
const signInKey = (accountId: string): string => `genesysArchive.account.${accountId}`;
const tokenKey = (accountId: string): string => `genesysArchive.token.${accountId}`;
/** Of version 0.1, which knew one account. */
const formerKeys = { signIn: 'genesysArchive.signIn', token: 'genesysArchive.token' } as const;

/** The part of VS Code's SecretStorage that is used. */
export type SessionStoreSecrets = Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'> & {
  readonly onDidChange: Event<{ readonly key: string }>;
};

export class SessionStore implements Disposable {
  private readonly secrets: SessionStoreSecrets;
  private readonly log: Log;
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new Emitter<void>());
  /** Changes of the index read it first, so they run one after the other. */
  private writing: Promise<void> = Promise.resolve();
  /** The stored sign-ins changed, in this window or another: list them again. */
  readonly onDidChange = this.changed.event;

  constructor(deps: { readonly secrets: SessionStoreSecrets; readonly log: Log }) {
    this.secrets = deps.secrets;
    this.log = deps.log;
    this.store.add(
      this.secrets.onDidChange(({ key }) => {
        if (key === indexKey) {
          this.changed.fire();
        }
      }),
    );
  }

  /**
   * All sign-ins, the one signed in last first; one that cannot be read is left out (said in the log).
   * @throws whatever the storage fails with
   */
  async list(): Promise<readonly StoredSignIn[]> {
    const signIns: StoredSignIn[] = [];
    for (const id of await this.readIndex()) {
      const signIn = await this.readSignIn(signInKey(id));
      if (signIn !== undefined) {
        signIns.push(signIn);
      }
    }
    return signIns;
  }

  /** Adds the sign-in, or replaces that of the same account, and puts it first. */
  async write(signIn: StoredSignIn): Promise<void> {
    const { id } = toAccount(signIn);
    await this.inTurn(async () => {
      const others = (await this.readIndex()).filter((other) => other !== id);
      await this.secrets.store(signInKey(id), encodeSignIn(signIn));
      // Last, since it tells the other windows.
      await this.writeIndex([id, ...others]);
    });
  }

  /** Forgets the account with its secret and token. */
  async remove(accountId: string): Promise<void> {
    await this.inTurn(async () => {
      const others = (await this.readIndex()).filter((id) => id !== accountId);
      await this.secrets.delete(tokenKey(accountId));
      await this.secrets.delete(signInKey(accountId));
      await this.writeIndex(others);
    });
  }

  /**
   * The place of the account's token. A token got from another login host reads as none. A storage that fails costs a new
   * token, never the session.
   */
  tokenOf(accountId: string, credentials: Credentials): TokenStore {
    const key = tokenKey(accountId);
    const owner = ownerOf(credentials);
    return {
      read: async () =>
        this.quietly('read', async () => {
          const text = await this.secrets.get(key);
          return text === undefined ? undefined : decodeToken(text, owner);
        }),
      write: async (token) => {
        await this.quietly('write', async () =>
          this.secrets.store(key, JSON.stringify({ owner, ...token })),
        );
      },
      clear: async () => {
        await this.quietly('clear', async () => this.secrets.delete(key));
      },
    };
  }

  dispose(): void {
    this.store.dispose();
  }

  private async readIndex(): Promise<readonly string[]> {
    const text = await this.secrets.get(indexKey);
    if (text === undefined) {
      return this.takeOverFormer();
    }
    try {
      return decodeIndex(text);
    } catch (error) {
      this.log.warn('The list of accounts cannot be used', { error });
      return [];
    }
  }

  private async writeIndex(accountIds: readonly string[]): Promise<void> {
    await this.secrets.store(indexKey, JSON.stringify({ version: 1, accounts: accountIds }));
  }

  private async readSignIn(key: string): Promise<StoredSignIn | undefined> {
    const text = await this.secrets.get(key);
    try {
      return text === undefined ? undefined : decodeSignIn(text);
    } catch (error) {
      this.log.warn('A stored sign-in cannot be used', { error });
      return undefined;
    }
  }

  /** Moves the one account of version 0.1 to where accounts are kept now. Two windows at once write the same. */
  private async takeOverFormer(): Promise<readonly string[]> {
    const signIn = await this.readSignIn(formerKeys.signIn);
    if (signIn === undefined) {
      return [];
    }
    const { id } = toAccount(signIn);
    const token = await this.secrets.get(formerKeys.token);
    if (token !== undefined) {
      await this.secrets.store(tokenKey(id), token);
    }
    await this.secrets.store(signInKey(id), encodeSignIn(signIn));
    await this.writeIndex([id]);
    await this.secrets.delete(formerKeys.signIn);
    await this.secrets.delete(formerKeys.token);
    return [id];
  }

  private async inTurn(change: () => Promise<void>): Promise<void> {
    const result = this.writing.then(change);
    this.writing = result.catch(() => undefined);
    await result;
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

function decodeIndex(text: string): readonly string[] {
  const record = asRecord(parseJson(text, 'the list of accounts'), '');
  return [...new Set(listOf(record, 'accounts', '', asString))];
}

/** As version 0.1 wrote it, whose tokens are taken over. */
function ownerOf({ loginBaseUrl, clientId }: Credentials): string {
  return `${loginBaseUrl} ${clientId}`;
}

function decodeToken(text: string, owner: string): AccessToken | undefined {
  const record = asRecord(parseJson(text, 'the stored token'), '');
  if (required(record, 'owner', '', asString) !== owner) {
    return undefined;
  }
  const refreshToken = optional(record, 'refreshToken', '', asString);
  return {
    value: required(record, 'value', '', asString),
    expiresAtMs: required(record, 'expiresAtMs', '', asNumber),
    ...(refreshToken !== undefined && { refreshToken }),
  };
}
