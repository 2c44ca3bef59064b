/**
 * A hand-made organisation of a few conversations whose every value is known, for tests of the simulator itself. Every hour
 * one conversation starts: a voice call with an agent, every third one a chat, the last one still going on.
 */
import type { Models } from 'purecloud-platform-client-v2';

import type {
  SimulatedConversation,
  SimulatedOrganisation,
  SimulatedRecording,
  SimulatedTranscript,
} from '../simulator/organisation.ts';

/** A UUID that tells what it belongs to: `kind` is one hexadecimal digit. */
export const toUuid = (kind: string, index: number): string =>
  `${kind.repeat(8)}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

export const hourMs = 3_600_000;
/** Of the first conversation, 22:00, so that a day ends early on. */
export const smallStartMs = Date.UTC(2026, 10, 2, 22);
export const smallConversationCount = 30;
/** A moment at which all but the last conversation are over. */
export const smallNowMs = smallStartMs + smallConversationCount * hourMs;
/** Its recording needs two polls, has two channels and a bookmark. */
export const recordedIndex = 1;
/** Its recording is archived. */
export const archivedIndex = 2;
/** Its transcript appears an hour after its end. */
export const lateIndex = 4;

export const conversationId = (index: number): string => toUuid('a', index);
export const customerSessionId = (index: number): string => toUuid('b', index);
export const agentSessionId = (index: number): string => toUuid('c', index);
export const recordingId = (index: number): string => toUuid('d', index);
export const queueId = (index: number): string => toUuid('e', index % 3);
export const userId = (index: number): string => toUuid('f', index % 4);
export const wrapUpCodeId = (index: number): string => toUuid('1', index % 2);
const divisionId = (index: number): string => toUuid('2', index % 2);

const iso = (timeMs: number): string => new Date(timeMs).toISOString();

export function createSmallOrganisation(): SimulatedOrganisation {
  const conversations = Array.from({ length: smallConversationCount }, (_, index) =>
    createConversation(index),
  );
  const byId = new Map(conversations.map((one) => [one.detail.conversationId, one]));
  const divisions = ['Home', 'Sales'].map((name, index) => ({
    id: divisionId(index),
    name,
    description: '',
    homeDivision: index === 0,
  }));
  return {
    id: toUuid('3', 0),
    name: 'Small Organisation',
    divisions,
    queues: ['Billing', 'Support', 'Support Premium'].map((name, index) => ({
      id: queueId(index),
      name,
      division: { id: divisionId(index), name: 'any' },
    })),
    users: ['Ada', 'Bob', 'Cem', 'Dee (left)'].map((name, index) => ({
      id: userId(index),
      name,
      version: 1,
      state: index === 3 ? 'inactive' : 'active',
    })),
    wrapUpCodes: ['Resolved', 'Callback'].map((name, index) => ({ id: wrapUpCodeId(index), name })),
    conversations,
    conversation: (id) => byId.get(id),
  };
}

function createConversation(index: number): SimulatedConversation {
  const detail = createDetail(index);
  return {
    detail,
    recordings: () => (index === 0 ? [] : [createRecording(index)]),
    transcripts: () => (index % 3 === 0 ? [] : [createTranscript(index)]),
  };
}

function createDetail(index: number): Models.AnalyticsConversationWithoutAttributes {
  const startMs = smallStartMs + index * hourMs;
  const isOpen = index === smallConversationCount - 1;
  const end = iso(startMs + 600_000);
  const session = {
    mediaType: index % 3 === 0 ? 'chat' : 'voice',
    direction: 'inbound',
    ani: `tel:+1202555${String(1000 + index)}`,
  };
  return {
    conversationId: conversationId(index),
    conversationStart: iso(startMs),
    ...(!isOpen && { conversationEnd: end }),
    originatingDirection: 'inbound',
    divisionIds: [divisionId(index)],
    participants: [
      {
        purpose: 'customer',
        participantId: toUuid('4', index),
        sessions: [
          {
            ...session,
            sessionId: customerSessionId(index),
            metrics: [{ emitDate: end, name: 'nConnected', value: 1 }],
            segments: [
              {
                segmentType: 'interact',
                segmentStart: iso(startMs),
                ...(!isOpen && { segmentEnd: end, disconnectType: 'peer' }),
              },
            ],
          },
        ],
      },
      {
        purpose: 'agent',
        participantId: toUuid('5', index),
        userId: userId(index),
        sessions: [
          {
            ...session,
            sessionId: agentSessionId(index),
            metrics: [{ emitDate: end, name: 'tHandle', value: index * 1000 }],
            segments: [
              {
                segmentType: 'interact',
                queueId: queueId(index),
                segmentStart: iso(startMs + 5000),
                segmentEnd: iso(startMs + 300_000),
              },
              {
                segmentType: 'wrapup',
                queueId: queueId(index),
                wrapUpCode: wrapUpCodeId(index),
                segmentStart: iso(startMs + 300_000),
                segmentEnd: iso(startMs + 320_000),
              },
            ],
          },
        ],
      },
    ],
  };
}

function createRecording(index: number): SimulatedRecording {
  const isText = index % 3 === 0;
  const isArchived = index === archivedIndex;
  return {
    recording: {
      id: recordingId(index),
      conversationId: conversationId(index),
      sessionId: customerSessionId(index),
      media: isText ? 'chat' : 'audio',
      fileState: isArchived ? 'ARCHIVED' : 'AVAILABLE',
      startTime: iso(smallStartMs + index * hourMs),
      ...(isText && { transcript: [{ id: '1', body: 'Hello' }] }),
      annotations: [
        { id: '1', type: 'Pause', location: 0, durationMs: 10 },
        { id: '2', type: 'Bookmark', location: 5 },
      ],
    },
    channels: isText || isArchived ? [] : ['0', '1'],
    originalFormat:
      isText || isArchived ? undefined : { contentType: 'audio/wav', extension: '.wav' },
    original: () => Promise.resolve(toBytes(`original ${String(index)}`)),
    transcodePolls: index === recordedIndex ? 2 : 0,
    waveform: () => [0.5, 0.75, 0.5],
    media: (channel, format) => Promise.resolve(toBytes(`${channel} ${format}`)),
  };
}

/** A thousand bytes, different for each name. */
export const toBytes = (name: string): Uint8Array =>
  Uint8Array.from({ length: 1000 }, (_, index) => name.charCodeAt(index % name.length) ^ index);

function createTranscript(index: number): SimulatedTranscript {
  return {
    communicationId: customerSessionId(index),
    recordingId: recordingId(index),
    availableAfterMs: index === lateIndex ? hourMs : 0,
    file: () => JSON.stringify({ conversationId: conversationId(index), transcripts: [] }),
  };
}
