/** Repairs what a verification found, conversation by conversation, and says what could not be mended and why. */
import * as vscode from 'vscode';
import { isCancellation } from '../../base/appError.ts';
import type { UnmendedFinding } from '../../archive/integrity/repairConversation.ts';
import type { VerifiedArchiveSummary } from '../../protocol/archiveVerification.ts';
import { toPacking } from '../downloads/downloadService.ts';
import { presentError } from '../errors/presentError.ts';
import { withProgress, type ProgressReport } from '../progress.ts';
import type { IntegrityDeps } from './integrityDeps.ts';

interface RepairOutcome {
  readonly mendedCount: number;
  readonly unmended: readonly UnmendedFinding[];
}

/** Shows its own failures: it runs behind the button of a notification. */
export async function repairArchive(
  deps: IntegrityDeps,
  summary: VerifiedArchiveSummary,
): Promise<void> {
  try {
    const outcome = await withProgress(
      vscode.l10n.t('Repairing the archive'),
      {},
      (report, signal) => repairAll(deps, summary, report, signal),
    );
    announce(deps, outcome);
  } catch (error) {
    if (!isCancellation(error)) {
      const retry = (): void => {
        void repairArchive(deps, summary);
      };
      presentError(error, deps.log, { retry });
    }
  }
}

async function repairAll(
  { sessions, archives, settings, clock, log }: IntegrityDeps,
  { reportPath, damagedCount }: VerifiedArchiveSummary,
  report: ProgressReport,
  signal: AbortSignal,
): Promise<RepairOutcome> {
  const signedIn = sessions.require();
  const archive = await archives.openForWriting(signedIn, signal);
  const { iterateFindings, repairConversation } = await import('../archives/archiveModule.ts');
  const api = signedIn.api.background();
  const unmended: UnmendedFinding[] = [];
  let mendedCount = 0;
  let doneCount = 0;
  for await (const damaged of iterateFindings(reportPath, signal)) {
    if (!damaged.findings.some(({ severity }) => severity === 'problem')) {
      continue;
    }
    doneCount++;
    const prefix = `${String(doneCount)}/${String(damagedCount)}: `;
    const repaired = await repairConversation(
      {
        source: api,
        names: api.names,
        archive,
        clock,
        log: log.child('repair'),
        packing: toPacking(settings),
      },
      damaged,
      {
        format: settings.get('recordings.format'),
        maxTranscodeWaitMs: settings.get('recordings.maxTranscodeWaitSeconds') * 1000,
      },
      ({ step, doneBytes, totalBytes }) => {
        report({ step: `${prefix}${step}`, doneBytes, totalBytes });
      },
      signal,
    );
    mendedCount += repaired.mendedCount;
    for (const { path, text, reason } of repaired.unmended) {
      const { conversationId } = damaged;
      log.warn('A problem could not be mended', { conversationId, path, text, reason });
    }
    unmended.push(...repaired.unmended);
  }
  return { mendedCount, unmended };
}

function announce(deps: IntegrityDeps, { mendedCount, unmended }: RepairOutcome): void {
  const [first] = unmended;
  if (first === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Repaired. Problems mended: {0}. What was damaged is kept in the history.',
        mendedCount,
      ),
    );
    return;
  }
  const showLog = vscode.l10n.t('Show Log');
  void vscode.window
    .showWarningMessage(
      vscode.l10n.t(
        'Not everything could be mended. Problems mended: {0}, left: {1}. The first: {2}: {3} {4}',
        mendedCount,
        unmended.length,
        first.path,
        first.text,
        first.reason,
      ),
      showLog,
    )
    .then((answer) => {
      if (answer === showLog) {
        void vscode.commands.executeCommand('genesysArchive.showLog');
      }
    });
  deps.log.info('Repair ended', { mendedCount, unmendedCount: unmended.length });
}
