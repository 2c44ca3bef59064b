/** The token endpoint of the login host: one request for a token. Knows nothing of when tokens are asked for or kept. */
import type { Clock } from '../base/clock.ts';
import {
  asNumber,
  asRecord,
  asString,
  optional,
  parseJson,
  required,
  type JsonRecord,
} from '../base/decode.ts';
import { toTokenError } from './httpErrors.ts';
import { sendHttp, type SendHttp } from './httpTransport.ts';

export interface AccessToken {
  readonly value: string;
  /** By this machine's clock: when the answer was asked for, plus the life that the platform gave it. */
  readonly expiresAtMs: number;
  /** Renews the token without a person; only some grants of some organisations bring one. */
  readonly refreshToken?: string | undefined;
}

export interface TokenEndpoint {
  /** Without a slash at the end. */
  readonly loginBaseUrl: string;
  readonly clock: Clock;
  readonly http?: SendHttp | undefined;
}

export interface TokenRequest {
  /** Fields of the form, with `grant_type`. */
  readonly form: Readonly<Record<string, string>>;
  /** For clients with a secret; public clients name themselves in the form. */
  readonly basicAuth?: { readonly id: string; readonly secret: string } | undefined;
}

const source = 'POST /oauth/token';

/**
 * Asks for a token once.
 * @throws AppError `auth` when the login host refuses, `network`, `remote`, `rateLimited`, `protocol`
 * @see POST https://login.{domain}/oauth/token
 */
export async function requestToken(
  endpoint: TokenEndpoint,
  { form, basicAuth }: TokenRequest,
  signal: AbortSignal,
): Promise<AccessToken> {
  const { loginBaseUrl, clock, http } = endpoint;
  const askedAtMs = clock.nowMs();
  const response = await (http ?? sendHttp)(
    {
      method: 'POST',
      url: `${loginBaseUrl}/oauth/token`,
      headers: {
        ...(basicAuth !== undefined && { authorization: toBasic(basicAuth) }),
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: new URLSearchParams(form).toString(),
      maxBytes: 64 * 1024,
    },
    signal,
  );
  if (response.status !== 200) {
    throw toTokenError(response, source, clock.nowMs());
  }
  return decodeAnswer(asRecord(parseJson(response.text, 'the token answer'), ''), askedAtMs);
}

function decodeAnswer(body: JsonRecord, askedAtMs: number): AccessToken {
  const refreshToken = optional(body, 'refresh_token', '', asToken);
  return {
    value: required(body, 'access_token', '', asToken),
    expiresAtMs: askedAtMs + required(body, 'expires_in', '', asNumber) * 1000,
    ...(refreshToken !== undefined && { refreshToken }),
  };
}

function toBasic({ id, secret }: { readonly id: string; readonly secret: string }): string {
  return `Basic ${Buffer.from(`${id}:${secret}`, 'utf8').toString('base64')}`;
}

/** A token goes into a header, so it may hold nothing that ends one. */
function asToken(value: unknown, path: string): string {
  const token = asString(value, path);
  return /^[\x21-\x7e]{1,4096}$/u.test(token) ? token : asString(undefined, path);
}
