/**
 * The end of the audit log as an append finds it: sets a torn line aside and says which place in the chain the next line takes.
 * Reads the last megabyte at most, however large the log is.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errors } from '../../base/appError.ts';
import { PartialWriter, regularFileSize, renameDurably, syncFolder } from '../durableFile.ts';
import { auditName, iterateAuditText, readAuditHead } from './auditFiles.ts';
import { auditStart, readAuditLine, type AuditDetails, type AuditHead } from './auditLine.ts';

export interface AuditTail {
  /** What the next line follows. */
  readonly last: AuditHead;
  /** Bytes of whole lines: the next one is written there. */
  readonly sizeBytes: number;
  /** What was wrong, to be noted as events before anything else is. */
  readonly findings: readonly { readonly kind: string; readonly details: AuditDetails }[];
}

/** Several times what one append writes before it notes the new head. */
const windowBytes = 1024 * 1024;
/** Holds the last line nearly always. */
const smallWindowBytes = 16 * 1024;

// Missing on Windows, where opening a link by lstat-then-open is all there is.
const noFollow = constants.O_NOFOLLOW as number | undefined;

/** Opens the log for writing, made when it is not there. The caller closes it. @throws AppError `storage` when it is a link */
export async function openAuditFile(rootPath: string): Promise<FileHandle> {
  const path = join(rootPath, auditName);
  const isNew = (await regularFileSize(path)) === undefined;
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT | (noFollow ?? 0), 0o644);
  try {
    if (isNew) {
      await syncFolder(rootPath);
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Finds the end, after setting a torn last line aside. */
export async function mendAuditTail(
  rootPath: string,
  handle: FileHandle,
  signal: AbortSignal,
): Promise<AuditTail> {
  const { size } = await handle.stat();
  const sizeBytes = await findLineEnd(handle, size);
  const findings: AuditTail['findings'][number][] = [];
  if (sizeBytes < size) {
    findings.push(await setAside(rootPath, handle, sizeBytes, size));
  }
  const head = await readAuditHead(rootPath, signal);
  const lines = await readLastLines(handle, sizeBytes, head);
  const last = lines.length === 0 ? auditStart : readAuditLine(lines.at(-1) ?? Buffer.alloc(0));
  if (head === undefined) {
    if (lines.length === 0) {
      return { last: auditStart, sizeBytes, findings };
    }
    findings.push({ kind: 'auditHeadMissing', details: {} });
    const place =
      typeof last === 'string' ? { ...auditStart, seq: await countLines(rootPath, signal) } : last;
    return { last: place, sizeBytes, findings };
  }
  if (typeof last !== 'string' && leadsFrom(head, last, lines)) {
    return { last: { seq: last.seq, hash: last.hash }, sizeBytes, findings };
  }
  // Going on from where the log was known to end leaves the gap in the chain for ever visible.
  const foundSeq = typeof last === 'string' ? undefined : last.seq;
  findings.push({ kind: 'auditDamageFound', details: { expectedSeq: head.seq, foundSeq } });
  return { last: head, sizeBytes, findings };
}

/** True when the log ends with the head's line, or with whole lines of an append that was killed before it noted the head. */
function leadsFrom(head: AuditHead, last: AuditHead, lines: readonly Buffer[]): boolean {
  if (last.seq === head.seq) {
    return last.hash === head.hash;
  }
  let place: AuditHead | undefined = head.seq === 0 ? head : undefined;
  for (const line of lines) {
    const record = readAuditLine(line);
    if (place === undefined) {
      if (typeof record !== 'string' && record.seq === head.seq && record.hash === head.hash) {
        place = record;
      }
    } else if (
      typeof record === 'string' ||
      record.seq !== place.seq + 1 ||
      record.previous !== place.hash
    ) {
      return false;
    } else {
      place = record;
    }
  }
  return place?.hash === last.hash;
}

/** Where the last whole line ends: 0 when there is none. */
async function findLineEnd(handle: FileHandle, sizeBytes: number): Promise<number> {
  let endBytes = sizeBytes;
  for (let lengthBytes = 1; endBytes > 0; lengthBytes = windowBytes) {
    const startBytes = Math.max(0, endBytes - lengthBytes);
    const found = (await readAt(handle, startBytes, endBytes - startBytes)).lastIndexOf(0x0a);
    if (found >= 0) {
      return startBytes + found + 1;
    }
    endBytes = startBytes;
  }
  return 0;
}

/** The last whole lines, without their line feeds: at least one, and those since the head as far as a megabyte holds them. */
async function readLastLines(
  handle: FileHandle,
  sizeBytes: number,
  head: AuditHead | undefined,
): Promise<readonly Buffer[]> {
  const few = await readLines(handle, sizeBytes, smallWindowBytes);
  const last = readAuditLine(few.at(-1) ?? Buffer.alloc(0));
  const isEnough = typeof last !== 'string' && (head === undefined || last.seq <= head.seq);
  return isEnough ? few : await readLines(handle, sizeBytes, windowBytes);
}

async function readLines(
  handle: FileHandle,
  sizeBytes: number,
  windowBytes: number,
): Promise<readonly Buffer[]> {
  const startBytes = Math.max(0, sizeBytes - windowBytes);
  let bytes = await readAt(handle, startBytes, sizeBytes - startBytes);
  if (startBytes > 0) {
    bytes = bytes.subarray(bytes.indexOf(0x0a) + 1);
  }
  const lines: Buffer[] = [];
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a)) {
    lines.push(bytes.subarray(0, end));
    bytes = bytes.subarray(end + 1);
  }
  return lines;
}

/** Only for a log whose end is damaged and which has no head. */
async function countLines(rootPath: string, signal: AbortSignal): Promise<number> {
  let count = 0;
  for await (const { isWhole } of iterateAuditText(rootPath, signal)) {
    count += isWhole ? 1 : 0;
  }
  return count;
}

async function setAside(
  rootPath: string,
  handle: FileHandle,
  startBytes: number,
  sizeBytes: number,
): Promise<AuditTail['findings'][number]> {
  const hash = createHash('sha256');
  const partialPath = join(rootPath, 'audit.torn.partial');
  const writer = await PartialWriter.create(partialPath);
  try {
    for (let offset = startBytes; offset < sizeBytes; offset += windowBytes) {
      const bytes = await readAt(handle, offset, Math.min(windowBytes, sizeBytes - offset));
      hash.update(bytes);
      await writer.append(bytes);
    }
    await writer.sync();
  } finally {
    await writer.close();
  }
  const sha256 = hash.digest('hex');
  const file = `audit.torn-${sha256.slice(0, 8)}`;
  await renameDurably(partialPath, join(rootPath, file));
  await handle.truncate(startBytes);
  await handle.sync();
  return { kind: 'auditTornLineKept', details: { file, bytes: sizeBytes - startBytes, sha256 } };
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let doneBytes = 0;
  while (doneBytes < length) {
    const { bytesRead } = await handle.read(
      buffer,
      doneBytes,
      length - doneBytes,
      offset + doneBytes,
    );
    if (bytesRead === 0) {
      throw errors.storage('The audit log became shorter while it was read');
    }
    doneBytes += bytesRead;
  }
  return buffer;
}
