/** The rows of the Downloads view as plain data, and how they follow from a sync. Pure; knows nothing of VS Code's API. */
import type { ItemRecord } from '../../archive/sync/syncEvents.ts';
import type { SyncFailure, SyncItem, SyncPhase } from '../../archive/sync/syncSnapshot.ts';
import type { ReasonCode } from '../../archive/absence.ts';
import type { Conversation } from '../../model/conversation.ts';
import { toConversationFacts } from '../../model/conversationFacts.ts';
import type { ConversationId } from '../../model/ids.ts';
import { formatDateTime, mediaName, plainAddress, toLabel } from '../conversations/format.ts';
import type { NamesById } from '../conversations/treeNodes.ts';
import type { Localiser } from '../ports/localiser.ts';
import { bytesText } from '../progressText.ts';
import { reasonAdvice, reasonTitle } from './reasonText.ts';
import { standingOf, type DownloadContextValue, type SyncEntry } from './syncEntry.ts';
import {
  nextAttemptText,
  progressText,
  shortTime,
  speedText,
  timeText,
  volumeText,
} from './syncText.ts';

export type DownloadNode = SyncNode | GroupNode | ItemNode | NoteNode;

/** Only what names the row: what it says is read anew each time. */
export interface SyncNode {
  readonly kind: 'sync';
  readonly id: string;
  readonly syncId: string;
}

export type GroupKey = 'current' | 'waiting' | 'errors' | `ended/${ReasonCode}`;

export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly syncId: string;
  readonly group: GroupKey;
}

export interface ItemNode {
  readonly kind: 'syncItem';
  readonly id: string;
  readonly syncId: string;
  readonly conversationId: ConversationId;
  readonly row: Row;
}

export interface NoteNode {
  readonly kind: 'note';
  readonly id: string;
  readonly syncId: string;
  readonly row: Row;
}

/** What a row shows. */
export interface Row {
  readonly label: string;
  readonly description: string;
  /** Lines of plain text. */
  readonly tooltip: readonly string[];
  readonly icon: string;
  /** A theme colour. */
  readonly color?: string | undefined;
  readonly contextValue: DownloadContextValue;
  /** Without arguments. */
  readonly command?: 'genesysArchive.signIn' | 'showReport' | undefined;
}

const phaseIcons: Readonly<Record<SyncPhase, readonly [icon: string, color?: string]>> = {
  waitingForLock: ['lock'],
  discovering: ['sync~spin'],
  downloading: ['sync~spin'],
  waiting: ['watch'],
  interrupted: ['debug-disconnect', 'charts.yellow'],
  paused: ['debug-pause'],
  failed: ['error', 'errorForeground'],
  cancelled: ['circle-slash'],
  finished: ['pass', 'charts.green'],
};

export function syncRow(entry: SyncEntry, nowMs: number, l10n: Localiser): Row {
  const { snapshot, worker } = entry;
  const standing = standingOf(entry);
  const [icon, color] =
    snapshot.phase === 'finished' && snapshot.endedCount > 0
      ? (['warning', 'charts.yellow'] as const)
      : phaseIcons[snapshot.phase];
  const hasEnded = snapshot.endedCount > 0;
  return {
    label: snapshot.request.title,
    description: progressText(entry, nowMs, l10n),
    tooltip: [
      snapshot.request.title,
      partsText(entry, l10n),
      ...(worker === 'otherWindow' ? [l10n.t('Another window is syncing.')] : []),
      l10n.t('Begun {0}', formatDateTime(snapshot.createdAtMs)),
      volumeText(snapshot, l10n),
      ...(worker === 'thisWindow' ? [speedText(snapshot, entry.speed, l10n)] : []),
    ],
    icon,
    color,
    contextValue: hasEnded ? `sync ${standing} ended` : `sync ${standing}`,
  };
}

function partsText({ snapshot: { request } }: SyncEntry, l10n: Localiser): string {
  const { parts, media, includesScreenRecordings } = request;
  return [
    ...(parts.includes('recordings')
      ? [
          media === 'original'
            ? l10n.t('Recordings as they are')
            : l10n.t('Recordings as {0}', media),
        ]
      : []),
    ...(includesScreenRecordings ? [l10n.t('screen recordings')] : []),
    ...(parts.includes('transcripts') ? [l10n.t('transcripts')] : []),
    ...(parts.length === 0 ? [l10n.t('Conversation details only')] : []),
  ].join(', ');
}

/** What stands below a sync, in order; groups that are empty are left out. */
export function childrenOf(entry: SyncEntry, l10n: Localiser): readonly (GroupNode | NoteNode)[] {
  const { snapshot, worker } = entry;
  const { syncId } = snapshot;
  const group = (key: GroupKey): GroupNode => ({
    kind: 'group',
    id: `sync/${syncId}/${key}`,
    syncId,
    group: key,
  });
  const endedReasons = Object.keys(snapshot.endedReasonCounts) as ReasonCode[];
  return [
    ...noteRows(entry, l10n),
    ...(worker === 'thisWindow' && snapshot.currentItems.length > 0 ? [group('current')] : []),
    ...(snapshot.waitingCount > 0 ? [group('waiting')] : []),
    ...endedReasons.map((reason) => group(`ended/${reason}`)),
    ...(snapshot.recentFailures.length > 0 ? [group('errors')] : []),
  ];
}

function noteRows({ snapshot, worker }: SyncEntry, l10n: Localiser): readonly NoteNode[] {
  const { syncId, failure, undecodableCount, notes, phase } = snapshot;
  const note = (
    key: string,
    row: Omit<Row, 'contextValue' | 'tooltip' | 'description'>,
  ): NoteNode => ({
    kind: 'note',
    id: `sync/${syncId}/note/${key}`,
    syncId,
    row: { ...row, description: '', tooltip: [row.label], contextValue: 'syncNote' },
  });
  return [
    ...(phase === 'failed' && failure !== undefined
      ? [
          note('failure', {
            label: toLabel(failure.message, 300),
            icon: 'error',
            color: 'errorForeground',
            ...(failure.code === 'auth' && { command: 'genesysArchive.signIn' as const }),
          }),
        ]
      : []),
    ...(worker === 'otherWindow'
      ? [note('watching', { label: l10n.t('Another window is syncing'), icon: 'multiple-windows' })]
      : []),
    ...(phase === 'interrupted' && worker === undefined
      ? [
          note('interrupted', {
            label: l10n.t('Resume goes on where it stopped; nothing is lost'),
            icon: 'info',
          }),
        ]
      : []),
    ...(snapshot.foundCount > 0
      ? [note('volume', { label: volumeText(snapshot, l10n), icon: 'graph' })]
      : []),
    ...(undecodableCount > 0
      ? [
          note('undecodable', {
            label: l10n.t(
              '{0} conversations could not be read; their text is stored',
              undecodableCount.toLocaleString(),
            ),
            icon: 'warning',
            color: 'charts.yellow',
            command: 'showReport',
          }),
        ]
      : []),
    ...notes.map(({ kind, message }) => note(kind, { label: toLabel(message, 300), icon: 'info' })),
  ];
}

export function groupRow(
  group: GroupKey,
  { snapshot }: SyncEntry,
  nowMs: number,
  l10n: Localiser,
): Row {
  const plain = { tooltip: [], contextValue: 'syncGroup' as const };
  const count = (value: number): string => value.toLocaleString();
  if (group === 'current') {
    return {
      ...plain,
      label: l10n.t('In progress'),
      description: count(snapshot.currentItems.length),
      icon: 'cloud-download',
    };
  }
  if (group === 'waiting') {
    return {
      ...plain,
      label: l10n.t('Waiting'),
      description: [count(snapshot.waitingCount), nextAttemptText(snapshot, nowMs, l10n) ?? '']
        .filter((text) => text !== '')
        .join(' · '),
      icon: 'watch',
    };
  }
  if (group === 'errors') {
    return {
      ...plain,
      label: l10n.t('Latest errors'),
      description: count(snapshot.recentFailures.length),
      icon: 'error',
    };
  }
  const reason = reasonOf(group);
  return {
    label: reasonTitle(reason, l10n),
    description: count(snapshot.endedReasonCounts[reason] ?? 0),
    tooltip: [reasonTitle(reason, l10n), reasonAdvice(reason, l10n)],
    icon: 'circle-slash',
    contextValue: 'syncGroup ended',
  };
}

export function reasonOf(group: `ended/${ReasonCode}`): ReasonCode {
  return group.slice('ended/'.length) as ReasonCode;
}

/** `Nov 5, 2:03 PM  Billing`: when, and by its queue, agent or caller. */
export function conversationTitle(
  conversation: Conversation,
  names: Pick<NamesById, 'queueName' | 'userName'>,
): string {
  const facts = toConversationFacts(conversation);
  const [queueId] = facts.queueIds.slice(-1);
  const [agentId] = facts.agentIds;
  const main =
    (queueId === undefined ? undefined : names.queueName(queueId)) ??
    (agentId === undefined ? undefined : names.userName(agentId)) ??
    (facts.remote === undefined ? undefined : plainAddress(facts.remote)) ??
    mediaName(facts.mediaType);
  return `${shortTime(conversation.startMs)}  ${toLabel(main, 60)}`;
}

export function currentItemNode(
  syncId: string,
  item: SyncItem,
  names: NamesById,
  l10n: Localiser,
): ItemNode {
  const { conversationId, conversation, step, doneBytes } = item;
  return {
    kind: 'syncItem',
    id: `sync/${syncId}/current/${conversationId}`,
    syncId,
    conversationId,
    row: {
      label: conversationTitle(conversation, names),
      description: doneBytes === 0 ? step : `${step} · ${bytesText(item, l10n)}`,
      tooltip: [conversationId],
      icon: 'cloud-download',
      contextValue: 'syncItem',
    },
  };
}

/** A conversation that waits or ended. @param title undefined when its detail is not at hand */
export function settledItemNode(
  syncId: string,
  group: GroupKey,
  item: ItemRecord,
  title: string | undefined,
  nowMs: number,
  l10n: Localiser,
): ItemNode {
  const { conversationId, nextAttemptAtMs, reasons, attempts } = item;
  const isWaiting = group === 'waiting';
  const said = isWaiting ? reasons : reasons.filter((reason) => group !== `ended/${reason}`);
  return {
    kind: 'syncItem',
    id: `sync/${syncId}/${group}/${conversationId}`,
    syncId,
    conversationId,
    row: {
      label: title ?? `${shortTime(item.startMs)}  ${conversationId}`,
      description: [
        ...(isWaiting ? [timeText(nextAttemptAtMs, nowMs)] : []),
        ...said.map((reason) => reasonTitle(reason, l10n)),
      ].join(' · '),
      tooltip: [
        conversationId,
        ...reasons.map((reason) => `${reasonTitle(reason, l10n)}: ${reasonAdvice(reason, l10n)}`),
        l10n.t('Attempts: {0}', attempts),
      ],
      icon: isWaiting ? 'watch' : 'circle-slash',
      contextValue: isWaiting ? 'syncItem' : 'syncItem ended',
    },
  };
}

export function failureNode(
  syncId: string,
  { conversationId, atMs, message }: SyncFailure,
  nowMs: number,
): NoteNode | ItemNode {
  const row: Row = {
    label: toLabel(message, 300),
    description: timeText(atMs, nowMs),
    tooltip: [message, ...(conversationId === undefined ? [] : [conversationId])],
    icon: 'error',
    contextValue: conversationId === undefined ? 'syncNote' : 'syncItem',
  };
  const id = `sync/${syncId}/errors/${String(atMs)}/${conversationId ?? ''}`;
  return conversationId === undefined
    ? { kind: 'note', id, syncId, row }
    : { kind: 'syncItem', id, syncId, conversationId, row };
}

/** Stands after the first rows of a long group. */
export function moreNode(node: GroupNode, hiddenCount: number, l10n: Localiser): NoteNode {
  return {
    kind: 'note',
    id: `${node.id}/more`,
    syncId: node.syncId,
    row: {
      label: l10n.t('{0} more: see the report', hiddenCount.toLocaleString()),
      description: '',
      tooltip: [],
      icon: 'ellipsis',
      contextValue: 'syncNote',
      command: 'showReport',
    },
  };
}
