/** Downloads conversations one after another, with progress, and tells what came and what did not. */
import * as vscode from 'vscode';
import type { DownloadReport } from '../../archive/downloadConversation.ts';
import { isAppError, isCancellation, messageOf } from '../../base/appError.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Archives } from '../archives/archives.ts';
import { withProgress, type ProgressReport } from '../progress.ts';
import type { SessionManager } from '../session/sessionManager.ts';
import type { DownloadSelection, DownloadService } from './downloadService.ts';
import { isAnythingMissing, summariseDownloads } from './downloadSummary.ts';
import { revealConversation } from './revealConversation.ts';

export interface RunDownloadDeps {
  readonly archives: Archives;
  readonly downloads: DownloadService;
  readonly sessions: SessionManager;
  readonly log: Log;
  readonly openConversation: (id: ConversationId) => Promise<void>;
}

interface Outcome {
  readonly reports: readonly DownloadReport[];
  readonly failures: readonly { readonly id: ConversationId; readonly error: unknown }[];
}

/**
 * Downloads the conversations with progress and tells what came. Resolves to what came, in the order of `ids`.
 * @throws AppError of the one conversation, or of what would fail for all: `auth`, `storage`; AbortError when cancelled
 */
export async function runDownload(
  deps: RunDownloadDeps,
  ids: readonly ConversationId[],
  selection: DownloadSelection,
): Promise<readonly DownloadReport[]> {
  const title =
    ids.length === 1
      ? vscode.l10n.t('Downloading conversation')
      : vscode.l10n.t('Downloading {0} conversations', ids.length);
  const outcome = await withProgress(title, {}, (report, signal) =>
    downloadAll(deps, ids, selection, report, signal),
  );
  announce(deps, outcome);
  return outcome.reports;
}

/** One conversation after another; one that fails does not stop the rest, unless nobody could succeed. */
async function downloadAll(
  deps: RunDownloadDeps,
  ids: readonly ConversationId[],
  selection: DownloadSelection,
  report: ProgressReport,
  signal: AbortSignal,
): Promise<Outcome> {
  const signedIn = deps.sessions.require();
  const archive = await deps.archives.openForWriting(signedIn, signal);
  // Somebody waits for one conversation; many are left room beside what is done meanwhile.
  const api = ids.length === 1 ? signedIn.api : signedIn.api.background();
  const reports: DownloadReport[] = [];
  const failures: { id: ConversationId; error: unknown }[] = [];
  for (const [index, id] of ids.entries()) {
    const prefix = ids.length === 1 ? '' : `${String(index + 1)}/${String(ids.length)}: `;
    try {
      reports.push(
        await deps.downloads.download(
          api,
          archive,
          id,
          selection,
          ({ step, doneBytes, totalBytes }) => {
            report({ step: `${prefix}${step}`, doneBytes, totalBytes });
          },
          signal,
        ),
      );
      deps.archives.index.add(id);
    } catch (error) {
      if (
        ids.length === 1 ||
        isCancellation(error) ||
        isAppError(error, 'storage') ||
        isAppError(error, 'auth')
      ) {
        throw error;
      }
      deps.log.error('A conversation could not be downloaded', { conversationId: id, error });
      failures.push({ id, error });
    }
  }
  return { reports, failures };
}

function announce(deps: RunDownloadDeps, { reports, failures }: Outcome): void {
  const open = vscode.l10n.t('Open');
  const show = vscode.l10n.t('Reveal');
  const showLog = vscode.l10n.t('Show Log');
  const [first] = reports;
  if (first !== undefined) {
    const actions = reports.length === 1 ? [open, show] : [show];
    const summary = summariseDownloads(reports);
    const shown = isAnythingMissing(reports)
      ? vscode.window.showWarningMessage(summary, ...actions)
      : vscode.window.showInformationMessage(summary, ...actions);
    void shown.then((answer) => {
      if (answer === open) {
        void deps.openConversation(first.conversationId);
      } else if (answer === show) {
        void revealConversation(deps.archives, first.conversationId);
      }
    });
  }
  const [failure] = failures;
  if (failure !== undefined) {
    void vscode.window
      .showWarningMessage(
        vscode.l10n.t(
          '{0} conversations could not be downloaded. The first: {1}',
          failures.length,
          messageOf(failure.error),
        ),
        showLog,
      )
      .then((answer) => {
        if (answer === showLog) {
          void vscode.commands.executeCommand('genesysArchive.showLog');
        }
      });
  }
}
