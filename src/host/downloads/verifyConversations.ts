/** Verifies archived conversations in the worker, with progress. */
import * as vscode from 'vscode';
import { errors } from '../../base/appError.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Archives } from '../archives/archives.ts';
import type { ArchiveWorkerClient } from '../archives/archiveWorkerClient.ts';
import { withProgress } from '../progress.ts';
import { formatBytes } from '../progressText.ts';
import { folderOf } from './revealConversation.ts';

export interface VerifyDeps {
  readonly archives: Archives;
  readonly worker: ArchiveWorkerClient;
  readonly log: Log;
}

/**
 * Compares the files of archived conversations with their manifests and tells the result.
 * @throws AppError `corrupt` when any file differs, `notFound` when a conversation is not in the archive
 */
export async function verifyConversations(
  deps: VerifyDeps,
  ids: readonly ConversationId[],
): Promise<void> {
  const verified = await withProgress(vscode.l10n.t('Verifying'), {}, async (report, signal) => {
    const results = [];
    for (const [index, id] of ids.entries()) {
      report(`${String(index + 1)}/${String(ids.length)}`);
      results.push(
        await deps.worker.verifyConversation(
          { folderPath: await folderOf(deps.archives, id, signal) },
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
