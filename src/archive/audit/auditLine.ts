/**
 * One line of the audit log: its text, its hash, its decoding. The hash is SHA-256 over the line's own bytes without the hash,
 * so that any program can check it without knowing how JSON is to be ordered. Knows nothing of files.
 */
import { createHash } from 'node:crypto';
import {
  asNumber,
  asRecord,
  asString,
  asTimeMs,
  parseJson,
  required,
  type JsonRecord,
} from '../../base/decode.ts';
import type { JsonValue } from '../../base/jsonValue.ts';

/** What is told of an event: ids, counts, sizes, hashes. Never personal data, secrets or links. */
export type AuditDetails = Readonly<Record<string, JsonValue | undefined>>;

/** The place of a line in the chain. */
export interface AuditHead {
  /** 1 for the first line; 0 for a log without lines. */
  readonly seq: number;
  /** Lower-case hexadecimal. */
  readonly hash: string;
}

export interface AuditRecord extends AuditHead {
  readonly atMs: number;
  readonly kind: string;
  readonly details: JsonRecord;
  /** Hash of the line before. */
  readonly previous: string;
}

/** What the first line follows. */
export const auditStart: AuditHead = { seq: 0, hash: '0'.repeat(64) };

/** Longer lines are neither written nor believed. */
export const maxAuditLineBytes = 128 * 1024;

const hashPattern = /^,"hash":"([0-9a-f]{64})"\}$/u;
const hashTextBytes = ',"hash":"'.length + 64 + '"}'.length;

/** The line that follows `before`, without its line feed. Links among the details are taken out: signed ones are secrets. */
export function encodeAuditLine(
  before: AuditHead,
  atMs: number,
  kind: string,
  details: AuditDetails,
): { readonly text: string; readonly head: AuditHead } {
  const seq = before.seq + 1;
  const body = JSON.stringify(
    { seq, at: new Date(atMs).toISOString(), kind, details, previous: before.hash },
    withoutLinks,
  );
  const hash = hashOf(body);
  return { text: `${body.slice(0, -1)},"hash":"${hash}"}`, head: { seq, hash } };
}

/** Decodes a line whose hash fits its bytes; a sentence about what is wrong with any other. */
export function readAuditLine(line: Buffer): AuditRecord | string {
  const splitAt = line.length - hashTextBytes;
  const hash = hashPattern.exec(line.toString('latin1', Math.max(0, splitAt)))?.[1];
  if (splitAt <= 0 || hash === undefined) {
    return 'The line does not end with its hash.';
  }
  const body = Buffer.concat([line.subarray(0, splitAt), Buffer.from('}')]);
  if (hashOf(body) !== hash) {
    return 'The line was changed: its hash does not fit what it says.';
  }
  try {
    const record = asRecord(parseJson(body.toString('utf8'), 'audit line'), '');
    return {
      seq: required(record, 'seq', '', asNumber),
      atMs: required(record, 'at', '', asTimeMs),
      kind: required(record, 'kind', '', asString),
      details: required(record, 'details', '', asRecord),
      previous: required(record, 'previous', '', asString),
      hash,
    };
  } catch {
    return 'The line is no audit record.';
  }
}

function hashOf(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function withoutLinks(_key: string, value: unknown): unknown {
  return typeof value === 'string'
    ? value.replace(/\b[a-z][a-z0-9+.-]{0,30}:\/\/\S+/giu, '[link]')
    : value;
}
