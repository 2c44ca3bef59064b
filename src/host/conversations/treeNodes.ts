/** The rows of the Conversations view as plain tagged data, and how they follow from conversations. Pure. */
import type { NameDirectory } from '../../genesys/genesysApi.ts';
import type { Conversation, Participant } from '../../model/conversation.ts';
import {
  customerCommunicationIds,
  isCustomer,
  toConversationFacts,
} from '../../model/conversationFacts.ts';
import type { CommunicationId, ConversationId, RecordingId } from '../../model/ids.ts';
import type { Recording } from '../../model/recording.ts';
import {
  dayKey,
  formatDay,
  formatDuration,
  formatTime,
  mediaIcon,
  mediaName,
  plainAddress,
  toLabel,
} from './format.ts';

export type TreeNode =
  | DayNode
  | ConversationNode
  | ParticipantNode
  | RecordingNode
  | TranscriptNode
  | MessageNode
  | LoadMoreNode;

export interface DayNode {
  readonly kind: 'day';
  readonly id: string;
  readonly label: string;
  readonly conversations: readonly ConversationNode[];
}

export interface ConversationNode {
  readonly kind: 'conversation';
  readonly id: string;
  readonly conversationId: ConversationId;
  readonly startMs: number;
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** Pairs for the tooltip, in order. */
  readonly facts: readonly Fact[];
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface ParticipantNode {
  readonly kind: 'participant';
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly icon: string;
}

export interface RecordingNode {
  readonly kind: 'recording';
  readonly id: string;
  readonly conversationId: ConversationId;
  readonly recordingId: RecordingId;
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly tooltip: string;
  readonly isAvailable: boolean;
}

export interface TranscriptNode {
  readonly kind: 'transcript';
  readonly id: string;
  readonly conversationId: ConversationId;
  readonly communicationId: CommunicationId;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly isAvailable: boolean;
}

/** A sentence in the tree: why something is missing. */
export interface MessageNode {
  readonly kind: 'message';
  readonly id: string;
  readonly label: string;
  readonly tooltip: string;
  readonly icon: string;
}

export interface LoadMoreNode {
  readonly kind: 'loadMore';
  readonly id: 'loadMore';
  readonly label: string;
  readonly isLoading: boolean;
}

/** Every `contextValue` a row can have; the manifest's menus are tested against it. */
export const nodeContextValues = [
  'day',
  'conversation',
  'conversation archived',
  'conversation archived held',
  'participant',
  'recording',
  'recordingUnavailable',
  'transcript',
  'transcriptUnavailable',
  'message',
  'loadMore',
] as const;
export type NodeContextValue = (typeof nodeContextValues)[number];

/** What the archive says of a conversation; changes without the conversation. */
export interface ArchiveMarks {
  readonly has: (id: ConversationId) => boolean;
  /** On legal hold: it cannot be deleted from the archive. */
  readonly isHeld: (id: ConversationId) => boolean;
}

export function contextValueOf(node: TreeNode, archived: ArchiveMarks): NodeContextValue {
  switch (node.kind) {
    case 'conversation':
      return archived.has(node.conversationId)
        ? archived.isHeld(node.conversationId)
          ? 'conversation archived held'
          : 'conversation archived'
        : 'conversation';
    case 'recording':
      return node.isAvailable ? 'recording' : 'recordingUnavailable';
    case 'transcript':
      return node.isAvailable ? 'transcript' : 'transcriptUnavailable';
    case 'day':
    case 'participant':
    case 'message':
    case 'loadMore':
      return node.kind;
  }
}

export type NamesById = Pick<NameDirectory, 'queueName' | 'userName' | 'wrapUpName'>;

/** Day groups in the order of the conversations, by the person's time zone. */
export function toDayNodes(
  conversations: readonly Conversation[],
  names: NamesById,
): readonly DayNode[] {
  const days = new Map<string, ConversationNode[]>();
  for (const conversation of conversations) {
    const key = dayKey(conversation.startMs);
    const group = days.get(key) ?? [];
    group.push(toConversationNode(conversation, names));
    days.set(key, group);
  }
  return [...days].map(([key, group]) => ({
    kind: 'day',
    id: `day/${key}`,
    label: formatDay(group[0]?.startMs ?? 0),
    conversations: group,
  }));
}

export function toConversationNode(conversation: Conversation, names: NamesById): ConversationNode {
  const facts = toConversationFacts(conversation);
  const queues = facts.queueIds.map((id) => toLabel(names.queueName(id)));
  const agents = facts.agentIds.map((id) => toLabel(names.userName(id)));
  const wrapUps = facts.wrapUpCodeIds.map((id) => toLabel(names.wrapUpName(id)));
  const remote = facts.remote === undefined ? undefined : toLabel(plainAddress(facts.remote), 60);
  const duration = facts.durationMs === undefined ? 'open' : formatDuration(facts.durationMs);
  const main = queues.at(-1) ?? agents[0] ?? remote ?? mediaName(facts.mediaType);
  return {
    kind: 'conversation',
    id: `conversation/${conversation.id}`,
    conversationId: conversation.id,
    startMs: conversation.startMs,
    label: `${formatTime(conversation.startMs)}  ${main}`,
    description: [agents.at(-1) ?? remote, duration, wrapUps.at(-1)]
      .filter((text) => text !== undefined)
      .join(' · '),
    icon: mediaIcon(facts.mediaType, facts.direction),
    facts: present([
      [
        'Media',
        [mediaName(facts.mediaType), facts.direction]
          .filter((text) => text !== undefined)
          .join(', '),
      ],
      ['Duration', duration],
      ['Queue', queues.join(', ')],
      ['Agent', agents.join(', ')],
      ['Other side', remote ?? ''],
      ['Wrap-up', wrapUps.join(', ')],
      ['Quality (MOS)', conversation.minMos?.toFixed(2) ?? ''],
      ['External tag', toLabel(conversation.externalTag ?? '')],
      ['Id', conversation.id],
    ]),
  };
}

function present(pairs: readonly (readonly [string, string])[]): readonly Fact[] {
  return pairs.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value }));
}

const purposeIcons: ReadonlyMap<string, string> = new Map([
  ['customer', 'person'],
  ['external', 'person'],
  ['agent', 'account'],
  ['user', 'account'],
  ['ivr', 'server-process'],
  ['acd', 'organization'],
  ['botflow', 'robot'],
  ['workflow', 'server-process'],
]);

export function toParticipantNode(
  conversationId: ConversationId,
  participant: Participant,
  names: NamesById,
): ParticipantNode {
  const segments = participant.sessions.flatMap((session) => session.segments);
  return {
    kind: 'participant',
    id: `participant/${conversationId}/${participant.id}`,
    label: toLabel(participantName(participant, names)),
    description: [participant.purpose, spanOf(segments)]
      .filter((text) => text !== undefined)
      .join(' · '),
    icon: purposeIcons.get(participant.purpose) ?? 'circle-outline',
  };
}

/** Who this is: an agent, a queue, a flow, a caller; at least what for. */
function participantName(participant: Participant, names: NamesById): string {
  if (participant.userId !== undefined) {
    return names.userName(participant.userId);
  }
  if (participant.purpose === 'acd') {
    return queueName(participant, names) ?? participant.purpose;
  }
  const [session] = participant.sessions;
  const address = isCustomer(participant) ? (session?.ani ?? session?.remote) : undefined;
  return session?.flowName ?? participant.name ?? plainAddress(address ?? participant.purpose);
}

function queueName(participant: Participant, names: NamesById): string | undefined {
  const segments = participant.sessions.flatMap((session) => session.segments);
  const queueId = segments.find((segment) => segment.queueId !== undefined)?.queueId;
  return queueId === undefined ? undefined : names.queueName(queueId);
}

/** From the first start to the last end, when both are known. */
function spanOf(
  segments: readonly { readonly startMs: number; readonly endMs: number | undefined }[],
): string | undefined {
  const ends = segments.map(({ endMs }) => endMs).filter((endMs) => endMs !== undefined);
  if (ends.length === 0) {
    return undefined;
  }
  const startMs = Math.min(...segments.map((segment) => segment.startMs));
  return formatDuration(Math.max(...ends) - startMs);
}

const fileStates: ReadonlyMap<string, string> = new Map([
  ['AVAILABLE', 'available'],
  ['RESTORED', 'restored'],
  ['ARCHIVED', 'archived by the platform: restore it in Genesys Cloud to listen to it'],
  ['RESTORING', 'being restored by the platform: try again later'],
  ['UPLOADING', 'still uploading: try again in a few minutes'],
  ['DELETED', 'deleted by the retention policy of the organisation'],
  ['ERROR', 'the platform could not process it'],
]);

export function toRecordingNode(recording: Recording): RecordingNode {
  const isAvailable = recording.fileState === 'AVAILABLE' || recording.fileState === 'RESTORED';
  const durationMs =
    recording.outputDurationMs ??
    (recording.startMs !== undefined && recording.endMs !== undefined
      ? recording.endMs - recording.startMs
      : undefined);
  const state = fileStates.get(recording.fileState) ?? recording.fileState.toLowerCase();
  return {
    kind: 'recording',
    id: `recording/${recording.conversationId}/${recording.id}`,
    conversationId: recording.conversationId,
    recordingId: recording.id,
    label:
      recording.media === 'audio' ? 'Recording' : `Recording (${toLabel(recording.media, 20)})`,
    description: [
      durationMs === undefined ? undefined : formatDuration(durationMs),
      isAvailable ? undefined : state,
    ]
      .filter((text) => text !== undefined)
      .join(' · '),
    icon: isAvailable
      ? recording.media === 'audio'
        ? 'unmute'
        : 'comment-discussion'
      : 'circle-slash',
    tooltip: `Recording ${recording.id}: ${state}`,
    isAvailable,
  };
}

export function toTranscriptNode(
  conversationId: ConversationId,
  communicationId: CommunicationId,
  isAvailable: boolean,
): TranscriptNode {
  return {
    kind: 'transcript',
    id: `transcript/${conversationId}/${communicationId}`,
    conversationId,
    communicationId,
    label: 'Transcript',
    description: isAvailable ? '' : 'not available',
    tooltip: isAvailable
      ? `Transcript of communication ${communicationId}`
      : 'The platform has no transcript: not transcribed, not ready yet, or no longer kept (it does not say which).',
    isAvailable,
  };
}

/** Communications that may have a transcript, the recordings' included. */
export function transcriptCommunications(
  conversation: Conversation,
  recordings: readonly Recording[],
): readonly CommunicationId[] {
  const recorded = recordings
    .map(({ communicationId }) => communicationId)
    .filter((id) => id !== undefined);
  return [...new Set([...customerCommunicationIds(conversation), ...recorded])];
}
