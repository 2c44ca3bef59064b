/** The workspace's archive as reports and exports use it: reading, the audit log, progress in conversations. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Archive } from '../../archive/archive.ts';
import type { AuditPort, CountProgress } from '../../archive/reports/reportPorts.ts';
import { errors, isAppError } from '../../base/appError.ts';
import type { ProgressReport } from '../progress.ts';
import { createThrottle } from '../progressText.ts';
import type { ReportsDeps } from './reportsDeps.ts';

/** @throws AppError `input` when nothing was downloaded yet */
export async function requireArchive(
  { archives }: Pick<ReportsDeps, 'archives'>,
  signal: AbortSignal,
): Promise<Archive> {
  const archive = await archives.openForReading(signal);
  if (archive === undefined) {
    throw errors.input(
      vscode.l10n.t(
        'Nothing was downloaded into this workspace yet. Use Download Conversation in the Conversations view.',
      ),
    );
  }
  return archive;
}

/** Asks where to; the archive's `exports` folder is offered. */
export async function askExportPath(
  archive: Archive,
  name: string,
  filters: Record<string, string[]>,
): Promise<string | undefined> {
  const folder = join(archive.rootPath, 'exports');
  await mkdir(folder, { recursive: true });
  const uri = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(join(folder, name)),
    filters,
    saveLabel: vscode.l10n.t('Export'),
  });
  if (uri !== undefined && uri.scheme !== 'file') {
    throw errors.input(vscode.l10n.t('Choose a place on disk.'));
  }
  return uri?.fsPath;
}

/** Notes events in the archive's audit log, and remembers when it could not. */
export interface HostAudit extends AuditPort {
  /** True when an event could not be noted: another window writes to the archive, or it cannot be written to. */
  readonly isMissed: boolean;
}

/** A report that is made is worth having even if another window keeps the log busy: that is said, and does not fail it. */
export function openAudit(
  archive: Archive,
  { clock, log }: Pick<ReportsDeps, 'clock' | 'log'>,
): HostAudit {
  let isMissed = false;
  return {
    get isMissed() {
      return isMissed;
    },
    append: async (kind, details, signal) => {
      if (isMissed) {
        return;
      }
      try {
        // The one copy of the code that knows which locks this process holds.
        const { noteEvent } = await import('../archives/archiveModule.ts');
        await noteEvent(archive, { kind, details }, { clock, log }, signal);
      } catch (error) {
        if (!isAppError(error, 'conflict') && !isAppError(error, 'storage')) {
          throw error;
        }
        isMissed = true;
        log.warn('An event could not be noted in the audit log', { kind, error });
      }
    },
  };
}

/** Sentence that is added when the audit log could not be written; empty otherwise. */
export function missedAuditText({ isMissed }: HostAudit): string {
  return isMissed
    ? ` ${vscode.l10n.t('It could not be noted in the audit log: another window is writing to the archive.')}`
    : '';
}

/** `1,200 conversations`, or `12 of 40 conversations`; at most four times a second. */
export function countReport(report: ProgressReport): CountProgress {
  const mayPass = createThrottle(250, () => performance.now());
  return (doneCount, totalCount) => {
    if (mayPass(doneCount === totalCount)) {
      report(
        totalCount === undefined
          ? vscode.l10n.t('{0} conversations', doneCount.toLocaleString())
          : vscode.l10n.t(
              '{0} of {1} conversations',
              doneCount.toLocaleString(),
              totalCount.toLocaleString(),
            ),
      );
    }
  };
}

/** Shows a Markdown file as VS Code shows Markdown. */
export async function showMarkdown(path: string): Promise<void> {
  await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(path));
}

/** Tells a result; `actions` are buttons with what they do. */
export function announce(
  message: string,
  isGood: boolean,
  actions: Readonly<Record<string, () => Thenable<unknown>>>,
): void {
  const names = Object.keys(actions);
  const answered = isGood
    ? vscode.window.showInformationMessage(message, ...names)
    : vscode.window.showWarningMessage(message, ...names);
  void answered.then((answer) => {
    if (answer !== undefined) {
      void actions[answer]?.();
    }
  });
}

/** Shows a file in the Explorer when the workspace holds it, else in the system's file manager. */
export async function reveal(path: string): Promise<void> {
  const uri = vscode.Uri.file(path);
  await vscode.commands.executeCommand(
    vscode.workspace.getWorkspaceFolder(uri) === undefined ? 'revealFileInOS' : 'revealInExplorer',
    uri,
  );
}
