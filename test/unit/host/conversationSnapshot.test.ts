import assert from 'node:assert/strict';
import type { ArchivedConversation } from '../../../src/archive/archivedConversation.ts';
import { toConversationSnapshot } from '../../../src/host/player/conversationSnapshot.ts';
import { decodeConversation } from '../../../src/genesys/decoders/conversation.ts';
import { decodeRecording } from '../../../src/genesys/decoders/recording.ts';
import { parseCommunicationId, parseConversationId } from '../../../src/model/ids.ts';
import type { PreparedRecording } from '../../../src/protocol/archiveWorker.ts';
import { decodeToConversationView } from '../../../src/protocol/conversationView.ts';

const startMs = Date.UTC(2026, 10, 5, 14, 0);
const iso = (offsetSeconds: number): string =>
  new Date(startMs + offsetSeconds * 1000).toISOString();

const conversation = decodeConversation(
  {
    conversationId: 'c1',
    conversationStart: iso(0),
    conversationEnd: iso(90),
    originatingDirection: 'inbound',
    participants: [
      {
        participantId: 'p1',
        purpose: 'customer',
        participantName: 'Jo <img src=x onerror=alert(1)>',
        sessions: [
          {
            sessionId: 's1',
            mediaType: 'voice',
            direction: 'inbound',
            ani: 'tel:+12025550143',
            segments: [{ segmentStart: iso(0), segmentEnd: iso(90), segmentType: 'interact' }],
          },
        ],
      },
      {
        participantId: 'p2',
        purpose: 'acd',
        sessions: [
          {
            sessionId: 's2',
            mediaType: 'voice',
            segments: [
              { segmentStart: iso(5), segmentEnd: iso(20), segmentType: 'interact', queueId: 'q1' },
            ],
          },
        ],
      },
      {
        participantId: 'p3',
        purpose: 'agent',
        userId: 'u1',
        sessions: [
          {
            sessionId: 's3',
            mediaType: 'voice',
            segments: [
              {
                segmentStart: iso(20),
                segmentEnd: iso(80),
                segmentType: 'interact',
                queueId: 'q1',
              },
              { segmentStart: iso(80), segmentType: 'wrapup', wrapUpCode: 'w1' },
            ],
          },
        ],
      },
    ],
  },
  '',
);

const recording = decodeRecording(
  {
    id: 'r1',
    conversationId: 'c1',
    sessionId: 's1',
    media: 'audio',
    fileState: 'AVAILABLE',
    startTime: iso(20),
  },
  '',
  parseConversationId('c1'),
);

const archived = {
  folderPath: '/archive/c1',
  conversation,
  texts: [],
  manifest: {
    files: [],
    absent: [{ item: 'transcripts/s9', reason: 'notTranscribed', message: 'No transcript yet.' }],
  },
  recordings: [{ recording, files: [] }],
  transcripts: [
    {
      communicationId: parseCommunicationId('s1'),
      recordingId: undefined,
      path: '/archive/c1/transcripts/s1.json.gz',
    },
  ],
} as unknown as ArchivedConversation;

const prepared: PreparedRecording = {
  durationMs: 60_000,
  playablePath: '/cache/r1.wav',
  problems: [],
  channels: [
    { fileChannel: '0', indexInFile: 0, peaksPath: '/archive/c1/recordings/r1.0.dat' },
    { fileChannel: '1', indexInFile: 0, peaksPath: '/archive/c1/recordings/r1.1.dat' },
  ],
};

const snapshot = toConversationSnapshot({
  archived,
  prepared: new Map([['r1', prepared]]),
  names: { queueName: () => 'Billing', userName: () => 'Dana', wrapUpName: () => 'Refund' },
  offsetMs: 120,
  notes: { notes: [], problem: undefined, canDownload: false },
  beginning: { path: '/archive/c1/transcripts/s1.json.gz', text: '{"transcripts":[{' },
  toUrl: (path) => `https://resource${path}`,
});

suite('what the player is told', () => {
  test('survives the crossing to the page as it is', () => {
    const message = { kind: 'opened', conversation: snapshot };
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    assert.deepEqual(plain(decodeToConversationView(plain(message), '')), plain(message));
  });

  test('names the conversation, its sides and what is missing', () => {
    assert.equal(snapshot.title, 'Voice · Billing · Dana');
    assert.deepEqual(snapshot.notices, ['No transcript yet.']);
    assert.equal(snapshot.offsetMs, 120);
    assert.equal(snapshot.transcripts[0]?.beginning, '{"transcripts":[{');
    assert.deepEqual(
      snapshot.recordings[0]?.channels.map(({ label, peaksUrl }) => [label, peaksUrl]),
      [
        ['Customer', 'https://resource/archive/c1/recordings/r1.0.dat'],
        ['Agent', 'https://resource/archive/c1/recordings/r1.1.dat'],
      ],
    );
  });

  test('tells who speaks behind each role and when; an open segment has no end', () => {
    assert.deepEqual(
      snapshot.speakers.map(({ role, name, startMs: from, endMs }) => [
        role,
        name,
        from - startMs,
        endMs && endMs - startMs,
      ]),
      [
        ['external', 'Jo <img src=x onerror=alert(1)>', 0, 90_000],
        ['acd', 'acd', 5000, 20_000],
        ['internal', 'Dana', 20_000, undefined],
      ],
    );
  });

  test('orders the segments of all participants and labels them by name', () => {
    assert.deepEqual(
      snapshot.segments.map(({ type, label }) => [type, label]),
      [
        ['interact', 'Jo <img src=x onerror=alert(1)>'],
        ['interact', 'Billing'],
        ['interact', 'Dana'],
        ['wrapup', 'Dana'],
      ],
    );
  });
});
