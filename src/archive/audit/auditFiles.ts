/** The files of the audit log: their names, the head beside the log, reading lines. Writes only the head. */
import { createReadStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { asNumber, asRecord, asString, parseJson, required } from '../../base/decode.ts';
import { commitBytes, partialSuffix, regularFileSize, writePartial } from '../durableFile.ts';
import { readSmallFile } from '../manifest.ts';
import { maxAuditLineBytes, type AuditHead } from './auditLine.ts';

export const auditName = 'audit.jsonl';
/** Says where the log ends, so that a cut end is found. */
export const auditHeadName = 'audit.head.json';

const maxHeadBytes = 4096;
const hashPattern = /^[0-9a-f]{64}$/u;

/**
 * What the head file says is the last line; undefined when there is none that can be read. Put it into anything that leaves
 * the archive: it proves later that the log was not rewritten.
 */
export async function readAuditHead(
  rootPath: string,
  signal: AbortSignal,
): Promise<AuditHead | undefined> {
  try {
    const text = await readSmallFile(join(rootPath, auditHeadName), maxHeadBytes, signal);
    if (text === undefined) {
      return undefined;
    }
    const record = asRecord(parseJson(text, auditHeadName), '');
    const head = {
      seq: required(record, 'seq', '', asNumber),
      hash: required(record, 'hash', '', asString),
    };
    return Number.isSafeInteger(head.seq) && hashPattern.test(head.hash) ? head : undefined;
  } catch (error) {
    if (signal.aborted) {
      throw error;
    }
    // A damaged head is as good as none: the caller says so.
    return undefined;
  }
}

/**
 * Replaces the head.
 * @param isDurable false when a crash may leave the head before: the log is ahead of it then, which is no damage
 */
export async function writeAuditHead(
  rootPath: string,
  { seq, hash }: AuditHead,
  isDurable = true,
): Promise<void> {
  const path = join(rootPath, auditHeadName);
  const text = `${JSON.stringify({ seq, hash })}\n`;
  if (isDurable) {
    await commitBytes(path, text);
  } else {
    await writePartial(path + partialSuffix, text);
    await rename(path + partialSuffix, path);
  }
}

export interface AuditText {
  /** From 1. */
  readonly line: number;
  /** Undefined when the line is longer than any that was written here. */
  readonly bytes: Buffer | undefined;
  /** False for bytes after the last line feed: a line whose writing was interrupted, or goes on now. */
  readonly isWhole: boolean;
}

/** The lines of the log in order, in constant memory; none when there is no log. */
export async function* iterateAuditText(
  rootPath: string,
  signal: AbortSignal,
): AsyncIterable<AuditText> {
  const path = join(rootPath, auditName);
  if (((await regularFileSize(path)) ?? 0) === 0) {
    return;
  }
  let line = 1;
  let rest: Buffer = Buffer.alloc(0);
  let isTooLong = false;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 16, signal })) {
    let bytes: Buffer = Buffer.concat([rest, chunk as Buffer]);
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a)) {
      const isReadable = !isTooLong && end <= maxAuditLineBytes;
      yield { line, bytes: isReadable ? bytes.subarray(0, end) : undefined, isWhole: true };
      line++;
      isTooLong = false;
      bytes = bytes.subarray(end + 1);
    }
    isTooLong ||= bytes.length > maxAuditLineBytes;
    rest = isTooLong ? Buffer.alloc(0) : bytes;
  }
  if (rest.length > 0 || isTooLong) {
    yield { line, bytes: isTooLong ? undefined : rest, isWhole: false };
  }
}
