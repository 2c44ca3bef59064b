/** The completeness report for people (Markdown: verdict first, names, what to do) and for spreadsheets (CSV). Pure. */
import type { CompletenessItem, CompletenessState } from './completenessItem.ts';
import type { CompletenessSummary } from './completenessSummary.ts';
import { stateCounts, type CompletenessVerdict } from './completenessSums.ts';
import type { Rendering } from './reportFile.ts';
import {
  counted,
  csvByteOrderMark,
  csvRow,
  markdownHead,
  markdownRow,
  utcText,
} from './tableText.ts';

/** The page lists so many conversations that are not complete; the CSV has all. */
const maxListedCount = 500;

const stateTexts: Readonly<Record<CompletenessState, string>> = {
  missing: 'not in the archive',
  damaged: 'damaged: files are missing or unreadable',
  outdated: 'still open, or went on after it was downloaded',
  partial: 'a part was never downloaded',
  withReasons: 'in the archive; what is missing has a reason',
  onlyLocal: 'in the archive; the platform has it no more',
  complete: 'complete',
};

const reasonTexts: Readonly<Record<string, string>> = {
  noPermission: 'the client that downloaded has no permission',
  notTranscribed: 'the platform has no transcript',
  transcoding: 'the platform was still transcoding',
  archived: 'moved to the platform’s cold archive',
  restoring: 'being restored by the platform',
  deletedByRetention: 'deleted by the platform’s retention policy',
  uploading: 'was still being uploaded to the platform',
  platformError: 'the platform reported an error',
  notRecorded: 'the conversation was not recorded',
  unusable: 'what the platform sent cannot be used',
};

/** One sentence that says how things stand. */
export function verdictSentence(summary: {
  readonly verdict: CompletenessVerdict;
  readonly platformCount: number;
  readonly undecodableCount: number;
  readonly states: CompletenessSummary['states'];
}): string {
  const { verdict, platformCount, undecodableCount, states } = summary;
  const all = counted(platformCount, 'conversation');
  switch (verdict) {
    case 'complete':
      return platformCount === 0
        ? 'Nothing to archive: the platform has no conversations of this interval.'
        : `Complete: the archive holds everything of ${all}.`;
    case 'completeWithReasons':
      return `Complete with reasons: ${all} are in the archive, and everything of them that is not there has a stated reason.`;
    case 'incomplete': {
      const parts = [
        [states.missing, 'not in the archive'],
        [states.damaged, 'damaged'],
        [states.outdated, 'open or out of date'],
        [states.partial, 'downloaded in part'],
        [undecodableCount, 'unreadable as the platform sent them'],
      ] as const;
      const open = parts.filter(([count]) => count > 0);
      return `Not complete: of ${all}, ${open.map(([count, text]) => `${count.toLocaleString('en')} ${count === 1 ? 'is' : 'are'} ${text}`).join(', ')}.`;
    }
  }
}

/** @param summarise asked for after the last item */
export function completenessMarkdown(
  summarise: () => CompletenessSummary,
): Rendering<CompletenessItem> {
  let listedCount = 0;
  return {
    extension: 'md',
    item: (item) => {
      if (item.state === 'complete') {
        return undefined;
      }
      listedCount++;
      return listedCount > maxListedCount
        ? undefined
        : markdownRow([
            startText(item),
            item.label === '' ? '(no details)' : item.label,
            stateTexts[item.state],
            whyOf(item).join('; '),
            item.conversationId,
          ]);
    },
    head: () => toHead(summarise(), listedCount),
    tail: () => toTail(summarise(), listedCount),
  };
}

function toHead(summary: CompletenessSummary, listedCount: number): string {
  const { interval, platformCount, localCount, states, reasons } = summary;
  const reasonRows = Object.entries(reasons).map(([reason, count]) =>
    markdownRow([reasonTexts[reason] ?? reason, count]),
  );
  return [
    '# Completeness Report\n',
    `**${verdictSentence(summary)}**\n`,
    `Conversations that started from ${utcText(interval.startMs)} until ${utcText(interval.endMs)}: ${platformCount.toLocaleString('en')} on the platform, ${localCount.toLocaleString('en')} in the archive. Compared ${utcText(summary.generatedAtMs)}.\n`,
    `${markdownHead(['Conversations', 'State'])}${stateCounts(states)
      .filter(([, count]) => count > 0)
      .map(([state, count]) => markdownRow([count, stateTexts[state]]))
      .join('')}`,
    ...(reasonRows.length === 0
      ? []
      : [
          '## Why parts are missing\n',
          `${markdownHead(['Reason', 'Parts'])}${reasonRows.join('')}`,
        ]),
    ...(listedCount === 0
      ? []
      : [
          '## Conversations to look at\n',
          markdownHead(['Started (UTC)', 'Conversation', 'State', 'Why', 'Id']),
        ]),
  ].join('\n');
}

function toTail(summary: CompletenessSummary, listedCount: number): string {
  const { platformDigest, localDigest, digest, auditHead } = summary;
  const more = listedCount - maxListedCount;
  return [
    ...(more > 0
      ? [`\n${counted(more, 'more conversation')}: the CSV file beside this one lists all.\n`]
      : []),
    '\n## Evidence\n',
    'Recheck Report… compares the archive with this report again, without a connection.\n',
    markdownHead(['What', 'SHA-256']) +
      `| Report | \`${digest}\` |\n| The platform’s set | \`${platformDigest}\` |\n| The archive’s set | \`${localDigest}\` |\n| Audit log, last line | ${auditHead === undefined ? 'no audit log then' : `\`${auditHead.lastLineSha256}\``} |\n`,
    `Archive \`${summary.archiveId}\`, organisation \`${summary.organisationId}\`, region ${summary.region}.`,
    '',
  ].join('\n');
}

/** One row a conversation, the complete ones too. */
export function completenessCsv(): Rendering<CompletenessItem> {
  return {
    extension: 'csv',
    item: (item) =>
      csvRow([
        item.conversationId,
        item.label,
        item.state,
        isoOf(item.platform?.startMs ?? item.local?.startMs),
        isoOf(item.platform?.endMs ?? item.local?.endMs),
        item.platform !== undefined,
        item.local !== undefined,
        item.local?.fileCount,
        item.local?.totalBytes,
        [...new Set(item.absent.map(({ reason }) => reason))].join(' '),
        whyOf(item).join('; '),
        item.local?.contentDigest,
      ]),
    head: () =>
      csvByteOrderMark +
      csvRow([
        'conversationId',
        'label',
        'state',
        'startedAt',
        'endedAt',
        'onPlatform',
        'inArchive',
        'files',
        'bytes',
        'reasons',
        'why',
        'contentDigest',
      ]),
    tail: () => '',
  };
}

function whyOf(item: CompletenessItem): readonly string[] {
  const messages = item.absent.map(({ message }) => message.replace(/\.$/u, ''));
  return [
    ...(item.local === undefined ? ['never downloaded, or deleted from the archive'] : []),
    ...(item.local?.problems ?? []),
    ...item.notRequested.map((part) => `${part} were not downloaded`),
    ...new Set(messages),
  ];
}

function startText({ platform, local }: CompletenessItem): string {
  const startMs = platform?.startMs ?? local?.startMs;
  return startMs === undefined ? '' : utcText(startMs).replace(' UTC', '');
}

function isoOf(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString();
}
