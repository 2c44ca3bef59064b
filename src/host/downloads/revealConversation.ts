/** Where an archived conversation lies, shown in the explorer or, outside the workspace, by the system's file manager. */
import { sep } from 'node:path';
import * as vscode from 'vscode';
import { errors } from '../../base/appError.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Archives } from '../archives/archives.ts';

/** Shows the conversation's folder. @throws AppError `notFound` when it is not in the archive */
export async function revealConversation(archives: Archives, id: ConversationId): Promise<void> {
  const folder = await folderOf(archives, id, AbortSignal.timeout(10_000));
  const isInWorkspace =
    vscode.workspace.workspaceFolders?.some(({ uri }) => folder.startsWith(uri.fsPath + sep)) ===
    true;
  await vscode.commands.executeCommand(
    isInWorkspace ? 'revealInExplorer' : 'revealFileInOS',
    vscode.Uri.file(folder),
  );
}

/** Absolute folder of an archived conversation. @throws AppError `notFound` when it is not in the archive */
export async function folderOf(
  archives: Archives,
  id: ConversationId,
  signal: AbortSignal,
): Promise<string> {
  const archive = await archives.openForReading(signal);
  const folder = await archive?.find(id, signal);
  if (folder === undefined) {
    throw errors.notFound(
      vscode.l10n.t('This conversation is not in the archive; download it first: {0}', id),
    );
  }
  return folder;
}
