import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { isAppError, isCancellation, type AppError } from '../../../src/base/appError.ts';
import { Emitter } from '../../../src/base/event.ts';
import { silentLog } from '../../../src/base/log.ts';
import { HttpClient, type ApiCaller } from '../../../src/genesys/httpClient.ts';
import { defaultRetryOptions, interactivePatienceMs } from '../../../src/genesys/retryPolicy.ts';
import {
  ClientCredentialsTokenSource,
  type AccessToken,
  type TokenSource,
  type TokenState,
} from '../../../src/genesys/tokenSource.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { ScriptedServer, sendJson, type Answer } from '../../support/scriptedServer.ts';

const never = new AbortController().signal;

/** Hands out a new token whenever one was refused. */
class CountingTokens implements TokenSource {
  private number = 1;
  readonly state: TokenState = { expiresAtMs: undefined };
  readonly onDidChange = new Emitter<TokenState>().event;

  getToken(): Promise<AccessToken> {
    return Promise.resolve({ value: `secret-${String(this.number)}`, expiresAtMs: 0 });
  }

  invalidate(token: AccessToken): void {
    if (token.value === `secret-${String(this.number)}`) {
      this.number++;
    }
  }
}

suite('HttpClient', () => {
  leakCheck();
  let server: ScriptedServer;
  let clock: FakeClock;
  teardown(async () => {
    await server.close();
  });

  const open = async (answer: Answer): Promise<HttpClient> => {
    server = await ScriptedServer.start(answer);
    clock = new FakeClock();
    clock.isAutomatic = true;
    return new HttpClient({
      apiBaseUrl: server.url,
      tokens: new CountingTokens(),
      clock,
      log: silentLog,
    });
  };
  const get = {
    method: 'GET',
    pathTemplate: '/api/v2/x/{id}',
    pathParameters: { id: 'a/b' },
  } as const;
  const failure = async (client: ApiCaller): Promise<AppError> => {
    try {
      await client.call(get, never);
    } catch (error) {
      assert.ok(isAppError(error), inspect(error));
      assert.doesNotMatch(inspect(error, { depth: 9 }), /secret-\d/u);
      return error;
    }
    return assert.fail('the call succeeded');
  };

  test('encodes path and query, repeats lists, and keeps the text as received', async () => {
    const text = '{ "n": 1.00 ,"s":"é" }';
    const client = await open((_request, response) => {
      sendJson(response, 200, text);
    });
    const answer = await client.call(
      { ...get, query: { id: ['1', '2'], none: undefined, name: '*a&b*' } },
      never,
    );
    assert.equal(answer.text, text);
    assert.equal(answer.source, 'GET /api/v2/x/{id}');
    assert.equal(server.requests[0]?.path, '/api/v2/x/a%2Fb?id=1&id=2&name=*a%26b*');
    assert.equal(server.requests[0].headers.authorization, 'Bearer secret-1');
  });

  test('takes one fresh token after a 401 and gives up after the second', async () => {
    const client = await open((request, response) => {
      const isFresh = request.headers.authorization === 'Bearer secret-2';
      sendJson(response, isFresh ? 200 : 401, { code: 'bad.credentials' });
    });
    assert.equal((await client.call(get, never)).status, 200);
    await server.close();
    const error = await failure(
      await open((_request, response) => {
        sendJson(response, 401, { code: 'bad.credentials', message: 'Invalid login credentials.' });
      }),
    );
    assert.equal(error.code, 'auth');
    assert.equal(server.requests.length, 2);
  });

  test('names the missing permission, from parameters or from the text', async () => {
    const correlationId = 'abc00000-0000-4000-8000-000000000001';
    for (const body of [
      { messageParams: { permissions: 'analytics:conversationDetail:view' }, message: 'No.' },
      { message: 'You must have at least one of: [analytics:conversationDetail:view]' },
    ]) {
      const error = await failure(
        await open((_request, response) => {
          sendJson(response, 403, body, { 'inin-correlation-id': correlationId });
        }),
      );
      assert.equal(error.code, 'forbidden');
      assert.match(error.message, /: analytics:conversationDetail:view$/u);
      assert.equal(error.details['correlationId'], correlationId);
      await server.close();
    }
  });

  test('maps statuses to codes and never retries what would fail again', async () => {
    const codes: unknown[] = [];
    for (const status of [400, 404, 408, 409, 410, 413, 415, 500, 302]) {
      const error = await failure(
        await open((_request, response) => {
          sendJson(response, status, { message: 'x' }, { location: `${server.url}/elsewhere` });
        }),
      );
      codes.push([status, error.code, server.requests.length]);
      await server.close();
    }
    assert.deepEqual(codes, [
      [400, 'input', 1],
      [404, 'notFound', 1],
      [408, 'remote', 1],
      [409, 'input', 1],
      [410, 'gone', 1],
      [413, 'input', 1],
      [415, 'input', 1],
      [500, 'remote', 1],
      [302, 'protocol', 1],
    ]);
  });

  test('lets neither links nor personal data of an error body through', async () => {
    const error = await failure(
      await open((_request, response) => {
        sendJson(response, 400, {
          message: `Bad value tel:+12025550143 of jane@example.com see https://x.example/?Signature=abc\u0000\n${'A'.repeat(60)} ${'long '.repeat(200)}`,
        });
      }),
    );
    assert.doesNotMatch(error.message, /2025550143|jane|Signature|AAAA|\n/u);
    assert.ok(error.message.length < 400);
  });

  test('waits as long as Retry-After says and shows it', async () => {
    const client = await open((_request, response, index) => {
      sendJson(response, index === 0 ? 429 : 200, {}, { 'retry-after': '42' });
    });
    const waits: (number | undefined)[] = [];
    client.rate.onDidChange(({ waitingUntilMs }) => waits.push(waitingUntilMs));
    const startMs = clock.nowMs();
    await client.call(get, never);
    assert.deepEqual(clock.delaysMs, [42_000]);
    assert.ok(waits.includes(startMs + 42_000));
    assert.equal(client.rate.current.waitingUntilMs, undefined);
  });

  test('retries gateway problems and cut connections, then surfaces them', async () => {
    const client = await open((_request, response, index) => {
      if (index === 0) {
        response.destroy();
      } else {
        sendJson(response, index === 1 ? 504 : 200, {});
      }
    });
    assert.equal((await client.call(get, never)).status, 200);
    await server.close();
    const dead = await open((_request, response) => {
      response.destroy();
    });
    assert.equal((await failure(dead.background)).code, 'network');
    assert.equal(server.requests.length, 6);
  });

  test('tells a person within five seconds that nothing answers, and at once while that lasts', async () => {
    let isDead = true;
    const client = await open((_request, response) => {
      if (isDead) {
        response.destroy();
      } else {
        sendJson(response, 200, {});
      }
    });
    const waitedMs = async (caller: ApiCaller): Promise<number> => {
      clock.delaysMs.length = 0;
      assert.equal((await failure(caller)).code, 'network');
      return clock.delaysMs.reduce((sum, delayMs) => sum + delayMs, 0);
    };
    while (server.requests.length < 10) {
      assert.ok((await waitedMs(client)) <= interactivePatienceMs);
    }
    // The circuit is open: whatever a person asks for is one probe, and the first step of the backoff.
    for (let round = 0; round < 3; round++) {
      const before = server.requests.length;
      assert.ok((await waitedMs(client)) < defaultRetryOptions.baseDelayMs);
      assert.equal(server.requests.length, before + 1);
    }
    assert.ok((await waitedMs(client.background)) >= 5_000);
    isDead = false;
    assert.equal((await client.call(get, never)).status, 200);
  });

  test('has patience left for a lost answer after a long wait for the limit', async () => {
    const client = await open((_request, response, index) => {
      if (index === 0) {
        sendJson(response, 429, {}, { 'retry-after': '42' });
      } else if (index === 1) {
        response.destroy();
      } else {
        sendJson(response, 200, {});
      }
    });
    assert.equal((await client.call(get, never)).status, 200);
  });

  test('asks for no token again when the answer was lost, whoever wants it', async () => {
    await open((_request, response) => {
      response.destroy();
    });
    const client = new HttpClient({
      apiBaseUrl: server.url,
      tokens: new ClientCredentialsTokenSource({
        loginBaseUrl: server.url,
        clientId: 'id',
        clientSecret: 'secret-0',
        clock,
        retry: { ...defaultRetryOptions, maxRetries: 0 },
      }),
      clock,
      log: silentLog,
    });
    for (const [count, caller] of [client, client.background].entries()) {
      assert.equal((await failure(caller)).code, 'network');
      assert.equal(server.requests.length, count + 1);
    }
  });

  test('ends a request that gets no answer in time', async () => {
    const client = await open(() => undefined);
    await assert.rejects(
      new HttpClient({
        apiBaseUrl: server.url,
        tokens: new CountingTokens(),
        clock,
        log: silentLog,
        retry: {
          maxRetries: 0,
          baseDelayMs: 1,
          maxDelayMs: 1,
          maxRetryAfterMs: 1,
          random: () => 0,
        },
      }).call({ ...get, timeoutMs: 50 }, never),
      (error: unknown) => isAppError(error, 'network') && error.message.includes('in time'),
    );
    assert.ok(client.rate.current.usedCount === undefined);
  });

  test('leaves no socket behind when cancelled', async () => {
    const client = await open((_request, response, index) => {
      if (index === 0) {
        sendJson(
          response,
          200,
          {},
          { 'inin-ratelimit-count': '1', 'inin-ratelimit-allowed': '300' },
        );
      }
    });
    await client.call(get, never);
    const stop = new AbortController();
    const calls = Array.from({ length: 12 }, () =>
      assert.rejects(client.call(get, stop.signal), isCancellation),
    );
    while (server.requests.length < 9) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop.abort();
    await Promise.all(calls);
    while ((await server.connectionCount()) > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(server.requests.length, 9);
  });
});
