/**
 * Archives of made-up conversations written straight to disk, many a second: for reports and exports. The files are what a
 * download would leave; only the syncing is left out.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AbsentItem } from '../../src/archive/absence.ts';
import { Archive } from '../../src/archive/archive.ts';
import { encodeManifest, type ManifestFile } from '../../src/archive/manifest.ts';
import { silentLog } from '../../src/base/log.ts';
import {
  parseCommunicationId,
  parseConversationId,
  parseRecordingId,
  type ConversationId,
} from '../../src/model/ids.ts';
import { sampleIdentity } from './archivedSample.ts';
import { FakeClock } from './fakeClock.ts';
import { makeWav } from './wav.ts';

const never = new AbortController().signal;
const queueId = '10000000-0000-4000-8000-000000000001';
const userId = '20000000-0000-4000-8000-000000000001';
const codeId = '30000000-0000-4000-8000-000000000001';

export interface ConversationOnDisk {
  readonly id: ConversationId;
  readonly startMs: number;
  /** Undefined for one that was open when it was downloaded. */
  readonly endMs: number | undefined;
  readonly absent?: readonly AbsentItem[];
  /** Bytes of each of the two channels; no recording without. */
  readonly wavBytes?: number;
  /** What was said, customer and agent in turns; no transcript without. */
  readonly phrases?: readonly string[];
  readonly queueName?: string;
  readonly userName?: string;
}

export const idOf = (index: number): ConversationId =>
  parseConversationId(`c0000000-0000-4000-8000-${String(index).padStart(12, '0')}`);

const customerSession = (id: ConversationId): string => id.replace('c0000000', 'a0000000');
export const recordingOf = (id: ConversationId): string => id.replace('c0000000', 'b0000000');

export async function openArchive(root: string): Promise<Archive> {
  return await Archive.open(
    root,
    sampleIdentity,
    { clock: new FakeClock(), log: silentLog },
    never,
  );
}

/** Writes the conversation's folder and returns its path. */
export async function putConversation(archive: Archive, one: ConversationOnDisk): Promise<string> {
  const folder = archive.conversationFolder(one.id, one.startMs);
  const files: ManifestFile[] = [];
  const put = async (path: string, content: Uint8Array, rest: object = {}): Promise<void> => {
    const stored = path.endsWith('.gz') ? gzipSync(content, { level: 1 }) : content;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), stored);
    files.push({
      path,
      storedBytes: stored.length,
      storedSha256: sha256(stored),
      contentBytes: content.length,
      contentSha256: sha256(content),
      source: 'GET /test',
      fetchedAtMs: 1_800_000_000_000,
      verifiedAgainst: ['ownHash'],
      recordingId: undefined,
      communicationId: undefined,
      channel: undefined,
      validator: undefined,
      ...rest,
    });
  };
  await put('conversation.json.gz', json(toDetail(one)));
  await put('names.json.gz', json(toNames(one)));
  if (one.wavBytes !== undefined) {
    const recordingId = parseRecordingId(recordingOf(one.id));
    await put(`recordings/${recordingId}.json.gz`, json(toRecording(one)), { recordingId });
    for (const channel of ['0', '1']) {
      await put(
        `recordings/${recordingId}.${channel}.wav`,
        makeWav(one.wavBytes, Number(channel)),
        {
          recordingId,
          channel,
        },
      );
    }
  }
  if (one.phrases !== undefined) {
    const communicationId = parseCommunicationId(customerSession(one.id));
    await put(`transcripts/${communicationId}.json.gz`, json(toTranscript(one)), {
      communicationId,
    });
  }
  await writeFile(
    join(folder, 'manifest.json'),
    encodeManifest({
      formatVersion: 1,
      conversationId: one.id,
      updatedAtMs: 1_800_000_000_000,
      files,
      replacing: [],
      absent: one.absent ?? [],
      settled: undefined,
    }),
  );
  return folder;
}

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const iso = (timeMs: number | undefined): string | undefined =>
  timeMs === undefined ? undefined : new Date(timeMs).toISOString();

function toDetail({ id, startMs, endMs }: ConversationOnDisk): unknown {
  const segments = [
    { segmentType: 'interact', segmentStart: iso(startMs), segmentEnd: iso(endMs) },
  ];
  return {
    conversationId: id,
    conversationStart: iso(startMs),
    conversationEnd: iso(endMs),
    originatingDirection: 'inbound',
    participants: [
      {
        participantId: id.replace('c0000000', 'd0000000'),
        purpose: 'customer',
        sessions: [
          {
            sessionId: customerSession(id),
            mediaType: 'voice',
            direction: 'inbound',
            ani: 'tel:+12025551000',
            segments,
          },
        ],
      },
      {
        participantId: id.replace('c0000000', 'd1000000'),
        purpose: 'agent',
        userId,
        sessions: [
          {
            sessionId: id.replace('c0000000', 'a1000000'),
            mediaType: 'voice',
            metrics: [
              { name: 'tHandle', value: 60_000 },
              { name: 'tHandle', value: 1_500 },
              { name: 'tTalk', value: 50_000 },
            ],
            segments: [
              { ...segments[0], queueId },
              { segmentType: 'wrapup', segmentStart: iso(endMs ?? startMs), wrapUpCode: codeId },
            ],
          },
        ],
      },
    ],
  };
}

function toNames({
  queueName = 'Billing',
  userName = 'Ada Lovelace',
}: ConversationOnDisk): unknown {
  return {
    queues: { [queueId]: queueName },
    users: { [userId]: userName },
    wrapUpCodes: { [codeId]: 'Resolved' },
    divisions: {},
  };
}

function toRecording({ id, startMs, endMs }: ConversationOnDisk): unknown {
  return {
    id: recordingOf(id),
    conversationId: id,
    sessionId: customerSession(id),
    media: 'audio',
    fileState: 'AVAILABLE',
    startTime: iso(startMs),
    endTime: iso(endMs),
    outputDurationMs: 61_000,
  };
}

function toTranscript({ id, startMs, phrases = [] }: ConversationOnDisk): unknown {
  return {
    conversationId: id,
    communicationId: customerSession(id),
    transcripts: [
      {
        language: 'en-US',
        startTime: startMs,
        phrases: phrases.map((text, index) => ({
          text,
          participantPurpose: index % 2 === 0 ? 'external' : 'internal',
          startTimeMs: startMs + index * 5_000,
          duration: { milliseconds: 4_000 },
        })),
      },
    ],
  };
}
