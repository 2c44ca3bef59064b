/** Turns an archived conversation into what the player shows. Pure: files become addresses through a port. */
import { isHistory } from '../../archive/history.ts';
import type { ArchivedConversation } from '../../archive/archivedConversation.ts';
import type { NameDirectory } from '../../genesys/genesysApi.ts';
import type { Conversation, Participant, Segment, Session } from '../../model/conversation.ts';
import { isCustomer, toConversationFacts } from '../../model/conversationFacts.ts';
import type { Manifest } from '../../archive/manifest.ts';
import type { Recording } from '../../model/recording.ts';
import type { PreparedRecording } from '../../protocol/archiveWorker.ts';
import type { NotesSnapshot } from '../../protocol/conversationNotes.ts';
import type {
  AttachmentSnapshot,
  ChannelSnapshot,
  ConversationSnapshot,
  RecordingSnapshot,
  SegmentSnapshot,
  SpeakerSnapshot,
} from '../../protocol/conversationView.ts';
import { toRecordingClock } from '../../transcript/recordingClock.ts';
import {
  formatDateTime,
  formatDuration,
  mediaName,
  plainAddress,
  toLabel,
} from '../conversations/format.ts';
import type { TextBeginning } from './textBeginning.ts';

export type Names = Pick<NameDirectory, 'queueName' | 'userName' | 'wrapUpName'>;

export interface SnapshotInput {
  readonly archived: ArchivedConversation;
  /** By recording id; recordings without sound are not in it. */
  readonly prepared: ReadonlyMap<string, PreparedRecording>;
  readonly names: Names;
  readonly offsetMs: number;
  readonly notes: NotesSnapshot;
  /** First phrases of one of the transcripts. */
  readonly beginning: TextBeginning | undefined;
  /** Resource address of an absolute path. */
  readonly toUrl: (path: string) => string;
}

export function toConversationSnapshot({
  archived,
  prepared,
  names,
  offsetMs,
  notes,
  beginning,
  toUrl,
}: SnapshotInput): ConversationSnapshot {
  const { conversation } = archived;
  const facts = toConversationFacts(conversation);
  const queues = facts.queueIds.map((id) => toLabel(names.queueName(id)));
  const agents = facts.agentIds.map((id) => toLabel(names.userName(id)));
  const remote = facts.remote === undefined ? undefined : toLabel(plainAddress(facts.remote), 60);
  return {
    conversationId: conversation.id,
    title: [mediaName(facts.mediaType), queues.at(-1) ?? remote, agents.at(-1)]
      .filter((text) => text !== undefined)
      .join(' · '),
    mediaType: facts.mediaType,
    startMs: conversation.startMs,
    endMs: conversation.endMs,
    facts: [
      { label: 'Started', value: formatDateTime(conversation.startMs) },
      {
        label: 'Duration',
        value: facts.durationMs === undefined ? 'open' : formatDuration(facts.durationMs),
      },
      { label: 'Direction', value: facts.direction ?? '' },
      { label: 'Queue', value: queues.join(', ') },
      { label: 'Agent', value: agents.join(', ') },
      { label: 'Other side', value: remote ?? '' },
      {
        label: 'Wrap-up',
        value: facts.wrapUpCodeIds.map((id) => toLabel(names.wrapUpName(id))).join(', '),
      },
    ].filter(({ value }) => value !== ''),
    recordings: archived.recordings.flatMap(({ recording }) => {
      const ready = prepared.get(recording.id);
      return ready === undefined ? [] : [toRecordingSnapshot(recording, ready, toUrl)];
    }),
    transcripts: archived.transcripts.map(({ communicationId, recordingId, path }) => ({
      communicationId,
      recordingId,
      url: toUrl(path),
      ...(path === beginning?.path ? { beginning: beginning.text } : {}),
    })),
    texts: archived.texts.map(({ recordingId, path }) => ({ recordingId, url: toUrl(path) })),
    attachments: toAttachments(archived.manifest),
    isOutbound: facts.direction === 'outbound',
    segments: toSegments(conversation, names),
    speakers: toSpeakers(conversation, names),
    notices: toNotices(archived),
    offsetMs,
    notes,
  };
}

/** What is missing and why, each once; a transcript that was imported since is not missing, and its origin is told. */
function toNotices({
  manifest,
  transcripts,
}: Pick<ArchivedConversation, 'manifest' | 'transcripts'>): readonly string[] {
  const isThere = (item: string): boolean =>
    transcripts.some(({ communicationId }) =>
      `${item}/`.startsWith(`transcripts/${communicationId}/`),
    );
  return [
    ...new Set([
      ...manifest.absent
        .filter(({ item }) => attachmentName(item) === undefined && !isThere(item))
        .map(({ message }) => message),
      ...transcripts.flatMap(({ importedFrom }) =>
        importedFrom === undefined
          ? []
          : [`The transcript was imported from a file: ${toLabel(importedFrom, 120)}`],
      ),
    ]),
  ];
}

/** Attachments that are stored, then those that are not. The id of one is its path within the conversation's folder. */
function toAttachments({ files, absent }: Manifest): readonly AttachmentSnapshot[] {
  const of = (
    id: string,
    sizeBytes: number | undefined,
    problem: string | undefined,
  ): readonly AttachmentSnapshot[] => {
    const name = attachmentName(id);
    return name === undefined ? [] : [{ id, ...name, sizeBytes, problem }];
  };
  return [
    ...files
      .filter((file) => !isHistory(file))
      .flatMap(({ path, contentBytes }) => of(path, contentBytes, undefined)),
    ...absent.flatMap(({ item, message }) => of(item, undefined, message)),
  ];
}

function attachmentName(path: string): { messageId: string; name: string } | undefined {
  const [folder, messageId, name] = path.split('/');
  return folder === 'attachments' && messageId !== undefined && name !== undefined
    ? { messageId, name }
    : undefined;
}

function toRecordingSnapshot(
  recording: Recording,
  prepared: PreparedRecording,
  toUrl: (path: string) => string,
): RecordingSnapshot {
  const clock = toRecordingClock(recording);
  return {
    recordingId: recording.id,
    communicationId: recording.communicationId,
    label: [
      recording.startMs === undefined ? undefined : formatDateTime(recording.startMs),
      formatDuration(prepared.durationMs),
    ]
      .filter((text) => text !== undefined)
      .join(' · '),
    startMs: clock.startMs,
    durationMs: prepared.durationMs,
    audioUrl: prepared.playablePath === undefined ? undefined : toUrl(prepared.playablePath),
    channels: toChannels(recording, prepared, toUrl),
    cuts: clock.cuts,
    problems: prepared.problems,
  };
}

/** The platform does not say which channel is whose; commonly the first is the customer. The player can swap them. */
const channelLabels = ['Customer', 'Agent'];

function toChannels(
  recording: Recording,
  prepared: PreparedRecording,
  toUrl: (path: string) => string,
): readonly ChannelSnapshot[] {
  return prepared.channels.map(({ fileChannel, indexInFile, peaksPath, overview }, index) => ({
    label:
      prepared.channels.length === 1
        ? 'Both sides'
        : (channelLabels[index] ?? `Channel ${String(index + 1)}`),
    peaksUrl: peaksPath === undefined ? undefined : toUrl(peaksPath),
    indexInFile,
    preview:
      peaksPath === undefined
        ? (recording.files.find(({ channel }) => channel === fileChannel)?.waveform ?? [])
        : [],
    ...(overview === undefined ? {} : { overview }),
  }));
}

/** Segments of all sessions, ordered by start. */
function toSegments(conversation: Conversation, names: Names): readonly SegmentSnapshot[] {
  return conversation.participants
    .flatMap((participant) =>
      participant.sessions.flatMap((session) =>
        session.segments.map((segment) => ({
          startMs: segment.startMs,
          endMs: segment.endMs,
          type: segment.type,
          label: toLabel(segmentOwner(participant, session, segment, names), 60),
          purpose: participant.purpose,
        })),
      ),
    )
    .sort((a, b) => a.startMs - b.startMs);
}

function segmentOwner(
  participant: Participant,
  session: Session,
  segment: Segment,
  names: Names,
): string {
  if (participant.userId !== undefined) {
    return names.userName(participant.userId);
  }
  if (participant.purpose === 'acd' && segment.queueId !== undefined) {
    return names.queueName(segment.queueId);
  }
  return session.flowName ?? participant.name ?? participant.purpose;
}

const internalPurposes: ReadonlySet<string> = new Set(['agent', 'user']);

/** Who speaks behind a transcript's roles: the participants whose time spans cover the phrase. */
function toSpeakers(conversation: Conversation, names: Names): readonly SpeakerSnapshot[] {
  return conversation.participants.flatMap((participant) => {
    const segments = participant.sessions.flatMap((session) => session.segments);
    const startMs = Math.min(...segments.map((segment) => segment.startMs));
    if (!Number.isFinite(startMs)) {
      return [];
    }
    const ends = segments.map(({ endMs }) => endMs);
    const endMs = ends.reduce<number | undefined>(
      (latest, end) =>
        latest === undefined || end === undefined ? undefined : Math.max(latest, end),
      startMs,
    );
    return [
      {
        role: roleOf(participant),
        name: toLabel(speakerName(participant, names), 60),
        startMs,
        endMs,
      },
    ];
  });
}

function roleOf(participant: Participant): string {
  if (isCustomer(participant)) {
    return 'external';
  }
  return internalPurposes.has(participant.purpose) ? 'internal' : participant.purpose;
}

function speakerName(participant: Participant, names: Names): string {
  if (participant.userId !== undefined) {
    return names.userName(participant.userId);
  }
  const address = participant.sessions[0]?.ani;
  if (isCustomer(participant)) {
    return participant.name ?? (address === undefined ? 'Customer' : plainAddress(address));
  }
  return participant.sessions[0]?.flowName ?? participant.name ?? participant.purpose;
}
