/**
 * A platform in memory for tests of syncing: conversations by number, each with its recordings and transcripts, batches that can be
 * spoilt, and a discovery over them. Everything follows from the numbers, so two syncs must end the same.
 */
import { createHash } from 'node:crypto';
import type { AuditPort, SyncDeps, SyncSource } from '../../src/archive/sync/syncPorts.ts';
import type { SyncRequest } from '../../src/archive/sync/syncRequest.ts';
import { errors, throwIfCancelled } from '../../src/base/appError.ts';
import { parseJson } from '../../src/base/decode.ts';
import type { DiscoveredPage } from '../../src/genesys/discoveredPage.ts';
import type { BatchItem, BatchResult } from '../../src/genesys/bulkApi.ts';
import { decodeConversation } from '../../src/genesys/decoders/conversation.ts';
import { decodeRecording } from '../../src/genesys/decoders/recording.ts';
import type { MediaResponse } from '../../src/genesys/genesysApi.ts';
import type { Conversation } from '../../src/model/conversation.ts';
import type { Fetched } from '../../src/model/fetched.ts';
import { parseConversationId, parseRecordingId, type ConversationId } from '../../src/model/ids.ts';
import type { Recording } from '../../src/model/recording.ts';
import { makeWav } from './wav.ts';

export const platformStartMs = Date.UTC(2026, 10, 4, 20);
const minuteMs = 60_000;

export type RecordingKind = 'plain' | 'archived' | 'refused' | 'twice' | 'unlisted' | 'screen';

export interface FakeConversation {
  readonly recordings: readonly RecordingKind[];
  readonly isOpen?: boolean;
  readonly hasTranscript?: boolean;
}

const uuid = (kind: string, number: number): string =>
  `${kind}0000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;

export const fakeId = (number: number): ConversationId => parseConversationId(uuid('c', number));

export const fakeRequest: SyncRequest = {
  title: 'Everything',
  scope: {
    kind: 'query',
    interval: { startMs: platformStartMs, endMs: platformStartMs + 86_400_000 },
    filters: {},
  },
  parts: ['recordings', 'transcripts'],
  media: 'original',
  includesScreenRecordings: false,
  maxTranscodeWaitMs: 60_000,
  isIncremental: false,
};

export class FakePlatform implements SyncSource {
  readonly conversations: FakeConversation[];
  pageSize = 10;
  /** Looks at a batch before it is complete. */
  pollsPerBatch = 2;
  /** Batches made from now on are forgotten, this many. */
  forgetCount = 0;
  /** Calls for media fail for want of a network, this many. */
  brokenMediaCount = 0;
  isOffline = false;
  readonly made: { readonly items: readonly BatchItem[]; polls: number }[] = [];
  readonly audits: { readonly kind: string; readonly details: object }[] = [];
  singleGetCount = 0;
  detailCount = 0;
  openCount = 0;
  discoveredPages: string[] = [];
  undecodable: readonly { readonly rawJson: string; readonly reason: string }[] = [];
  completeUntilMs: number | undefined = platformStartMs + 86_400_000;
  /** Called before each answer: throw to fail it. */
  onCall: (name: string) => void = () => undefined;

  constructor(conversations: readonly FakeConversation[]) {
    this.conversations = [...conversations];
  }

  readonly audit: AuditPort = {
    append: (kind, details) => {
      this.audits.push({ kind, details });
      return Promise.resolve();
    },
  };

  readonly abandonedPositions: string[] = [];
  readonly abandonDiscovery: SyncDeps['abandonDiscovery'] = (position) => {
    this.abandonedPositions.push(position);
    return Promise.resolve();
  };

  readonly discover: SyncDeps['discover'] = (scope, position, signal) =>
    this.pages(
      scope.kind === 'conversations' ? scope.conversationIds : undefined,
      position,
      signal,
    );

  private async *pages(
    ids: readonly ConversationId[] | undefined,
    position: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<DiscoveredPage> {
    const numbers = this.conversations
      .map((_, number) => number)
      .filter((number) => ids === undefined || ids.includes(fakeId(number)));
    for (let first = Number(position ?? 0); ; first += this.pageSize) {
      await this.answer('discover', signal);
      const part = numbers.slice(first, first + this.pageSize);
      this.discoveredPages.push(String(first));
      const isLast = first + this.pageSize >= numbers.length;
      yield {
        conversations: part.map((number) => this.detail(number)),
        undecodable: first === 0 ? this.undecodable : [],
        unknownIds: [],
        notices: [],
        position: String(first + this.pageSize),
        estimatedTotal: numbers.length,
        completeUntilMs: isLast ? this.completeUntilMs : undefined,
      };
      if (isLast) {
        return;
      }
    }
  }

  readonly fetchConversation: SyncSource['fetchConversation'] = async (id, signal) => {
    await this.answer('details', signal);
    this.detailCount++;
    return this.detail(this.numberOf(id));
  };

  readonly fetchRecordings: SyncSource['fetchRecordings'] = async (id, { format }, signal) => {
    await this.answer('recordings', signal);
    this.singleGetCount += format === 'NONE' ? 0 : 1;
    return this.recordings(this.numberOf(id), format !== 'NONE');
  };

  readonly fetchTranscriptLinks: SyncSource['fetchTranscriptLinks'] = async (id, _, signal) => {
    await this.answer('transcripts', signal);
    const number = this.numberOf(id);
    return this.conversations[number]?.hasTranscript === true
      ? [
          {
            url: `https://fake.invalid/words/${String(number)}`,
            recordingId: undefined,
            expiresAtMs: undefined,
          },
        ]
      : [];
  };

  readonly createRecordingBatch: SyncSource['createRecordingBatch'] = async (items, signal) => {
    await this.answer('makeBatch', signal);
    this.made.push({ items, polls: 0 });
    return `batch-${String(this.made.length)}`;
  };

  readonly fetchRecordingBatch: SyncSource['fetchRecordingBatch'] = async (batchId, signal) => {
    await this.answer('pollBatch', signal);
    const batch = this.made[Number(batchId.slice('batch-'.length)) - 1];
    if (batch === undefined || this.forgetCount > 0) {
      this.forgetCount--;
      throw errors.notFound('No such batch');
    }
    batch.polls++;
    const isCompleted = batch.polls > this.pollsPerBatch;
    const results = isCompleted ? batch.items.flatMap((item) => this.results(item)) : [];
    const stray = { conversationId: fakeId(999_999), recordingId: parseRecordingId('stray') };
    return {
      isCompleted,
      expectedResultCount: batch.items.length,
      resultCount: results.length,
      errorCount: 0,
      results: isCompleted
        ? [...results, { ...noResult, ...stray, url: 'https://fake.invalid/stray' }]
        : [],
    };
  };

  readonly openMedia: SyncSource['openMedia'] = async (url, _, signal) => {
    await this.answer('media', signal);
    this.openCount++;
    if (this.brokenMediaCount > 0) {
      this.brokenMediaCount--;
      throw errors.network('The connection broke');
    }
    return toResponse(bytesOf(url), url);
  };

  private async answer(name: string, signal: AbortSignal): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    throwIfCancelled(signal);
    this.onCall(name);
    if (this.isOffline) {
      throw errors.network('No network');
    }
  }

  private numberOf(id: ConversationId): number {
    const number = parseInt(id.slice(-12), 16);
    if (this.conversations[number] === undefined) {
      throw errors.notFound('No such conversation');
    }
    return number;
  }

  detail(number: number): Fetched<Conversation> {
    const isOpen = this.conversations[number]?.isOpen === true;
    const startMs = platformStartMs + number * minuteMs;
    const rawJson = JSON.stringify({
      conversationId: fakeId(number),
      conversationStart: new Date(startMs).toISOString(),
      ...(!isOpen && { conversationEnd: new Date(startMs + minuteMs).toISOString() }),
      participants: [
        {
          participantId: uuid('d', number),
          purpose: 'customer',
          sessions: [{ sessionId: uuid('a', number), mediaType: 'voice', segments: [] }],
        },
      ],
    });
    const value = decodeConversation(parseJson(rawJson, 'detail'));
    return { value, rawJson, source: 'POST /details/query', fetchedAtMs: platformStartMs };
  }

  private recordings(number: number, hasMedia: boolean): readonly Fetched<Recording>[] {
    return (this.conversations[number]?.recordings ?? []).map((kind, index) => {
      const id = uuid('b', number * 16 + index);
      const rawJson = JSON.stringify({
        id,
        conversationId: fakeId(number),
        sessionId: uuid('a', number),
        media: kind === 'screen' ? 'screen' : 'audio',
        fileState: kind === 'archived' ? 'ARCHIVED' : 'AVAILABLE',
        ...(hasMedia &&
          kind !== 'archived' && {
            mediaUris: {
              '0': { mediaUri: `https://fake.invalid/single/${id}/0` },
              '1': { mediaUri: `https://fake.invalid/single/${id}/1` },
            },
          }),
      });
      const value = decodeRecording(parseJson(rawJson, 'recording'), '', fakeId(number));
      return { value, rawJson, source: 'GET /recordings', fetchedAtMs: platformStartMs };
    });
  }

  private results({ conversationId, recordingId }: BatchItem): readonly BatchResult[] {
    const number = this.numberOf(conversationId);
    const index = parseInt(recordingId?.slice(-12) ?? '', 16) - number * 16;
    const base = { ...noResult, conversationId, recordingId };
    const url = `https://fake.invalid/whole/${recordingId ?? ''}`;
    const kind = this.conversations[number]?.recordings[index];
    if (kind === 'refused') {
      return [{ ...base, errorMessage: 'Recording has been deleted' }];
    }
    const once = { ...base, url: `${url}?Signature=1` };
    const again = { ...base, url: `${url}?Signature=2` };
    return kind === 'unlisted' ? [] : kind === 'twice' ? [once, again] : [once];
  }
}

const noResult: BatchResult = {
  conversationId: undefined,
  recordingId: undefined,
  url: undefined,
  expiresAtMs: undefined,
  contentType: 'audio/wav',
  errorMessage: undefined,
};

/** The same bytes for the same link, whatever its signature. */
function bytesOf(url: string): Uint8Array {
  const name = url.replace(/\?.*$/u, '');
  if (name.startsWith('https://fake.invalid/words/')) {
    return Buffer.from(JSON.stringify({ transcripts: [{ phrases: [name] }] }));
  }
  return makeWav(400, createHash('sha256').update(name).digest().readUInt16BE());
}

function toResponse(bytes: Uint8Array, url: string): MediaResponse {
  return {
    status: 200,
    contentType: url.startsWith('https://fake.invalid/words/') ? 'application/json' : 'audio/wav',
    contentLengthBytes: bytes.length,
    fromByte: 0,
    totalBytes: bytes.length,
    validator: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`,
    checksum: undefined,
    body: (async function* () {
      await Promise.resolve();
      yield bytes;
    })(),
  };
}
