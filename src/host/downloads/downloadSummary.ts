/** What is said after a download: what came, what did not and why. Pure. */
import type { ReasonCode } from '../../archive/absence.ts';
import type { DownloadReport } from '../../archive/downloadConversation.ts';
import { formatBytes } from '../progressText.ts';

/** One or two sentences over all conversations of a run. */
export function summariseDownloads(reports: readonly DownloadReport[]): string {
  const files = reports.flatMap((report) => report.files);
  const unchangedCount = sum(reports.map((report) => report.unchangedCount));
  const bytes = sum(reports.map((report) => report.downloadedBytes));
  const absent = reports.flatMap((report) => report.absent);
  const what = reports.length === 1 ? '' : ` of ${String(reports.length)} conversations`;
  const first =
    unchangedCount === files.length && files.length > 0
      ? `Nothing had changed: the archive holds ${count(files.length, 'file')}${what} already.`
      : `Downloaded ${count(files.length - unchangedCount, 'file')}${what} (${formatBytes(bytes)})${
          unchangedCount > 0 ? `, ${String(unchangedCount)} unchanged` : ''
        }.`;
  return absent.length === 0 ? first : `${first} Not available: ${reasons(absent)}`;
}

/** What a conversation may lack for good and without anybody's doing. */
const harmlessReasons: ReadonlySet<ReasonCode> = new Set(['notRecorded', 'notTranscribed']);

/** True when something is missing that a person should see to: a permission, a fault, a file that is not there yet or any more. */
export function isAnythingMissing(reports: readonly DownloadReport[]): boolean {
  return reports.some(({ absent }) => absent.some(({ reason }) => !harmlessReasons.has(reason)));
}

function reasons(absent: readonly { readonly message: string }[]): string {
  const messages = [...new Set(absent.map(({ message }) => message.replace(/\.$/u, '')))];
  const shown = messages.slice(0, 3).join('; ');
  return messages.length > 3 ? `${shown}; and ${String(messages.length - 3)} more.` : `${shown}.`;
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
