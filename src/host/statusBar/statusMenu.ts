/** The menu behind the status bar item: the commands that a person wants next. */
import * as vscode from 'vscode';
import { extensionId, type CommandId } from '../../generated/manifest.ts';
import type { SessionManager } from '../session/sessionManager.ts';

interface MenuItem extends vscode.QuickPickItem {
  readonly command: string;
  readonly args?: readonly unknown[];
}

const separator = (): vscode.QuickPickItem => ({
  label: '',
  kind: vscode.QuickPickItemKind.Separator,
});

const item = (icon: string, label: string, command: CommandId): MenuItem => ({
  label: `$(${icon}) ${label}`,
  command,
});

/** Shows the menu and runs what was picked; resolves when that has run, at once when nothing was. */
export async function showStatusMenu(deps: { readonly sessions: SessionManager }): Promise<void> {
  const { current } = deps.sessions;
  const picked = await vscode.window.showQuickPick(listItems(current !== undefined), {
    title: current?.account.label ?? vscode.l10n.t('Genesys Cloud'),
    placeHolder: vscode.l10n.t('What do you want to do?'),
  });
  if (picked !== undefined && 'command' in picked) {
    await vscode.commands.executeCommand(picked.command, ...(picked.args ?? []));
  }
}

function listItems(isSignedIn: boolean): (MenuItem | vscode.QuickPickItem)[] {
  return [
    ...(isSignedIn
      ? [
          item('calendar', vscode.l10n.t('Pick Interval…'), 'genesysArchive.pickInterval'),
          item('filter', vscode.l10n.t('Edit Filters…'), 'genesysArchive.editFilters'),
          item(
            'go-to-search',
            vscode.l10n.t('Open Conversation by Id…'),
            'genesysArchive.openConversationById',
          ),
          item(
            'refresh',
            vscode.l10n.t('Refresh Conversations'),
            'genesysArchive.refreshConversations',
          ),
        ]
      : [item('sign-in', vscode.l10n.t('Sign In…'), 'genesysArchive.signIn')]),
    item(
      'archive',
      vscode.l10n.t('Open Archived Conversation…'),
      'genesysArchive.openArchivedConversation',
    ),
    separator(),
    ...(isSignedIn
      ? [item('shield', vscode.l10n.t('Show Permissions'), 'genesysArchive.showPermissions')]
      : []),
    item('output', vscode.l10n.t('Show Log'), 'genesysArchive.showLog'),
    item('clippy', vscode.l10n.t('Copy Diagnostics'), 'genesysArchive.copyDiagnostics'),
    {
      label: `$(gear) ${vscode.l10n.t('Open Settings')}`,
      command: 'workbench.action.openSettings',
      args: [`@ext:${extensionId}`],
    },
    ...(isSignedIn
      ? [
          separator(),
          item('account', vscode.l10n.t('Switch Account…'), 'genesysArchive.switchAccount'),
          item('sign-out', vscode.l10n.t('Sign Out'), 'genesysArchive.signOut'),
        ]
      : []),
  ];
}
