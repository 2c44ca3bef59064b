/** A token store that keeps to memory until the credentials behind it are proven, then writes through. */
import type { AccessToken, TokenStore } from '../../genesys/tokenSource.ts';

export class TokenDraft implements TokenStore {
  private readonly target: TokenStore;
  private draft: AccessToken | undefined;
  private isAccepted = false;

  constructor(target: TokenStore) {
    this.target = target;
  }

  async read(): Promise<AccessToken | undefined> {
    return this.isAccepted ? this.target.read() : this.draft;
  }

  async write(token: AccessToken): Promise<void> {
    if (this.isAccepted) {
      await this.target.write(token);
    } else {
      this.draft = token;
    }
  }

  async clear(): Promise<void> {
    this.draft = undefined;
    if (this.isAccepted) {
      await this.target.clear();
    }
  }

  /** From now on the target holds the token. */
  async accept(): Promise<void> {
    this.isAccepted = true;
    if (this.draft !== undefined) {
      await this.target.write(this.draft);
      this.draft = undefined;
    }
  }
}
