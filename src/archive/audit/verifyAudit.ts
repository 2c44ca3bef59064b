/** Checks the whole audit log in one pass and constant memory; changes nothing. Needs no lock. */
import { throwIfCancelled } from '../../base/appError.ts';
import { guardStorage } from '../storageError.ts';
import { iterateAuditText, readAuditHead } from './auditFiles.ts';
import { auditStart, readAuditLine, type AuditHead, type AuditRecord } from './auditLine.ts';

export interface AuditProblem {
  /** From 1: where the log stops being what it was. */
  readonly line: number;
  /** A sentence. */
  readonly reason: string;
}

export interface AuditVerification {
  readonly lineCount: number;
  /** Of the last sound line; compare it with one noted elsewhere, such as in a report. */
  readonly head: AuditHead;
  /** In order of lines, the first hundred; empty when every line is as it was written. */
  readonly problems: readonly AuditProblem[];
  readonly problemCount: number;
  /** A last line that is being written now or whose writing was interrupted: no sign of tampering. */
  readonly hasTornLine: boolean;
}

const maxProblems = 100;

/**
 * Finds changed, removed, added and reordered lines, and a cut end as far as the head file tells. What it cannot find: a log
 * that was rewritten from some line on together with its head; for that, compare `head` with one that is kept elsewhere.
 * @param onRecord told of every line whose own hash fits, in order
 * @throws AppError `storage`
 */
export async function verifyAudit(
  rootPath: string,
  signal: AbortSignal,
  onRecord: (record: AuditRecord) => void = () => undefined,
): Promise<AuditVerification> {
  return await guardStorage(async () => {
    throwIfCancelled(signal);
    const chain = new ChainCheck(await readAuditHead(rootPath, signal));
    for await (const { line, bytes, isWhole } of iterateAuditText(rootPath, signal)) {
      if (!isWhole) {
        chain.noteTorn();
        continue;
      }
      const record =
        bytes === undefined ? 'The line is longer than any is written.' : readAuditLine(bytes);
      chain.push(line, record);
      if (typeof record !== 'string') {
        onRecord(record);
      }
    }
    return chain.finish();
  });
}

class ChainCheck {
  private readonly stated: AuditHead | undefined;
  private readonly problems: AuditProblem[] = [];
  private problemCount = 0;
  private lineCount = 0;
  private last: AuditHead = auditStart;
  /** False after a line that could not be read: the next one is taken as it is. */
  private isLastKnown = true;
  private hasTornLine = false;

  /** @param stated what the head file says */
  constructor(stated: AuditHead | undefined) {
    this.stated = stated;
  }

  push(line: number, record: AuditRecord | string): void {
    this.lineCount = line;
    if (typeof record === 'string') {
      this.note(line, record);
      this.isLastKnown = false;
      return;
    }
    this.compare(line, record);
    if (record.seq === this.stated?.seq && record.hash !== this.stated.hash) {
      this.note(line, 'The line is not the one that the head of the log names.');
    }
    this.last = { seq: record.seq, hash: record.hash };
    this.isLastKnown = true;
  }

  noteTorn(): void {
    this.hasTornLine = true;
  }

  finish(): AuditVerification {
    const { stated, last, lineCount } = this;
    if (stated === undefined && lineCount > 0) {
      this.note(lineCount, 'The head of the log is missing: a cut end would not be found.');
    }
    if (stated !== undefined && last.seq < stated.seq) {
      const missing = `lines ${String(last.seq + 1)} to ${String(stated.seq)}`;
      this.note(lineCount + 1, `The end of the log is missing or damaged: ${missing}.`);
    }
    const { problems, problemCount, hasTornLine } = this;
    return { lineCount, head: last, problems, problemCount, hasTornLine };
  }

  private compare(line: number, record: AuditRecord): void {
    const expected = this.last.seq + 1;
    if (this.isLastKnown && record.seq > expected) {
      const missing = `${String(expected)} to ${String(record.seq - 1)}`;
      this.note(line, `Lines are missing before this one: numbers ${missing}.`);
    } else if (record.seq < expected || (!this.isLastKnown && record.seq === this.last.seq)) {
      this.note(line, 'The line is out of order or was put in.');
    } else if (this.isLastKnown && record.previous !== this.last.hash) {
      this.note(line, 'The line does not follow the one before it.');
    }
  }

  private note(line: number, reason: string): void {
    this.problemCount++;
    if (this.problems.length < maxProblems) {
      this.problems.push({ line, reason });
    }
  }
}
