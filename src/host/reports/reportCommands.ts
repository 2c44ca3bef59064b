/** Makes reports with progress, shows them as a page, and says the verdict. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import {
  availabilitySentence,
  writeAvailabilityReport,
} from '../../archive/reports/availabilityReport.ts';
import { writeCompletenessReport } from '../../archive/reports/completenessReport.ts';
import { verdictSentence } from '../../archive/reports/completenessText.ts';
import {
  complianceVerdict,
  writeComplianceReport,
} from '../../archive/reports/complianceReport.ts';
import { recheckCompleteness } from '../../archive/reports/recheckCompleteness.ts';
import { recheckVerdict, writeRecheckPage } from '../../archive/reports/recheckText.ts';
import { errors } from '../../base/appError.ts';
import { pickInterval } from '../conversations/intervalPicker.ts';
import { decodeIntervalChoice, toInterval } from '../conversations/intervals.ts';
import { withVerifyWorker } from '../integrity/verifyWorkerClient.ts';
import { withProgress } from '../progress.ts';
import {
  announce,
  countReport,
  missedAuditText,
  openAudit,
  requireArchive,
  reveal,
  showMarkdown,
} from './archiveAccess.ts';
import { platformSet } from './platformSet.ts';
import type { ReportsDeps } from './reportsDeps.ts';

const intervalKey = 'reports.interval';

export async function showCompletenessReport(deps: ReportsDeps): Promise<void> {
  const { archives, sessions, workspaceState, clock } = deps;
  const signedIn = sessions.require();
  const choice = await pickInterval(
    decodeIntervalChoice(workspaceState.get(intervalKey)),
    clock.nowMs(),
    {
      title: vscode.l10n.t('Completeness Report'),
      placeHolder: vscode.l10n.t('Which conversations should be compared with the archive?'),
    },
  );
  if (choice === undefined) {
    return;
  }
  await workspaceState.update(intervalKey, choice);
  const nowMs = clock.nowMs();
  const { startMs, endMs } = toInterval(choice, nowMs);
  await withProgress(
    vscode.l10n.t('Comparing the archive with Genesys Cloud'),
    {},
    async (report, signal) => {
      // Checks that the archive is this organisation's, and makes one: an empty archive can be compared too.
      const archive = await archives.openForWriting(signedIn, signal);
      const audit = openAudit(archive, deps);
      const written = await writeCompletenessReport(
        { archive, platform: platformSet(signedIn.api), clock, audit },
        { startMs, endMs: Math.max(startMs + 1, Math.min(endMs, nowMs)) },
        countReport(report),
        signal,
      );
      await present(
        verdictSentence(written.summary) + missedAuditText(audit),
        written.summary.verdict !== 'incomplete',
        written,
      );
    },
  );
}

export async function showAvailabilityReport(deps: ReportsDeps): Promise<void> {
  await withProgress(
    vscode.l10n.t('Listing the files of the archive'),
    {},
    async (report, signal) => {
      const archive = await requireArchive(deps, signal);
      const audit = openAudit(archive, deps);
      const written = await writeAvailabilityReport(
        { archive, clock: deps.clock, audit },
        countReport(report),
        signal,
      );
      await present(availabilitySentence(written) + missedAuditText(audit), true, written);
    },
  );
}

export async function showComplianceReport(deps: ReportsDeps): Promise<void> {
  await withProgress(
    vscode.l10n.t('Hashing the files of the archive'),
    {},
    async (report, signal) => {
      const archive = await requireArchive(deps, signal);
      const audit = openAudit(archive, deps);
      const written = await withVerifyWorker(
        deps,
        () => undefined,
        (worker) =>
          writeComplianceReport(
            {
              archive,
              clock: deps.clock,
              audit,
              checkFile: (file, stop) => worker.request('checkListedFile', file, stop),
            },
            countReport(report),
            signal,
          ),
      );
      await present(complianceVerdict(written) + missedAuditText(audit), written.isSound, written);
    },
  );
}

export async function recheckReport(deps: ReportsDeps): Promise<void> {
  const archive = await requireArchive(deps, AbortSignal.timeout(60_000));
  const path = await pickReport(join(archive.rootPath, 'reports'));
  if (path === undefined) {
    return;
  }
  await withProgress(
    vscode.l10n.t('Comparing the archive with the report'),
    {},
    async (report, signal) => {
      const result = await recheckCompleteness(path, archive, countReport(report), signal);
      const nowMs = deps.clock.nowMs();
      const pagePath = await writeRecheckPage(archive.rootPath, basename(path), result, nowMs);
      await showMarkdown(pagePath);
      announce(recheckVerdict(result), result.isGenuine && result.isUnchanged, {
        [vscode.l10n.t('Open')]: () => showMarkdown(pagePath),
        [vscode.l10n.t('Reveal')]: () => reveal(pagePath),
      });
    },
  );
}

async function present(
  message: string,
  isGood: boolean,
  paths: { readonly markdownPath: string; readonly csvPath: string; readonly jsonPath: string },
): Promise<void> {
  await showMarkdown(paths.markdownPath);
  announce(message, isGood, {
    [vscode.l10n.t('Open')]: () => showMarkdown(paths.markdownPath),
    [vscode.l10n.t('Open CSV')]: () =>
      vscode.commands.executeCommand('vscode.open', vscode.Uri.file(paths.csvPath)),
    [vscode.l10n.t('Reveal')]: () => reveal(paths.jsonPath),
  });
}

const reportName =
  /^completeness-(\d{4}-\d{2}-\d{2})-to-(\d{4}-\d{2}-\d{2})-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-\d{2}Z\.json$/u;

/** @returns the report's path, or undefined when the person turned away. @throws AppError `input` when there is none */
async function pickReport(folder: string): Promise<string | undefined> {
  const items = (await readdir(folder).catch(() => []))
    .flatMap((name) => {
      const [, from, until, day, hour, minute] = reportName.exec(name) ?? [];
      return from === undefined || until === undefined || day === undefined
        ? []
        : [
            {
              label: from === until ? from : vscode.l10n.t('{0} to {1}', from, until),
              description: vscode.l10n.t('made {0} {1} UTC', day, `${hour ?? ''}:${minute ?? ''}`),
              iconPath: new vscode.ThemeIcon('checklist'),
              path: join(folder, name),
              sortKey: name.slice(-25),
            },
          ];
    })
    .sort((a, b) => (a.sortKey < b.sortKey ? 1 : -1));
  if (items.length === 0) {
    throw errors.input(
      vscode.l10n.t('There is no completeness report yet. Make one with Completeness Report….'),
    );
  }
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Recheck Report'),
    placeHolder: vscode.l10n.t('Which report should the archive be compared with?'),
  });
  return picked?.path;
}
