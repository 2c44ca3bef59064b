/** Asks for the interval: a preset, or two times. Escape keeps what was chosen before. */
import * as vscode from 'vscode';
import { messageOf } from '../../base/appError.ts';
import { formatDateTime } from './format.ts';
import {
  intervalLabel,
  intervalPresets,
  parsePersonTime,
  toInterval,
  type IntervalChoice,
} from './intervals.ts';

/** Longest custom interval: the platform answers up to 31 days at a time, and the list walks several of them. */
const maxIntervalDays = 366;
const dayMs = 86_400_000;

/** What the interval is for. */
export interface IntervalTexts {
  readonly title: string;
  readonly placeHolder: string;
}

/** The choice, or undefined when the person gave up. */
export async function pickInterval(
  current: IntervalChoice,
  nowMs: number,
  texts: IntervalTexts = {
    title: vscode.l10n.t('Conversations: Interval'),
    placeHolder: vscode.l10n.t('Which conversations should be listed?'),
  },
): Promise<IntervalChoice | undefined> {
  const presets = intervalPresets.map((preset) => {
    const choice: IntervalChoice = { kind: 'preset', preset };
    const { startMs } = toInterval(choice, nowMs);
    const isCurrent = current.kind === 'preset' && current.preset === preset;
    return {
      label: intervalLabel(choice),
      description: vscode.l10n.t('from {0}', formatDateTime(startMs)),
      iconPath: new vscode.ThemeIcon(isCurrent ? 'check' : 'calendar'),
      choice,
    };
  });
  const custom = {
    label: vscode.l10n.t('Custom…'),
    description: current.kind === 'custom' ? intervalLabel(current) : '',
    iconPath: new vscode.ThemeIcon(current.kind === 'custom' ? 'check' : 'edit'),
    choice: undefined,
  };
  const picked = await vscode.window.showQuickPick([...presets, custom], {
    ...texts,
  });
  return picked === undefined ? undefined : (picked.choice ?? (await askCustom(current, nowMs)));
}

async function askCustom(
  current: IntervalChoice,
  nowMs: number,
): Promise<IntervalChoice | undefined> {
  const before = toInterval(current, nowMs);
  const start = await askTime(
    vscode.l10n.t('Interval (1/2): From'),
    toLocalText(before.startMs),
    (text) => {
      parsePersonTime(text, 'start');
    },
  );
  if (start === undefined) {
    return undefined;
  }
  const startMs = parsePersonTime(start, 'start');
  const suggestedEndMs = Math.max(before.endMs, startMs + dayMs);
  const end = await askTime(
    vscode.l10n.t('Interval (2/2): Until'),
    toLocalText(suggestedEndMs),
    (text) => {
      const endMs = parsePersonTime(text, 'end');
      if (endMs <= startMs) {
        throw new Error(vscode.l10n.t('The end must be after the start'));
      }
      if (endMs - startMs > maxIntervalDays * dayMs) {
        throw new Error(vscode.l10n.t('At most {0} days at a time', maxIntervalDays));
      }
    },
  );
  return end === undefined
    ? undefined
    : { kind: 'custom', interval: { startMs, endMs: parsePersonTime(end, 'end') } };
}

/** @param check throws with a message that is shown below the input. */
function askTime(
  title: string,
  value: string,
  check: (text: string) => void,
): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title,
    value,
    prompt: vscode.l10n.t('A day (2026-11-05) or a time (2026-11-05 14:30), in your time zone'),
    ignoreFocusOut: true,
    validateInput: (text) => {
      try {
        check(text);
        return undefined;
      } catch (error) {
        return messageOf(error);
      }
    },
  });
}

function toLocalText(timeMs: number): string {
  const date = new Date(timeMs);
  const part = (value: number): string => String(value).padStart(2, '0');
  const day = `${String(date.getFullYear())}-${part(date.getMonth() + 1)}-${part(date.getDate())}`;
  return `${day} ${part(date.getHours())}:${part(date.getMinutes())}`;
}
