/** A token store that keeps to memory until the credentials behind it are proven, then writes through. */
import type { AccessToken, TokenStore } from '../../genesys/tokenSource.ts';

export class TokenDraft implements TokenStore {
  private target: TokenStore | undefined;
  private draft: AccessToken | undefined;

  /** @param token what the sign-in brought already, if anything */
  constructor(token: AccessToken | undefined) {
    this.draft = token;
  }

  async read(): Promise<AccessToken | undefined> {
    return this.target === undefined ? this.draft : this.target.read();
  }

  async write(token: AccessToken): Promise<void> {
    if (this.target === undefined) {
      this.draft = token;
    } else {
      await this.target.write(token);
    }
  }

  async clear(): Promise<void> {
    this.draft = undefined;
    await this.target?.clear();
  }

  /** From now on the target holds the token. */
  async accept(target: TokenStore): Promise<void> {
    this.target = target;
    if (this.draft !== undefined) {
      await target.write(this.draft);
      this.draft = undefined;
    }
  }
}
