/**
 * The availability report: every file that lies in the archive's conversations, as it is on disk now. Reads names and sizes
 * only. Keeps the tutorials' field names. Shape: `docs/reports.md`.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { throwIfCancelled } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import { partialSuffix } from '../durableFile.ts';
import { errnoOf } from '../storageError.ts';
import { fileStamp, jsonRendering, writeReport, type WrittenReport } from './reportFile.ts';
import type { ArchiveReader, AuditPort, CountProgress } from './reportPorts.ts';
import {
  bytesText,
  counted,
  csvByteOrderMark,
  csvRow,
  markdownHead,
  utcText,
} from './tableText.ts';

export interface AvailableFile {
  /** Relative to the archive, with `/`. */
  readonly filename: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
  readonly conversationId: string;
}

export interface AvailabilityReport extends WrittenReport {
  readonly totalFiles: number;
  readonly totalBytes: number;
  readonly conversationCount: number;
}

export interface AvailabilityDeps {
  readonly archive: Pick<ArchiveReader, 'rootPath' | 'list'>;
  readonly clock: Clock;
  readonly audit: AuditPort | undefined;
}

/** The page lists so many days, newest first. */
const maxListedDays = 400;

/**
 * Writes `reports/availability-<time>.json`, `.md` and `.csv`. On abort nothing is left.
 * @throws AppError `storage`
 */
export async function writeAvailabilityReport(
  { archive, clock, audit }: AvailabilityDeps,
  onProgress: CountProgress,
  signal: AbortSignal,
): Promise<AvailabilityReport> {
  const generatedAtMs = clock.nowMs();
  const sums = { totalFiles: 0, totalBytes: 0, conversationCount: 0 };
  async function* files(): AsyncIterable<AvailableFile> {
    for await (const listed of archive.list(signal)) {
      for await (const file of filesOf(archive.rootPath, listed.folderPath, signal)) {
        sums.totalFiles++;
        sums.totalBytes += file.sizeBytes;
        yield { ...file, conversationId: listed.conversationId };
      }
      onProgress(++sums.conversationCount, undefined);
    }
  }
  const written = await writeReport(
    archive.rootPath,
    `availability-${fileStamp(generatedAtMs)}`,
    [
      jsonRendering(
        () => ({
          generatedAt: new Date(generatedAtMs).toISOString(),
          totalFiles: sums.totalFiles,
          totalBytes: sums.totalBytes,
          totalConversations: sums.conversationCount,
        }),
        'records',
        ({ filename, sizeBytes, lastModifiedMs, conversationId }: AvailableFile) => ({
          filename,
          sizeBytes,
          lastModified: new Date(lastModifiedMs).toISOString(),
          conversationId,
        }),
      ),
      toMarkdown(() => ({ generatedAtMs, ...sums })),
      {
        extension: 'csv',
        item: (file) =>
          csvRow([
            file.filename,
            file.sizeBytes,
            new Date(file.lastModifiedMs).toISOString(),
            file.conversationId,
          ]),
        head: () =>
          csvByteOrderMark + csvRow(['filename', 'sizeBytes', 'lastModified', 'conversationId']),
        tail: () => '',
      },
    ],
    files(),
    signal,
  );
  await audit?.append(
    'availabilityReport',
    { totalFiles: sums.totalFiles, totalBytes: sums.totalBytes, sha256: written.sha256 },
    signal,
  );
  return { ...written, ...sums };
}

/** One sentence that says what there is. */
export function availabilitySentence({
  totalFiles,
  totalBytes,
  conversationCount,
}: Pick<AvailabilityReport, 'totalFiles' | 'totalBytes' | 'conversationCount'>): string {
  return totalFiles === 0
    ? 'The archive holds no files.'
    : `The archive holds ${counted(totalFiles, 'file')} (${bytesText(totalBytes)}) of ${counted(conversationCount, 'conversation')}.`;
}

/** Plain files of a folder, by path; links and unfinished files are passed over. */
export async function* filesOf(
  rootPath: string,
  folderPath: string,
  signal: AbortSignal,
): AsyncIterable<Omit<AvailableFile, 'conversationId'>> {
  const entries = await readdir(folderPath, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(partialSuffix))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const path of paths) {
    throwIfCancelled(signal);
    const stats = await lstat(path).catch((error: unknown) => {
      // Moved to the history, or deleted by retention, since its name was read.
      if (errnoOf(error) === 'ENOENT') {
        return undefined;
      }
      throw error;
    });
    if (stats?.isFile() === true) {
      yield {
        filename: relative(rootPath, path).split(sep).join('/'),
        sizeBytes: stats.size,
        lastModifiedMs: Math.floor(stats.mtimeMs),
      };
    }
  }
}

interface DaySums {
  fileCount: number;
  bytes: number;
  conversationCount: number;
}

/** A row a day: nobody reads a list of all files; the CSV has it. */
function toMarkdown(
  summarise: () => Pick<AvailabilityReport, 'totalFiles' | 'totalBytes' | 'conversationCount'> & {
    readonly generatedAtMs: number;
  },
): Parameters<typeof writeReport<AvailableFile>>[2][number] {
  const days = new Map<string, DaySums>();
  let lastId = '';
  return {
    extension: 'md',
    item: ({ filename, sizeBytes, conversationId }) => {
      const day = filename.split('/').slice(1, 4).join('-');
      const sums = days.get(day) ?? { fileCount: 0, bytes: 0, conversationCount: 0 };
      days.set(day, sums);
      sums.fileCount++;
      sums.bytes += sizeBytes;
      sums.conversationCount += conversationId === lastId ? 0 : 1;
      lastId = conversationId;
      return undefined;
    },
    head: () => {
      const { totalFiles, totalBytes, conversationCount, generatedAtMs } = summarise();
      const rows = [...days].slice(0, maxListedDays).map(
        ([day, sums]) =>
          // A day is digits and hyphens of ours: nothing to escape.
          `| ${day} | ${String(sums.conversationCount)} | ${String(sums.fileCount)} | ${bytesText(sums.bytes)} |\n`,
      );
      return [
        '# Availability Report\n',
        `**${availabilitySentence({ totalFiles, totalBytes, conversationCount })}**\n`,
        `As of ${utcText(generatedAtMs)}. Every file is listed in the CSV and JSON files beside this one. Whether they are sound is what the compliance report says.\n`,
        ...(rows.length === 0
          ? []
          : [`${markdownHead(['Day (UTC)', 'Conversations', 'Files', 'Size'])}${rows.join('')}`]),
        ...(days.size > maxListedDays
          ? [`${counted(days.size - maxListedDays, 'earlier day')}: see the CSV file.\n`]
          : []),
      ].join('\n');
    },
    tail: () => '',
  };
}
