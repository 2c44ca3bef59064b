/** What a recheck found, in words: one sentence for a notification, one page with the names. */
import { join } from 'node:path';
import { escapeMarkdown } from '../../base/escapeMarkdown.ts';
import { commitBytes, ensureFolder } from '../durableFile.ts';
import { guardStorage } from '../storageError.ts';
import type { RecheckChange, RecheckResult } from './recheckCompleteness.ts';
import { counted, markdownHead, markdownRow, utcText } from './tableText.ts';

const changeTexts: Readonly<Record<RecheckChange['change'], string>> = {
  added: 'came into the archive since',
  gone: 'not in the archive any more',
  changed: 'other content than then',
  damaged: 'files are missing or unreadable',
};

/** One or two sentences. */
export function recheckVerdict(result: RecheckResult): string {
  const { isGenuine, isUnchanged, isInAuditLog, changeCount } = result;
  if (!isGenuine) {
    return 'The report does not hold: it was edited, or it is not about this archive.';
  }
  if (isInAuditLog === false) {
    return 'The report agrees with itself, but the audit log does not know this file.';
  }
  return isUnchanged
    ? 'The report holds: the archive is as it was then.'
    : `The report is genuine, but the archive has changed since: ${counted(changeCount, 'conversation')}.`;
}

/** Writes the page beside the report, in place of that of the last recheck, and returns its path. @throws AppError `storage` */
export async function writeRecheckPage(
  rootPath: string,
  reportName: string,
  result: RecheckResult,
  nowMs: number,
): Promise<string> {
  return await guardStorage(async () => {
    const folder = await ensureFolder(rootPath, ['reports']);
    const path = join(folder, `${reportName.replace(/\.json$/u, '')}.recheck.md`);
    await commitBytes(path, toRecheckMarkdown(reportName, result, nowMs));
    return path;
  });
}

export function toRecheckMarkdown(
  reportName: string,
  result: RecheckResult,
  nowMs: number,
): string {
  const { summary, findings, changes, changeCount, isInAuditLog, localDigest } = result;
  return [
    '# Recheck of a Completeness Report\n',
    `**${recheckVerdict(result)}**\n`,
    `${escapeMarkdown(reportName)}, made ${utcText(summary.generatedAtMs)}, compared with the archive ${utcText(nowMs)}.\n`,
    ...(findings.length === 0
      ? []
      : [
          '## What is wrong with the report\n',
          `${findings.map((finding) => `- ${finding}`).join('\n')}\n`,
        ]),
    ...(changeCount === 0
      ? []
      : [
          '## What changed in the archive\n',
          markdownHead(['Conversation', 'Change', 'Id']) +
            changes
              .map(({ label, change, conversationId }) =>
                markdownRow([
                  label === '' ? '(no details)' : label,
                  changeTexts[change],
                  conversationId,
                ]),
              )
              .join(''),
          ...(changeCount > changes.length
            ? [`${counted(changeCount - changes.length, 'more conversation')} changed.\n`]
            : []),
        ]),
    '## Evidence\n',
    `${markdownHead(['What', 'SHA-256'])}| The archive’s set, then | \`${escapeMarkdown(summary.localDigest)}\` |\n| The archive’s set, today | \`${localDigest}\` |\n`,
    isInAuditLog === undefined
      ? 'The archive has no audit log, which alone could tell a report that was edited together with its digests.\n'
      : isInAuditLog
        ? 'The audit log confirms this very file.\n'
        : 'The audit log does not know this file: it was edited after it was made, or the log was busy then.\n',
  ].join('\n');
}
