/** What a completeness report adds up while its items pass by: counts, reasons, digests and the verdict. */
import { createHash } from 'node:crypto';
import { toIsoInterval, type Interval } from '../../model/interval.ts';
import type { AuditHead } from './auditHead.ts';
import {
  completenessStates,
  encodeItem,
  localLine,
  platformLine,
  type CompletenessItem,
  type CompletenessState,
} from './completenessItem.ts';

/**
 * `complete` everything of the platform is here; `completeWithReasons` all conversations are here, and what of them is not has
 * its reason; `incomplete` anything else.
 */
export const completenessVerdicts = ['complete', 'completeWithReasons', 'incomplete'] as const;
export type CompletenessVerdict = (typeof completenessVerdicts)[number];

export interface CompletenessResult {
  readonly verdict: CompletenessVerdict;
  readonly platformCount: number;
  readonly localCount: number;
  /** Conversations that the platform sent in a form that cannot be read: nothing is known of them. */
  readonly undecodableCount: number;
  readonly states: Readonly<Record<CompletenessState, number>>;
  /** Absent items by reason code. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly platformDigest: string;
  readonly localDigest: string;
  /** Over the items as they are written. */
  readonly itemsDigest: string;
}

export class CompletenessSums {
  private readonly states = new Map<CompletenessState, number>();
  private readonly reasons = new Map<string, number>();
  private readonly platformHash = createHash('sha256');
  private readonly localHash = createHash('sha256');
  private readonly itemsHash = createHash('sha256');
  private platformCount = 0;
  private localCount = 0;
  private undecodableCount = 0;

  /** Items come in canonical order: the digests depend on it. */
  add(item: CompletenessItem): void {
    this.itemsHash.update(`${JSON.stringify(encodeItem(item))}\n`);
    this.states.set(item.state, (this.states.get(item.state) ?? 0) + 1);
    for (const { reason } of item.absent) {
      this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    }
    const theirs = platformLine(item);
    if (theirs !== undefined) {
      this.platformCount++;
      this.platformHash.update(theirs);
    }
    const ours = localLine(item);
    if (ours !== undefined) {
      this.localCount++;
      this.localHash.update(ours);
    }
  }

  addUndecodable(count: number): void {
    this.undecodableCount += count;
  }

  /** Ends it: once only. */
  finish(): CompletenessResult {
    const state = (name: CompletenessState): number => this.states.get(name) ?? 0;
    return {
      verdict: this.verdict(),
      platformCount: this.platformCount,
      localCount: this.localCount,
      undecodableCount: this.undecodableCount,
      states: {
        missing: state('missing'),
        damaged: state('damaged'),
        outdated: state('outdated'),
        partial: state('partial'),
        withReasons: state('withReasons'),
        onlyLocal: state('onlyLocal'),
        complete: state('complete'),
      },
      reasons: Object.fromEntries([...this.reasons].sort(([a], [b]) => (a < b ? -1 : 1))),
      platformDigest: this.platformHash.digest('hex'),
      localDigest: this.localHash.digest('hex'),
      itemsDigest: this.itemsHash.digest('hex'),
    };
  }

  private verdict(): CompletenessVerdict {
    const isAny = (...names: readonly CompletenessState[]): boolean =>
      names.some((name) => (this.states.get(name) ?? 0) > 0);
    if (this.undecodableCount > 0 || isAny('missing', 'damaged', 'outdated', 'partial')) {
      return 'incomplete';
    }
    return this.reasons.size > 0 ? 'completeWithReasons' : 'complete';
  }
}

/** The one digest of a report, from what it is made of. */
export function toReportDigest(
  parts: Pick<
    CompletenessResult,
    'verdict' | 'undecodableCount' | 'platformDigest' | 'localDigest' | 'itemsDigest'
  > & {
    readonly archiveId: string;
    readonly generatedAtMs: number;
    readonly interval: Interval;
    readonly auditHead: AuditHead | undefined;
  },
): string {
  const lines = [
    'completeness 1',
    parts.archiveId,
    toIsoInterval(parts.interval),
    new Date(parts.generatedAtMs).toISOString(),
    parts.verdict,
    String(parts.undecodableCount),
    parts.platformDigest,
    parts.localDigest,
    parts.itemsDigest,
    parts.auditHead?.lastLineSha256 ?? '-',
  ];
  return createHash('sha256')
    .update(lines.map((line) => `${line}\n`).join(''))
    .digest('hex');
}

/** All states with their counts, worst first. */
export function stateCounts(
  states: CompletenessResult['states'],
): readonly (readonly [CompletenessState, number])[] {
  return completenessStates.map((state) => [state, states[state]] as const);
}
