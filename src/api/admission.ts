/**
 * Who may ask, and how often: the checks that come before any route. A page in a browser must never get here, whatever name it gave
 * this machine.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Why a request is turned away. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const tokenLikeParameters = /^(?:access_?token|token|api_?key|authorization|bearer)$/iu;

/** @param port the one that is listened on: a `Host` of another name or port is an attack by rebinding. */
export function refuseForeign(
  { headers, headersDistinct }: Pick<IncomingMessage, 'headers' | 'headersDistinct'>,
  port: number,
): Refusal | undefined {
  const names = [`127.0.0.1:${String(port)}`, `localhost:${String(port)}`];
  // Of several only the first would be looked at.
  const hosts = headersDistinct['host'] ?? [];
  if (hosts.length !== 1 || !names.includes((headers.host ?? '').toLowerCase())) {
    return refusal(403, 'forbiddenHost', 'This server answers to 127.0.0.1 only');
  }
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isForeignOrigin =
    origin !== undefined && !names.some((name) => origin.toLowerCase() === `http://${name}`);
  if (isForeignOrigin || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    return refusal(403, 'forbiddenOrigin', 'Pages of other origins may not ask this server');
  }
  return undefined;
}

/** Only reading, and nothing to read it from. */
export function refuseWriting(
  method: string | undefined,
  headers: IncomingHttpHeaders,
): Refusal | undefined {
  if (method !== 'GET' && method !== 'HEAD') {
    return {
      ...refusal(405, 'methodNotAllowed', 'This server only reads: use GET'),
      headers: { Allow: 'GET, HEAD' },
    };
  }
  const hasBody =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
  return hasBody
    ? refusal(413, 'bodyNotAllowed', 'Requests to this server have no body')
    : undefined;
}

export function refuseStranger(
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
  token: string,
): Refusal | undefined {
  if ([...query.keys()].some((name) => tokenLikeParameters.test(name))) {
    return refusal(
      400,
      'tokenInUrl',
      'A token never belongs into an address, which is logged and remembered: send the header Authorization. Rotate the token that was shown',
    );
  }
  const given = /^Bearer (?<token>[\w.~+/-]+=*)$/u.exec(headers.authorization ?? '')?.groups?.[
    'token'
  ];
  if (given !== undefined && timingSafeEqual(digest(given), digest(token))) {
    return undefined;
  }
  return {
    ...refusal(401, 'unauthorized', 'Send the header Authorization: Bearer and the token'),
    headers: { 'WWW-Authenticate': 'Bearer realm="genesys-archive"' },
  };
}

export interface RateLimits {
  readonly requestsPerSecond: number;
  /** May come at once after a pause. */
  readonly burst: number;
  /** Answered at the same time. */
  readonly concurrent: number;
}

export const defaultLimits: RateLimits = { requestsPerSecond: 200, burst: 400, concurrent: 32 };

/** Counts what is under way and what came lately. */
export class RateGate {
  private readonly limits: RateLimits;
  private readonly nowMs: () => number;
  private tokens: number;
  private filledAtMs: number;
  private activeCount = 0;

  constructor(limits: RateLimits, nowMs: () => number) {
    this.limits = limits;
    this.nowMs = nowMs;
    this.tokens = limits.burst;
    this.filledAtMs = nowMs();
  }

  /** Undefined lets the request in; `leave` when it is answered. */
  enter(): Refusal | undefined {
    const { requestsPerSecond, burst, concurrent } = this.limits;
    const nowMs = this.nowMs();
    const earned = ((nowMs - this.filledAtMs) / 1000) * requestsPerSecond;
    this.tokens = Math.min(burst, this.tokens + earned);
    this.filledAtMs = nowMs;
    if (this.activeCount >= concurrent) {
      return later(503, 'busy', 'Too many requests are being answered at once');
    }
    if (this.tokens < 1) {
      return later(429, 'rateLimited', 'Too many requests in a short time');
    }
    this.tokens--;
    this.activeCount++;
    return undefined;
  }

  leave(): void {
    this.activeCount--;
  }
}

function later(status: number, code: string, message: string): Refusal {
  return { ...refusal(status, code, message), headers: { 'Retry-After': '1' } };
}

function refusal(status: number, code: string, message: string): Refusal {
  return { status, code, message };
}

/** Of equal length, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
