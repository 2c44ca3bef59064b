import assert from 'node:assert/strict';
import {
  contextValueOf,
  type ArchiveMarks,
  toDayNodes,
  toParticipantNode,
  toRecordingNode,
  transcriptCommunications,
} from '../../../src/host/conversations/treeNodes.ts';
import type {
  Conversation,
  Participant,
  Segment,
  Session,
} from '../../../src/model/conversation.ts';
import {
  parseCommunicationId,
  parseConversationId,
  parseParticipantId,
  parseQueueId,
  parseRecordingId,
  parseUserId,
  parseWrapUpCodeId,
} from '../../../src/model/ids.ts';
import type { Recording } from '../../../src/model/recording.ts';

const startMs = new Date(2026, 10, 5, 14, 3).getTime();

const segment = (overrides: Partial<Segment>): Segment => ({
  startMs,
  endMs: startMs + 60_000,
  type: 'interact',
  disconnectType: undefined,
  queueId: undefined,
  wrapUpCodeId: undefined,
  wrapUpNote: undefined,
  subject: undefined,
  ...overrides,
});

const session = (
  id: string,
  segments: readonly Segment[],
  overrides: Partial<Session> = {},
): Session => ({
  id: parseCommunicationId(id),
  mediaType: 'voice',
  direction: 'inbound',
  ani: 'tel:+12025550143',
  dnis: 'tel:+18005550100',
  remote: undefined,
  isRecorded: true,
  flowName: undefined,
  metrics: [],
  segments,
  ...overrides,
});

const participant = (
  purpose: string,
  sessions: readonly Session[],
  userId?: string,
): Participant => ({
  id: parseParticipantId(`p-${purpose}`),
  name: undefined,
  purpose,
  userId: userId === undefined ? undefined : parseUserId(userId),
  sessions,
});

const conversation: Conversation = {
  id: parseConversationId('c1'),
  startMs,
  endMs: startMs + 245_000,
  originatingDirection: 'inbound',
  divisionIds: [],
  externalTag: undefined,
  minMos: 4.3,
  participants: [
    participant('customer', [session('s-customer', [segment({})])]),
    participant('acd', [session('s-acd', [segment({ queueId: parseQueueId('q1') })])]),
    participant(
      'agent',
      [
        session('s-agent', [
          segment({ queueId: parseQueueId('q1') }),
          segment({ type: 'wrapup', wrapUpCodeId: parseWrapUpCodeId('w1') }),
        ]),
      ],
      'u1',
    ),
  ],
};

const names = {
  queueName: () => 'Billing <b>EMEA</b>\u202e',
  userName: () => 'Dana Example',
  wrapUpName: () => 'Refund',
};

const none: ArchiveMarks = { has: () => false, isHeld: () => false };
const onlyFirst: ArchiveMarks = { has: (id) => id === 'c1', isHeld: () => false };

suite('rows of the Conversations view', () => {
  test('a conversation shows time, queue, agent, duration and wrap-up by name', () => {
    const [day] = toDayNodes([conversation], names);
    const [row] = day?.conversations ?? [];
    assert.match(row?.label ?? '', / {2}Billing <b>EMEA<\/b>$/u);
    assert.equal(row?.description, 'Dana Example · 4:05 · Refund');
    assert.equal(row.icon, 'call-incoming');
    assert.equal(contextValueOf(row, none), 'conversation');
  });

  test('conversations are grouped by the person’s day, in their order', () => {
    const at = (id: string, timeMs: number): Conversation => ({
      ...conversation,
      id: parseConversationId(id),
      startMs: timeMs,
    });
    const midnight = new Date(2026, 10, 5).getTime();
    const days = toDayNodes(
      [at('c3', midnight + 1), at('c2', midnight), at('c1', midnight - 1)],
      names,
    );
    assert.deepEqual(
      days.map(({ conversations }) =>
        conversations.map((row) => [row.conversationId, contextValueOf(row, onlyFirst)]),
      ),
      [
        [
          ['c3', 'conversation'],
          ['c2', 'conversation'],
        ],
        [['c1', 'conversation archived']],
      ],
    );
  });

  test('an open conversation says so instead of a duration', () => {
    const [day] = toDayNodes([{ ...conversation, endMs: undefined }], names);
    assert.match(day?.conversations[0]?.description ?? '', / · open · /u);
  });

  test('participants carry their name, purpose and span', () => {
    const rows = conversation.participants.map((one) =>
      toParticipantNode(conversation.id, one, names),
    );
    assert.deepEqual(
      rows.map(({ label, description }) => [label, description]),
      [
        ['+12025550143', 'customer · 1:00'],
        ['Billing <b>EMEA</b>', 'acd · 1:00'],
        ['Dana Example', 'agent · 1:00'],
      ],
    );
  });

  test('a recording that cannot be had says why and offers no download', () => {
    const recording = (fileState: string): Recording => ({
      id: parseRecordingId('r1'),
      conversationId: conversation.id,
      communicationId: undefined,
      media: 'audio',
      fileState,
      startMs,
      endMs: startMs + 61_000,
      files: [],
      attachments: [],
      annotations: [],
      outputSizeBytes: undefined,
      outputDurationMs: undefined,
      estimatedTranscodeTimeMs: undefined,
      archiveAtMs: undefined,
      deleteAtMs: undefined,
    });
    const available = toRecordingNode(recording('AVAILABLE'));
    const archived = toRecordingNode(recording('ARCHIVED'));
    assert.deepEqual(
      [available.description, contextValueOf(available, none)],
      ['1:01', 'recording'],
    );
    assert.deepEqual(contextValueOf(archived, none), 'recordingUnavailable');
    assert.match(archived.description, /archived by the platform: restore it/u);
    assert.match(toRecordingNode(recording('SOMETHING_NEW')).description, /something_new/u);
  });

  test('transcripts are looked for under the customer’s sessions and the recordings’ ones, never the agent’s', () => {
    const recorded = { communicationId: parseCommunicationId('s-other') } as Recording;
    assert.deepEqual(transcriptCommunications(conversation, [recorded, recorded]), [
      's-customer',
      's-other',
    ]);
  });
});
