/** The command that verifies the whole archive: asks how thoroughly, shows how far it is, offers the report and the repair. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { cancellation } from '../../base/appError.ts';
import type { ConversationFindings } from '../../archive/integrity/finding.ts';
import type { VerifiedArchiveSummary } from '../../protocol/archiveVerification.ts';
import { withProgress } from '../progress.ts';
import type { IntegrityDeps } from './integrityDeps.ts';
import { repairArchive } from './repairArchive.ts';
import { requireArchive } from './verifyAuditLog.ts';
import { maxShownConversations, renderVerification } from './verifyText.ts';
import { withVerifyWorker } from './verifyWorkerClient.ts';

const percentKey = 'verify.samplePercent';
const defaultPercent = 10;

/** @throws AppError `notFound` without an archive, `storage` */
export async function verifyArchive(
  deps: IntegrityDeps,
): Promise<VerifiedArchiveSummary | undefined> {
  const deepPercent = await pickDepth(deps);
  const summary = await withProgress(
    vscode.l10n.t('Verifying the archive'),
    {},
    async (report, signal) => {
      const rootPath = await requireArchive(deps, signal);
      const params = { rootPath, deepPercent, sampleSeed: randomUUID() };
      const verified = await withVerifyWorker(
        deps,
        ({ doneCount, expectedCount, problemCount }) => {
          report(
            problemCount === 0
              ? vscode.l10n.t(
                  '{0} of {1} conversations',
                  doneCount,
                  Math.max(doneCount, expectedCount),
                )
              : vscode.l10n.t(
                  '{0} of {1} conversations, {2} problems',
                  doneCount,
                  Math.max(doneCount, expectedCount),
                  problemCount,
                ),
          );
        },
        (peer) => peer.request('verifyArchive', params, signal),
      );
      await note(deps, verified, deepPercent, signal);
      return verified;
    },
  );
  announce(deps, summary);
  return summary;
}

/** Share of the conversations to read whole. @throws AbortError when the person turned away */
async function pickDepth({ globalState }: IntegrityDeps): Promise<number> {
  const percent = globalState.get(percentKey, defaultPercent);
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: vscode.l10n.t('$(zap) Quick'),
        detail: vscode.l10n.t(
          'Presence, sizes, manifests and the audit log: seconds for thousands',
        ),
        percent: 0,
      },
      {
        label: vscode.l10n.t('$(search) Sample…'),
        detail: vscode.l10n.t(
          'Quick for all, and every byte of some conversations chosen at random',
        ),
        percent: undefined,
      },
      {
        label: vscode.l10n.t('$(verified) Deep'),
        detail: vscode.l10n.t('Every byte of every file: hashes, JSON, sound and durations'),
        percent: 100,
      },
    ],
    {
      title: vscode.l10n.t('Verify Archive'),
      placeHolder: vscode.l10n.t('How thoroughly should the archive be verified?'),
    },
  );
  if (picked === undefined) {
    throw cancellation();
  }
  if (picked.percent !== undefined) {
    return picked.percent;
  }
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Verify Archive'),
    prompt: vscode.l10n.t('How many percent of the conversations should be read whole?'),
    value: String(percent),
    validateInput: (text) =>
      isPercent(text) ? undefined : vscode.l10n.t('Enter a number from 1 to 100.'),
  });
  if (answer === undefined) {
    throw cancellation();
  }
  await globalState.update(percentKey, Number(answer));
  return Number(answer);
}

function isPercent(text: string): boolean {
  const value = Number(text);
  return text.trim() !== '' && value > 0 && value <= 100;
}

/** A verification is an event itself. While another window writes for long, it is not noted; the report stands alone. */
async function note(
  deps: IntegrityDeps,
  verified: VerifiedArchiveSummary,
  deepPercent: number,
  signal: AbortSignal,
): Promise<void> {
  const archive = await deps.archives.openForReading(signal);
  if (archive === undefined) {
    return;
  }
  const { noteEvent } = await import('../archives/archiveModule.ts');
  const { conversationCount, problemCount, reportSha256, audit } = verified;
  const details = {
    deepPercent,
    conversationCount,
    problemCount,
    auditProblemCount: audit.problemCount,
    reportSha256,
  };
  try {
    await noteEvent(archive, { kind: 'archiveVerified', details }, deps, signal);
  } catch (error) {
    deps.log.warn('The verification could not be noted in the audit log', { error });
  }
}

function announce(deps: IntegrityDeps, summary: VerifiedArchiveSummary): void {
  const show = vscode.l10n.t('Show Report');
  const repair = vscode.l10n.t('Repair');
  const { conversationCount, deepCount, problemCount, damagedCount, audit } = summary;
  const isSound = problemCount + audit.problemCount === 0;
  const message = isSound
    ? vscode.l10n.t(
        'The archive is as it was stored. Conversations verified: {0}, to the last byte: {1}.',
        conversationCount,
        deepCount,
      )
    : vscode.l10n.t(
        'Verification found damage. Problems: {0}, in conversations: {1}, in the audit log: {2}.',
        problemCount,
        damagedCount,
        audit.problemCount,
      );
  const actions = summary.mendableCount > 0 ? [repair, show] : [show];
  const answered = isSound
    ? vscode.window.showInformationMessage(message, ...actions)
    : vscode.window.showWarningMessage(message, ...actions);
  void answered.then(async (answer) => {
    if (answer === show) {
      await showReport(summary);
    } else if (answer === repair) {
      await repairArchive(deps, summary);
    }
  });
}

/** Writes the readable report beside the JSON one and shows it. */
async function showReport(summary: VerifiedArchiveSummary): Promise<void> {
  const { iterateFindings } = await import('../archives/archiveModule.ts');
  const shown: ConversationFindings[] = [];
  for await (const each of iterateFindings(summary.reportPath, new AbortController().signal)) {
    shown.push(each);
    if (shown.length === maxShownConversations) {
      break;
    }
  }
  const path = summary.reportPath.replace(/\.json$/u, '.md');
  await writeFile(path, renderVerification(summary, shown, vscode.l10n));
  await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(path));
}
