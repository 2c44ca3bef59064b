/** The head of a completeness report: its shape in the file and its decoding. Pure. */
import {
  asNumber,
  asRecord,
  asString,
  asTimeMs,
  failDecode,
  optional,
  required,
  type JsonRecord,
} from '../../base/decode.ts';
import { parseIsoInterval, toIsoInterval, type Interval } from '../../model/interval.ts';
import type { AuditHead } from './auditHead.ts';
import {
  completenessVerdicts,
  type CompletenessResult,
  type CompletenessVerdict,
} from './completenessSums.ts';

const formatVersion = 1;

export interface CompletenessSummary extends CompletenessResult {
  readonly generatedAtMs: number;
  readonly archiveId: string;
  readonly organisationId: string;
  readonly region: string;
  readonly interval: Interval;
  /** Of the audit log when the report was made; undefined when there was none. */
  readonly auditHead: AuditHead | undefined;
  /** Over all of these and both sets: what names this report. */
  readonly digest: string;
}

export function encodeSummary(summary: CompletenessSummary): unknown {
  const { generatedAtMs, archiveId, organisationId, region, interval, auditHead, verdict } =
    summary;
  const { platformCount, localCount, undecodableCount, states, reasons } = summary;
  const { platformDigest, localDigest, itemsDigest, digest } = summary;
  return {
    formatVersion,
    kind: 'completeness',
    verdict,
    generatedAt: new Date(generatedAtMs).toISOString(),
    interval: toIsoInterval(interval),
    archiveId,
    organisationId,
    region,
    platformConversations: platformCount,
    localConversations: localCount,
    undecodableConversations: undecodableCount,
    states,
    reasons,
    platformDigest,
    localDigest,
    itemsDigest,
    auditHead: auditHead ?? null,
    digest,
  };
}

/** What a recheck needs of the head; sums are computed anew. */
export interface StatedSummary extends Pick<
  CompletenessSummary,
  | 'archiveId'
  | 'interval'
  | 'generatedAtMs'
  | 'auditHead'
  | 'undecodableCount'
  | 'platformCount'
  | 'localCount'
  | 'platformDigest'
  | 'localDigest'
  | 'itemsDigest'
  | 'digest'
> {
  readonly verdict: CompletenessVerdict;
  /** As the file has it: compared as text. */
  readonly statesJson: string;
  readonly reasonsJson: string;
}

/** @throws AppError `protocol` when it is none, `input` for a bad interval */
export function decodeSummary(value: unknown, path: string): StatedSummary {
  const record = asRecord(value, path);
  if (record['kind'] !== 'completeness' || record['formatVersion'] !== formatVersion) {
    return failDecode(path, 'a completeness report of format 1');
  }
  const text = (key: string): string => required(record, key, path, asString);
  const count = (key: string): number => required(record, key, path, asNumber);
  const verdict = text('verdict');
  return {
    verdict:
      completenessVerdicts.find((known) => known === verdict) ??
      failDecode(`${path}.verdict`, 'a known verdict'),
    archiveId: text('archiveId'),
    interval: parseIsoInterval(text('interval')),
    generatedAtMs: required(record, 'generatedAt', path, asTimeMs),
    undecodableCount: count('undecodableConversations'),
    platformCount: count('platformConversations'),
    localCount: count('localConversations'),
    platformDigest: text('platformDigest'),
    localDigest: text('localDigest'),
    itemsDigest: text('itemsDigest'),
    digest: text('digest'),
    statesJson: JSON.stringify(required(record, 'states', path, asRecord)),
    reasonsJson: JSON.stringify(required(record, 'reasons', path, asRecord)),
    auditHead: optional(record, 'auditHead', path, decodeAuditHead),
  };
}

function decodeAuditHead(value: unknown, path: string): AuditHead {
  const record: JsonRecord = asRecord(value, path);
  return {
    sizeBytes: required(record, 'sizeBytes', path, asNumber),
    lastLineSha256: required(record, 'lastLineSha256', path, asString),
  };
}
