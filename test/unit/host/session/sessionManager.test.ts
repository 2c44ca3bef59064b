/* eslint max-lines: ["error", 500] -- one suite over one fake platform */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { isAppError, isCancellation } from '../../../../src/base/appError.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { MemoryBudget } from '../../../../src/genesys/sharedBudget.ts';
import { createLog, type HostLog } from '../../../../src/host/ports/log.ts';
import type { Credentials } from '../../../../src/host/session/accounts.ts';
import { createConnect } from '../../../../src/host/session/connection.ts';
import type { AskForCredentials } from '../../../../src/host/session/session.ts';
import { SessionManager } from '../../../../src/host/session/sessionManager.ts';
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
  /** Every bearer token is refused. */
  let isRevoked = false;
  let isClientRefused = false;

  /** A platform with one organisation a client: `client-1` opens org-1, and so on. */
  function answer(request: IncomingMessage): { status: number; body: unknown } {
    const authorization = request.headers.authorization ?? '';
    if (request.url === '/oauth/token') {
      const [id, given] = Buffer.from(authorization.replace('Basic ', ''), 'base64')
        .toString()
        .split(':');
      return given === secret && !isClientRefused
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
    if (number === undefined || isRevoked) {
      return {
        status: 401,
        body: { code: 'bad.credentials', message: 'Invalid login credentials.', status: 401 },
      };
    }
    if (request.url === '/api/v2/users/me') {
      return { status: 200, body: { id: `user-${number}`, name: `Person ${number}` } };
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
    isRevoked = false;
    isClientRefused = false;
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
  /** A window of its own workspace, or of the one whose memory is given. */
  function openWindow(
    ask: AskForCredentials = noDialog,
    memory: { accountId: string | undefined } = { accountId: undefined },
  ): SessionManager {
    const window = new SessionManager({
      active: {
        get: () => memory.accountId,
        set: async (accountId) => {
          memory.accountId = accountId;
          return Promise.resolve();
        },
      },
      store: new SessionStore({ secrets, log }),
      connect: createConnect({ clock: systemClock, log, budgets: () => new MemoryBudget() }),
      ask,
      log,
    });
    windows.push(window);
    return window;
  }
  /** The index of no accounts may stay. */
  const assertNoSecrets = (): void => {
    assert.deepEqual(
      [...secrets.values].filter(([key]) => key !== 'genesysArchive.accounts'),
      [],
    );
    assert.ok(!JSON.stringify([...secrets.values]).includes('LEAK7'));
  };
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
    assert.equal(await window.readStoredToken('org-1/client-1'), `${token}-client-1`);
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
    assert.deepEqual([...new Set(order)], ['wiped while signedIn', 'signedOut']);
    assertNoSecrets();
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

  test('follows what other windows do with its account, and keeps it when they sign in to another', async () => {
    const first = openWindow();
    const second = openWindow();
    const seen: (string | undefined)[] = [];
    second.onDidChange(() => {
      const label = second.current?.account.label ?? 'none';
      if (label !== seen.at(-1)) {
        seen.push(label);
      }
    });
    await first.signIn(credentials(1), never);
    await settle();
    await first.signIn(credentials(2), never);
    await settle();
    assert.deepEqual(
      second.accounts.map(({ label }) => label),
      ['Organisation 2', 'Organisation 1'],
    );
    await first.signOut();
    await settle();
    assert.equal(second.current?.account.label, 'Organisation 1');
    await first.signOut('org-1/client-1');
    await settle();
    assert.deepEqual(seen, ['Organisation 1', 'none']);
    assert.equal(second.state.kind, 'signedOut');
  });

  test('switches between accounts without a request, and wipes what belongs to the one before', async () => {
    const window = openWindow();
    await window.signIn(credentials(1), never);
    await window.signIn(credentials(2), never);
    requests = [];
    const wiped: (string | undefined)[] = [];
    window.onWillSignOut(async () => {
      wiped.push(window.current?.account.label);
      return Promise.resolve();
    });
    await window.switchTo('org-1/client-1');
    assert.equal(window.current?.account.label, 'Organisation 1');
    await window.switchTo('org-1/client-1');
    assert.deepEqual([wiped, requests], [['Organisation 2'], []]);
    assert.equal(await window.fetchToken('org-2/client-2', never), `${token}-client-2`);
    assert.deepEqual(requests, []);
    await assert.rejects(window.switchTo('org-9/client-9'), (error) => isAppError(error, 'input'));
  });

  test('remembers by workspace which account its window uses', async () => {
    const memory = { accountId: undefined };
    const window = openWindow(noDialog, memory);
    await window.signIn(credentials(1), never);
    await openWindow().signIn(credentials(2), never);
    const again = openWindow(noDialog, memory);
    await again.restore(never);
    assert.equal(again.current?.account.label, 'Organisation 1');
    const elsewhere = openWindow();
    await elsewhere.restore(never);
    assert.equal(elsewhere.current?.account.label, 'Organisation 2');
  });

  test('signs out of one account and leaves the others, none of which takes over by itself', async () => {
    const memory = { accountId: undefined };
    const window = openWindow(noDialog, memory);
    await window.signIn(credentials(2), never);
    await window.signIn(credentials(1), never);
    await window.signOut();
    assert.equal(window.state.kind, 'signedOut');
    assert.deepEqual(
      window.accounts.map(({ label }) => label),
      ['Organisation 2'],
    );
    assert.ok(![...secrets.values.keys()].some((key) => key.includes('client-1')));
    await settle();
    assert.equal(window.state.kind, 'signedOut');
    const again = openWindow(noDialog, memory);
    await again.restore(never);
    assert.equal(again.state.kind, 'signedOut');
    await again.switchTo('org-2/client-2');
    assert.equal(again.current?.account.label, 'Organisation 2');
  });

  test('signs out of an account that the window does not use, without touching the one that it does', async () => {
    const window = openWindow();
    await window.signIn(credentials(1), never);
    await window.signIn(credentials(2), never);
    window.onWillSignOut(async () => Promise.reject(new Error('must not be asked')));
    await window.signOut('org-1/client-1');
    assert.equal(window.current?.account.label, 'Organisation 2');
    assert.equal(requests.at(-1), 'DELETE /api/v2/tokens/me');
    assert.ok(!log.recentLines.join('\n').includes('must not be asked'));
  });

  test('takes over the account and the token of version 0.1', async () => {
    const organisation = { id: 'org-1', name: 'Organisation 1' };
    secrets.values.set(
      'genesysArchive.signIn',
      JSON.stringify({ version: 1, credentials: credentials(1), organisation }),
    );
    secrets.values.set(
      'genesysArchive.token',
      JSON.stringify({
        owner: `${baseUrl} client-1`,
        value: `${token}-client-1`,
        expiresAtMs: Date.now() + 3_600_000,
      }),
    );
    const window = openWindow();
    await window.restore(never);
    await window.require().api.fetchOrganisation(never);
    assert.deepEqual(requests, ['GET /api/v2/organizations/me']);
    assert.deepEqual([...secrets.values.keys()].sort(), [
      'genesysArchive.account.org-1/client-1',
      'genesysArchive.accounts',
      'genesysArchive.token.org-1/client-1',
    ]);
  });

  test('names a person before the organisation, and keeps two people of one client apart', async () => {
    const window = openWindow();
    const place = { ...credentials(1), clientSecret: undefined };
    for (const number of [1, 2]) {
      const own = {
        value: `${token}-client-${String(number)}`,
        expiresAtMs: Date.now() + 3_600_000,
      };
      await window.signIn(undefined, never, async (verify, signal) => verify(place, signal, own));
    }
    assert.deepEqual(
      window.accounts.map(({ id, label }) => [id, label]),
      [
        ['org-2/client-1/user-2', 'Person 2 · Organisation 2'],
        ['org-1/client-1/user-1', 'Person 1 · Organisation 1'],
      ],
    );
    const again = openWindow();
    await again.restore(never);
    assert.equal(again.current?.account.person?.name, 'Person 2');
    requests = [];
    await again.require().api.fetchOrganisation(never);
    assert.deepEqual(requests, ['GET /api/v2/organizations/me']);
  });

  test('tells once when a person’s token was revoked, and goes on after signing in again', async () => {
    const window = openWindow();
    const place = { ...credentials(1), clientSecret: undefined };
    const signInAsPerson = async (): Promise<void> => {
      const own = { value: `${token}-client-1`, expiresAtMs: Date.now() + 3_600_000 };
      await window.signIn(undefined, never, async (verify, signal) => verify(place, signal, own));
    };
    await signInAsPerson();
    const told: string[] = [];
    window.onDidEnd(({ message }) => told.push(message));
    isRevoked = true;
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, async () => window.require().api.fetchOrganisation(never)),
    );
    assert.ok(results.every(({ status }) => status === 'rejected'));
    assert.deepEqual([told.length, window.hasEnded, window.state.kind], [1, true, 'signedIn']);
    requests = [];
    await assert.rejects(window.require().api.fetchOrganisation(never));
    assert.deepEqual(requests, []);
    isRevoked = false;
    await signInAsPerson();
    assert.equal(window.hasEnded, false);
    await window.require().api.fetchOrganisation(never);
    assert.equal(told.length, 1);
  });

  test('is no longer ended once the platform takes the same client again', async () => {
    const window = openWindow();
    await window.signIn(credentials(1), never);
    isRevoked = true;
    isClientRefused = true;
    await assert.rejects(window.require().api.fetchOrganisation(never));
    assert.equal(window.hasEnded, true);
    isRevoked = false;
    isClientRefused = false;
    const states: boolean[] = [];
    window.onDidChange(() => states.push(window.hasEnded));
    await window.require().api.fetchOrganisation(never);
    assert.deepEqual([window.hasEnded, states], [false, [false]]);
  });

  test('tells what is fetched for an account whether that account goes on', async () => {
    const window = openWindow();
    const ends: string[] = [];
    window.onWillSignOut((end) => {
      ends.push(end);
      return Promise.resolve();
    });
    await window.signIn(credentials(1), never);
    await window.signIn(credentials(1), never);
    await window.signIn(credentials(2), never);
    await window.switchTo('org-1/client-1');
    await window.signOut();
    assert.deepEqual(ends, ['renewed', 'ended', 'ended', 'ended']);
  });

  test('never takes the token of another client for its own', async () => {
    await openWindow().signIn(credentials(1), never);
    const stored = secrets.values.get('genesysArchive.token.org-1/client-1');
    assert.ok(stored !== undefined);
    await openWindow().signIn(credentials(2), never);
    secrets.values.set('genesysArchive.token.org-2/client-2', stored);
    const window = openWindow();
    await window.restore(never);
    assert.equal(await window.readStoredToken('org-2/client-2'), undefined);
    assert.equal(await window.fetchToken('org-2/client-2', never), `${token}-client-2`);
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
