import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import {
  codeClient,
  demoClient,
  narrowCodeClient,
  restrictedClients,
  startSimulator,
  type Simulator,
} from '../../simulator/simulator.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { askForToken, callerWith, logIn, send } from '../../support/simulatorClient.ts';
import {
  conversationId,
  createSmallOrganisation,
  customerSessionId,
  smallNowMs,
} from '../../support/smallOrganisation.ts';

const verifier = 'v'.repeat(64);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const redirectUri = 'http://localhost:53682/callback';

suite('simulator: identity', () => {
  leakCheck();
  let simulator: Simulator;

  setup(async () => {
    simulator = await startSimulator({
      organisation: createSmallOrganisation(),
      nowMs: () => smallNowMs,
      tokenLifeSeconds: 600,
    });
  });
  teardown(() => simulator.stop());

  const authorizeUrl = (changes: Readonly<Record<string, string>> = {}): string =>
    `${simulator.loginBaseUrl}/oauth/authorize?${new URLSearchParams({
      client_id: codeClient.id,
      response_type: 'code',
      redirect_uri: redirectUri,
      state: 'st&te',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...changes,
    }).toString()}`;

  const allow = async (changes?: Readonly<Record<string, string>>): Promise<URL> => {
    const answer = await send(authorizeUrl(changes), {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'decision=allow',
    });
    assert.equal(answer.status, 302);
    return new URL(answer.headers.get('location') ?? '');
  };

  const exchange = (
    code: string,
    changes: Readonly<Record<string, string>> = {},
  ): ReturnType<typeof send> =>
    send(`${simulator.loginBaseUrl}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        client_id: codeClient.id,
        redirect_uri: redirectUri,
        ...changes,
      }),
    });

  test('a client with the right secret gets a bearer token with its life', async () => {
    const { status, json } = await askForToken(simulator, demoClient);
    assert.equal(status, 200);
    assert.deepEqual(
      { ...json, access_token: typeof json.access_token },
      { access_token: 'string', token_type: 'bearer', expires_in: 600 },
    );
  });

  test('a wrong secret and an unknown client get the login host’s own error body', async () => {
    for (const client of [
      { id: demoClient.id, secret: 'wrong' },
      { id: 'nobody', secret: demoClient.secret },
    ]) {
      const { status, json } = await askForToken(simulator, client);
      assert.equal(status, 400);
      assert.deepEqual(json, {
        error: 'invalid_client',
        description: 'authentication failed',
        error_description: 'authentication failed',
      });
    }
  });

  test('a person allows the client on a page and the code becomes a token of theirs', async () => {
    const page = await send(authorizeUrl());
    assert.match(page.text, /<button id="allow" name="decision" value="allow">/);
    const callback = await allow();
    assert.equal(callback.origin, 'http://localhost:53682');
    assert.equal(callback.searchParams.get('state'), 'st&te');
    const { status, json } = await exchange(callback.searchParams.get('code') ?? '');
    assert.equal(status, 200);
    const me = await callerWith(simulator, json.access_token)('GET', '/api/v2/users/me');
    assert.equal(me.json.name, 'Ada');
  });

  test('a code works once, with its verifier and its redirect address', async () => {
    const code = (await allow()).searchParams.get('code') ?? '';
    assert.equal((await exchange(code)).status, 200);
    const spoilt: readonly Readonly<Record<string, string>>[] = [
      { code },
      { code_verifier: 'w'.repeat(64) },
      { code_verifier: 'short' },
      { redirect_uri: 'http://localhost:1/callback' },
    ];
    for (const changes of spoilt) {
      const fresh = (await allow()).searchParams.get('code') ?? '';
      const { status, json } = await exchange(fresh, changes);
      assert.deepEqual([status, json.error], [400, 'invalid_grant'], JSON.stringify(changes));
    }
  });

  test('an unknown client or redirect address is shown and never redirected to', async () => {
    for (const changes of [
      { client_id: 'nobody' },
      { redirect_uri: 'http://evil.example/' },
      { redirect_uri: 'https://localhost/' },
      { redirect_uri: 'nonsense' },
    ]) {
      const { status, headers } = await send(authorizeUrl(changes));
      assert.deepEqual([status, headers.get('location')], [400, null]);
    }
  });

  test('a person’s refusal and a missing challenge come back as errors with the state', async () => {
    const refused = await send(authorizeUrl(), { method: 'POST', body: 'decision=deny' });
    assert.match(refused.headers.get('location') ?? '', /error=access_denied.*state=st%26te/);
    const plain = await send(authorizeUrl({ code_challenge_method: 'plain' }));
    assert.match(plain.headers.get('location') ?? '', /error=invalid_request/);
  });

  test('scopes limit a person’s token', async () => {
    const callback = await allow({ client_id: narrowCodeClient.id });
    const { json } = await exchange(callback.searchParams.get('code') ?? '', {
      client_id: narrowCodeClient.id,
    });
    const call = callerWith(simulator, json.access_token);
    assert.equal((await call('GET', '/api/v2/users/me')).status, 200);
    const refused = await call('GET', '/api/v2/routing/queues');
    assert.equal(refused.json.code, 'app.not.authorized.for.scope');
    assert.equal(refused.json.messageParams.scopes, 'routing, routing:readonly');
  });

  test('no bearer and a bad bearer are told apart, as on the platform', async () => {
    const none = await send(`${simulator.url}/api/v2/tokens/me`);
    assert.equal(none.status, 401);
    assert.deepEqual(none.json, {
      message: 'No authentication bearer token specified in authorization header.',
      code: 'authentication.required',
      status: 401,
      contextId: none.headers.get('inin-correlation-id'),
      details: [],
      errors: [],
    });
    const bad = await callerWith(simulator, 'made-up')('GET', '/api/v2/tokens/me');
    assert.deepEqual([bad.status, bad.json.code], [401, 'bad.credentials']);
  });

  test('a token ends with its time, by revocation, and by deletion', async () => {
    const expired = await logIn(simulator);
    simulator.control.advanceClock(599_999);
    assert.equal((await expired('HEAD', '/api/v2/tokens/me')).status, 200);
    simulator.control.advanceClock(1);
    assert.equal((await expired('HEAD', '/api/v2/tokens/me')).status, 401);
    const revoked = await logIn(simulator);
    simulator.control.revokeTokens();
    assert.equal((await revoked('GET', '/api/v2/tokens/me')).json.code, 'bad.credentials');
    const deleted = await logIn(simulator);
    assert.equal((await deleted('DELETE', '/api/v2/tokens/me')).status, 200);
    assert.equal((await deleted('GET', '/api/v2/tokens/me')).status, 401);
  });

  test('client credentials are no user', async () => {
    const call = await logIn(simulator);
    const me = await call('GET', '/api/v2/users/me');
    assert.deepEqual([me.status, me.json.code], [400, 'not.a.user']);
    const organisation = await call('GET', '/api/v2/organizations/me');
    assert.equal(organisation.json.name, 'Small Organisation');
    const token = await call('GET', '/api/v2/tokens/me');
    assert.equal(token.json.OAuthClient.authorizedGrantType, 'CLIENT-CREDENTIALS');
  });

  test('each missing permission closes its calls and names itself', async () => {
    const query = { interval: '2026-11-03T00:00:00Z/2026-11-04T00:00:00Z' };
    const details = '/api/v2/analytics/conversations/details/query';
    const conversation = conversationId(1);
    const transcript = `/api/v2/speechandtextanalytics/conversations/${conversation}/communications/${customerSessionId(1)}`;
    const refused = async (
      client: (typeof restrictedClients)[keyof typeof restrictedClients],
      method: string,
      path: string,
      body?: unknown,
    ): Promise<readonly unknown[]> => {
      const { status, json } = await (await logIn(simulator, client))(method, path, body);
      return [status, json.code, json.messageParams?.permissions];
    };
    assert.deepEqual(
      await refused(restrictedClients.withoutConversations, 'POST', details, query),
      [
        403,
        'missing.any.permissions',
        'analytics:conversationDetail:view, analytics:agentConversationDetail:view',
      ],
    );
    assert.deepEqual(
      await refused(
        restrictedClients.withoutRecordings,
        'GET',
        `/api/v2/conversations/${conversation}/recordings?formatId=NONE`,
      ),
      [403, 'missing.any.permissions', 'recording:recording:view, recording:recordingSegment:view'],
    );
    assert.deepEqual(
      await refused(restrictedClients.withoutTranscripts, 'GET', `${transcript}/transcripturl`),
      [403, 'missing.permissions', 'speechAndTextAnalytics:data:view'],
    );
    assert.deepEqual(
      await refused(restrictedClients.withoutTranscripts, 'GET', `${transcript}/transcripturls`),
      [200, undefined, undefined],
    );
    assert.deepEqual(
      await refused(restrictedClients.withoutQueues, 'GET', '/api/v2/routing/queues'),
      [403, 'missing.any.permissions', 'routing:queue:view'],
    );
    assert.deepEqual(
      await refused(restrictedClients.withoutWrapUpCodes, 'GET', '/api/v2/routing/wrapupcodes'),
      [403, 'missing.permissions', 'routing:wrapupCode:view'],
    );
  });
});
