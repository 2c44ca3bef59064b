/** The readable result of a sync as Markdown. Pure over a snapshot and the conversations that did not come whole. */
import type { ItemRecord } from '../../archive/sync/syncEvents.ts';
import type { SyncSnapshot } from '../../archive/sync/syncSnapshot.ts';
import type { ReasonCode } from '../../archive/absence.ts';
import { formatDateTime } from '../conversations/format.ts';
import { escapeMarkdown } from '../../base/escapeMarkdown.ts';
import type { Localiser } from '../ports/localiser.ts';
import { formatBytes } from '../progressText.ts';
import { reasonAdvice, reasonTitle } from './reasonText.ts';
import { totalCalls } from './syncText.ts';

/** Conversations named for each reason; the counts are of all. */
export const maxReportedItems = 500;

export interface SyncReportFacts {
  readonly snapshot: SyncSnapshot;
  readonly ended: readonly ItemRecord[];
  readonly waiting: readonly ItemRecord[];
  /** Where texts of conversations lie that could not be read. */
  readonly undecodablePath: string;
}

export function renderSyncReport(facts: SyncReportFacts, l10n: Localiser): string {
  const { snapshot } = facts;
  return [
    `# ${escapeMarkdown(l10n.t('Sync: {0}', snapshot.request.title))}`,
    stateLine(snapshot, l10n),
    ...(snapshot.failure === undefined ? [] : [`> ${escapeMarkdown(snapshot.failure.message)}`]),
    countTable(snapshot, l10n),
    ...snapshot.notes.map(({ message }) => `> ${escapeMarkdown(message)}`),
    ...undecodableLines(facts, l10n),
    ...endedSections(facts, l10n),
    ...waitingSection(facts, l10n),
    ...errorSection(snapshot, l10n),
  ].join('\n\n');
}

function stateLine(snapshot: SyncSnapshot, l10n: Localiser): string {
  const { phase, createdAtMs, updatedAtMs } = snapshot;
  const state = {
    waitingForLock: l10n.t('Waiting for another window'),
    discovering: l10n.t('Running'),
    downloading: l10n.t('Running'),
    waiting: l10n.t('Waiting for the next attempt'),
    interrupted: l10n.t('Interrupted: resume it to go on'),
    paused: l10n.t('Paused: resume it to go on'),
    failed: l10n.t('Stopped by an error: resume it to go on'),
    cancelled: l10n.t('Cancelled'),
    finished: l10n.t('Finished'),
  }[phase];
  const span = l10n.t(
    'begun {0}, last change {1}',
    formatDateTime(createdAtMs),
    formatDateTime(updatedAtMs),
  );
  return `**${state}** · ${span}`;
}

function countTable(snapshot: SyncSnapshot, l10n: Localiser): string {
  const { calls } = snapshot;
  const row = (label: string, value: number | string): string =>
    `| ${label} | ${typeof value === 'number' ? value.toLocaleString() : value} |`;
  return [
    `| | |`,
    `| --- | ---: |`,
    row(l10n.t('Conversations found'), snapshot.foundCount),
    row(l10n.t('Complete'), snapshot.doneCount),
    row(l10n.t('of these unchanged since an earlier download'), snapshot.unchangedCount),
    row(l10n.t('Something is missing for good'), snapshot.endedCount),
    row(l10n.t('To be tried again'), snapshot.waitingCount),
    row(l10n.t('Not yet begun'), snapshot.queuedCount),
    row(l10n.t('Could not be read'), snapshot.undecodableCount),
    row(l10n.t('Recordings'), snapshot.recordingCount),
    row(l10n.t('Downloaded'), formatBytes(snapshot.downloadedBytes)),
    ...(totalCalls(calls) > 0
      ? [
          row(
            l10n.t('Calls in the last run'),
            l10n.t(
              '{0} (batches {1} + {2} polls, recordings {3} + {4} lists, transcripts {5}, details {6})',
              totalCalls(calls).toLocaleString(),
              calls.batchesMade,
              calls.batchPolls,
              calls.singleGets,
              calls.recordingLists,
              calls.transcriptLinks,
              calls.details,
            ),
          ),
        ]
      : []),
  ].join('\n');
}

function undecodableLines(
  { snapshot, undecodablePath }: SyncReportFacts,
  l10n: Localiser,
): readonly string[] {
  return snapshot.undecodableCount === 0
    ? []
    : [
        `## ${l10n.t('Conversations that could not be read')}`,
        `${l10n.t(
          'Their text is stored as it came, {0} in all, in:',
          snapshot.undecodableCount.toLocaleString(),
        )} \`${undecodablePath.replaceAll('`', '')}\``,
      ];
}

function endedSections({ snapshot, ended }: SyncReportFacts, l10n: Localiser): readonly string[] {
  const reasons = Object.entries(snapshot.endedReasonCounts) as [ReasonCode, number][];
  return reasons.flatMap(([reason, count]) => [
    `## ${reasonTitle(reason, l10n)} (${count.toLocaleString()})`,
    reasonAdvice(reason, l10n),
    itemList(
      ended.filter(({ reasons: own }) => own.includes(reason)),
      count,
      ({ conversationId, startMs }) => `\`${conversationId}\` · ${formatDateTime(startMs)}`,
      l10n,
    ),
  ]);
}

function waitingSection(
  { snapshot, waiting }: SyncReportFacts,
  l10n: Localiser,
): readonly string[] {
  return snapshot.waitingCount === 0
    ? []
    : [
        `## ${l10n.t('To be tried again')} (${snapshot.waitingCount.toLocaleString()})`,
        itemList(
          waiting,
          snapshot.waitingCount,
          ({ conversationId, nextAttemptAtMs, reasons }) =>
            `\`${conversationId}\` · ${l10n.t('not before {0}', formatDateTime(nextAttemptAtMs))} · ${reasons
              .map((reason) => reasonTitle(reason, l10n))
              .join(', ')}`,
          l10n,
        ),
      ];
}

function errorSection({ recentFailures }: SyncSnapshot, l10n: Localiser): readonly string[] {
  return recentFailures.length === 0
    ? []
    : [
        `## ${l10n.t('Latest errors')}`,
        recentFailures
          .map(
            ({ atMs, conversationId, message }) =>
              `- ${formatDateTime(atMs)}${conversationId === undefined ? '' : ` · \`${conversationId}\``}: ${escapeMarkdown(message)}`,
          )
          .join('\n'),
      ];
}

function itemList(
  items: readonly ItemRecord[],
  count: number,
  describe: (item: ItemRecord) => string,
  l10n: Localiser,
): string {
  const hiddenCount = count - items.length;
  return [
    ...items.map((item) => `- ${describe(item)}`),
    ...(hiddenCount > 0 ? [`- ${l10n.t('and {0} more', hiddenCount.toLocaleString())}`] : []),
  ].join('\n');
}
