/**
 * The one sink of the log: a LogOutputChannel of VS Code. Redacts every line and keeps the last ones in memory for
 * diagnostics. Knows nothing of who logs.
 */
import type * as vscode from 'vscode';
import { isAppError, messageOf } from '../../base/appError.ts';
import type { Log, LogFields } from '../../base/log.ts';
import { redactFields, redactText } from '../../base/redact.ts';

const recentLineCount = 500;
const recentErrorCount = 20;
type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';
type Channel = Pick<vscode.LogOutputChannel, Level>;

/** A failure that was logged, without what varies in its message. */
export interface LoggedError {
  readonly atMs: number;
  /** Code of the AppError, else the name of the error. */
  readonly code: string;
  readonly message: string;
  readonly correlationId: string | undefined;
}

export interface HostLog extends Log {
  /** The last 20 errors and warnings that came with an error, oldest first. */
  readonly recentErrors: readonly LoggedError[];
  /** The last 500 lines of the whole log, oldest first, redacted: `2026-11-05T12:00:00.000Z [info] message {…}`. */
  readonly recentLines: readonly string[];
}

/** A log that writes to the channel: `[genesys.rate] Waiting for the rate limit {"waitMs":1200}`. */
export function createLog(channel: Channel, nowMs: () => number = Date.now): HostLog {
  const recent: string[] = [];
  const recentErrors: LoggedError[] = [];
  const write = (level: Level, name: string, message: string, fields?: LogFields): void => {
    const prefix = name === '' ? '' : `[${name}] `;
    const suffix =
      fields === undefined || Object.keys(fields).length === 0
        ? ''
        : ` ${JSON.stringify(redactFields(fields))}`;
    const line = `${prefix}${redactText(message)}${suffix}`;
    recent.push(`${new Date(nowMs()).toISOString()} [${level}] ${line}`);
    if (recent.length > recentLineCount) {
      recent.shift();
    }
    if (fields?.['error'] instanceof Error && (level === 'error' || level === 'warn')) {
      recentErrors.push(toLoggedError(fields['error'], message, nowMs()));
      recentErrors.splice(0, recentErrors.length - recentErrorCount);
    }
    channel[level](line);
  };
  const named = (name: string): HostLog => ({
    trace: (message, fields) => {
      write('trace', name, message, fields);
    },
    debug: (message, fields) => {
      write('debug', name, message, fields);
    },
    info: (message, fields) => {
      write('info', name, message, fields);
    },
    warn: (message, fields) => {
      write('warn', name, message, fields);
    },
    error: (message, fields) => {
      write('error', name, message, fields);
    },
    child: (childName) => named(name === '' ? childName : `${name}.${childName}`),
    get recentLines() {
      return [...recent];
    },
    get recentErrors() {
      return [...recentErrors];
    },
  });
  return named('');
}

/** Messages of AppErrors have their variable part last, after a colon; those of others are not ours to show. */
function toLoggedError(error: Error, logged: string, atMs: number): LoggedError {
  if (!isAppError(error)) {
    return { atMs, code: error.name, message: redactText(logged), correlationId: undefined };
  }
  const [constant = ''] = messageOf(error).split(': ');
  const id = error.details['correlationId'];
  return {
    atMs,
    code: error.code,
    message: redactText(`${logged}: ${constant}`),
    correlationId: typeof id === 'string' ? id : undefined,
  };
}
