/** Asks for a list of conversation ids: the open editor's text, or what is pasted. Says what it did not understand before it goes on. */
import * as vscode from 'vscode';
import { cancellation, errors } from '../../base/appError.ts';
import type { ConversationId } from '../../model/ids.ts';
import { parseIdList, type IdList } from './idList.ts';

/** Enough for a million ids. */
const maxTextLength = 64 * 1024 * 1024;
const shownLines = 8;

/** @throws AppError `input` when there is no id; AbortError when the person gave up */
export async function askIds(): Promise<readonly ConversationId[]> {
  const list = parseIdList(await askText());
  if (list.ids.length === 0) {
    throw errors.input(
      vscode.l10n.t(
        'No conversation id was found. An id looks like 4f3b1c9a-0d52-4d6b-9a0e-5d8f7c1b2a34; addresses of Genesys Cloud that hold one do as well.',
      ),
    );
  }
  await confirm(list);
  return list.ids;
}

async function askText(): Promise<string> {
  const editor = vscode.window.activeTextEditor;
  const fromEditor = editor === undefined ? undefined : textOf(editor);
  if (editor === undefined || fromEditor === undefined) {
    return await askPasted();
  }
  const { ids } = parseIdList(fromEditor);
  const name = vscode.workspace.asRelativePath(editor.document.uri);
  const open = {
    label: editor.selection.isEmpty
      ? vscode.l10n.t('From the open editor')
      : vscode.l10n.t('From the selection in the open editor'),
    description: name,
    detail: vscode.l10n.t('{0} ids found', ids.length.toLocaleString()),
    iconPath: new vscode.ThemeIcon('file-text'),
  };
  const paste = {
    label: vscode.l10n.t('Paste…'),
    description: vscode.l10n.t('ids or addresses, in any form'),
    iconPath: new vscode.ThemeIcon('clippy'),
  };
  const picked = await vscode.window.showQuickPick(ids.length > 0 ? [open, paste] : [paste, open], {
    title: vscode.l10n.t('Sync: List of Ids'),
    placeHolder: vscode.l10n.t('Where are the ids of the conversations?'),
  });
  if (picked === undefined) {
    throw cancellation();
  }
  return picked === open ? fromEditor : await askPasted();
}

/** The selected text, or all of it; undefined when there is none. */
function textOf({ document, selection }: vscode.TextEditor): string | undefined {
  const text = selection.isEmpty ? document.getText() : document.getText(selection);
  return text.trim() === '' || text.length > maxTextLength ? undefined : text;
}

async function askPasted(): Promise<string> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Sync: List of Ids'),
    prompt: vscode.l10n.t(
      'Ids of conversations or addresses of Genesys Cloud; for long lists open a file and run this again',
    ),
    ignoreFocusOut: true,
    validateInput: (value) =>
      value.trim() === '' || parseIdList(value).ids.length > 0
        ? undefined
        : vscode.l10n.t('No conversation id in this text'),
  });
  if (text === undefined || text.trim() === '') {
    throw cancellation();
  }
  return text;
}

/** Only when something was not understood. */
async function confirm({ ids, unknownLines, unknownLineCount }: IdList): Promise<void> {
  if (unknownLineCount === 0) {
    return;
  }
  const proceed = vscode.l10n.t('Sync {0} Conversations', ids.length.toLocaleString());
  const shown = unknownLines
    .slice(0, shownLines)
    .map(({ lineNumber, text }) => vscode.l10n.t('Line {0}: {1}', lineNumber, text));
  const hiddenCount = unknownLineCount - shown.length;
  const answer = await vscode.window.showWarningMessage(
    unknownLineCount === 1
      ? vscode.l10n.t('One line has no conversation id. Sync the others?')
      : vscode.l10n.t(
          '{0} lines have no conversation id. Sync the others?',
          unknownLineCount.toLocaleString(),
        ),
    {
      modal: true,
      detail: [
        ...shown,
        ...(hiddenCount > 0 ? [vscode.l10n.t('and {0} more', hiddenCount.toLocaleString())] : []),
      ].join('\n'),
    },
    proceed,
  );
  if (answer !== proceed) {
    throw cancellation();
  }
}
