import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { isAppError, isCancellation } from '../../../src/base/appError.ts';
import {
  ClientCredentialsTokenSource,
  PersonTokenSource,
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
      read: () => Promise.resolve({ value: 'stored', expiresAtMs: Date.UTC(2026, 10, 6) }),
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
    assert.deepEqual([written.map(({ value }) => value), clearCount], [['token-0'], 0]);
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
    await (
      await tokens.forget()
    )(never);
    assert.equal(tokens.state.expiresAtMs, undefined);
    assert.deepEqual(
      requests.slice(1).map(({ method, path, headers }) => [method, path, headers.authorization]),
      [['DELETE', '/api/v2/tokens/me', 'Bearer token-0']],
    );
  });

  test('takes the token that another window has stored meanwhile, instead of asking for one more', async () => {
    let stored: AccessToken | undefined;
    const store: TokenStore = {
      read: () => Promise.resolve(stored),
      write: (token) => {
        stored = token;
        return Promise.resolve();
      },
      clear: () => Promise.resolve(),
    };
    const {
      tokens,
      server: { requests },
      clock,
    } = await open(grant, store);
    const first = await tokens.getToken(never);
    stored = { value: 'of-the-other-window', expiresAtMs: clock.nowMs() + 3_600_000 };
    tokens.invalidate(first);
    assert.equal((await tokens.getToken(never)).value, 'of-the-other-window');
    assert.equal(requests.length, 1);
  });

  test('does not believe a stored end that no token can have: the clock was set back since', async () => {
    const { tokens, clock } = await open(grant, {
      read: () => Promise.resolve({ value: 'stored', expiresAtMs: Date.UTC(2031, 0) }),
      write: () => Promise.resolve(),
      clear: () => Promise.resolve(),
    });
    assert.equal((await tokens.getToken(never)).value, 'token-0');
    assert.ok(clock.nowMs() < Date.UTC(2031, 0));
  });

  test('replaces a token after the machine slept through its end', async () => {
    const { tokens, clock } = await open(grant);
    await tokens.getToken(never);
    await clock.advance(12 * 3_600_000);
    assert.equal((await tokens.getToken(never)).value, 'token-1');
  });

  test('tells once that the platform refuses the client, and again only after it had given a token', async () => {
    let isRefusing = true;
    const { tokens } = await open((request, response, index) => {
      if (isRefusing) {
        sendJson(response, 401, { error: 'invalid_client' });
      } else {
        grant(request, response, index);
      }
    });
    let toldCount = 0;
    tokens.onDidRefuse(() => toldCount++);
    for (let attempt = 0; attempt < 3; attempt++) {
      await assert.rejects(tokens.getToken(never));
    }
    assert.equal(toldCount, 1);
    isRefusing = false;
    tokens.invalidate(await tokens.getToken(never));
    isRefusing = true;
    await assert.rejects(tokens.getToken(never));
    assert.equal(toldCount, 2);
  });
});

suite('PersonTokenSource', () => {
  leakCheck();
  let server: ScriptedServer | undefined;
  teardown(async () => {
    await server?.close();
    server = undefined;
  });

  const memoryStore = (initial: AccessToken): TokenStore & { stored: AccessToken | undefined } => ({
    stored: initial,
    read(): Promise<AccessToken | undefined> {
      return Promise.resolve(this.stored);
    },
    write(token): Promise<void> {
      this.stored = token;
      return Promise.resolve();
    },
    clear(): Promise<void> {
      this.stored = undefined;
      return Promise.resolve();
    },
  });

  async function open(
    token: Omit<AccessToken, 'expiresAtMs'>,
    answer: Answer,
  ): Promise<{
    tokens: PersonTokenSource;
    store: ReturnType<typeof memoryStore>;
    clock: FakeClock;
    requests: ScriptedServer['requests'];
  }> {
    server = await ScriptedServer.start(answer);
    const clock = new FakeClock();
    const store = memoryStore({ ...token, expiresAtMs: clock.nowMs() + 3_600_000 });
    const tokens = new PersonTokenSource({
      loginBaseUrl: server.url,
      clientId: 'client',
      store,
      clock,
    });
    return { tokens, store, clock, requests: server.requests };
  }

  test('keeps using a token without refresh token whatever the clock says, until the platform refuses it', async () => {
    const { tokens, clock, requests } = await open({ value: 'person' }, grant);
    assert.equal((await tokens.getToken(never)).value, 'person');
    await clock.advance(7_200_000);
    const token = await tokens.getToken(never);
    assert.equal(token.value, 'person');
    const told: string[] = [];
    tokens.onDidRefuse(({ message }) => told.push(message));
    tokens.invalidate(token);
    const attempts = await Promise.allSettled(
      Array.from({ length: 50 }, () => tokens.getToken(never)),
    );
    assert.ok(
      attempts.every(({ status, ...rest }) =>
        status === 'rejected' && 'reason' in rest ? isAppError(rest.reason, 'auth') : false,
      ),
    );
    await assert.rejects(tokens.getToken(never));
    assert.deepEqual([told.length, requests.length], [1, 0]);
    assert.match(told[0] ?? '', /Sign in again/u);
  });

  test('goes on when the person has signed in again in another window', async () => {
    const { tokens, store, clock } = await open({ value: 'person' }, grant);
    tokens.invalidate(await tokens.getToken(never));
    await assert.rejects(tokens.getToken(never));
    store.stored = { value: 'again', expiresAtMs: clock.nowMs() + 3_600_000 };
    assert.equal((await tokens.getToken(never)).value, 'again');
  });

  test('renews by the refresh token, which a silent answer leaves as it was', async () => {
    const { tokens, store, clock, requests } = await open(
      { value: 'person', refreshToken: 'refresh' },
      grant,
    );
    await tokens.getToken(never);
    await clock.advance(3_599_000);
    assert.equal((await tokens.getToken(never)).value, 'token-0');
    assert.equal(
      requests[0]?.body,
      'grant_type=refresh_token&refresh_token=refresh&client_id=client',
    );
    assert.equal(requests[0].headers.authorization, undefined);
    assert.equal(store.stored?.refreshToken, 'refresh');
  });

  test('takes the token of the window that used the refresh token first', async () => {
    let useFirst = (): void => undefined;
    const { tokens, store, clock } = await open(
      { value: 'person', refreshToken: 'used' },
      (_request, response) => {
        useFirst();
        sendJson(response, 400, { error: 'invalid_grant' });
      },
    );
    await tokens.getToken(never);
    await clock.advance(3_599_000);
    useFirst = () => {
      store.stored = {
        value: 'first',
        refreshToken: 'next',
        expiresAtMs: clock.nowMs() + 3_600_000,
      };
    };
    assert.equal((await tokens.getToken(never)).value, 'first');
  });

  test('asks the login host no second time with a refresh token that it refused', async () => {
    const { tokens, requests } = await open(
      { value: 'person', refreshToken: 'dead' },
      (_request, response) => {
        sendJson(response, 400, { error: 'invalid_grant' });
      },
    );
    tokens.invalidate(await tokens.getToken(never));
    for (let attempt = 0; attempt < 3; attempt++) {
      await assert.rejects(tokens.getToken(never), (error) => isAppError(error, 'auth'));
    }
    assert.equal(requests.length, 1);
  });
});
