/** Long work in sight of a person: a notification with a cancel button, or a quieter place. */
import * as vscode from 'vscode';
import type { ByteProgress } from '../base/progress.ts';
import { toAbortSignal } from './ports/cancellation.ts';
import { bytesText, createThrottle, percentOf } from './progressText.ts';

/** Bytes with the step they belong to, shown as `Recording 1 of 2: 3.1 of 12.4 MB`. */
export interface StepProgress extends ByteProgress {
  readonly step: string;
}

/** A sentence, or bytes of a step. May be called as often as one likes. */
export type ProgressReport = (progress: StepProgress | string) => void;

export interface ProgressOptions {
  /** Where it is shown: a notification with a cancel button (default), the status bar, or a view (by its id). */
  readonly location?: 'notification' | 'window' | { readonly viewId: string };
  /** Aborts the task besides the cancel button. */
  readonly signal?: AbortSignal;
}

const reportIntervalMs = 250;

/**
 * Runs the task and shows its progress until it settles. The task's signal aborts when the person cancels or
 * `options.signal` aborts; the result is the task's.
 */
export async function withProgress<T>(
  title: string,
  options: ProgressOptions,
  task: (report: ProgressReport, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return vscode.window.withProgress(
    { title, location: locationOf(options), cancellable: isCancellable(options) },
    async (progress, token) => {
      const cancel = toAbortSignal(token);
      const signal =
        options.signal === undefined
          ? cancel.signal
          : AbortSignal.any([cancel.signal, options.signal]);
      try {
        return await task(createReport(progress), signal);
      } finally {
        cancel.dispose();
      }
    },
  );
}

function createReport(
  progress: vscode.Progress<{ message?: string; increment?: number }>,
): ProgressReport {
  const mayPass = createThrottle(reportIntervalMs, () => performance.now());
  let shownPercent = 0;
  return (value) => {
    if (typeof value === 'string') {
      progress.report({ message: value });
      return;
    }
    if (!mayPass(value.doneBytes === value.totalBytes)) {
      return;
    }
    const percent = percentOf(value);
    const increment = percent === undefined ? 0 : Math.max(0, percent - shownPercent);
    shownPercent += increment;
    progress.report({
      message:
        value.doneBytes === 0 ? value.step : `${value.step}: ${bytesText(value, vscode.l10n)}`,
      ...(increment > 0 ? { increment } : {}),
    });
  };
}

function isCancellable({ location = 'notification' }: ProgressOptions): boolean {
  return location === 'notification';
}

function locationOf({
  location = 'notification',
}: ProgressOptions): vscode.ProgressOptions['location'] {
  if (location === 'notification') {
    return vscode.ProgressLocation.Notification;
  }
  return location === 'window' ? vscode.ProgressLocation.Window : location;
}
