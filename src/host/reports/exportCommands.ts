/** Takes conversations out of the archive: as an evidence package, or as a table. */
import * as vscode from 'vscode';
import type { Archive } from '../../archive/archive.ts';
import {
  exportConversations,
  type ExportFormat,
} from '../../archive/exports/exportConversations.ts';
import { exportEvidencePackage } from '../../archive/exports/evidencePackage.ts';
import type { ExportSelection } from '../../archive/exports/exportSelection.ts';
import { toConversationLabel } from '../../archive/reports/conversationLabel.ts';
import { toLabelNames } from '../../archive/reports/localConversation.ts';
import { errors, isAppError } from '../../base/appError.ts';
import type { ConversationId } from '../../model/ids.ts';
import { conversationIdsOf } from '../conversations/conversationsTree.ts';
import { pickInterval } from '../conversations/intervalPicker.ts';
import { decodeIntervalChoice, toInterval } from '../conversations/intervals.ts';
import { pickArchivedConversation } from '../player/archivedConversationPicker.ts';
import { withProgress } from '../progress.ts';
import { formatBytes } from '../progressText.ts';
import {
  announce,
  askExportPath,
  countReport,
  missedAuditText,
  openAudit,
  requireArchive,
  reveal,
} from './archiveAccess.ts';
import type { ReportsDeps } from './reportsDeps.ts';

const intervalKey = 'exports.interval';
const formatKey = 'exports.format';

/** The rows it is called on, else what is selected in the view, else one picked from the archive. */
export async function exportEvidence(deps: ReportsDeps, args: readonly unknown[]): Promise<void> {
  const archive = await requireArchive(deps, AbortSignal.timeout(60_000));
  const ids = await chosenIds(deps, archive, args);
  if (ids.length === 0) {
    return;
  }
  const path = await askExportPath(archive, `${await packageName(archive, ids)}.zip`, {
    [vscode.l10n.t('Zip')]: ['zip'],
  });
  if (path === undefined) {
    return;
  }
  await withProgress(vscode.l10n.t('Packing evidence'), {}, async (report, signal) => {
    const audit = openAudit(archive, deps);
    const { worker, clock } = deps;
    const packed = await exportEvidencePackage(
      {
        archive,
        clock,
        audit,
        verify: (folderPath, verifySignal) =>
          worker.verifyConversation({ folderPath }, verifySignal),
      },
      path,
      ids,
      countReport(report),
      signal,
    );
    const size = formatBytes(packed.sizeBytes);
    const packedText =
      packed.conversationCount === 1
        ? vscode.l10n.t('Packed the conversation ({0}).', size)
        : vscode.l10n.t('Packed {0} conversations ({1}).', packed.conversationCount, size);
    const soundText =
      packed.problemCount === 0
        ? vscode.l10n.t('All files are as the manifests say.')
        : vscode.l10n.t(
            'Not all files are as the manifests say; problems, which the package names: {0}.',
            packed.problemCount,
          );
    const message = `${packedText} ${soundText}`;
    announce(message + missedAuditText(audit), packed.problemCount === 0, {
      [vscode.l10n.t('Reveal')]: () => reveal(path),
    });
  });
}

export async function exportTable(deps: ReportsDeps, args: readonly unknown[]): Promise<void> {
  const archive = await requireArchive(deps, AbortSignal.timeout(60_000));
  const selection = await pickSelection(deps, args);
  const format = selection === undefined ? undefined : await pickFormat(deps);
  if (selection === undefined || format === undefined) {
    return;
  }
  const day = new Date(deps.clock.nowMs()).toISOString().slice(0, 10);
  const what = format === 'recordingsCsv' ? 'recordings' : 'conversations';
  const extension = format === 'ndjson' ? 'ndjson' : 'csv';
  const path = await askExportPath(archive, `${what}-${day}.${extension}`, {
    [extension.toUpperCase()]: [extension],
  });
  if (path === undefined) {
    return;
  }
  await withProgress(vscode.l10n.t('Exporting conversations'), {}, async (report, signal) => {
    const audit = openAudit(archive, deps);
    const exported = await exportConversations(
      { archive, clock: deps.clock, audit },
      { path, format, selection },
      countReport(report),
      signal,
    );
    const { rowCount, conversationCount, sizeBytes, skippedCount } = exported;
    const message = vscode.l10n.t(
      'Exported rows: {0}, conversations: {1} ({2}). The proof file beside it has the count and the hash.',
      rowCount,
      conversationCount,
      formatBytes(sizeBytes),
    );
    const skipped =
      skippedCount === 0
        ? ''
        : ` ${vscode.l10n.t('Conversations that could not be read, named in the proof: {0}.', skippedCount)}`;
    announce(message + skipped + missedAuditText(audit), skippedCount === 0, {
      [vscode.l10n.t('Open')]: () =>
        vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path)),
      [vscode.l10n.t('Reveal')]: () => reveal(path),
    });
  });
}

async function chosenIds(
  { conversations, archives, sessions, log }: ReportsDeps,
  archive: Archive,
  args: readonly unknown[],
): Promise<readonly ConversationId[]> {
  const selected = conversationIdsOf(conversations.selection(args));
  if (args.length > 0 && selected.length > 0) {
    return selected;
  }
  // From the palette, rows that are selected and not archived are hardly meant.
  const archived: ConversationId[] = [];
  for (const id of selected) {
    if ((await archive.find(id, AbortSignal.timeout(60_000))) !== undefined) {
      archived.push(id);
    }
  }
  if (archived.length > 0) {
    return archived;
  }
  const picked = await pickArchivedConversation((signal) => archives.openForReading(signal), {
    liveNames: sessions.current?.api.names,
    log,
    title: vscode.l10n.t('Evidence Package of a Conversation'),
  });
  if (picked === 'nothing') {
    throw errors.input(
      vscode.l10n.t(
        'Nothing was downloaded into this workspace yet. Use Download Conversation in the Conversations view.',
      ),
    );
  }
  return picked === undefined ? [] : [picked];
}

async function pickSelection(
  { conversations, workspaceState, clock }: ReportsDeps,
  args: readonly unknown[],
): Promise<ExportSelection | undefined> {
  const ids = conversationIdsOf(conversations.selection(args));
  if (args.length > 0 && ids.length > 0) {
    return { kind: 'ids', ids };
  }
  const items = [
    {
      label: vscode.l10n.t('All archived conversations'),
      iconPath: new vscode.ThemeIcon('archive'),
      kind: 'all',
    },
    {
      label: vscode.l10n.t('Archived conversations of an interval…'),
      iconPath: new vscode.ThemeIcon('calendar'),
      kind: 'interval',
    },
    ...(ids.length === 0
      ? []
      : [
          {
            label: vscode.l10n.t('Selected conversations ({0})', ids.length),
            iconPath: new vscode.ThemeIcon('list-selection'),
            kind: 'ids',
          },
        ]),
  ];
  const picked = await vscode.window.showQuickPick(
    items.map(({ kind, ...item }) => ({ ...item, choice: kind })),
    {
      title: vscode.l10n.t('Export Conversations (1/2)'),
      placeHolder: vscode.l10n.t('Which conversations should be exported?'),
    },
  );
  if (picked?.choice !== 'interval') {
    return picked === undefined
      ? undefined
      : picked.choice === 'ids'
        ? { kind: 'ids', ids }
        : { kind: 'all' };
  }
  const choice = await pickInterval(
    decodeIntervalChoice(workspaceState.get(intervalKey)),
    clock.nowMs(),
    {
      title: vscode.l10n.t('Export Conversations (1/2): Interval'),
      placeHolder: vscode.l10n.t('Conversations that started in this interval'),
    },
  );
  if (choice === undefined) {
    return undefined;
  }
  await workspaceState.update(intervalKey, choice);
  return { kind: 'interval', interval: toInterval(choice, clock.nowMs()) };
}

async function pickFormat({ workspaceState }: ReportsDeps): Promise<ExportFormat | undefined> {
  const last = workspaceState.get(formatKey);
  const formats: readonly { format: ExportFormat; label: string; detail: string }[] = [
    {
      format: 'csv',
      label: vscode.l10n.t('CSV'),
      detail: vscode.l10n.t('One row a conversation, for spreadsheets'),
    },
    {
      format: 'ndjson',
      label: vscode.l10n.t('NDJSON'),
      detail: vscode.l10n.t('One JSON object a line and conversation, for programs'),
    },
    {
      format: 'recordingsCsv',
      label: vscode.l10n.t('CSV of recordings'),
      detail: vscode.l10n.t('One row a recorded file, with its path and SHA-256'),
    },
  ];
  const picked = await vscode.window.showQuickPick(
    formats.toSorted((a, b) => Number(b.format === last) - Number(a.format === last)),
    {
      title: vscode.l10n.t('Export Conversations (2/2)'),
      placeHolder: vscode.l10n.t('In which form?'),
    },
  );
  if (picked !== undefined) {
    await workspaceState.update(formatKey, picked.format);
  }
  return picked?.format;
}

/** `evidence-2026-11-05-voice-billing-ada-lovelace` for one, `evidence-12-conversations` for several. */
async function packageName(archive: Archive, ids: readonly ConversationId[]): Promise<string> {
  const [id] = ids;
  if (ids.length !== 1 || id === undefined) {
    return `evidence-${String(ids.length)}-conversations`;
  }
  const signal = AbortSignal.timeout(60_000);
  const folder = await archive.find(id, signal);
  try {
    const { conversation, names } = await archive.readDetail(folder ?? '', signal);
    const day = new Date(conversation.startMs).toISOString().slice(0, 10);
    const label = toConversationLabel(conversation, toLabelNames(names));
    const words = label
      .toLowerCase()
      .replace(/[^a-z0-9]+/gu, '-')
      .slice(0, 60);
    return `evidence-${day}-${words}`.replace(/-+$/u, '');
  } catch (error) {
    if (!isAppError(error)) {
      throw error;
    }
    return `evidence-${id}`;
  }
}
