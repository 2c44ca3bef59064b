/** Access tokens and authorization codes: opaque random strings with a client, an optional person and an end. */
import { randomBytes } from 'node:crypto';

import type { SimulatedClock } from '../simulatedClock.ts';
import type { SimulatedClient } from './clients.ts';

export interface Token {
  readonly value: string;
  readonly client: SimulatedClient;
  /** Set for a person's token. */
  readonly userId: string | undefined;
  readonly expiresAtMs: number;
}

export interface AuthorizationCode {
  readonly client: SimulatedClient;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly userId: string;
  readonly expiresAtMs: number;
}

const codeLifeMs = 300_000;

export class TokenStore {
  private readonly tokens = new Map<string, Token>();
  private readonly codes = new Map<string, AuthorizationCode>();
  private readonly clock: SimulatedClock;
  /** How long a token made from now on lives. */
  readonly lifeSeconds: number;

  constructor(clock: SimulatedClock, lifeSeconds: number) {
    this.clock = clock;
    this.lifeSeconds = lifeSeconds;
  }

  issue(client: SimulatedClient, userId: string | undefined): Token {
    const token: Token = {
      value: randomBytes(32).toString('base64url'),
      client,
      userId,
      expiresAtMs: this.clock.nowMs() + this.lifeSeconds * 1000,
    };
    this.tokens.set(token.value, token);
    return token;
  }

  /** The live token; expired and revoked ones are `undefined`, as the platform cannot tell them apart either. */
  find(value: string): Token | undefined {
    const token = this.tokens.get(value);
    if (token !== undefined && token.expiresAtMs <= this.clock.nowMs()) {
      this.tokens.delete(value);
      return undefined;
    }
    return token;
  }

  revoke(value: string): void {
    this.tokens.delete(value);
  }

  revokeAll(): void {
    this.tokens.clear();
  }

  issueCode(code: Omit<AuthorizationCode, 'expiresAtMs'>): string {
    const value = randomBytes(24).toString('base64url');
    this.codes.set(value, { ...code, expiresAtMs: this.clock.nowMs() + codeLifeMs });
    return value;
  }

  /** Spends the code: the second caller gets nothing, whatever the first did with it. */
  takeCode(value: string): AuthorizationCode | undefined {
    const code = this.codes.get(value);
    this.codes.delete(value);
    return code !== undefined && code.expiresAtMs > this.clock.nowMs() ? code : undefined;
  }
}
