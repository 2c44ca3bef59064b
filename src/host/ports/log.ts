/**
 * The one sink of the log: a LogOutputChannel of VS Code. Redacts every line and keeps the last ones in memory for
 * diagnostics. Knows nothing of who logs.
 */
import type * as vscode from 'vscode';
import type { Log, LogFields } from '../../base/log.ts';
import { redactFields, redactText } from '../../base/redact.ts';

const recentLineCount = 500;
type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';
type Channel = Pick<vscode.LogOutputChannel, Level>;

export interface HostLog extends Log {
  /** The last 500 lines of the whole log, oldest first, redacted: `2026-11-05T12:00:00.000Z [info] message {…}`. */
  readonly recentLines: readonly string[];
}

/** A log that writes to the channel: `[genesys.rate] Waiting for the rate limit {"waitMs":1200}`. */
export function createLog(channel: Channel, nowMs: () => number = Date.now): HostLog {
  const recent: string[] = [];
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
  });
  return named('');
}
