/**
 * Faults that tests order: which requests they hit, how often, and what goes wrong. The store only decides; the server
 * carries them out.
 */
import { createHash } from 'node:crypto';

/** Answers something else in place of the handler. */
export type ReplacingFault =
  /** 429. `retryAfter` left out: the right seconds; null: no header; text: that text, garbage too. */
  | { readonly kind: 'rateLimit'; readonly retryAfter?: string | null }
  /** Any status with the API's error body, 5xx above all. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly retryAfter?: string;
    }
  /** 200 with an HTML page. */
  | { readonly kind: 'html' }
  /** 200 with a WAV file of 44 bytes: a header and no sound. */
  | { readonly kind: 'headerOnlyWav' }
  /** 403 with the XML of an expired link. */
  | { readonly kind: 'expiredLink' }
  /** 302 to `location`, or, left out, to the same file moved to another path of this server. */
  | { readonly kind: 'redirect'; readonly location?: string }
  /** 200 with this text. */
  | { readonly kind: 'body'; readonly contentType: string; readonly text: string };

/** Spoils the sending of the right answer. */
export type SendingFault =
  /** It comes late. */
  | { readonly kind: 'latency'; readonly delayMs: number }
  /** The connection is reset after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Silence after so many bytes of the body, the connection stays open. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** The whole length is announced, the connection closes properly after so many bytes. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  /** The whole body is sent under another announced length. */
  | { readonly kind: 'wrongLength'; readonly announcedBytes: number }
  /** One byte of the body is another one, which no length tells. */
  | { readonly kind: 'corrupt'; readonly atByte: number }
  /** The body trickles. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number };

export type Fault = ReplacingFault | SendingFault;

const sendingKinds: readonly string[] = [
  'latency',
  'cut',
  'stall',
  'truncate',
  'wrongLength',
  'corrupt',
  'slow',
];

export const isSendingFault = (fault: Fault): fault is SendingFault =>
  sendingKinds.includes(fault.kind);

export const faultKinds: readonly Fault['kind'][] = [
  'rateLimit',
  'status',
  'latency',
  'cut',
  'stall',
  'truncate',
  'wrongLength',
  'corrupt',
  'slow',
  'html',
  'headerOnlyWav',
  'expiredLink',
  'redirect',
  'body',
];

export interface FaultRule {
  /** Any method when left out. */
  readonly method?: string;
  /** A path or a route template; `*` stands for anything. */
  readonly path: string;
  /** How many matching requests it hits, 1 when left out; null for all. */
  readonly count?: number | null;
  /** How many matching requests pass unharmed before, none when left out. */
  readonly skip?: number;
  /**
   * Of the matching requests this share is hit, 0 to 1, all when left out. Which ones is decided by the seed, the path and how
   * often that path was asked for, so that it does not depend on the order of concurrent requests, and a retry is a new throw.
   */
  readonly share?: number;
  readonly seed?: number;
  readonly fault: Fault;
}

interface Armed {
  readonly rule: FaultRule;
  readonly pattern: RegExp;
  left: number;
  toSkip: number;
  /** How often each path was asked for; only kept for rules with a share. */
  readonly visits: Map<string, number>;
}

export class FaultStore {
  private readonly armed = new Map<number, Armed>();
  private lastId = 0;

  /** The number by which it can be disarmed. */
  add(rule: FaultRule): number {
    this.lastId += 1;
    this.armed.set(this.lastId, {
      rule,
      pattern: toPattern(rule.path),
      left: rule.count === null ? Number.POSITIVE_INFINITY : (rule.count ?? 1),
      toSkip: rule.skip ?? 0,
      visits: new Map(),
    });
    return this.lastId;
  }

  remove(id: number): void {
    this.armed.delete(id);
  }

  clear(): void {
    this.armed.clear();
  }

  /** Rules that can still hit. */
  list(): readonly (FaultRule & { readonly id: number })[] {
    return [...this.armed].map(([id, { rule }]) => ({ id, ...rule }));
  }

  /** The fault that hits this request, the oldest rule first; it is used up by asking. */
  take(method: string, path: string, template: string | undefined): Fault | undefined {
    for (const [id, armed] of this.armed) {
      const isHit =
        (armed.rule.method ?? method) === method &&
        (armed.pattern.test(path) || armed.rule.path === template) &&
        isChosen(armed, path);
      if (isHit && armed.toSkip > 0) {
        armed.toSkip -= 1;
      } else if (isHit) {
        armed.left -= 1;
        if (armed.left <= 0) {
          this.armed.delete(id);
        }
        return armed.rule.fault;
      }
    }
    return undefined;
  }
}

/** Counts as a throw of the dice when the rule has a share. */
function isChosen({ rule, visits }: Armed, path: string): boolean {
  if (rule.share === undefined) {
    return true;
  }
  const visit = visits.get(path) ?? 0;
  visits.set(path, visit + 1);
  const digest = createHash('sha256').update(`${String(rule.seed ?? 0)} ${path} ${String(visit)}`);
  return digest.digest().readUInt32BE(0) / 2 ** 32 < rule.share;
}

const toPattern = (path: string): RegExp =>
  new RegExp(
    `^${path
      .split('*')
      .map((part) => part.replaceAll(/[$()+.?[\\\]^{|}]/g, String.raw`\$&`))
      .join('.*')}$`,
  );
