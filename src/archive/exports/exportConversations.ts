/**
 * Writes archived conversations as a table (NDJSON or CSV) for analysts: streamed, one conversation in memory at a time, with a
 * proof of how many rows there are. Knows no network. Shapes: `docs/reports.md`.
 */
import { isAppError, messageOf, throwIfCancelled } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { NoteContent } from '../noteChanges.ts';
import { csvByteOrderMark, csvRow } from '../reports/tableText.ts';
import type { ArchiveReader, AuditPort, CountProgress } from '../reports/reportPorts.ts';
import { writeExport, type WrittenExport } from './exportFile.ts';
import {
  describeSelection,
  IdsDigest,
  isSelected,
  selectConversations,
  type ExportSelection,
} from './exportSelection.ts';
import { conversationTable, recordingTable, type ExportTable, type Row } from './exportTables.ts';
import { readExportedNotes, toNoteLine } from './noteText.ts';

/** `recordingsCsv` has one row a recorded file, the others one row a conversation. */
export const exportFormats = ['csv', 'ndjson', 'recordingsCsv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportDeps {
  readonly archive: Pick<ArchiveReader, 'rootPath' | 'id' | 'list' | 'listDay' | 'find' | 'read'>;
  readonly clock: Clock;
  readonly audit: AuditPort | undefined;
}

export interface ExportRequest {
  /** Where the file goes, absolute; its folder exists. */
  readonly path: string;
  readonly format: ExportFormat;
  readonly selection: ExportSelection;
}

export interface ExportedConversations extends WrittenExport {
  readonly rowCount: number;
  readonly conversationCount: number;
  /** Conversations that could not be read; the proof names the first hundred with the reason. */
  readonly skippedCount: number;
}

const maxNamedSkips = 100;
/** Rows are gathered to about this before they are written. */
const chunkLength = 1 << 16;

/**
 * Writes the file and its proof. On abort or failure neither is left, and files that had the names before stay.
 * @throws AppError `storage`; a conversation that cannot be read is skipped and told
 */
export async function exportConversations(
  deps: ExportDeps,
  request: ExportRequest,
  onProgress: CountProgress,
  signal: AbortSignal,
): Promise<ExportedConversations> {
  const { path, format, selection } = request;
  const sums = new ExportSums();
  const exportedAtMs = deps.clock.nowMs();
  const written = await writeExport(
    path,
    toChunks(rowTexts(deps, request, sums, onProgress, signal)),
    () => ({
      kind: format,
      exportedAt: new Date(exportedAtMs).toISOString(),
      archiveId: deps.archive.id,
      selection: describeSelection(selection),
      rows: sums.rowCount,
      conversations: sums.conversationCount,
      conversationIdsSha256: sums.idsSha256(),
      skippedConversations: sums.skippedCount,
      skipped: sums.skipped,
      auditEvent: deps.audit === undefined ? null : 'exportConversations',
    }),
    signal,
  );
  const { rowCount, conversationCount, skippedCount } = sums;
  await deps.audit?.append(
    'exportConversations',
    {
      format,
      selection: describeSelection(selection),
      rows: rowCount,
      conversations: conversationCount,
      conversationIdsSha256: sums.idsSha256(),
      bytes: written.sizeBytes,
      sha256: written.sha256,
    },
    signal,
  );
  return { ...written, rowCount, conversationCount, skippedCount };
}

class ExportSums {
  rowCount = 0;
  conversationCount = 0;
  skippedCount = 0;
  readonly skipped: { conversationId: string; reason: string }[] = [];
  readonly ids = new IdsDigest();
  private finishedIds: string | undefined;

  skip(conversationId: string, reason: string): void {
    this.skippedCount++;
    if (this.skipped.length < maxNamedSkips) {
      this.skipped.push({ conversationId, reason });
    }
  }

  idsSha256(): string {
    return (this.finishedIds ??= this.ids.finish());
  }
}

async function* rowTexts(
  { archive }: ExportDeps,
  { format, selection }: ExportRequest,
  sums: ExportSums,
  onProgress: CountProgress,
  signal: AbortSignal,
): AsyncIterable<string> {
  const table = format === 'recordingsCsv' ? recordingTable : conversationTable;
  const totalCount = selection.kind === 'ids' ? new Set(selection.ids).size : undefined;
  if (format !== 'ndjson') {
    yield csvByteOrderMark + csvRow(table.columns);
  }
  let doneCount = 0;
  for await (const { conversationId, folderPath, day } of selectConversations(
    archive,
    selection,
    signal,
  )) {
    throwIfCancelled(signal);
    if (day === undefined) {
      sums.skip(conversationId, 'It is not in the archive.');
      continue;
    }
    try {
      const archived = await archive.read(folderPath, signal);
      if (isSelected(selection, archived.conversation.startMs)) {
        const folder = `conversations/${day.replaceAll('-', '/')}/${conversationId}`;
        const notes = await readExportedNotes(folderPath, signal);
        const rows = table.rows(archived, folder, notes);
        sums.conversationCount++;
        sums.rowCount += rows.length;
        sums.ids.add(conversationId);
        yield rows.map((row) => encodeRow(row, table, format)).join('');
      }
    } catch (error) {
      throwIfCancelled(signal);
      if (!isAppError(error)) {
        throw error;
      }
      sums.skip(conversationId, messageOf(error));
    }
    onProgress(++doneCount, totalCount);
  }
}

function encodeRow(row: Row, { columns }: ExportTable, format: ExportFormat): string {
  return format === 'ndjson'
    ? `${JSON.stringify(row)}\n`
    : csvRow(
        columns.map((column) => {
          const value = row[column];
          return isList(value)
            ? value.map((item) => (typeof item === 'string' ? item : toNoteLine(item))).join('; ')
            : value;
        }),
      );
}

function isList(value: Row[string]): value is readonly (string | NoteContent)[] {
  return Array.isArray(value);
}

async function* toChunks(texts: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  let gathered = '';
  for await (const text of texts) {
    gathered += text;
    if (gathered.length >= chunkLength) {
      yield Buffer.from(gathered);
      gathered = '';
    }
  }
  if (gathered !== '') {
    yield Buffer.from(gathered);
  }
}
