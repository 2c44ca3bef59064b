/** What a person is told about a failure and offered to do: pure, by the error's code. */
import { isAppError, messageOf, type AppError, type ErrorCode } from '../../base/appError.ts';
import { redactText } from '../../base/redact.ts';
import type { Localiser } from '../ports/localiser.ts';

/** What a button of the message does; `presentError` runs it. */
export type ErrorAction =
  | 'signIn'
  | 'switchAccount'
  | 'retry'
  | 'showLog'
  | 'showPermissions'
  | 'openSettings'
  | 'reportIssue';

export interface PresentedError {
  readonly severity: 'error' | 'warning';
  /** One line of plain text: no links, no markup, at most 500 characters. */
  readonly message: string;
  readonly actions: readonly ErrorAction[];
  /** For `openSettings`: the full id of the setting that has to change. */
  readonly settingId?: string;
}

interface Rule {
  readonly severity: 'error' | 'warning';
  readonly actions: readonly ErrorAction[];
}

const rules: Readonly<Record<ErrorCode, Rule>> = {
  input: { severity: 'warning', actions: [] },
  auth: { severity: 'error', actions: ['signIn', 'showLog'] },
  forbidden: { severity: 'warning', actions: ['showPermissions', 'showLog'] },
  notFound: { severity: 'warning', actions: [] },
  gone: { severity: 'warning', actions: [] },
  rateLimited: { severity: 'warning', actions: ['retry', 'showLog'] },
  network: { severity: 'error', actions: ['retry', 'showLog'] },
  remote: { severity: 'error', actions: ['retry', 'showLog'] },
  protocol: { severity: 'error', actions: ['showLog', 'reportIssue'] },
  storage: { severity: 'error', actions: ['retry', 'showLog'] },
  corrupt: { severity: 'error', actions: ['retry', 'showLog'] },
  conflict: { severity: 'warning', actions: ['retry', 'showLog'] },
  unsupported: { severity: 'warning', actions: ['showLog'] },
  bug: { severity: 'error', actions: ['showLog', 'reportIssue'] },
};

const maxMessageLength = 500;

/**
 * The text and buttons for an error. `retry` is left out where nobody can retry, and `openSettings` is added when the error
 * names a setting in `details.setting` (without the prefix).
 */
export function describeError(error: unknown, canRetry: boolean, l10n: Localiser): PresentedError {
  if (!isAppError(error)) {
    return {
      ...rules.bug,
      message: plainMessage(
        l10n.t('Something went wrong unexpectedly: {0}', redactText(messageOf(error))),
      ),
    };
  }
  const rule = rules[error.code];
  const setting = error.details['setting'];
  const actions = rule.actions.filter((action) => action !== 'retry' || canRetry);
  const shown = { severity: rule.severity, message: plainMessage(messageFor(error, l10n)) };
  return typeof setting === 'string' && /^[A-Za-z.]+$/u.test(setting)
    ? { ...shown, actions: ['openSettings', ...actions], settingId: `genesysArchive.${setting}` }
    : { ...shown, actions };
}

function messageFor(error: AppError, l10n: Localiser): string {
  if (error.code === 'bug') {
    return l10n.t('Something went wrong unexpectedly: {0}', error.message);
  }
  if (error.code === 'rateLimited' && error.retryAfterMs !== undefined) {
    const seconds = Math.max(1, Math.ceil(error.retryAfterMs / 1_000));
    return l10n.t('{0} Genesys Cloud takes calls again in {1} s.', error.message, seconds);
  }
  return error.message;
}

/**
 * Notifications turn `[text](command:…)` into links, and error texts can hold what a server sent: so brackets are parted from
 * parentheses, control and direction characters go, and the length is bounded.
 */
export function plainMessage(text: string): string {
  const plain = text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replaceAll('](', '] (')
    .replace(/\s+/gu, ' ')
    .trim();
  return plain.length > maxMessageLength ? `${plain.slice(0, maxMessageLength - 1)}…` : plain;
}
