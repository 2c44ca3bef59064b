/** What a person is asked before a retention run or a legal hold. */
import * as vscode from 'vscode';

const offeredDays = [30, 90] as const;
const maxDays = 36_500;
const maxReasonLength = 2000;

/** @param settingDays 0 when none are set. @returns undefined when the person turned away */
export async function askDays(settingDays: number): Promise<number | undefined> {
  const other = vscode.l10n.t('Other number of days…');
  const days = [...new Set([...(settingDays > 0 ? [settingDays] : []), ...offeredDays])];
  const items = days.map((each) => ({
    label: vscode.l10n.t('{0} days', each),
    description: each === settingDays ? vscode.l10n.t('as in the settings, applied daily') : '',
    days: each,
  }));
  const picked = await vscode.window.showQuickPick(
    [...items, { label: other, description: '', days: undefined }],
    {
      title: vscode.l10n.t('Apply Retention'),
      placeHolder: vscode.l10n.t(
        'Delete conversations that ended this long ago; a preview comes first',
      ),
    },
  );
  if (picked === undefined || picked.days !== undefined) {
    return picked?.days;
  }
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Apply Retention'),
    prompt: vscode.l10n.t('Days since the end of a conversation'),
    validateInput: (value) =>
      isDays(value) ? undefined : vscode.l10n.t('A whole number from 1 to {0}', maxDays),
  });
  return text === undefined ? undefined : Number(text);
}

/** Why a hold is placed or lifted; undefined when the person turned away. */
export async function askReason(
  action: 'place' | 'lift',
  count: number,
): Promise<string | undefined> {
  const isPlacing = action === 'place';
  const text = await vscode.window.showInputBox({
    title: isPlacing ? vscode.l10n.t('Place Legal Hold') : vscode.l10n.t('Lift Legal Hold'),
    prompt:
      count === 1
        ? vscode.l10n.t('The reason, such as a case number. It is kept in the audit log.')
        : vscode.l10n.t(
            'The reason for these {0} conversations, such as a case number. It is kept in the audit log.',
            count,
          ),
    validateInput: (value) =>
      value.trim() === '' || value.length > maxReasonLength
        ? vscode.l10n.t('A reason of at most {0} letters is needed', maxReasonLength)
        : undefined,
  });
  return text?.trim();
}

function isDays(value: string): boolean {
  return /^\d{1,5}$/u.test(value.trim()) && Number(value) >= 1 && Number(value) <= maxDays;
}
