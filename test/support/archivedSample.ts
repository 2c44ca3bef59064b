/** One made-up conversation for archive tests: a voice call with a dual-channel recording, a chat recording and transcripts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DownloadRequest } from '../../src/archive/downloadConversation.ts';
import { parseConversationId, parseOrganisationId } from '../../src/model/ids.ts';
import type { MediaServer, SourceData } from './mediaServer.ts';
import { makeWav } from './wav.ts';

export const sampleIdentity = {
  organisationId: parseOrganisationId('11111111-0000-4000-8000-000000000001'),
  region: 'mypurecloud.com',
};
export const conversationId = parseConversationId('c0000000-0000-4000-8000-000000000001');
export const communicationId = 'a0000000-0000-4000-8000-000000000001';
export const voiceId = 'b0000000-0000-4000-8000-000000000001';
export const chatId = 'b0000000-0000-4000-8000-000000000002';

/** Relative to the archive. */
export const sampleFolder = join('conversations', '2026', '11', '04', conversationId);

export const sampleRequest: DownloadRequest = {
  conversationId,
  parts: ['recordings', 'transcripts'],
  format: 'WAV',
  maxTranscodeWaitMs: 10_000,
};

/** Puts the sample's files on the server and returns what the platform says about them. */
export function serveSample(server: MediaServer, wavBytes = 200_000): SourceData {
  server.files.set('left', { body: makeWav(wavBytes, 1) });
  server.files.set('right', { body: makeWav(wavBytes, 2) });
  server.files.set('words', {
    body: Buffer.from(JSON.stringify({ conversationId, transcripts: [{ phrases: ['häppy'] }] })),
    contentType: 'application/json',
  });
  return {
    detail: {
      conversationId,
      conversationStart: '2026-11-04T23:59:59.000Z',
      conversationEnd: '2026-11-05T00:10:00.000Z',
      participants: [
        {
          participantId: 'd0000000-0000-4000-8000-000000000001',
          purpose: 'customer',
          sessions: [{ sessionId: communicationId, mediaType: 'voice', segments: [] }],
        },
      ],
    },
    recordings: [
      {
        id: voiceId,
        conversationId,
        sessionId: communicationId,
        media: 'audio',
        fileState: 'AVAILABLE',
        startTime: '2026-11-04T23:59:59.000Z',
        outputDurationMs: Math.round((wavBytes - 44) / 16),
        outputSizeInBytes: wavBytes * 2,
        mediaUris: {
          '0': { mediaUri: '{link:left}', waveformData: [0.5, 0.6] },
          '1': { mediaUri: '{link:right}', waveformData: [0.5, 0.4] },
        },
        annotations: [],
      },
      {
        id: chatId,
        conversationId,
        media: 'chat',
        fileState: 'AVAILABLE',
        transcript: [{ body: 'Hello, what is "mediaUri": "https://x/?Signature=1"?' }],
      },
    ],
    transcripts: { [communicationId]: [{ name: 'words', recordingId: voiceId }] },
  };
}

/** Runs the test body with a new folder that is gone afterwards. */
export async function withFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'archive-test-'));
  try {
    return await task(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
