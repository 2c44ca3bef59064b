/** Shows a failure once, at the edge where a person asked for something. Never waits for the person's answer. */
import * as vscode from 'vscode';
import { isAppError, isCancellation } from '../../base/appError.ts';
import type { Log } from '../../base/log.ts';
import { extensionId } from '../../generated/manifest.ts';
import { describeError, type ErrorAction, type PresentedError } from './errorText.ts';

export interface PresentOptions {
  /** What *Try Again* does; without it the button is not offered. */
  readonly retry?: (() => void) | undefined;
  /** Whether another account could be used instead; offered when the sign-in has ended. */
  readonly canSwitchAccount?: boolean;
}

/** A sign-in that ended fails everything at once: one offer to sign in again stands for all of it, until it is answered. */
let isOfferingSignIn = false;

/**
 * Logs the error and shows it as a notification with the actions that help. Cancellation is neither logged nor shown.
 * Returns at once.
 */
export function presentError(error: unknown, log: Log, options: PresentOptions = {}): void {
  if (isCancellation(error)) {
    return;
  }
  log.error('A command failed', { error });
  const hasEnded = isAppError(error, 'auth') && error.details['sessionEnded'] === true;
  if (hasEnded && isOfferingSignIn) {
    return;
  }
  isOfferingSignIn ||= hasEnded;
  const presented = describeError(error, options.retry !== undefined, vscode.l10n);
  const answered = (): void => {
    if (hasEnded) {
      isOfferingSignIn = false;
    }
  };
  offer(presented, options, answered).catch((failure: unknown) => {
    log.error('An action of an error message failed', { error: failure });
  });
}

async function offer(
  presented: PresentedError,
  options: PresentOptions,
  answered: () => void,
): Promise<void> {
  const actions = presented.actions.flatMap((action): readonly ErrorAction[] =>
    action === 'signIn' && options.canSwitchAccount === true ? [action, 'switchAccount'] : [action],
  );
  const items = actions.map((action) => ({ title: actionTitle(action), action }));
  let chosen: (typeof items)[number] | undefined;
  try {
    chosen =
      presented.severity === 'error'
        ? await vscode.window.showErrorMessage(presented.message, ...items)
        : await vscode.window.showWarningMessage(presented.message, ...items);
  } finally {
    answered();
  }
  if (chosen !== undefined) {
    await run(chosen.action, presented, options);
  }
}

function actionTitle(action: ErrorAction): string {
  switch (action) {
    case 'signIn':
      return vscode.l10n.t('Sign In');
    case 'switchAccount':
      return vscode.l10n.t('Switch Account');
    case 'retry':
      return vscode.l10n.t('Try Again');
    case 'showLog':
      return vscode.l10n.t('Show Log');
    case 'showPermissions':
      return vscode.l10n.t('Show Permissions');
    case 'openSettings':
      return vscode.l10n.t('Open Settings');
    case 'reportIssue':
      return vscode.l10n.t('Report Issue');
  }
}

async function run(
  action: ErrorAction,
  presented: PresentedError,
  options: PresentOptions,
): Promise<void> {
  switch (action) {
    case 'signIn':
      await vscode.commands.executeCommand('genesysArchive.signIn');
      return;
    case 'switchAccount':
      await vscode.commands.executeCommand('genesysArchive.switchAccount');
      return;
    case 'retry':
      options.retry?.();
      return;
    case 'showLog':
      await vscode.commands.executeCommand('genesysArchive.showLog');
      return;
    case 'showPermissions':
      await vscode.commands.executeCommand('genesysArchive.showPermissions');
      return;
    case 'openSettings':
      await vscode.commands.executeCommand('workbench.action.openSettings', presented.settingId);
      return;
    case 'reportIssue':
      await vscode.commands.executeCommand('workbench.action.openIssueReporter', { extensionId });
  }
}
