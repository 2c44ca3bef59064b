/**
 * Verifies a whole archive and writes a report: every conversation's folder, what the audit log says should be there, and the
 * audit log itself. Changes nothing but adding the report; needs no lock. Runs in a worker.
 */
import { createHash } from 'node:crypto';
import { relative, sep } from 'node:path';
import { throwIfCancelled } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import { Archive, type ListedConversation } from '../archive.ts';
import { verifyAudit, type AuditVerification } from '../audit/verifyAudit.ts';
import { manifestName } from '../manifest.ts';
import { guardStorage } from '../storageError.ts';
import { checkConversation, type CheckedConversation } from './checkConversation.ts';
import type { Finding } from './finding.ts';
import { SealHistory } from './sealHistory.ts';
import { VerifyReport } from './verifyReport.ts';

export interface VerifyArchiveRequest {
  readonly rootPath: string;
  /** Share of the conversations that is read whole, 0 to 100; of the others, presence, sizes and manifests are checked. */
  readonly deepPercent: number;
  /** Chooses the conversations of a sample: the same seed chooses the same ones. */
  readonly sampleSeed: string;
}

export interface VerifyProgress {
  readonly doneCount: number;
  /** As the audit log tells; fewer than there are when it is younger than the archive. */
  readonly expectedCount: number;
  readonly problemCount: number;
}

export interface VerifySummary {
  readonly conversationCount: number;
  /** How many of them were read whole. */
  readonly deepCount: number;
  readonly fileCount: number;
  readonly totalBytes: number;
  readonly problemCount: number;
  readonly noticeCount: number;
  /** Conversations with problems. */
  readonly damagedCount: number;
  /** Conversations with problems that a download may mend. */
  readonly mendableCount: number;
  /** Conversations that the audit log does not know. */
  readonly unrecordedCount: number;
}

export interface VerifiedArchive extends VerifySummary {
  readonly reportPath: string;
  readonly reportSha256: string;
  readonly audit: AuditVerification;
}

/**
 * What looks damaged is looked at again at the end, with the audit log as it is then: a download may have been at work on it.
 * On abort no report is left.
 * @throws AppError `notFound` without an archive, `storage`
 */
export async function verifyArchive(
  request: VerifyArchiveRequest,
  deps: { readonly clock: Clock; readonly log: Log },
  onProgress: (progress: VerifyProgress) => void,
  signal: AbortSignal,
): Promise<VerifiedArchive> {
  return await guardStorage(async () => {
    const archive = await Archive.open(request.rootPath, undefined, deps, signal);
    const report = await VerifyReport.create(archive.rootPath, deps.clock.nowMs(), {
      archiveId: archive.id,
      deepPercent: request.deepPercent,
      sampleSeed: request.sampleSeed,
    });
    try {
      const run = new VerifyRun({ archive, report, request, onProgress });
      const { summary, audit } = await run.verify(signal);
      const reportSha256 = await report.commit({
        finishedAt: new Date(deps.clock.nowMs()).toISOString(),
        audit: {
          ...audit,
          head: { ...audit.head },
          problems: audit.problems.map((each) => ({ ...each })),
        },
        summary: { ...summary },
      });
      return { ...summary, audit, reportPath: report.path, reportSha256 };
    } catch (error) {
      await report.discard();
      throw error;
    }
  });
}

const resealedFinding: Finding = {
  kind: 'manifestEdited',
  severity: 'notice',
  path: manifestName,
  text: 'When it was downloaded again, the manifest was not the one recorded before: somebody had edited it, or a download by an older version was killed before its end.',
  isMendable: false,
};

interface VerifyRunDeps {
  readonly archive: Archive;
  readonly report: VerifyReport;
  readonly request: VerifyArchiveRequest;
  readonly onProgress: (progress: VerifyProgress) => void;
}

class VerifyRun {
  private readonly deps: VerifyRunDeps;
  private readonly doubtful: ListedConversation[] = [];
  private seenCount = 0;
  private summary: VerifySummary = {
    conversationCount: 0,
    deepCount: 0,
    fileCount: 0,
    totalBytes: 0,
    problemCount: 0,
    noticeCount: 0,
    damagedCount: 0,
    mendableCount: 0,
    unrecordedCount: 0,
  };

  constructor(deps: VerifyRunDeps) {
    this.deps = deps;
  }

  async verify(
    signal: AbortSignal,
  ): Promise<{ readonly summary: VerifySummary; readonly audit: AuditVerification }> {
    const { archive } = this.deps;
    const { seals } = await this.readAudit(signal);
    const unseen = new Set(seals.last.keys());
    for await (const listed of archive.list(signal)) {
      unseen.delete(listed.conversationId);
      this.seenCount++;
      const checked = await this.check(listed, seals, signal);
      if (checked.findings.length > 0) {
        this.doubtful.push(listed);
      } else {
        this.count(checked, listed);
      }
      this.tell(seals);
    }
    const now = await this.readAudit(signal);
    for (const listed of this.doubtful) {
      throwIfCancelled(signal);
      const checked = await this.check(listed, now.seals, signal);
      this.count(checked, listed);
      await this.write(listed, checked.findings);
      this.tell(seals);
    }
    for (const conversationId of unseen) {
      await this.noteMissing(conversationId, now.seals, signal);
    }
    return { summary: this.summary, audit: now.audit };
  }

  private async readAudit(
    signal: AbortSignal,
  ): Promise<{ readonly seals: SealHistory; readonly audit: AuditVerification }> {
    const history = new SealHistory();
    const audit = await verifyAudit(this.deps.archive.rootPath, signal, ({ details }) => {
      history.read(details);
    });
    return { seals: history, audit };
  }

  private async check(
    { conversationId, folderPath }: ListedConversation,
    seals: SealHistory,
    signal: AbortSignal,
  ): Promise<CheckedConversation> {
    const seal = seals.last.get(conversationId);
    const depth = this.isDeep(conversationId) ? 'deep' : 'quick';
    const announced = seals.announced.get(conversationId);
    const checked = await checkConversation(
      { conversationId, folderPath, seal, announced, depth },
      signal,
    );
    return seals.resealed.has(conversationId)
      ? { ...checked, findings: [...checked.findings, resealedFinding] }
      : checked;
  }

  /** Nobody can choose an id so that it is never in a sample: the seed is not known before. */
  private isDeep(id: ConversationId): boolean {
    const { deepPercent, sampleSeed } = this.deps.request;
    const hash = createHash('sha256').update(`${sampleSeed}/${id}`).digest();
    return hash.readUInt32BE(0) / 2 ** 32 < deepPercent / 100;
  }

  private async noteMissing(
    id: ConversationId,
    seals: SealHistory,
    signal: AbortSignal,
  ): Promise<void> {
    const seal = seals.last.get(id);
    if (seal === undefined || seal === null) {
      return;
    }
    const folderPath = await this.deps.archive.find(id, signal);
    if (folderPath !== undefined) {
      // Put there while the rest was read.
      return;
    }
    const finding: Finding = {
      kind: 'conversationMissing',
      severity: 'problem',
      path: '',
      text: 'The audit log says that the conversation was stored, and its folder is gone.',
      isMendable: true,
    };
    this.countFindings([finding]);
    await this.deps.report.add({ conversationId: id, folder: '', findings: [finding] });
  }

  private count(
    { fileCount, totalBytes, findings, isUnrecorded }: CheckedConversation,
    { conversationId }: ListedConversation,
  ): void {
    const { summary } = this;
    this.summary = {
      ...summary,
      conversationCount: summary.conversationCount + 1,
      deepCount: summary.deepCount + (this.isDeep(conversationId) ? 1 : 0),
      fileCount: summary.fileCount + fileCount,
      totalBytes: summary.totalBytes + totalBytes,
      unrecordedCount: summary.unrecordedCount + (isUnrecorded ? 1 : 0),
    };
    this.countFindings(findings);
  }

  private countFindings(findings: readonly Finding[]): void {
    const problems = findings.filter(({ severity }) => severity === 'problem');
    const isMendable = problems.some((problem) => problem.isMendable);
    const { summary } = this;
    this.summary = {
      ...summary,
      problemCount: summary.problemCount + problems.length,
      noticeCount: summary.noticeCount + findings.length - problems.length,
      damagedCount: summary.damagedCount + (problems.length > 0 ? 1 : 0),
      mendableCount: summary.mendableCount + (isMendable ? 1 : 0),
    };
  }

  private async write(listed: ListedConversation, findings: readonly Finding[]): Promise<void> {
    if (findings.length > 0) {
      const { conversationId, folderPath } = listed;
      const folder = relative(this.deps.archive.rootPath, folderPath).split(sep).join('/');
      await this.deps.report.add({ conversationId, folder, findings });
    }
  }

  private tell(seals: SealHistory): void {
    const { problemCount } = this.summary;
    this.deps.onProgress({
      doneCount: this.seenCount,
      expectedCount: seals.last.size,
      problemCount,
    });
  }
}
