/**
 * Writes what a search found as a CSV, one row a hit: streamed page by page, with a proof of how many rows there are. Knows nothing of
 * how it was found.
 */
import { throwIfCancelled } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import { csvByteOrderMark, csvRow } from '../reports/tableText.ts';
import type { AuditPort } from '../reports/reportPorts.ts';
import { writeExport, type WrittenExport } from './exportFile.ts';

/** One thing that was found. Times are epoch milliseconds. */
export interface SearchHit {
  readonly conversationId: string;
  readonly startMs: number;
  readonly endMs: number | undefined;
  readonly media: string;
  readonly direction: string | undefined;
  readonly queues: readonly string[];
  readonly agents: readonly string[];
  readonly wrapUpCodes: readonly string[];
  /** What was said or written; undefined for a conversation that was found by its facts alone. */
  readonly phrase:
    | {
        /** speech, message or note. */
        readonly source: string;
        readonly speaker: string;
        readonly startMs: number;
        /** The text around what was found. */
        readonly excerpt: string;
        readonly recordingId: string | undefined;
      }
    | undefined;
  /** Opens the conversation there. */
  readonly link: string;
}

export interface HitsExport {
  /** Where the file goes, absolute; its folder exists. */
  readonly path: string;
  readonly archiveId: string;
  /** As it was searched for. */
  readonly query: string;
  /** In the order of the rows. */
  readonly pages: AsyncIterable<readonly SearchHit[]>;
}

export interface ExportedHits extends WrittenExport {
  readonly rowCount: number;
}

const columns: readonly string[] = [
  'conversationId',
  'startedAt',
  'endedAt',
  'mediaType',
  'direction',
  'queues',
  'agents',
  'wrapUpCodes',
  'source',
  'speaker',
  'saidAt',
  'offsetSeconds',
  'excerpt',
  'recordingId',
  'link',
];

/**
 * Writes the file and its proof. On abort or failure neither is left, and files that had the names before stay.
 * @param onProgress told the rows so far after each page
 * @throws AppError `storage`, what `pages` throws
 */
export async function exportHits(
  { clock, audit }: { readonly clock: Clock; readonly audit: AuditPort | undefined },
  { path, archiveId, query, pages }: HitsExport,
  onProgress: (rowCount: number) => void,
  signal: AbortSignal,
): Promise<ExportedHits> {
  let rowCount = 0;
  const exportedAtMs = clock.nowMs();
  async function* chunks(): AsyncIterable<Uint8Array> {
    yield Buffer.from(csvByteOrderMark + csvRow(columns));
    for await (const hits of pages) {
      throwIfCancelled(signal);
      rowCount += hits.length;
      yield Buffer.from(hits.map(toRow).join(''));
      onProgress(rowCount);
    }
  }
  const written = await writeExport(
    path,
    chunks(),
    () => ({
      kind: 'searchHits',
      exportedAt: new Date(exportedAtMs).toISOString(),
      archiveId,
      query,
      rows: rowCount,
      auditEvent: audit === undefined ? null : 'exportSearch',
    }),
    signal,
  );
  // What was searched for may be what somebody said: the log, which is kept, has the hash of the proof's file only.
  const { sizeBytes: bytes, sha256 } = written;
  await audit?.append('exportSearch', { rows: rowCount, bytes, sha256 }, signal);
  return { ...written, rowCount };
}

function toRow(hit: SearchHit): string {
  const { phrase } = hit;
  return csvRow([
    hit.conversationId,
    isoOf(hit.startMs),
    hit.endMs === undefined ? undefined : isoOf(hit.endMs),
    hit.media,
    hit.direction,
    hit.queues.join('; '),
    hit.agents.join('; '),
    hit.wrapUpCodes.join('; '),
    phrase?.source,
    phrase?.speaker,
    phrase === undefined ? undefined : isoOf(phrase.startMs),
    phrase === undefined ? undefined : (phrase.startMs - hit.startMs) / 1000,
    phrase?.excerpt,
    phrase?.recordingId,
    hit.link,
  ]);
}

function isoOf(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
