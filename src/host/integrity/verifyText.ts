/** The readable report of a verification, as Markdown. Pure over what the JSON report holds. */
import type { ConversationFindings } from '../../archive/integrity/finding.ts';
import type { VerifiedArchiveSummary } from '../../protocol/archiveVerification.ts';
import { escapeMarkdown } from '../../base/escapeMarkdown.ts';
import type { Localiser } from '../ports/localiser.ts';
import { formatBytes } from '../progressText.ts';

/** More make no readable document; the JSON report has them all. */
export const maxShownConversations = 200;

/** A whole document; names of files appear in it as text only. */
export function renderVerification(
  summary: VerifiedArchiveSummary,
  shown: readonly ConversationFindings[],
  l10n: Localiser,
): string {
  return [
    `# ${l10n.t('Verification of the Archive')}`,
    verdict(summary, l10n),
    factsOf(summary, l10n),
    ...auditOf(summary, l10n),
    ...shown.map((each) => conversationOf(each, l10n)),
    ...(shown.length < maxShownConversations
      ? []
      : [
          `_${l10n.t('Only the first {0} conversations are shown; the JSON report has them all.', maxShownConversations)}_`,
        ]),
    '',
  ].join('\n\n');
}

function verdict(summary: VerifiedArchiveSummary, l10n: Localiser): string {
  const auditCount = summary.audit.problemCount;
  if (summary.problemCount + auditCount === 0) {
    return `**${l10n.t('Everything that was looked at is as it was stored.')}**`;
  }
  return `**${l10n.t('Problems: {0}, in conversations: {1}, in the audit log: {2}.', summary.problemCount, summary.damagedCount, auditCount)}**`;
}

function factsOf(summary: VerifiedArchiveSummary, l10n: Localiser): string {
  const facts: readonly (readonly [string, string])[] = [
    [l10n.t('Conversations'), String(summary.conversationCount)],
    [l10n.t('Read whole'), String(summary.deepCount)],
    [l10n.t('Files'), `${String(summary.fileCount)} (${formatBytes(summary.totalBytes)})`],
    [l10n.t('Notices'), String(summary.noticeCount)],
    [l10n.t('Not known to the audit log'), String(summary.unrecordedCount)],
    [l10n.t('Lines of the audit log'), String(summary.audit.lineCount)],
    [l10n.t('Hash of its last line'), `\`${summary.audit.head.hash}\``],
  ];
  return ['| | |', '|---|---|', ...facts.map(([name, value]) => `| ${name} | ${value} |`)].join(
    '\n',
  );
}

function auditOf({ audit }: VerifiedArchiveSummary, l10n: Localiser): readonly string[] {
  if (audit.problems.length === 0) {
    return [];
  }
  const lines = audit.problems.map(
    ({ line, reason }) => `- ${l10n.t('Line {0}: {1}', line, reason)}`,
  );
  return [`## ${l10n.t('Audit Log')}`, lines.join('\n')];
}

function conversationOf(
  { conversationId, folder, findings }: ConversationFindings,
  l10n: Localiser,
): string {
  const lines = findings.map(({ severity, path, text }) => {
    const mark = severity === 'problem' ? '' : `${l10n.t('Notice')}: `;
    return `- ${mark}${path === '' ? '' : `${escapeMarkdown(path)}: `}${escapeMarkdown(text)}`;
  });
  const place = folder === '' ? '' : `\n\n${escapeMarkdown(folder)}`;
  return `## ${escapeMarkdown(conversationId)}${place}\n\n${lines.join('\n')}`;
}
