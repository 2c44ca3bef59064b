/**
 * The end of the audit log, as reports pin it: since each of its lines holds the hash of the one before, the last line stands
 * for all. Reads bytes only; what the lines say is the audit log's own matter.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { throwIfCancelled } from '../../base/appError.ts';
import { regularFileSize } from '../durableFile.ts';

const auditName = 'audit.jsonl';
const lineFeed = 0x0a;
/** Longer lines are no lines of ours; they still count by their last part. */
const maxLineBytes = 1 << 20;

export interface AuditHead {
  /** Of the log up to and including its last whole line. */
  readonly sizeBytes: number;
  /** SHA-256 of that line without its line feed, lower-case hexadecimal. */
  readonly lastLineSha256: string;
}

/**
 * The head of the log, or the head that it had when it was `atSizeBytes` long; undefined when there is no log, or none of that
 * length.
 */
export async function readAuditHead(
  rootPath: string,
  atSizeBytes: number | undefined,
  signal: AbortSignal,
): Promise<AuditHead | undefined> {
  const path = join(rootPath, auditName);
  const sizeBytes = await regularFileSize(path);
  if (sizeBytes === undefined || sizeBytes === 0 || (atSizeBytes ?? 0) > sizeBytes) {
    return undefined;
  }
  const endBytes = atSizeBytes ?? sizeBytes;
  const startBytes = Math.max(0, endBytes - maxLineBytes);
  const tail = await readRange(path, startBytes, endBytes, signal);
  // A torn last line is none: it was never acknowledged.
  const lineEnd = tail.lastIndexOf(lineFeed);
  if (lineEnd < 0 || (atSizeBytes !== undefined && lineEnd !== tail.length - 1)) {
    return undefined;
  }
  const lineStart = lineEnd === 0 ? 0 : tail.lastIndexOf(lineFeed, lineEnd - 1) + 1;
  return {
    sizeBytes: startBytes + lineEnd + 1,
    lastLineSha256: createHash('sha256').update(tail.subarray(lineStart, lineEnd)).digest('hex'),
  };
}

/** True when a line of the log holds the text, which is ASCII. False without a log. */
export async function auditMentions(
  rootPath: string,
  text: string,
  signal: AbortSignal,
): Promise<boolean> {
  const path = join(rootPath, auditName);
  if ((await regularFileSize(path)) === undefined) {
    return false;
  }
  let kept = '';
  for await (const chunk of createReadStream(path, { encoding: 'latin1', signal })) {
    throwIfCancelled(signal);
    const seen = kept + String(chunk);
    if (seen.includes(text)) {
      return true;
    }
    kept = seen.slice(-text.length);
  }
  return false;
}

async function readRange(
  path: string,
  startBytes: number,
  endBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  if (endBytes > startBytes) {
    for await (const chunk of createReadStream(path, {
      start: startBytes,
      end: endBytes - 1,
      signal,
    })) {
      chunks.push(chunk as Buffer);
    }
  }
  return Buffer.concat(chunks);
}
