/**
 * Keeps the decoders in step with the official SDK: the samples are typed with its models, so a key that the platform renames
 * does not compile, and a key that a decoder misspells comes out as undefined.
 */
import assert from 'node:assert/strict';
import type { Models } from 'purecloud-platform-client-v2';
import {
  decodeAvailabilityMs,
  decodeCreatedBatch,
  decodeCreatedJob,
  decodeDetailsJob,
  decodeDetailsJobPage,
  decodeRecordingBatch,
} from '../../src/genesys/decoders/bulk.ts';
import { decodeConversation } from '../../src/genesys/decoders/conversation.ts';
import { decodeRecording } from '../../src/genesys/decoders/recording.ts';
import {
  decodeNamedEntries,
  decodeOrganisation,
  decodeTranscriptUrl,
  decodeTranscriptUrls,
} from '../../src/genesys/decoders/resources.ts';
import { parseConversationId, parseQueueId, parseUserId } from '../../src/model/ids.ts';
import { noFilters, toDetailsQuery } from '../../src/query/conversationQuery.ts';

type Mutable<T> = T extends object ? { -readonly [Key in keyof T]: Mutable<T[Key]> } : T;

const time = '2026-03-03T14:20:05.120Z';
const link = 'https://api-downloads.mypurecloud.de/x?Expires=1775000000&Signature=s&Key-Pair-Id=k';

const segment: Models.AnalyticsConversationSegment = {
  segmentStart: time,
  segmentEnd: time,
  segmentType: 'wrapup',
  disconnectType: 'client',
  queueId: 'q-1',
  wrapUpCode: 'w-1',
  wrapUpNote: 'note',
  subject: 'subject',
};
const session: Models.AnalyticsSession = {
  sessionId: 's-1',
  mediaType: 'voice',
  direction: 'inbound',
  ani: 'tel:+12025550143',
  dnis: 'tel:+13175550100',
  remote: 'remote',
  recording: true,
  flow: { flowName: 'Main' },
  metrics: [{ emitDate: time, name: 'tTalk', value: 12 }],
  segments: [segment],
};
const conversation: Models.AnalyticsConversationWithoutAttributes = {
  conversationId: 'c-1',
  conversationStart: time,
  conversationEnd: time,
  originatingDirection: 'inbound',
  divisionIds: ['d-1'],
  externalTag: 'tag',
  mediaStatsMinConversationMos: 4.4,
  participants: [
    {
      participantId: 'p-1',
      participantName: 'name',
      purpose: 'customer',
      userId: 'u-1',
      sessions: [session],
    },
  ],
};
const expiringLink = 'https://cdn.example/x?Expires=1800000000';
const annotation: Models.Annotation = {
  id: 'a-1',
  type: 'Pause',
  reason: 'SecurePause',
  description: 'text',
  durationMs: 1,
  absoluteDurationMs: 1,
  recordingLocation: 2,
  recordingDurationMs: 3,
  realtimeLocation: 4,
};
const recording: Models.Recording = {
  id: 'r-1',
  conversationId: 'c-1',
  sessionId: 's-1',
  media: 'audio',
  fileState: 'AVAILABLE',
  startTime: time,
  endTime: time,
  mediaUris: { 0: { mediaUri: link, waveformData: [0.5] } },
  annotations: [annotation],
  outputSizeInBytes: 5,
  outputDurationMs: 6,
  estimatedTranscodeTimeMs: 7,
  archiveDate: time,
  deleteDate: time,
  messagingTranscript: [
    {
      id: 'm-1',
      messageMediaAttachments: [
        {
          ...{ id: 'a-1', name: 'photo.png', mediaType: 'image/png' },
          ...{ url: expiringLink, contentLength: 8 },
        },
      ],
    },
  ],
  emailTranscript: [
    {
      id: 'm-2',
      attachments: [
        {
          ...{ attachmentId: 'a-2', name: 'x.pdf', contentType: 'application/pdf' },
          ...{ contentPath: expiringLink, contentLength: 9 },
        },
      ],
    },
  ],
};

/** Paths of everything that is undefined or empty. */
function missingIn(value: unknown, path = ''): readonly string[] {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) {
    return [path];
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, item]) => missingIn(item, `${path}.${key}`))
    : [];
}

suite('decoders and the official SDK', () => {
  test('read every field of a conversation under the SDK’s names', () => {
    assert.deepEqual(missingIn(decodeConversation(conversation)), []);
  });

  test('read every field of a recording under the SDK’s names', () => {
    const decoded = decodeRecording(recording, '', parseConversationId('other'));
    assert.deepEqual(missingIn(decoded), []);
    assert.equal(decoded.conversationId, 'c-1');
  });

  test('read jobs and batches under the SDK’s names', () => {
    const status: Models.AsyncQueryStatus = {
      state: 'FAILED',
      errorMessage: 'why',
      expirationDate: time,
    };
    const created: Models.AsyncQueryResponse = { jobId: 'j-1' };
    const page: Models.AnalyticsConversationAsyncQueryResponse = {
      conversations: [conversation],
      cursor: 'next',
      dataAvailabilityDate: time,
    };
    const availability: Models.DataAvailabilityResponse = { dataAvailabilityDate: time };
    const batch: Models.BatchDownloadJobStatusResult = {
      id: 'b-1',
      jobId: 'b-1',
      expectedResultCount: 3,
      resultCount: 2,
      errorCount: 1,
      status: 'Completed',
      results: [
        {
          conversationId: 'c-1',
          recordingId: 'r-1',
          resultUrl: expiringLink,
          contentType: 'audio/wav',
          errorMsg: 'why',
        },
      ],
    };
    const submitted: Models.BatchDownloadJobSubmissionResult = { id: 'b-1' };
    const decoded = [
      decodeDetailsJob(JSON.stringify(status)),
      decodeCreatedJob(JSON.stringify(created)),
      decodeDetailsJobPage(JSON.stringify(page)),
      decodeAvailabilityMs(JSON.stringify(availability)),
      decodeRecordingBatch(JSON.stringify(batch)),
      decodeCreatedBatch(JSON.stringify(submitted)),
    ];
    assert.deepEqual(missingIn(decoded), []);
    const { isCompleted, expectedResultCount, resultCount, errorCount } = decodeRecordingBatch(
      JSON.stringify(batch),
    );
    assert.deepEqual([isCompleted, expectedResultCount, resultCount, errorCount], [true, 3, 2, 1]);
  });

  test('read links, lists and the organisation under the SDK’s names', () => {
    const urls: Models.TranscriptUrls = { urls: [{ recording: { id: 'r-1' }, url: link }] };
    const single: Models.TranscriptUrl = { url: link };
    const list: Models.QueueEntityListing = { entities: [{ id: 'q-1', name: 'Sales' }] };
    const found: Models.UsersSearchResponse = {
      total: 1,
      pageCount: 1,
      pageSize: 25,
      pageNumber: 1,
      types: [],
      results: [{ id: 'u-1', name: 'Jane', version: 1 }],
    };
    const organisation: Models.Organization = { id: 'o-1', name: 'Example', version: 1 };
    const decoded = [
      decodeTranscriptUrls(JSON.stringify(urls)),
      decodeNamedEntries(JSON.stringify(list), 'entities', parseQueueId),
      decodeNamedEntries(JSON.stringify(found), 'results', parseUserId),
      decodeOrganisation(JSON.stringify(organisation)),
    ];
    assert.deepEqual(missingIn(decoded), []);
    assert.equal(decodeTranscriptUrl(JSON.stringify(single))[0]?.url, link);
  });

  test('send a details query of the SDK’s form', () => {
    const filters = {
      ...noFilters,
      queueIds: [parseQueueId('q-1')],
      direction: 'inbound',
    } as const;
    const query = toDetailsQuery(
      { interval: { startMs: 0, endMs: 1 }, filters },
      { pageSize: 1, pageNumber: 1 },
    );
    const body: Models.ConversationQuery = structuredClone<Mutable<typeof query>>(
      JSON.parse(JSON.stringify(query)),
    );
    assert.equal(body.paging?.pageNumber, 1);
  });
});
