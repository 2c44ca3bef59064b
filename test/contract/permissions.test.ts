/** What the signed-in client may do, found out against the platform's own refusals, and what a refusal says. */
import assert from 'node:assert/strict';
import { isAppError, type AppError } from '../../src/base/appError.ts';
import { silentLog } from '../../src/base/log.ts';
import { ApiMeter } from '../../src/genesys/apiMeter.ts';
import { GenesysClient } from '../../src/genesys/genesysClient.ts';
import type { PermissionReport } from '../../src/genesys/permissions.ts';
import { ClientCredentialsTokenSource, type TokenSource } from '../../src/genesys/tokenSource.ts';
import { parseCommunicationId, parseConversationId, parseQueueId } from '../../src/model/ids.ts';
import { noFilters } from '../../src/query/conversationQuery.ts';
import {
  codeClient,
  narrowCodeClient,
  type SimulatedClient,
} from '../simulator/identity/clients.ts';
import {
  demoClient,
  restrictedClients,
  startSimulator,
  type Simulator,
} from '../simulator/simulator.ts';
import { leakCheck } from '../support/leakCheck.ts';
import { createHash } from 'node:crypto';
import {
  conversationId,
  createSmallOrganisation,
  customerSessionId,
  queueId,
  smallNowMs,
  smallStartMs,
} from '../support/smallOrganisation.ts';
import { SimulatedTime } from '../support/simulatedTime.ts';

const never = new AbortController().signal;

suite('Permissions against the simulator', () => {
  leakCheck();
  let simulator: Simulator;
  let meter: ApiMeter;
  let refusals: AppError[];

  setup(async () => {
    simulator = await startSimulator({
      organisation: createSmallOrganisation(),
      nowMs: () => smallNowMs,
    });
  });
  teardown(() => simulator.stop());

  const connect = (tokens: TokenSource): GenesysClient => {
    meter = new ApiMeter();
    refusals = [];
    meter.onDidForbid((error) => refusals.push(error));
    return new GenesysClient({
      apiBaseUrl: simulator.apiBaseUrl,
      tokens,
      clock: new SimulatedTime(simulator),
      log: silentLog,
      meter,
    });
  };
  const clientOf = ({ id, secret }: SimulatedClient): GenesysClient =>
    connect(
      new ClientCredentialsTokenSource({
        ...simulator,
        clientId: id,
        clientSecret: secret ?? '',
        clock: new SimulatedTime(simulator),
      }),
    );
  /** Signs in as a person, by the pages of the simulator. */
  const personOf = async ({ id }: SimulatedClient): Promise<GenesysClient> => {
    const verifier = 'v'.repeat(64);
    const redirect = 'http://localhost:1/';
    const query = new URLSearchParams({
      client_id: id,
      response_type: 'code',
      redirect_uri: redirect,
      state: 's',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString();
    const consent = await fetch(`${simulator.loginBaseUrl}/oauth/authorize?${query}`, {
      method: 'POST',
      body: new URLSearchParams({ decision: 'allow' }),
      redirect: 'manual',
    });
    const code = new URL(consent.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const answer = await fetch(`${simulator.loginBaseUrl}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        client_id: id,
        redirect_uri: redirect,
      }),
    });
    const { access_token: value } = (await answer.json()) as { access_token: string };
    const token = { value, expiresAtMs: Number.MAX_SAFE_INTEGER };
    return connect({
      getToken: () => Promise.resolve(token),
      invalidate: () => undefined,
      state: { expiresAtMs: token.expiresAtMs },
      onDidChange: () => ({ dispose: () => undefined }),
    });
  };

  const statesOf = ({ features }: PermissionReport): Readonly<Record<string, string>> =>
    Object.fromEntries(
      features
        .filter(({ state }) => state !== 'present')
        .map(({ feature, state, missingPermissions, missingScopes, reason }) => [
          feature,
          `${state} ${[...missingPermissions, ...missingScopes, ...(reason === undefined ? [] : [reason])].join(' ')}`,
        ]),
    );
  const notTold = { unredactedRecordings: 'unknown notTold', annotations: 'unknown notTold' };

  for (const [name, client, expected] of [
    ['everything', demoClient, {}],
    [
      'all but the analytics permission',
      restrictedClients.withoutConversations,
      {
        listConversations: 'missing analytics:conversationDetail:view',
        openConversation: 'missing analytics:conversationDetail:view',
        conversationJobs: 'missing analytics:conversationDetail:view',
      },
    ],
    [
      'all but recordings',
      restrictedClients.withoutRecordings,
      {
        recordings: 'missing recording:recording:view',
        recordingBatches: 'missing recording:recording:view',
        transcripts: 'missing recording:recording:view',
        unrecordedTranscripts: 'missing recording:recording:view',
      },
    ],
    [
      'all but transcripts',
      restrictedClients.withoutTranscripts,
      { unrecordedTranscripts: 'missing speechAndTextAnalytics:data:view' },
    ],
    [
      'all but queues',
      restrictedClients.withoutQueues,
      { queueNames: 'missing routing:queue:view' },
    ],
    [
      'all but wrap-up codes',
      restrictedClients.withoutWrapUpCodes,
      { wrapUpNames: 'missing routing:wrapupCode:view' },
    ],
  ] as const) {
    test(`finds out what a client with ${name} lacks, in at most eight requests`, async () => {
      const report = await clientOf(client).fetchPermissionReport(never);
      assert.deepEqual(statesOf(report), { ...notTold, ...expected });
      assert.equal(report.grantType, 'CLIENT-CREDENTIALS');
      const calls = simulator.control.requests().filter(({ path }) => path.startsWith('/api/'));
      assert.ok(calls.length <= 8, String(calls.length));
      assert.deepEqual(refusals, []);
    });
  }

  test('names every feature that a client without any permission lacks', async () => {
    const report = await clientOf(restrictedClients.withoutAnything).fetchPermissionReport(never);
    const missing = report.features.filter(({ state }) => state === 'missing');
    assert.deepEqual(
      missing.map(({ feature }) => feature),
      [
        'listConversations',
        'openConversation',
        'conversationJobs',
        'recordings',
        'recordingBatches',
        'transcripts',
        'unrecordedTranscripts',
        'queueNames',
        'wrapUpNames',
      ],
    );
    assert.ok(missing.every(({ missingPermissions }) => missingPermissions.length > 0));
  });

  test('reads what a person may do from the platform, without a probe', async () => {
    const report = await (await personOf(codeClient)).fetchPermissionReport(never);
    assert.equal(report.grantType, 'CODE');
    assert.deepEqual(statesOf(report), {
      unredactedRecordings: 'missing recording:recording:viewSensitiveData',
    });
    const calls = simulator.control.requests().filter(({ path }) => path.startsWith('/api/'));
    assert.deepEqual(
      calls.map(({ path }) => path),
      ['/api/v2/tokens/me', '/api/v2/users/me'],
    );
  });

  test('names the scope that an application of a person lacks, for every feature', async () => {
    const report = await (await personOf(narrowCodeClient)).fetchPermissionReport(never);
    assert.ok(report.features.every(({ state }) => state === 'missing'));
    assert.deepEqual(
      [...new Set(report.features.flatMap(({ missingScopes }) => missingScopes))].sort(),
      [
        'analytics:readonly',
        'authorization:readonly',
        'quality:readonly',
        'recordings:readonly',
        'routing:readonly',
        'speech-and-text-analytics:readonly',
        'users:readonly',
      ],
    );
  });

  test('is unknown with a reason where a probe was not answered, and says the rest', async () => {
    simulator.control.addFault({
      path: '/api/v2/routing/queues',
      count: null,
      fault: { kind: 'status', status: 500 },
    });
    const report = await clientOf(restrictedClients.withoutTranscripts).fetchPermissionReport(
      never,
    );
    assert.deepEqual(statesOf(report), {
      ...notTold,
      queueNames: 'unknown remote',
      unrecordedTranscripts: 'missing speechAndTextAnalytics:data:view',
    });
  });

  test('a refused call names feature and permission in text and details, and is told', async () => {
    const client = clientOf(restrictedClients.withoutAnything);
    const id = parseConversationId(conversationId(1));
    const calls = {
      listConversations: () =>
        client.listConversations(
          { interval: { startMs: smallStartMs, endMs: smallNowMs }, filters: noFilters },
          { pageNumber: 1, pageSize: 10 },
          never,
        ),
      openConversation: () => client.fetchConversation(id, never),
      recordings: () => client.fetchRecordings(id, { format: 'NONE', maxWaitMs: 0 }, never),
      transcripts: () =>
        client.fetchTranscriptLinks(id, parseCommunicationId(customerSessionId(1)), never),
      queueNames: () => client.names.searchQueues('x', never),
      wrapUpNames: () => client.names.searchWrapUpCodes('x', never),
    };
    for (const [feature, call] of Object.entries(calls)) {
      await assert.rejects(call, (error) => {
        assert.ok(isAppError(error, 'forbidden'), String(error));
        assert.equal(error.details['feature'], feature);
        assert.match(String(error.details['permission']), /^\w+:\w+:view/u);
        const [named = ''] = String(error.details['permission']).split(',');
        assert.ok(error.message.includes(named), error.message);
        return true;
      });
    }
    assert.deepEqual(
      [...new Set(refusals.map(({ details }) => details['feature']))],
      Object.keys(calls).flatMap((feature) =>
        feature === 'transcripts' ? [feature, 'unrecordedTranscripts'] : [feature],
      ),
    );
  });

  test('names that may not be read stay ids, without an error, and are told once', async () => {
    const client = clientOf(restrictedClients.withoutQueues);
    const queue = parseQueueId(queueId(0));
    for (let time = 0; time < 3; time++) {
      await client.names.resolve({ queueIds: [queue] }, never);
    }
    assert.equal(client.names.queueName(queue), queueId(0));
    assert.deepEqual(
      refusals.map(({ details }) => [details['feature'], details['permission']]),
      [['queueNames', 'routing:queue:view']],
    );
  });

  test('counts answers by class, and knows offline until the next answer', async () => {
    const client = clientOf(demoClient);
    const offline: boolean[] = [];
    client.activity.onDidChangeOffline((isOffline) => offline.push(isOffline));
    const id = parseConversationId(conversationId(1));
    await client.fetchConversation(id, never);
    simulator.control.addFault({
      path: '*/details',
      count: null,
      fault: { kind: 'cut', afterBytes: 0 },
    });
    await assert.rejects(client.fetchConversation(id, never), (error) =>
      isAppError(error, 'network'),
    );
    assert.equal(client.activity.isOffline, true);
    simulator.control.clearFaults();
    await client.fetchConversation(id, never);
    assert.deepEqual(offline, [true, false]);
    const { answers, retryCount } = client.activity.counts;
    assert.equal(answers['2xx'], 2);
    assert.equal(answers['none'], retryCount + 1);
  });
});
