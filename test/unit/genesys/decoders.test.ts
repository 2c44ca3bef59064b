import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import {
  decodeConversation,
  decodeDetailsPage,
} from '../../../src/genesys/decoders/conversation.ts';
import { linkExpiresAtMs } from '../../../src/genesys/decoders/fields.ts';
import {
  decodeRecording,
  decodeTranscodeEstimateMs,
} from '../../../src/genesys/decoders/recording.ts';
import {
  decodeNamedEntries,
  decodeTranscriptUrl,
  decodeTranscriptUrls,
} from '../../../src/genesys/decoders/resources.ts';
import { parseConversationId, parseQueueId } from '../../../src/model/ids.ts';

const failsAt = (action: () => unknown, path: string): void => {
  assert.throws(action, (error: unknown) => {
    assert.ok(isAppError(error, 'protocol'));
    assert.equal(error.details['path'], path);
    return true;
  });
};
const start = '2026-03-03T14:20:05.120Z';

suite('decodeConversation', () => {
  test('keeps what it knows, lets unknown keys and values pass, and leaves out what is missing', () => {
    assert.deepEqual(
      decodeConversation({
        conversationId: 'c-1',
        conversationStart: start,
        originatingDirection: 'sideways',
        divisionIds: ['d-1', '../d'],
        brandNew: { x: 1 },
        participants: [
          {
            participantId: 'p-1',
            purpose: 'hologram',
            userId: null,
            sessions: [
              {
                sessionId: 's-1',
                mediaType: 'telepathy',
                direction: 'inbound',
                metrics: [{ name: 'tTalk', value: 5 }, { name: 'tNothing' }],
                flow: { flowName: 'Main' },
                segments: [
                  { segmentStart: start, segmentType: 'new', wrapUpCode: 'ININ-WRAP-UP-TIMEOUT' },
                ],
              },
            ],
          },
        ],
      }),
      {
        id: 'c-1',
        startMs: Date.parse(start),
        endMs: undefined,
        originatingDirection: undefined,
        divisionIds: ['d-1'],
        externalTag: undefined,
        minMos: undefined,
        participants: [
          {
            id: 'p-1',
            name: undefined,
            purpose: 'hologram',
            userId: undefined,
            sessions: [
              {
                id: 's-1',
                mediaType: 'telepathy',
                direction: 'inbound',
                ani: undefined,
                dnis: undefined,
                remote: undefined,
                isRecorded: undefined,
                flowName: 'Main',
                metrics: [{ name: 'tTalk', value: 5, emittedAtMs: undefined }],
                segments: [
                  {
                    startMs: Date.parse(start),
                    endMs: undefined,
                    type: 'new',
                    disconnectType: undefined,
                    queueId: undefined,
                    wrapUpCodeId: 'ININ-WRAP-UP-TIMEOUT',
                    wrapUpNote: undefined,
                    subject: undefined,
                  },
                ],
              },
            ],
          },
        ],
      },
    );
  });

  test('names the path of what is wrong, and refuses ids that are no path segment', () => {
    const base = { conversationId: 'c-1', conversationStart: start };
    failsAt(() => decodeConversation({ ...base, conversationId: '../../etc' }), 'conversationId');
    failsAt(() => decodeConversation({ ...base, conversationStart: 'noon' }), 'conversationStart');
    failsAt(
      () =>
        decodeConversation({
          ...base,
          participants: [
            { participantId: 'p' },
            { participantId: 'q', sessions: [{ sessionId: 7 }] },
          ],
        }),
      'participants[1].sessions[0].sessionId',
    );
    failsAt(() => decodeConversation([]), '');
  });

  test('reads an empty page with and without hits', () => {
    assert.deepEqual(decodeDetailsPage('{}'), { elements: [], totalHits: undefined });
    assert.deepEqual(decodeDetailsPage('{"totalHits": 0}'), { elements: [], totalHits: 0 });
    assert.deepEqual(decodeDetailsPage('{"conversations":[{"a":1 }, {}],"totalHits":2}'), {
      elements: ['{"a":1 }', '{}'],
      totalHits: 2,
    });
  });
});

suite('decodeRecording', () => {
  const conversationId = parseConversationId('c-1');
  const decode = (value: unknown) => decodeRecording(value, 'recordings[0]', conversationId);

  test('orders files by channel number and reads when their links end', () => {
    const file = (name: string) => ({
      mediaUri: `https://x.example/${name}?Expires=1775000000&Signature=s`,
      waveformData: [0.5, 1, 'x', null],
    });
    const recording = decode({
      id: 'r-1',
      sessionId: 's-1',
      mediaUris: { 10: file('k'), S: file('s'), 2: file('c'), 3: {} },
      annotations: [
        { type: 'Pause', location: -40, recordingLocation: 9060, realtimeLocation: 8671 },
      ],
    });
    assert.deepEqual(
      recording.files.map(({ channel, expiresAtMs, waveform }) => [channel, expiresAtMs, waveform]),
      [
        ['2', 1_775_000_000_000, [0.5, 1]],
        ['10', 1_775_000_000_000, [0.5, 1]],
        ['S', 1_775_000_000_000, [0.5, 1]],
      ],
    );
    assert.equal(recording.conversationId, 'c-1');
    assert.equal(recording.annotations[0]?.recordingOffsetMs, 9060);
    assert.equal(recording.annotations[0]?.realtimeOffsetMs, 8671);
  });

  test('takes a stub of an archived recording', () => {
    const stub = decode({ id: 'r-1', fileState: 'ARCHIVED', startTime: null });
    assert.deepEqual([stub.fileState, stub.files, stub.startMs], ['ARCHIVED', [], undefined]);
  });

  test('refuses channel keys and links that could do harm', () => {
    const mediaUri = 'https://x.example/a';
    failsAt(
      () => decode({ id: 'r', mediaUris: { '../0': { mediaUri } } }),
      'recordings[0].mediaUris[0]',
    );
    failsAt(
      () => decode({ id: 'r', mediaUris: { 0: { mediaUri: 'file:///etc/passwd' } } }),
      'recordings[0].mediaUris[0].mediaUri',
    );
  });

  test('reads the transcoding estimate wherever it stands and survives an empty body', () => {
    assert.equal(decodeTranscodeEstimateMs(''), undefined);
    assert.equal(decodeTranscodeEstimateMs('{"estimatedTranscodeTimeMs": 3000}'), 3000);
    assert.equal(
      decodeTranscodeEstimateMs(
        '[{"estimatedTranscodeTimeMs":1},{"estimatedTranscodeTimeMs":9},{}]',
      ),
      9,
    );
    assert.equal(decodeTranscodeEstimateMs('[{"estimatedTranscodeTimeMs":"x"}, 5]'), undefined);
  });
});

suite('decoders of small answers', () => {
  test('read both transcript link answers and leave out what is not ready', () => {
    const url = 'https://x.example/t?X-Amz-Date=20260303T142000Z&X-Amz-Expires=600';
    const expiresAtMs = Date.parse('2026-03-03T14:30:00Z');
    assert.deepEqual(
      decodeTranscriptUrls(
        JSON.stringify({ urls: [{ recording: { id: 'r-1' }, url }, { url: null }] }),
      ),
      [{ url, recordingId: 'r-1', expiresAtMs }],
    );
    assert.deepEqual(decodeTranscriptUrl(JSON.stringify({ url })), [
      { url, recordingId: undefined, expiresAtMs },
    ]);
    assert.deepEqual(decodeTranscriptUrl('{}'), []);
  });

  test('reads when a link ends and admits not knowing', () => {
    assert.equal(linkExpiresAtMs('https://x.example/?expires=1775000000'), 1_775_000_000_000);
    for (const url of ['https://x.example/', 'https://x.example/?Expires=soon', 'no link']) {
      assert.equal(linkExpiresAtMs(url), undefined);
    }
  });

  test('leave out entities without a usable id or a name', () => {
    const entities = [{ id: 'q-1', name: 'Sales' }, { id: '../x', name: 'x' }, { id: 'q-2' }, 7];
    assert.deepEqual(decodeNamedEntries(JSON.stringify({ entities }), 'entities', parseQueueId), [
      { id: 'q-1', name: 'Sales' },
    ]);
    assert.deepEqual(decodeNamedEntries('{}', 'results', parseQueueId), []);
  });
});
