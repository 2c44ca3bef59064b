/** Shows a file that came with a message: in the editor, or in its folder. */
import * as vscode from 'vscode';
import type { ArchivedConversation } from '../../archive/archivedConversation.ts';
import { entryPath } from '../../archive/manifest.ts';
import { errors } from '../../base/appError.ts';
import { reveal } from '../reports/archiveAccess.ts';

/**
 * Only what the manifest lists is opened, whatever the page names; the editor shows it and runs nothing of it.
 * @throws AppError `notFound` for anything else
 */
export async function openAttachment(
  { folderPath, manifest }: Pick<ArchivedConversation, 'folderPath' | 'manifest'>,
  { id, isRevealed }: { readonly id: string; readonly isRevealed: boolean },
): Promise<void> {
  const file = manifest.files.find(({ path }) => path === id && path.startsWith('attachments/'));
  if (file === undefined) {
    throw errors.notFound(
      vscode.l10n.t('This attachment is not in the archive. Download the conversation again.'),
    );
  }
  const path = entryPath(folderPath, file);
  await (isRevealed
    ? reveal(path)
    : vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path)));
}
