/** The list of accounts that a person switches with. */
import * as vscode from 'vscode';
import type { Account } from './accounts.ts';
import type { SessionManager } from './sessionManager.ts';

interface AccountItem extends vscode.QuickPickItem {
  readonly account?: Account;
}

/** Switches to the account that is picked, or starts a sign-in. Resolves when that is done; at once when nothing was picked. */
export async function switchAccount(sessions: SessionManager): Promise<void> {
  const add: AccountItem = {
    label: `$(add) ${vscode.l10n.t('Sign In to Another Organisation…')}`,
  };
  const activeId = sessions.current?.account.id;
  const picked = await vscode.window.showQuickPick<AccountItem>(
    [
      ...sessions.accounts.map((account) => toItem(account, account.id === activeId)),
      { label: '', kind: vscode.QuickPickItemKind.Separator },
      add,
    ],
    {
      title: vscode.l10n.t('Switch Account'),
      placeHolder: vscode.l10n.t('Account of this window'),
      matchOnDescription: true,
    },
  );
  if (picked === add) {
    await vscode.commands.executeCommand('genesysArchive.signIn');
  } else if (picked?.account !== undefined) {
    await sessions.switchTo(picked.account.id);
  }
}

function toItem(account: Account, isActive: boolean): AccountItem {
  return {
    // Names come from a server: an icon in one would be ours.
    label: `$(${isActive ? 'check' : 'account'}) ${account.label.replaceAll('$(', '$ (')}`,
    description: isActive ? vscode.l10n.t('{0}, in use', account.region) : account.region,
    ...(account.person === undefined && {
      detail: vscode.l10n.t('Client credentials of the client {0}', account.clientId),
    }),
    account,
  };
}
