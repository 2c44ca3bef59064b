import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { isAppError, isCancellation } from '../../../src/base/appError.ts';
import {
  ClientCredentialsTokenSource,
  type AccessToken,
  type TokenStore,
} from '../../../src/genesys/tokenSource.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { ScriptedServer, sendJson, type Answer } from '../../support/scriptedServer.ts';

const never = new AbortController().signal;
const grant: Answer = (_request, response, index) => {
  sendJson(response, 200, {
    access_token: `token-${String(index)}`,
    token_type: 'bearer',
    expires_in: 3600,
  });
};

suite('ClientCredentialsTokenSource', () => {
  leakCheck();
  let server: ScriptedServer | undefined;
  teardown(async () => {
    await server?.close();
  });

  const open = async (
    answer: Answer,
    store?: TokenStore,
  ): Promise<{
    tokens: ClientCredentialsTokenSource;
    server: ScriptedServer;
    clock: FakeClock;
  }> => {
    const started = await ScriptedServer.start(answer);
    server = started;
    const clock = new FakeClock();
    clock.isAutomatic = true;
    const tokens = new ClientCredentialsTokenSource({
      loginBaseUrl: started.url,
      apiBaseUrl: started.url,
      clientId: 'client',
      clientSecret: 'hush-hush',
      store,
      clock,
    });
    return { tokens, server: started, clock };
  };

  test('sends the client by Basic auth and the grant as a form', async () => {
    const {
      tokens,
      server: { requests },
    } = await open(grant);
    assert.equal((await tokens.getToken(never)).value, 'token-0');
    const [request] = requests;
    assert.equal(request?.method, 'POST');
    assert.equal(request.path, '/oauth/token');
    assert.equal(request.body, 'grant_type=client_credentials');
    assert.equal(request.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.equal(
      request.headers.authorization,
      `Basic ${Buffer.from('client:hush-hush').toString('base64')}`,
    );
  });

  test('asks once for many callers, and again a minute before the end', async () => {
    const {
      tokens,
      server: { requests },
      clock,
    } = await open(grant);
    const values = await Promise.all(Array.from({ length: 20 }, () => tokens.getToken(never)));
    assert.deepEqual([...new Set(values.map(({ value }) => value))], ['token-0']);
    await clock.advance(3_539_000);
    assert.equal((await tokens.getToken(never)).value, 'token-0');
    await clock.advance(2_000);
    assert.equal((await tokens.getToken(never)).value, 'token-1');
    assert.equal(requests.length, 2);
  });

  test('lets one caller go without stopping the request for the others', async () => {
    let release = (): void => undefined;
    const {
      tokens,
      server: { requests },
    } = await open((request, response, index) => {
      release = () => {
        grant(request, response, index);
      };
    });
    const stop = new AbortController();
    const leaving = assert.rejects(tokens.getToken(stop.signal), isCancellation);
    const staying = tokens.getToken(never);
    while (requests.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop.abort();
    await leaving;
    release();
    assert.equal((await staying).value, 'token-0');
    assert.equal(requests.length, 1);
  });

  test('stops the request when the last caller leaves', async () => {
    const { tokens, server: started } = await open(() => undefined);
    const stop = new AbortController();
    const leaving = assert.rejects(tokens.getToken(stop.signal), isCancellation);
    while (started.requests.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop.abort();
    await leaving;
    while ((await started.connectionCount()) > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  for (const [status, body] of [
    [400, { error: 'invalid_client', description: 'authentication failed' }],
    [401, { error: 'invalid_client', error_description: 'authentication failed' }],
    [401, '<html>'],
  ] as const) {
    test(`suggests secret and region after ${String(status)} ${JSON.stringify(body)}, without the secret`, async () => {
      const {
        tokens,
        server: { requests },
      } = await open((_request, response) => {
        sendJson(response, status, body);
      });
      await assert.rejects(tokens.getToken(never), (error: unknown) => {
        assert.ok(isAppError(error, 'auth'));
        assert.match(error.message, /secret and the region/u);
        assert.doesNotMatch(inspect(error, { depth: 9 }), /hush|aHVzaC|Basic/u);
        return true;
      });
      assert.equal(requests.length, 1);
    });
  }

  test('retries a login host that is down, and refuses an answer that is no token', async () => {
    const { tokens } = await open((request, response, index) => {
      if (index === 0) {
        sendJson(response, 503, {});
      } else {
        grant(request, response, index);
      }
    });
    assert.equal((await tokens.getToken(never)).value, 'token-1');
    await server?.close();
    const bad = await open((_request, response) => {
      sendJson(response, 200, { access_token: 'a\r\nx: y', expires_in: 5 });
    });
    await assert.rejects(bad.tokens.getToken(never), (error: unknown) =>
      isAppError(error, 'protocol'),
    );
  });

  test('keeps the token in the store, uses a stored one, and replaces one that was refused', async () => {
    const written: AccessToken[] = [];
    let clearCount = 0;
    const store: TokenStore = {
      read: () => Promise.resolve({ value: 'stored', expiresAtMs: Date.UTC(2030, 0) }),
      write: (token) => {
        written.push(token);
        return Promise.reject(new Error('the store is locked'));
      },
      clear: () => {
        clearCount++;
        return Promise.resolve();
      },
    };
    const {
      tokens,
      server: { requests },
    } = await open(grant, store);
    const states: (number | undefined)[] = [];
    tokens.onDidChange(({ expiresAtMs }) => states.push(expiresAtMs));
    const first = await tokens.getToken(never);
    assert.equal(first.value, 'stored');
    assert.equal(requests.length, 0);
    tokens.invalidate({ value: 'another', expiresAtMs: 0 });
    assert.equal((await tokens.getToken(never)).value, 'stored');
    tokens.invalidate(first);
    assert.equal((await tokens.getToken(never)).value, 'token-0');
    assert.deepEqual([written.map(({ value }) => value), clearCount], [['token-0'], 1]);
    assert.deepEqual(
      states.map((atMs) => atMs !== undefined),
      [true, false, true],
    );
  });

  test('revokes the token at the platform and forgets it', async () => {
    const {
      tokens,
      server: { requests },
    } = await open(grant);
    await tokens.getToken(never);
    await tokens.revoke(never);
    assert.equal(tokens.state.expiresAtMs, undefined);
    assert.deepEqual(
      requests.slice(1).map(({ method, path, headers }) => [method, path, headers.authorization]),
      [['DELETE', '/api/v2/tokens/me', 'Bearer token-0']],
    );
  });
});
