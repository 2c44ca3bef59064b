/** Signed links in the form of the content delivery network: who holds the link may read, until it expires. */
import { createHmac, timingSafeEqual } from 'node:crypto';

import type { SimulatedClock } from '../simulatedClock.ts';

export type LinkVerdict = 'good' | 'unsigned' | 'tampered' | 'expired';

const keyPairId = 'KSIMULATED0000';

export class LinkSigner {
  private readonly key: Buffer;
  private readonly clock: SimulatedClock;

  constructor(clock: SimulatedClock, key: Buffer) {
    this.clock = clock;
    this.key = key;
  }

  /** `path` is percent-encoded; `origin` is how the client reaches the simulator. */
  sign(origin: string, path: string, lifeSeconds: number, disposition?: string): string {
    const url = new URL(path, origin);
    if (disposition !== undefined) {
      url.searchParams.set('response-content-disposition', disposition);
    }
    const expires = String(Math.floor(this.clock.nowMs() / 1000) + lifeSeconds);
    url.searchParams.set('Expires', expires);
    url.searchParams.set('Signature', this.signature(url));
    url.searchParams.set('Key-Pair-Id', keyPairId);
    return url.href;
  }

  verify(path: string, parameters: URLSearchParams): LinkVerdict {
    const given = parameters.get('Signature');
    const expires = parameters.get('Expires');
    if (given === null || expires === null || parameters.get('Key-Pair-Id') !== keyPairId) {
      return 'unsigned';
    }
    const signed = new URL(path, 'http://any');
    for (const [name, value] of parameters) {
      if (name !== 'Signature' && name !== 'Key-Pair-Id') {
        signed.searchParams.append(name, value);
      }
    }
    const [a, b] = [Buffer.from(given), Buffer.from(this.signature(signed))];
    if (a.byteLength !== b.byteLength || !timingSafeEqual(a, b)) {
      return 'tampered';
    }
    return Number(expires) * 1000 > this.clock.nowMs() ? 'good' : 'expired';
  }

  /** Over path and parameters, in the alphabet that CloudFront uses in place of base64's. */
  private signature(url: URL): string {
    return createHmac('sha256', this.key)
      .update(`${url.pathname}?${url.searchParams.toString()}`)
      .digest('base64')
      .replaceAll('+', '-')
      .replaceAll('=', '_')
      .replaceAll('/', '~');
  }
}
