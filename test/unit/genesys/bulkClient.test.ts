import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { BulkApi } from '../../../src/genesys/bulkApi.ts';
import { GenesysClient } from '../../../src/genesys/genesysClient.ts';
import { ClientCredentialsTokenSource } from '../../../src/genesys/tokenSource.ts';
import { parseConversationId, parseQueueId, parseRecordingId } from '../../../src/model/ids.ts';
import { noFilters } from '../../../src/query/conversationQuery.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { ScriptedServer, sendJson, type Answer } from '../../support/scriptedServer.ts';

const never = new AbortController().signal;
const query = {
  interval: { startMs: Date.UTC(2026, 10, 1), endMs: Date.UTC(2026, 10, 3) },
  filters: { ...noFilters, queueIds: [parseQueueId('q-1')] },
  order: 'asc',
} as const;
const item = { conversationId: parseConversationId('c-1'), recordingId: undefined };

suite('BulkClient', () => {
  leakCheck();
  let server: ScriptedServer;
  teardown(() => server.close());

  const open = async (answer: Answer): Promise<BulkApi> => {
    let apiIndex = 0;
    server = await ScriptedServer.start((request, response) => {
      if (request.path === '/oauth/token') {
        sendJson(response, 200, { access_token: 't', expires_in: 86_400 });
      } else {
        answer(request, response, apiIndex++);
      }
    });
    const clock = new FakeClock();
    clock.isAutomatic = true;
    const tokens = new ClientCredentialsTokenSource({
      loginBaseUrl: server.url,
      clientId: 'id',
      clientSecret: 'secret',
      clock,
    });
    const deps = { apiBaseUrl: server.url, tokens, clock, log: silentLog };
    return await new GenesysClient(deps).bulk();
  };
  const calls = (): readonly string[] =>
    server.requests
      .filter(({ path }) => path.startsWith('/api'))
      .map(({ method, path }) => `${method} ${path.replace('/api/v2', '')}`);
  const jobs = '/analytics/conversations/details/jobs';

  test('asks for a job with the filters of the query, oldest first, without paging', async () => {
    const bulk = await open((_request, response) => {
      sendJson(response, 202, { jobId: 'j-1' });
    });
    assert.equal(await bulk.createDetailsJob(query, never), 'j-1');
    assert.deepEqual(calls(), [`POST ${jobs}`]);
    assert.deepEqual(JSON.parse(server.requests.at(-1)?.body ?? ''), {
      interval: '2026-11-01T00:00:00.000Z/2026-11-03T00:00:00.000Z',
      order: 'asc',
      orderBy: 'conversationStart',
      segmentFilters: [
        {
          type: 'or',
          predicates: [
            { type: 'dimension', dimension: 'queueId', operator: 'matches', value: 'q-1' },
          ],
        },
      ],
      startOfDayIntervalMatching: true,
    });
  });

  for (const [what, create] of [
    ['a job', (bulk: BulkApi) => bulk.createDetailsJob(query, never)],
    ['a batch', (bulk: BulkApi) => bulk.createRecordingBatch([item], never)],
  ] as const) {
    test(`never sends the creation of ${what} twice when its answer is lost`, async () => {
      for (const [code, answer] of [
        ['network', (_request, response): void => void response.destroy()],
        [
          'remote',
          (_request, response): void => {
            sendJson(response, 504, {});
          },
        ],
        [
          'remote',
          (_request, response): void => {
            sendJson(response, 500, {});
          },
        ],
      ] as const satisfies readonly (readonly [string, Answer])[]) {
        const bulk = await open(answer);
        await assert.rejects(create(bulk), (error) => isAppError(error, code));
        assert.equal(calls().length, 1, code);
        await server.close();
      }
      const bulk = await open((_request, response, index) => {
        sendJson(response, index < 2 ? 429 : 200, index < 2 ? {} : { id: 'x', jobId: 'x' });
      });
      assert.equal(await create(bulk), 'x', 'what was refused is asked again');
      assert.equal(calls().length, 3);
    });
  }

  test('reads a page of a job: originals with attributes, cursor, how far its data goes', async () => {
    const raw =
      '{"conversationId":"c-1", "conversationStart":"2026-11-01T05:00:00.000Z","participants":[{"participantId":"p","attributes":{"a":"\\u00fc"}}]}';
    const bulk = await open((_request, response, index) => {
      sendJson(
        response,
        200,
        index === 0
          ? `{"conversations":[${raw},"rubbish"],"cursor":"a+/=","dataAvailabilityDate":"2026-11-02T00:00:00Z"}`
          : '{"dataAvailabilityDate":"soon"}',
      );
    });
    const page = await bulk.fetchDetailsJobPage('j-1', { cursor: undefined, pageSize: 7 }, never);
    assert.deepEqual(
      page.conversations.map(({ rawJson }) => rawJson),
      [raw],
    );
    assert.deepEqual(
      page.undecodable.map(({ rawJson }) => rawJson),
      ['"rubbish"'],
    );
    assert.equal(page.dataAvailableUntilMs, Date.UTC(2026, 10, 2));
    const { cursor } = page;
    const last = await bulk.fetchDetailsJobPage('j-1', { cursor, pageSize: 7 }, never);
    assert.deepEqual(last, {
      conversations: [],
      undecodable: [],
      cursor: undefined,
      dataAvailableUntilMs: undefined,
    });
    assert.deepEqual(calls(), [
      `GET ${jobs}/j-1/results?pageSize=7`,
      `GET ${jobs}/j-1/results?cursor=a%2B%2F%3D&pageSize=7`,
    ]);
  });

  test('does not repeat a page that takes the platform too long: the caller asks for less', async () => {
    const bulk = await open((_request, response) => {
      sendJson(response, 504, {});
    });
    await assert.rejects(
      bulk.fetchDetailsJobPage('j-1', { cursor: undefined, pageSize: 500 }, never),
      (error) => isAppError(error, 'remote') && error.details['status'] === 504,
    );
    assert.equal(calls().length, 1);
  });

  test('refuses a job without a state or a usable id, and a page whose cursor cannot be read', async () => {
    const bulk = await open(({ path }, response) => {
      const isPage = path.includes('/results');
      sendJson(response, 200, isPage ? { cursor: 5 } : { jobId: '../x' });
    });
    const isProtocol = (error: unknown): boolean => isAppError(error, 'protocol');
    await assert.rejects(bulk.createDetailsJob(query, never), isProtocol);
    await assert.rejects(bulk.fetchDetailsJob('j-1', never), isProtocol);
    await assert.rejects(
      bulk.fetchDetailsJobPage('j-1', { cursor: undefined, pageSize: 5 }, never),
      isProtocol,
    );
  });

  test('a job that is gone counts as deleted; other refusals are told', async () => {
    const bulk = await open((_request, response, index) => {
      if (index === 0) {
        response.writeHead(204).end();
      } else {
        sendJson(response, index === 1 ? 404 : 403, {});
      }
    });
    await bulk.deleteDetailsJob('j-1', never);
    await bulk.deleteDetailsJob('j-1', never);
    await assert.rejects(bulk.deleteDetailsJob('j-1', never), (error) =>
      isAppError(error, 'forbidden'),
    );
    assert.deepEqual([...new Set(calls())], [`DELETE ${jobs}/j-1`]);
  });

  test('repeats ids in the query, asks nothing for none, refuses too many', async () => {
    const bulk = await open((_request, response) => {
      sendJson(response, 200, {});
    });
    const ids = ['c-1', 'c-2'].map((id) => parseConversationId(id));
    assert.deepEqual(await bulk.fetchConversations(ids, never), {
      conversations: [],
      undecodable: [],
    });
    await bulk.fetchConversations([], never);
    assert.deepEqual(calls(), ['GET /analytics/conversations/details?id=c-1&id=c-2']);
    const many = Array.from({ length: 101 }, (_, index) =>
      parseConversationId(`c-${String(index)}`),
    );
    await assert.rejects(bulk.fetchConversations(many, never), (error) => isAppError(error, 'bug'));
  });

  test('sends what a batch is asked for, and reads whatever its results are', async () => {
    const link = 'https://cdn.example/x.wav?Expires=1800000000&Signature=s';
    const bulk = await open((_request, response, index) => {
      sendJson(
        response,
        200,
        index === 0
          ? { id: 'b-1' }
          : {
              status: 'InProgress',
              expectedResultCount: 9,
              results: [
                {
                  conversationId: 'c-1',
                  recordingId: 'r-1',
                  resultUrl: link,
                  contentType: 'audio/wav',
                },
                { conversationId: '../../etc', resultUrl: 'file:///etc/passwd', errorMsg: '' },
                { errorMsg: 'archived' },
                'rubbish',
              ],
            },
      );
    });
    const recordingId = parseRecordingId('r-1');
    await bulk.createRecordingBatch([item, { ...item, recordingId }], never);
    assert.deepEqual(JSON.parse(server.requests.at(-1)?.body ?? ''), {
      batchDownloadRequestList: [
        { conversationId: 'c-1' },
        { conversationId: 'c-1', recordingId: 'r-1' },
      ],
    });
    const batch = await bulk.fetchRecordingBatch('b-1', never);
    assert.deepEqual(
      [batch.isCompleted, batch.expectedResultCount, batch.resultCount],
      [false, 9, 4],
    );
    assert.deepEqual(
      batch.results.map(({ conversationId, url, expiresAtMs, errorMessage }) => [
        conversationId,
        url,
        expiresAtMs,
        errorMessage,
      ]),
      [
        ['c-1', link, 1_800_000_000_000, undefined],
        [undefined, undefined, undefined, 'The platform sent a link that is none'],
        [undefined, undefined, undefined, 'archived'],
      ],
    );
    await assert.rejects(bulk.createRecordingBatch([], never), (error) => isAppError(error, 'bug'));
  });
});
