/** The command that checks the audit log line by line. */
import * as vscode from 'vscode';
import { errors } from '../../base/appError.ts';
import type { VerifiedAudit } from '../../protocol/archiveVerification.ts';
import { withProgress } from '../progress.ts';
import type { IntegrityDeps } from './integrityDeps.ts';
import { withVerifyWorker } from './verifyWorkerClient.ts';

/** @throws AppError `notFound` without an archive, `corrupt` when the log is not what was written */
export async function verifyAuditLog(deps: IntegrityDeps): Promise<VerifiedAudit> {
  const verified = await withProgress(
    vscode.l10n.t('Verifying the audit log'),
    {},
    async (_report, signal) => {
      const rootPath = await requireArchive(deps, signal);
      return withVerifyWorker(
        deps,
        () => undefined,
        (peer) => peer.request('verifyAudit', { rootPath }, signal),
      );
    },
  );
  const [problem] = verified.problems;
  if (problem !== undefined) {
    throw errors.corrupt(
      vscode.l10n.t(
        'The audit log was changed or damaged. Problems: {0}. The first, in line {1}: {2}',
        verified.problemCount,
        problem.line,
        problem.reason,
      ),
    );
  }
  const { hash } = verified.head;
  const copy = vscode.l10n.t('Copy Hash');
  void vscode.window
    .showInformationMessage(
      vscode.l10n.t(
        'The audit log is unbroken. Lines: {0}. Keep the hash of the last one elsewhere, and nobody can rewrite the log unnoticed: {1}…',
        verified.lineCount,
        hash.slice(0, 16),
      ),
      copy,
    )
    .then((answer) => {
      if (answer === copy) {
        void vscode.env.clipboard.writeText(hash);
      }
    });
  return verified;
}

/** @throws AppError `notFound` */
export async function requireArchive(deps: IntegrityDeps, signal: AbortSignal): Promise<string> {
  const archive = await deps.archives.openForReading(signal);
  if (archive === undefined) {
    throw errors.notFound(
      vscode.l10n.t('There is no archive yet. Download a conversation to make one.'),
    );
  }
  return archive.rootPath;
}
