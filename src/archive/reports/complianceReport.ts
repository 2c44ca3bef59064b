/**
 * The compliance report: every file that a manifest lists read and hashed again, and every item that is absent, with its
 * reason. Keeps the tutorials' field names; the hashes of a mismatch go to the audit log. Shape: `docs/reports.md`.
 */
import { isAppError, throwIfCancelled } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { ListedConversation } from '../archive.ts';
import { manifestName, readManifest } from '../manifest.ts';
import { guardStorage } from '../storageError.ts';
import { toConversationLabel } from './conversationLabel.ts';
import type { checkListedFile, FileCheck, ListedFileStatus } from './listedFileCheck.ts';
import { toLabelNames } from './localConversation.ts';
import { jsonRendering, writeReport, type Rendering, type WrittenReport } from './reportFile.ts';
import type { ArchiveReader, AuditPort, CountProgress } from './reportPorts.ts';
import {
  counted,
  csvByteOrderMark,
  csvRow,
  markdownHead,
  markdownRow,
  utcText,
} from './tableText.ts';

export interface ComplianceEntry {
  readonly interactionId: string;
  readonly status: ListedFileStatus;
  readonly checksumValid: boolean;
  /** Relative to the archive, with `/`; of an absent item, where it would belong. */
  readonly filePath: string;
  readonly error: string | undefined;
  /** In words and names, for people. */
  readonly label: string;
  /** Reason code of an item that is absent; undefined for files. */
  readonly reason: string | undefined;
}

export interface ComplianceSums {
  readonly totalProcessed: number;
  readonly successful: number;
  readonly failed: number;
  readonly checksumErrors: number;
}

export interface ComplianceReport extends WrittenReport, ComplianceSums {
  /** Of `failed`: items that could not be had, each with its reason. */
  readonly absentCount: number;
  /** True when every file that the manifests list is as they say. */
  readonly isSound: boolean;
}

export interface ComplianceDeps {
  readonly archive: Pick<ArchiveReader, 'rootPath' | 'list' | 'readDetail'>;
  readonly clock: Clock;
  readonly audit: AuditPort | undefined;
  /** Reads a file whole: where a thread may be busy with it. */
  readonly checkFile: typeof checkListedFile;
}

/** The page lists so many problems; the CSV has all. */
const maxListedCount = 500;

/**
 * Writes `reports/compliance_report.json`, `.md` and `.csv`, in place of those of the last time. Reads every byte of the archive
 * once, in constant memory. On abort the last report stays.
 * @throws AppError `storage` when the disk as a whole cannot be read; single files that cannot are entries
 */
export async function writeComplianceReport(
  { archive, clock, audit, checkFile }: ComplianceDeps,
  onProgress: CountProgress,
  signal: AbortSignal,
): Promise<ComplianceReport> {
  const generatedAtMs = clock.nowMs();
  const sums = { totalProcessed: 0, successful: 0, failed: 0, checksumErrors: 0 };
  let absentCount = 0;
  async function* entries(): AsyncIterable<ComplianceEntry> {
    let doneCount = 0;
    for await (const listed of archive.list(signal)) {
      for await (const entry of entriesOf({ archive, audit, checkFile }, listed, signal)) {
        sums.totalProcessed++;
        absentCount += entry.reason === undefined ? 0 : 1;
        sums.successful += entry.status === 'success' ? 1 : 0;
        sums.failed += entry.status === 'failed' ? 1 : 0;
        sums.checksumErrors += entry.status === 'checksum_mismatch' ? 1 : 0;
        yield entry;
      }
      onProgress(++doneCount, undefined);
    }
  }
  const written = await writeReport(
    archive.rootPath,
    'compliance_report',
    [
      jsonRendering(
        () => ({ generatedAt: new Date(generatedAtMs).toISOString(), ...sums }),
        'entries',
        (entry: ComplianceEntry) => entry,
      ),
      toMarkdown(() => ({ ...sums, absentCount, generatedAtMs })),
      toCsv(),
    ],
    entries(),
    signal,
  );
  await audit?.append('complianceReport', { ...sums, sha256: written.sha256 }, signal);
  const isSound = sums.checksumErrors + sums.failed === absentCount;
  return { ...written, ...sums, absentCount, isSound };
}

async function* entriesOf(
  { archive, audit, checkFile }: Omit<ComplianceDeps, 'clock'>,
  { conversationId, folderPath, day }: ListedConversation,
  signal: AbortSignal,
): AsyncIterable<ComplianceEntry> {
  const folder = `conversations/${day.replaceAll('-', '/')}/${conversationId}`;
  const entry = (
    path: string,
    result: Omit<FileCheck, 'computedSha256'> & { readonly reason?: string },
  ): ComplianceEntry => ({
    interactionId: conversationId,
    status: result.status,
    checksumValid: result.status === 'success',
    filePath: `${folder}/${path}`,
    error: result.error,
    label,
    reason: result.reason,
  });
  let label = '';
  let manifest;
  try {
    manifest = await guardStorage(() => readManifest(folderPath, signal));
  } catch (error) {
    if (!isAppError(error)) {
      throw error;
    }
    yield entry(manifestName, { status: 'failed', error: error.message });
    return;
  }
  if (manifest === undefined) {
    yield entry(manifestName, {
      status: 'failed',
      error: 'There is no manifest: a download was never finished.',
    });
    return;
  }
  label = await labelOf(archive, folderPath, signal);
  for (const file of manifest.files) {
    throwIfCancelled(signal);
    const replacement = manifest.replacing.find(({ path }) => path === file.path);
    const expected = [file, replacement].flatMap((each) => each?.storedSha256 ?? []);
    const listed = { folderPath, path: file.path, expectedSha256s: expected };
    const checked = await checkFile(listed, signal);
    if (checked.status === 'checksum_mismatch') {
      await audit?.append(
        'checksumMismatch',
        {
          conversationId,
          path: file.path,
          expectedSha256: file.storedSha256,
          computedSha256: checked.computedSha256 ?? '',
        },
        signal,
      );
    }
    yield entry(file.path, checked);
  }
  for (const { item, reason, message } of manifest.absent) {
    yield entry(item, { status: 'failed', error: message, reason });
  }
}

async function labelOf(
  archive: Pick<ArchiveReader, 'readDetail'>,
  folderPath: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { conversation, names } = await archive.readDetail(folderPath, signal);
    return toConversationLabel(conversation, toLabelNames(names));
  } catch (error) {
    if (isAppError(error)) {
      return '';
    }
    throw error;
  }
}

function toMarkdown(
  summarise: () => ComplianceSums & {
    readonly absentCount: number;
    readonly generatedAtMs: number;
  },
): Rendering<ComplianceEntry> {
  let listedCount = 0;
  return {
    extension: 'md',
    item: ({ status, reason, label, filePath, error, interactionId }) => {
      if (status === 'success') {
        return undefined;
      }
      listedCount++;
      return listedCount > maxListedCount
        ? undefined
        : markdownRow([
            label === '' ? interactionId : label,
            reason === undefined ? (status === 'failed' ? 'failed' : 'checksum') : 'not available',
            error,
            filePath,
          ]);
    },
    head: () => {
      const sums = summarise();
      const { totalProcessed, successful, failed, checksumErrors, absentCount, generatedAtMs } =
        sums;
      return [
        '# Compliance Report\n',
        `**${complianceVerdict(sums)}**\n`,
        `Every file of the archive was read and hashed again, ${utcText(generatedAtMs)}.\n`,
        markdownHead(['Result', 'Items']) +
          markdownRow(['successful', successful]) +
          markdownRow(['checksum errors', checksumErrors]) +
          markdownRow(['failed: missing or unreadable', failed - absentCount]) +
          markdownRow(['not available, with a reason', absentCount]) +
          markdownRow(['total', totalProcessed]),
        ...(listedCount === 0
          ? []
          : ['## Items to look at\n', markdownHead(['Conversation', 'Result', 'Why', 'File'])]),
      ].join('\n');
    },
    tail: () =>
      listedCount > maxListedCount
        ? `\n${counted(listedCount - maxListedCount, 'more item')}: the CSV file beside this one lists all.\n`
        : '',
  };
}

/** One or two sentences that say how things stand. */
export function complianceVerdict({
  totalProcessed,
  successful,
  failed,
  checksumErrors,
  absentCount,
}: ComplianceSums & { readonly absentCount: number }): string {
  if (totalProcessed === 0) {
    return 'The archive holds nothing yet.';
  }
  const damagedCount = failed - absentCount;
  if (checksumErrors + damagedCount > 0) {
    return `Not compliant: ${counted(checksumErrors, 'file')} with another checksum than the manifest says, ${counted(damagedCount, 'file')} missing or unreadable.`;
  }
  const sound = `Compliant: all ${counted(successful, 'file')} are as the manifests say.`;
  return absentCount === 0
    ? sound
    : `${sound} ${counted(absentCount, 'item')} could not be had, each with its reason.`;
}

function toCsv(): Rendering<ComplianceEntry> {
  return {
    extension: 'csv',
    item: (entry) =>
      csvRow([
        entry.interactionId,
        entry.status,
        entry.checksumValid,
        entry.filePath,
        entry.error,
        entry.reason,
        entry.label,
      ]),
    head: () =>
      csvByteOrderMark +
      csvRow(['interactionId', 'status', 'checksumValid', 'filePath', 'error', 'reason', 'label']),
    tail: () => '',
  };
}
