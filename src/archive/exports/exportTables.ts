/** The columns of exported tables: one row a conversation, or one row a recorded file. Names where the archive has them. Pure. */
import type { Conversation } from '../../model/conversation.ts';
import { toConversationFacts } from '../../model/conversationFacts.ts';
import type { ArchivedConversation } from '../archivedConversation.ts';
import { isHistory } from '../history.ts';
import type { NoteContent } from '../noteChanges.ts';
import type { ConversationNotes } from '../notes.ts';
import type { Cell } from '../reports/tableText.ts';
import { plainAddress } from '../reports/conversationLabel.ts';

/** One row: column name → value. Lists are lists in NDJSON and joined by `; ` in CSV. */
export type Row = Readonly<Record<string, Cell | readonly (string | NoteContent)[]>>;

export interface ExportTable {
  /** In the order of the file. */
  readonly columns: readonly string[];
  rows(
    archived: ArchivedConversation,
    folder: string,
    notes: ConversationNotes | 'damaged',
  ): readonly Row[];
}

export const conversationTable: ExportTable = {
  columns: [
    'conversationId',
    'startedAt',
    'endedAt',
    'durationSeconds',
    'mediaType',
    'direction',
    'divisions',
    'queues',
    'agents',
    'wrapUpCodes',
    'remote',
    'externalTag',
    'handleSeconds',
    'talkSeconds',
    'holdSeconds',
    'wrapUpSeconds',
    'waitSeconds',
    'minMos',
    'recordings',
    'recordedFiles',
    'transcripts',
    'files',
    'bytes',
    'absent',
    'folder',
    'tags',
    'notes',
  ],
  rows: (archived, folder, notes) => {
    const { conversation, names, manifest } = archived;
    const facts = toConversationFacts(conversation);
    const files = manifest.files.filter((file) => !isHistory(file));
    return [
      {
        conversationId: conversation.id,
        startedAt: isoOf(conversation.startMs),
        endedAt: isoOf(conversation.endMs),
        durationSeconds: secondsOf(facts.durationMs),
        mediaType: facts.mediaType,
        direction: facts.direction,
        divisions: conversation.divisionIds.map((id) => names.divisions.get(id) ?? id),
        queues: facts.queueIds.map((id) => names.queues.get(id) ?? id),
        agents: facts.agentIds.map((id) => names.users.get(id) ?? id),
        wrapUpCodes: facts.wrapUpCodeIds.map((id) => names.wrapUpCodes.get(id) ?? id),
        remote: facts.remote === undefined ? undefined : plainAddress(facts.remote),
        externalTag: conversation.externalTag,
        handleSeconds: metricSeconds(conversation, 'tHandle'),
        talkSeconds: metricSeconds(conversation, 'tTalk'),
        holdSeconds: metricSeconds(conversation, 'tHeld'),
        wrapUpSeconds: metricSeconds(conversation, 'tAcw'),
        waitSeconds: metricSeconds(conversation, 'tWait'),
        minMos: conversation.minMos,
        recordings: archived.recordings.length,
        recordedFiles: archived.recordings.reduce((total, { files: own }) => total + own.length, 0),
        transcripts: archived.transcripts.length,
        files: files.length,
        bytes: files.reduce((total, { storedBytes }) => total + storedBytes, 0),
        absent: manifest.absent.map(({ item, reason }) => `${item}: ${reason}`),
        folder,
        ...noteCells(notes),
      },
    ];
  },
};

/** Damaged notes are told in the place of the notes: a row without any would say that there are none. */
function noteCells(notes: ConversationNotes | 'damaged'): Row {
  return notes === 'damaged'
    ? { tags: [], notes: ['The notes are damaged and cannot be read'] }
    : {
        tags: notes.tags,
        notes: notes.notes.map((note) => ({
          fromMs: note.fromMs,
          toMs: note.toMs,
          recordingId: note.recordingId,
          text: note.text,
          tags: note.tags,
        })),
      };
}

export const recordingTable: ExportTable = {
  columns: [
    'conversationId',
    'recordingId',
    'channel',
    'media',
    'fileState',
    'startedAt',
    'endedAt',
    'durationSeconds',
    'bytes',
    'sha256',
    'verifiedAgainst',
    'queues',
    'agents',
    'path',
  ],
  rows: ({ conversation, names, manifest, recordings }, folder) => {
    const facts = toConversationFacts(conversation);
    return recordings.flatMap(({ recording }) =>
      manifest.files
        .filter(
          (file) =>
            !isHistory(file) && file.recordingId === recording.id && file.channel !== undefined,
        )
        .map((file) => ({
          conversationId: conversation.id,
          recordingId: recording.id,
          channel: file.channel,
          media: recording.media,
          fileState: recording.fileState,
          startedAt: isoOf(recording.startMs),
          endedAt: isoOf(recording.endMs),
          durationSeconds: secondsOf(recording.outputDurationMs),
          bytes: file.storedBytes,
          sha256: file.storedSha256,
          verifiedAgainst: file.verifiedAgainst,
          queues: facts.queueIds.map((id) => names.queues.get(id) ?? id),
          agents: facts.agentIds.map((id) => names.users.get(id) ?? id),
          path: `${folder}/${file.path}`,
        })),
    );
  },
};

/** Sum of a time metric over all sessions, in seconds; undefined when none has it. */
function metricSeconds(conversation: Conversation, name: string): number | undefined {
  const values = conversation.participants
    .flatMap(({ sessions }) => sessions)
    .flatMap(({ metrics }) => metrics)
    .flatMap((metric) => (metric.name === name ? [metric.value] : []));
  return values.length === 0
    ? undefined
    : secondsOf(values.reduce((total, value) => total + value, 0));
}

function secondsOf(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : durationMs / 1000;
}

function isoOf(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString();
}
