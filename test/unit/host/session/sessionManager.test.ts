import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { isAppError, isCancellation } from '../../../../src/base/appError.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { MemoryBudget } from '../../../../src/genesys/sharedBudget.ts';
import { createLog, type HostLog } from '../../../../src/host/ports/log.ts';
import type { Credentials } from '../../../../src/host/session/accounts.ts';
import { createConnect } from '../../../../src/host/session/connection.ts';
import {
  SessionManager,
  type AskForCredentials,
} from '../../../../src/host/session/sessionManager.ts';
import { SessionStore } from '../../../../src/host/session/sessionStore.ts';
import { leakCheck } from '../../../support/leakCheck.ts';
import { MemorySecrets } from '../../../support/memorySecrets.ts';

const secret = 'LEAK7-client-secret';
const token = 'LEAK7-access-token';
const never = new AbortController().signal;
const ignore = (): void => undefined;

suite('SessionManager', () => {
  let server: Server;
  let baseUrl = '';
  let requests: string[] = [];
  /** Answers are held back until it resolves. */
  let gate: Promise<void> = Promise.resolve();
  let secrets: MemorySecrets;
  let log: HostLog;
  let windows: SessionManager[] = [];

  /** A platform with one organisation a client: `client-1` opens org-1, and so on. */
  function answer(request: IncomingMessage): { status: number; body: unknown } {
    const authorization = request.headers.authorization ?? '';
    if (request.url === '/oauth/token') {
      const [id, given] = Buffer.from(authorization.replace('Basic ', ''), 'base64')
        .toString()
        .split(':');
      return given === secret
        ? {
            status: 200,
            body: {
              access_token: `${token}-${String(id)}`,
              token_type: 'bearer',
              expires_in: 86_400,
            },
          }
        : { status: 401, body: { error: 'invalid_client', description: 'authentication failed' } };
    }
    const number = /^Bearer LEAK7-access-token-client-(\d)$/u.exec(authorization)?.[1];
    if (number === undefined) {
      return {
        status: 401,
        body: { code: 'bad.credentials', message: 'Invalid login credentials.', status: 401 },
      };
    }
    return { status: 200, body: { id: `org-${number}`, name: `Organisation ${number}` } };
  }

  suiteSetup(async () => {
    server = createServer((request, response) => {
      requests.push(`${String(request.method)} ${String(request.url)}`);
      request.resume();
      void gate.then(() => {
        const { status, body } = answer(request);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    baseUrl = `http://127.0.0.1:${String(address.port)}`;
  });
  suiteTeardown(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  // After our own teardown: hooks run in the order they are declared.
  leakCheck();
  setup(() => {
    requests = [];
    gate = Promise.resolve();
    secrets = new MemorySecrets();
    log = createLog({ trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore });
    windows = [];
  });
  teardown(() => {
    for (const window of windows) {
      window.dispose();
    }
    assert.ok(!JSON.stringify(log.recentLines).includes('LEAK7'), 'a secret was logged');
  });

  const credentials = (number = 1, clientSecret = secret): Credentials => ({
    region: 'mypurecloud.de',
    apiBaseUrl: baseUrl,
    loginBaseUrl: baseUrl,
    clientId: `client-${String(number)}`,
    clientSecret,
  });
  const noDialog: AskForCredentials = async () => Promise.reject(new Error('nobody to ask'));
  function openWindow(ask: AskForCredentials = noDialog): SessionManager {
    const window = new SessionManager({
      store: new SessionStore({ secrets, log }),
      connect: createConnect({ clock: systemClock, log, budgets: () => new MemoryBudget() }),
      ask,
      log,
    });
    windows.push(window);
    return window;
  }
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  test('signs in with a token and the organisation, and announces each state once', async () => {
    const window = openWindow();
    const states: string[] = [];
    window.onDidChange(({ kind }) => states.push(kind));
    const { account, tokens } = await window.signIn(credentials(), never);
    assert.deepEqual(
      { id: account.id, label: account.label, region: account.region },
      { id: 'org-1/client-1', label: 'Organisation 1', region: 'mypurecloud.de' },
    );
    assert.ok((tokens.expiresAtMs ?? 0) > Date.now() + 86_000_000);
    assert.deepEqual(requests, ['POST /oauth/token', 'GET /api/v2/organizations/me']);
    assert.deepEqual([...new Set(states)], ['signingIn', 'signedIn']);
    assert.equal(window.require().account.label, 'Organisation 1');
  });

  test('restores the session in a new window without any request, and uses the stored token', async () => {
    await openWindow().signIn(credentials(), never);
    requests = [];
    const window = openWindow();
    await window.restore(never);
    assert.equal(window.current?.account.label, 'Organisation 1');
    assert.equal(await window.readStoredToken(), `${token}-client-1`);
    assert.deepEqual(requests, []);
    await window.require().api.fetchOrganisation(never);
    assert.deepEqual(requests, ['GET /api/v2/organizations/me']);
  });

  test('says what to check for a wrong secret, and stores nothing', async () => {
    const window = openWindow();
    await assert.rejects(window.signIn(credentials(1, 'LEAK7-wrong'), never), (error) => {
      assert.ok(isAppError(error, 'auth'));
      assert.match(error.message, /client id and secret.*region/u);
      assert.ok(!JSON.stringify(error, ['message', 'details', 'cause']).includes('LEAK7'));
      return true;
    });
    assert.equal(window.state.kind, 'signedOut');
    assert.equal(secrets.values.size, 0);
    assert.throws(
      () => window.require(),
      (error) => isAppError(error, 'auth'),
    );
  });

  test('keeps the session of before when another sign-in fails', async () => {
    const window = openWindow();
    await window.signIn(credentials(), never);
    const before = new Map(secrets.values);
    await assert.rejects(window.signIn(credentials(2, 'wrong'), never));
    assert.equal(window.current?.account.label, 'Organisation 1');
    assert.deepEqual(secrets.values, before);
  });

  test('awaits the participants, forgets every secret and revokes the token when signing out', async () => {
    const window = openWindow();
    await window.signIn(credentials(), never);
    const order: string[] = [];
    window.onWillSignOut(async () => {
      await settle();
      order.push(`wiped while ${window.state.kind}`);
    });
    window.onWillSignOut(async () => Promise.reject(new Error('disk full')));
    window.onDidChange(({ kind }) => order.push(kind));
    await window.signOut();
    assert.deepEqual(order, ['wiped while signedIn', 'signedOut']);
    assert.equal(secrets.values.size, 0);
    assert.equal(requests.at(-1), 'DELETE /api/v2/tokens/me');
  });

  test('has the participants clear up before another organisation takes over', async () => {
    const window = openWindow();
    await window.signIn(credentials(1), never);
    const seen: (string | undefined)[] = [];
    window.onWillSignOut(async () => {
      seen.push(window.current?.account.label);
      return Promise.resolve();
    });
    await window.signIn(credentials(2), never);
    assert.deepEqual(seen, ['Organisation 1']);
    assert.equal(window.current?.account.label, 'Organisation 2');
  });

  test('follows what other windows do: signing in, changing the organisation, signing out', async () => {
    const first = openWindow();
    const second = openWindow();
    const seen: string[] = [];
    second.onDidChange(({ signedIn }) => seen.push(signedIn?.account.label ?? 'none'));
    await first.signIn(credentials(1), never);
    await settle();
    await first.signIn(credentials(2), never);
    await settle();
    await first.signOut();
    await settle();
    assert.deepEqual(seen, ['Organisation 1', 'Organisation 2', 'none']);
    assert.equal(second.state.kind, 'signedOut');
  });

  test('never takes the token of another client for its own', async () => {
    await openWindow().signIn(credentials(1), never);
    const stored = secrets.values.get('genesysArchive.token');
    assert.ok(stored !== undefined);
    await openWindow().signIn(credentials(2), never);
    secrets.values.set('genesysArchive.token', stored);
    const window = openWindow();
    await window.restore(never);
    assert.equal(await window.readStoredToken(), undefined);
    assert.equal(await window.fetchToken(never), `${token}-client-2`);
  });

  test('cancels an older attempt when a newer one starts', async () => {
    const window = openWindow();
    let open = ignore;
    gate = new Promise((resolve) => (open = resolve));
    const older = window.signIn(credentials(1), never);
    const newer = window.signIn(credentials(2), never);
    await assert.rejects(older, isCancellation);
    assert.equal(window.state.kind, 'signingIn');
    open();
    assert.equal((await newer).account.label, 'Organisation 2');
  });

  test('stores nothing when it is cancelled on the way', async () => {
    const window = openWindow();
    let open = ignore;
    gate = new Promise((resolve) => (open = resolve));
    const stop = new AbortController();
    const attempt = window.signIn(credentials(), stop.signal);
    stop.abort();
    await assert.rejects(attempt, isCancellation);
    open();
    assert.equal(window.state.kind, 'signedOut');
    assert.equal(secrets.values.size, 0);
  });

  test('lets a dialog try until it works', async () => {
    const messages: string[] = [];
    const window = openWindow(async (verify, signal) => {
      await verify(credentials(1, 'wrong'), signal).catch((error: unknown) => {
        messages.push(isAppError(error) ? error.code : 'other');
      });
      return verify(credentials(1), signal);
    });
    assert.equal((await window.signIn(undefined, never)).account.label, 'Organisation 1');
    assert.deepEqual(messages, ['auth']);
  });

  test('is signed out when the stored sign-in is damaged, and when the storage fails', async () => {
    secrets.values.set('genesysArchive.signIn', '{"version":1,"credentials":"LEAK7"}');
    const window = openWindow();
    await window.restore(never);
    assert.equal(window.state.kind, 'signedOut');
    secrets.failure = new Error('no keyring');
    await window.restore(never);
    assert.equal(window.state.kind, 'signedOut');
  });

  test('signs in for this window only when the secret storage takes nothing, and says so in the log', async () => {
    secrets.failure = new Error('no keyring');
    const window = openWindow();
    await window.signIn(credentials(), never);
    assert.equal(window.current?.account.label, 'Organisation 1');
    assert.match(log.recentLines.join('\n'), /lasts for this window only/u);
  });
});
