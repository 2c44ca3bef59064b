import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import { silentLog } from '../../../src/base/log.ts';
import { GenesysClient } from '../../../src/genesys/genesysClient.ts';
import { ClientCredentialsTokenSource } from '../../../src/genesys/tokenSource.ts';
import { parseCommunicationId, parseConversationId } from '../../../src/model/ids.ts';
import { noFilters } from '../../../src/query/conversationQuery.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { ScriptedServer, sendJson, type Answer } from '../../support/scriptedServer.ts';

const never = new AbortController().signal;
const conversationId = parseConversationId('c-1');
const communicationId = parseCommunicationId('s-1');

suite('GenesysClient', () => {
  leakCheck();
  let server: ScriptedServer;
  let clock: FakeClock;
  teardown(async () => {
    await server.close();
  });

  const open = async (answer: Answer): Promise<GenesysClient> => {
    let apiIndex = 0;
    server = await ScriptedServer.start((request, response) => {
      if (request.path === '/oauth/token') {
        sendJson(response, 200, { access_token: 't', expires_in: 86_400 });
      } else {
        answer(request, response, apiIndex++);
      }
    });
    clock = new FakeClock();
    clock.isAutomatic = true;
    const tokens = new ClientCredentialsTokenSource({
      loginBaseUrl: server.url,
      clientId: 'id',
      clientSecret: 'secret',
      clock,
    });
    return new GenesysClient({ apiBaseUrl: server.url, tokens, clock, log: silentLog });
  };
  const apiPaths = (): readonly string[] =>
    server.requests.map(({ path }) => path).filter((path) => path.startsWith('/api'));

  const interval = {
    startMs: Date.parse('2026-11-05T06:00:00Z'),
    endMs: Date.parse('2026-11-05T18:00:00Z'),
  };
  const list = { interval, filters: noFilters };

  test('keeps originals, drops what started outside, and never fails a page for one conversation', async () => {
    const inside = '{ "conversationId":"a",  "conversationStart":"2026-11-05T06:00:00.000Z" }';
    const before = '{"conversationId":"b","conversationStart":"2026-11-05T05:59:59.999Z"}';
    const after = '{"conversationId":"d","conversationStart":"2026-11-05T18:00:00.000Z"}';
    const broken = '{"conversationId":"../c","conversationStart":"2026-11-05T07:00:00.000Z"}';
    const client = await open((_request, response) => {
      sendJson(
        response,
        200,
        `{"conversations":[${after},${inside},${before},${broken}],"totalHits":7}`,
      );
    });
    const page = await client.listConversations(list, { pageNumber: 1, pageSize: 4 }, never);
    assert.deepEqual(
      page.conversations.map(({ rawJson, value, source }) => [rawJson, value.id, source]),
      [[inside, 'a', 'POST /api/v2/analytics/conversations/details/query']],
    );
    assert.deepEqual(
      page.undecodable.map(({ rawJson }) => rawJson),
      [broken],
    );
    assert.match(page.undecodable[0]?.reason ?? '', /conversationId/u);
    assert.deepEqual([page.totalHits, page.hasMore, apiPaths().length], [7, true, 1]);
    const last = await client.listConversations(list, { pageNumber: 2, pageSize: 4 }, never);
    assert.equal(last.hasMore, false, 'the hits end here');
    const short = await client.listConversations(list, { pageNumber: 1, pageSize: 5 }, never);
    assert.equal(short.hasMore, false, 'the page is short');
  });

  test('polls recordings by the estimate, then by a growing wait, and tells about it', async () => {
    const raw = '{ "id" : "r-1" }';
    const client = await open((_request, response, index) => {
      if (index === 0) {
        sendJson(response, 202, { estimatedTranscodeTimeMs: 7_000 });
      } else if (index < 3) {
        response.writeHead(202).end();
      } else {
        sendJson(response, 200, `[${raw}]`);
      }
    });
    const told: number[] = [];
    const recordings = await client.fetchRecordings(
      conversationId,
      { format: 'WAV', maxWaitMs: 60_000, onTranscoding: (waitMs) => told.push(waitMs) },
      never,
    );
    assert.deepEqual(
      recordings.map(({ rawJson, value }) => [rawJson, value.id]),
      [[raw, 'r-1']],
    );
    assert.deepEqual(told, [7_000, 2_000, 4_000]);
    assert.deepEqual(clock.delaysMs, told);
    assert.match(apiPaths()[0] ?? '', /recordings\?formatId=WAV&maxWaitMs=5000$/u);
  });

  test('gives up on transcoding at the deadline, and at once without media', async () => {
    const client = await open((_request, response) => {
      response.writeHead(202).end();
    });
    const isRemote = (error: unknown): boolean => isAppError(error, 'remote');
    const startMs = clock.nowMs();
    const options = { format: 'WAV', maxWaitMs: 20_000 } as const;
    await assert.rejects(client.fetchRecordings(conversationId, options, never), isRemote);
    assert.equal(clock.nowMs() - startMs, 20_000);
    clock.delaysMs.length = 0;
    await assert.rejects(
      client.fetchRecordings(conversationId, { ...options, format: 'NONE' }, never),
      isRemote,
    );
    assert.deepEqual(clock.delaysMs, []);
  });

  test('says notFound for recordings of an unknown conversation', async () => {
    const client = await open((_request, response) => {
      sendJson(response, 404, { code: 'conversation.not.found' });
    });
    await assert.rejects(
      client.fetchRecordings(conversationId, { format: 'NONE', maxWaitMs: 0 }, never),
      (error: unknown) => isAppError(error, 'notFound'),
    );
  });

  test('asks for transcript links by recording first and falls back to the single link', async () => {
    const url = 'https://x.example/t';
    for (const [first, second, expected, calls] of [
      [[200, { urls: [{ url, recording: { id: 'r' } }] }], [500, {}], ['r'], 1],
      [[404, {}], [200, { url }], [undefined], 2],
      [[403, {}], [200, { url }], [undefined], 2],
      [[200, {}], [404, {}], [], 2],
      [[404, {}], [404, {}], [], 2],
      [[404, {}], [403, {}], [], 2],
    ] as const) {
      const client = await open((request, response) => {
        const [status, body] = request.path.endsWith('/transcripturls') ? first : second;
        sendJson(response, status, body);
      });
      const links = await client.fetchTranscriptLinks(conversationId, communicationId, never);
      assert.deepEqual(
        links.map(({ recordingId }) => recordingId),
        expected,
      );
      assert.equal(apiPaths().length, calls);
      await server.close();
    }
  });

  test('names both permissions when transcripts are forbidden', async () => {
    const client = await open((_request, response) => {
      sendJson(response, 403, { message: 'forbidden' });
    });
    await assert.rejects(
      client.fetchTranscriptLinks(conversationId, communicationId, never),
      (error: unknown) =>
        isAppError(error, 'forbidden') &&
        error.message.includes('recording:recording:view') &&
        error.message.includes('speechAndTextAnalytics:data:view'),
    );
  });

  test('refuses another conversation than the one asked for', async () => {
    const client = await open((_request, response) => {
      sendJson(response, 200, { conversationId: 'c-2', conversationStart: '2026-11-05T06:00Z' });
    });
    await assert.rejects(client.fetchConversation(conversationId, never), (error: unknown) =>
      isAppError(error, 'protocol'),
    );
  });

  test('opens a signed link again after a 500 of the storage, never more than four times', async () => {
    const client = await open((request, response, index) => {
      if (request.path.endsWith('/api/flaky') && index === 1) {
        response.end('sound');
      } else {
        sendJson(response, 500, {});
      }
    });
    const media = await client.openMedia(`${server.url}/api/flaky`, {}, never);
    const chunks: Uint8Array[] = [];
    for await (const chunk of media.body) {
      chunks.push(chunk);
    }
    assert.equal(Buffer.concat(chunks).toString(), 'sound');
    assert.equal(apiPaths().length, 2);
    await assert.rejects(client.openMedia(`${server.url}/api/dead`, {}, never), (error) =>
      isAppError(error, 'remote'),
    );
    assert.equal(apiPaths().length, 6);
  });

  test('its background view shares budget and names and lets interactive requests go first', async () => {
    const held: (() => void)[] = [];
    const client = await open((_request, response, index) => {
      const reply = (): void => {
        sendJson(
          response,
          200,
          { id: 'o-1', name: 'One' },
          { 'inin-ratelimit-count': '1', 'inin-ratelimit-allowed': '300' },
        );
      };
      if (index > 0 && held.length < 6) {
        held.push(reply);
      } else {
        reply();
      }
    });
    const background = client.background();
    assert.equal(background.rate, client.rate);
    assert.equal(background.names, client.names);
    await client.fetchOrganisation(never);
    // As many as may be under way at once, none of them answered.
    const syncing = Array.from({ length: 12 }, () => background.fetchOrganisation(never));
    while (held.length < 6) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal((await client.fetchOrganisation(never)).name, 'One');
    for (const reply of held) {
      reply();
    }
    assert.equal((await Promise.all(syncing)).length, 12);
  });
});
