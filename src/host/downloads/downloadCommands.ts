/** Commands that bring conversations into the workspace and look at what was brought. */
import { sep } from 'node:path';
import * as vscode from 'vscode';
import type { DownloadReport } from '../../archive/downloadConversation.ts';
import { errors, isAppError, isCancellation, messageOf } from '../../base/appError.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Archives } from '../archives/archives.ts';
import type { ArchiveWorkerClient } from '../archives/archiveWorkerClient.ts';
import type { Commands } from '../commands.ts';
import type { ConversationsFeature } from '../conversations/conversationsFeature.ts';
import type { TreeNode } from '../conversations/treeNodes.ts';
import { withProgress, type ProgressReport } from '../progress.ts';
import { formatBytes } from '../progressText.ts';
import type { SessionManager } from '../session/sessionManager.ts';
import type { DownloadSelection, DownloadService } from './downloadService.ts';
import { summariseDownloads } from './downloadSummary.ts';

export interface DownloadCommandsDeps {
  readonly archives: Archives;
  readonly worker: ArchiveWorkerClient;
  readonly conversations: ConversationsFeature;
  readonly downloads: DownloadService;
  readonly sessions: SessionManager;
  readonly log: Log;
  readonly openConversation: (id: ConversationId) => Promise<void>;
}

interface Outcome {
  readonly reports: readonly DownloadReport[];
  readonly failures: readonly { readonly id: ConversationId; readonly error: unknown }[];
}

export function downloadCommands(
  deps: DownloadCommandsDeps,
): Commands<
  | 'genesysArchive.downloadConversation'
  | 'genesysArchive.downloadRecordings'
  | 'genesysArchive.downloadTranscript'
  | 'genesysArchive.verifyConversation'
  | 'genesysArchive.revealInExplorer'
> {
  const { conversations } = deps;
  return {
    'genesysArchive.downloadConversation': (...args) =>
      run(deps, conversations.requireIds(args), { parts: ['recordings', 'transcripts'] }),
    'genesysArchive.downloadRecordings': (...args) => {
      const recordingIds = conversations
        .selection(args)
        .flatMap((node) => (node.kind === 'recording' ? [node.recordingId] : []));
      return run(deps, conversations.requireIds(args), {
        parts: ['recordings'],
        ...(isOnly(conversations.selection(args), 'recording') && { recordingIds }),
      });
    },
    'genesysArchive.downloadTranscript': (...args) => {
      const communicationIds = conversations
        .selection(args)
        .flatMap((node) => (node.kind === 'transcript' ? [node.communicationId] : []));
      return run(deps, conversations.requireIds(args), {
        parts: ['transcripts'],
        ...(isOnly(conversations.selection(args), 'transcript') && { communicationIds }),
      });
    },
    'genesysArchive.verifyConversation': (...args) => verify(deps, conversations.requireIds(args)),
    'genesysArchive.revealInExplorer': async (...args) => {
      const [id] = conversations.requireIds(args);
      await reveal(deps, id);
    },
  };
}

/** True when all rows are of one kind: then only these parts are wanted, else everything of their conversations. */
function isOnly(nodes: readonly TreeNode[], kind: TreeNode['kind']): boolean {
  return nodes.length > 0 && nodes.every((node) => node.kind === kind);
}

async function run(
  deps: DownloadCommandsDeps,
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
  deps: DownloadCommandsDeps,
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

function announce(deps: DownloadCommandsDeps, { reports, failures }: Outcome): void {
  const open = vscode.l10n.t('Open');
  const show = vscode.l10n.t('Reveal');
  const showLog = vscode.l10n.t('Show Log');
  const [first] = reports;
  if (first !== undefined) {
    const actions = reports.length === 1 ? [open, show] : [show];
    void vscode.window
      .showInformationMessage(summariseDownloads(reports), ...actions)
      .then((answer) => {
        if (answer === open) {
          void deps.openConversation(first.conversationId);
        } else if (answer === show) {
          void reveal(deps, first.conversationId);
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

async function verify(deps: DownloadCommandsDeps, ids: readonly ConversationId[]): Promise<void> {
  const verified = await withProgress(vscode.l10n.t('Verifying'), {}, async (report, signal) => {
    const results = [];
    for (const [index, id] of ids.entries()) {
      report(`${String(index + 1)}/${String(ids.length)}`);
      results.push(
        await deps.worker.verifyConversation(
          { folderPath: await folderOf(deps, id, signal) },
          signal,
        ),
      );
    }
    return results;
  });
  const problems = verified.flatMap((result) => result.problems);
  const fileCount = verified.reduce((total, result) => total + result.fileCount, 0);
  const bytes = verified.reduce((total, result) => total + result.totalBytes, 0);
  const [problem] = problems;
  if (problem === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Verified {0} files ({1}): all as the manifest says.',
        fileCount,
        formatBytes(bytes),
      ),
    );
    return;
  }
  for (const found of problems) {
    deps.log.warn('Verification found a problem', { path: found.path, problem: found.problem });
  }
  throw errors.corrupt(
    vscode.l10n.t(
      '{0} of {1} files are not as the manifest says; download the conversation again to repair it. The first: {2}: {3}',
      problems.length,
      fileCount,
      problem.path,
      problem.problem,
    ),
  );
}

async function reveal(deps: DownloadCommandsDeps, id: ConversationId | undefined): Promise<void> {
  if (id === undefined) {
    return;
  }
  const folder = await folderOf(deps, id, AbortSignal.timeout(10_000));
  const isInWorkspace =
    vscode.workspace.workspaceFolders?.some(({ uri }) => folder.startsWith(uri.fsPath + sep)) ===
    true;
  await vscode.commands.executeCommand(
    isInWorkspace ? 'revealInExplorer' : 'revealFileInOS',
    vscode.Uri.file(folder),
  );
}

/** @throws AppError `notFound` */
async function folderOf(
  deps: DownloadCommandsDeps,
  id: ConversationId,
  signal: AbortSignal,
): Promise<string> {
  const archive = await deps.archives.openForReading(signal);
  const folder = await archive?.find(id, signal);
  if (folder === undefined) {
    throw errors.notFound(
      vscode.l10n.t('This conversation is not in the archive; download it first: {0}', id),
    );
  }
  return folder;
}
