import assert from 'node:assert/strict';
import { isAppError } from '../../src/base/appError.ts';
import { systemClock } from '../../src/base/clock.ts';
import {
  createAttempt,
  exchangeCode,
  toAuthorizeUrl,
  type AuthorizationAttempt,
  type CallbackAnswer,
} from '../../src/genesys/authorization.ts';
import type { AccessToken } from '../../src/genesys/tokenSource.ts';
import { MemoryBudget } from '../../src/genesys/sharedBudget.ts';
import { createLog } from '../../src/host/ports/log.ts';
import type { Credentials } from '../../src/host/session/accounts.ts';
import { createConnect } from '../../src/host/session/connection.ts';
import { listenOnLoopback } from '../../src/host/session/loopbackListener.ts';
import { SessionManager } from '../../src/host/session/sessionManager.ts';
import { SessionStore } from '../../src/host/session/sessionStore.ts';
import { codeClient, narrowCodeClient } from '../simulator/identity/clients.ts';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import { leakCheck } from '../support/leakCheck.ts';
import { MemorySecrets } from '../support/memorySecrets.ts';
import { createSmallOrganisation } from '../support/smallOrganisation.ts';

const never = new AbortController().signal;
const ignore = (): void => undefined;
const texts = { title: 'title', received: 'received', refused: 'refused', foreign: 'foreign' };

suite('browser sign-in against the platform', () => {
  let simulator: Simulator;
  let sessions: SessionManager;
  let secrets: MemorySecrets;
  suiteSetup(async () => {
    simulator = await startSimulator({ organisation: createSmallOrganisation() });
  });
  suiteTeardown(async () => simulator.stop());
  // After our own teardown: hooks run in the order they are declared.
  leakCheck();
  setup(() => {
    secrets = new MemorySecrets();
    const log = createLog({
      trace: ignore,
      debug: ignore,
      info: ignore,
      warn: ignore,
      error: ignore,
    });
    sessions = new SessionManager({
      store: new SessionStore({ secrets, log }),
      active: { get: () => undefined, set: async () => Promise.resolve() },
      connect: createConnect({ clock: systemClock, log, budgets: () => new MemoryBudget() }),
      ask: async () => Promise.reject(new Error('nobody to ask')),
      log,
    });
  });
  teardown(() => {
    sessions.dispose();
  });

  const placeOf = (clientId: string): Credentials => ({
    region: 'mypurecloud.de',
    apiBaseUrl: simulator.apiBaseUrl,
    loginBaseUrl: simulator.loginBaseUrl,
    clientId,
  });

  /** A browser whose person decides on the consent page; follows the redirect to the listener. */
  async function decide(url: string, decision: 'allow' | 'deny'): Promise<string> {
    const page = await fetch(url, { redirect: 'manual' });
    assert.equal(page.status, 200);
    const decided = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ decision }),
      redirect: 'manual',
    });
    assert.equal(decided.status, 302);
    return (await fetch(decided.headers.get('location') ?? '')).text();
  }

  /** Goes as far as the answer of the login host. */
  async function authorize(
    clientId: string,
    decision: 'allow' | 'deny',
  ): Promise<{
    readonly attempt: AuthorizationAttempt;
    readonly answer: NonNullable<CallbackAnswer>;
    readonly page: string;
  }> {
    const listener = await listenOnLoopback(texts);
    const attempt = createAttempt(clientId, `http://localhost:${String(listener.port)}`);
    const waiting = listener.waitFor(attempt.state, [], never);
    const page = await decide(toAuthorizeUrl(simulator.loginBaseUrl, attempt), decision);
    return { attempt, answer: await waiting, page };
  }

  async function obtain(clientId: string): Promise<AccessToken> {
    const { attempt, answer } = await authorize(clientId, 'allow');
    assert.equal(answer.kind, 'code');
    return exchangeCode(endpoint(), attempt, answer.code, never);
  }

  const endpoint = (): Parameters<typeof exchangeCode>[0] => ({
    loginBaseUrl: simulator.loginBaseUrl,
    clock: systemClock,
  });

  test('goes round: consent, callback, token, person and organisation', async () => {
    const token = await obtain(codeClient.id);
    const { account, api } = await sessions.signIn(undefined, never, async (verify, signal) =>
      verify(placeOf(codeClient.id), signal, token),
    );
    assert.match(account.label, /^.+ · Small Organisation$/u);
    assert.equal(account.person?.name, account.label.split(' · ')[0]);
    assert.equal((await api.fetchOrganisation(never)).name, 'Small Organisation');
    assert.ok([...secrets.values.values()].some((text) => text.includes(token.value)));
  });

  test('brings the refusal of the person back', async () => {
    const { answer, page } = await authorize(codeClient.id, 'deny');
    assert.equal(answer.kind, 'refused');
    assert.match(answer.error.message, /not allowed in the browser/u);
    assert.match(page, /refused/u);
  });

  test('gets no token with another verifier, nor twice for one code', async () => {
    const { attempt, answer } = await authorize(codeClient.id, 'allow');
    assert.equal(answer.kind, 'code');
    const { code } = answer;
    const refused = (error: unknown): boolean => isAppError(error, 'auth');
    const forged = { ...attempt, verifier: `${attempt.verifier.slice(1)}x` };
    await assert.rejects(exchangeCode(endpoint(), forged, code, never), refused);
    await assert.rejects(exchangeCode(endpoint(), attempt, code, never), refused);
  });

  test('says that the scopes of the client do not suffice', async () => {
    const token = await obtain(narrowCodeClient.id);
    await assert.rejects(
      sessions.signIn(undefined, never, async (verify, signal) =>
        verify(placeOf(narrowCodeClient.id), signal, token),
      ),
      (error) => isAppError(error, 'forbidden') && error.message.includes('scopes'),
    );
    assert.equal(sessions.accounts.length, 0);
  });

  test('ends once when the token is revoked, and asks nothing of the platform afterwards', async () => {
    const token = await obtain(codeClient.id);
    const { api } = await sessions.signIn(undefined, never, async (verify, signal) =>
      verify(placeOf(codeClient.id), signal, token),
    );
    let endCount = 0;
    sessions.onDidEnd(() => endCount++);
    simulator.control.revokeTokens();
    for (let round = 0; round < 3; round++) {
      const calls = Array.from({ length: 5 }, async () => api.fetchOrganisation(never));
      const results = await Promise.allSettled(calls);
      assert.ok(results.every(({ status }) => status === 'rejected'));
      simulator.control.clearRequests();
    }
    await assert.rejects(api.fetchOrganisation(never), (error) => isAppError(error, 'auth'));
    assert.deepEqual([endCount, simulator.control.requests().length], [1, 0]);
  });

  test('revokes the token at the platform when signing out', async () => {
    const token = await obtain(codeClient.id);
    await sessions.signIn(undefined, never, async (verify, signal) =>
      verify(placeOf(codeClient.id), signal, token),
    );
    await sessions.signOut();
    const answer = await fetch(`${simulator.apiBaseUrl}/api/v2/users/me`, {
      headers: { authorization: `Bearer ${token.value}` },
    });
    await answer.body?.cancel();
    assert.equal(answer.status, 401);
    assert.ok(!JSON.stringify([...secrets.values]).includes(token.value));
  });
});
