/** The official SDK, as an independent client, finds the simulator to be a Genesys Cloud. It is a singleton: one at a time. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

import type * as Sdk from 'purecloud-platform-client-v2';

import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import type { SimulatedConversation, SimulatedOrganisation } from '../simulator/organisation.ts';
import {
  demoClient,
  restrictedClients,
  startSimulator,
  type Simulator,
} from '../simulator/simulator.ts';
import { leakCheck } from '../support/leakCheck.ts';
import { send } from '../support/simulatorClient.ts';

const sdk: typeof Sdk = createRequire(import.meta.url)('purecloud-platform-client-v2');

const nowMs = Date.UTC(2026, 10, 20, 12);
const dayMs = 86_400_000;
const days = (from: number, to: number): string =>
  [from, to].map((day) => new Date(nowMs - day * dayMs).toISOString()).join('/');

suite('contract: the official SDK against the simulator', () => {
  leakCheck();
  const organisation: SimulatedOrganisation = createSampleOrganisation({
    seed: 7,
    conversationCount: 300,
    nowMs,
  });
  let simulator: Simulator;

  setup(async () => {
    simulator = await startSimulator({ organisation, nowMs: () => nowMs });
    const client: any = sdk.ApiClient.instance;
    client.config.setConfigPath('');
    client.setReturnExtendedResponses(false);
    client.setGateway({
      host: '127.0.0.1',
      protocol: 'http',
      port: simulator.port,
      path_params_login: 'login',
      path_params_api: 'api-gw',
    });
    await client.loginClientCredentialsGrant(demoClient.id, demoClient.secret);
  });
  teardown(() => simulator.stop());

  const find = (test: (one: SimulatedConversation) => boolean): SimulatedConversation => {
    const found = organisation.conversations.find(test);
    assert.ok(found, 'the sample has no such conversation');
    return found;
  };
  const idOf = ({ detail }: SimulatedConversation): string => detail.conversationId ?? '';
  const withMedia = (): SimulatedConversation =>
    find((one) =>
      one.recordings().some((each) => each.channels.length > 1 && each.transcodePolls > 0),
    );

  test('pages through a week to the end and finds every conversation once', async () => {
    const api = new sdk.ConversationsApi();
    const ids: string[] = [];
    const totals = new Set<number | undefined>();
    for (let pageNumber = 1; ; pageNumber++) {
      const page = await api.postAnalyticsConversationsDetailsQuery({
        interval: days(6, 0),
        order: 'desc',
        paging: { pageSize: 20, pageNumber },
      });
      totals.add(page.totalHits);
      ids.push(...(page.conversations ?? []).map((one) => one.conversationId ?? ''));
      if ((page.conversations ?? []).length < 20) {
        break;
      }
    }
    const from = Date.UTC(2026, 10, 14);
    const expected = organisation.conversations
      .filter((one) => Date.parse(one.detail.conversationStart ?? '') >= from)
      .map(idOf);
    assert.deepEqual(ids, expected.toReversed());
    assert.deepEqual([...totals], [expected.length]);
    assert.ok(ids.length > 20);
  });

  test('fetches one conversation and several by id', async () => {
    const api = new sdk.ConversationsApi();
    const [first, second] = organisation.conversations.map(idOf);
    const one = await api.getAnalyticsConversationDetails(first ?? '');
    assert.deepEqual(one, organisation.conversations[0]?.detail);
    const two = await api.getAnalyticsConversationsDetails({ id: [first ?? '', second ?? ''] });
    assert.deepEqual(
      two.conversations?.map((each) => each.conversationId),
      [first, second],
    );
  });

  test('waits through 202 for recordings and downloads each channel by plain HTTP', async () => {
    const conversation = withMedia();
    const api = new sdk.RecordingApi();
    let recordings: Sdk.Models.Recording[] | undefined;
    let polls = 0;
    for (; !Array.isArray(recordings) && polls < 20; polls++) {
      recordings = await api.getConversationRecordings(idOf(conversation), { formatId: 'WAV' });
    }
    assert.ok(Array.isArray(recordings) && polls > 1, `${String(polls)} polls`);
    const recording = recordings.find((one) => Object.keys(one.mediaUris ?? {}).length > 1);
    const simulated = conversation.recordings().find((one) => one.recording.id === recording?.id);
    for (const [channel, media] of Object.entries(recording?.mediaUris ?? {})) {
      const response = await fetch(media.mediaUri ?? '');
      const bytes = Buffer.from(await response.arrayBuffer());
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('inin-ratelimit-count'), null);
      assert.deepEqual(bytes, Buffer.from((await simulated?.media(channel, 'WAV')) ?? []));
    }
  });

  test('reads a transcript through its link, and gets 404 for an agent’s session', async () => {
    const conversation = find(
      (one) =>
        one.detail.conversationEnd !== undefined &&
        one.transcripts().some((each) => each.availableAfterMs === 0),
    );
    const transcript = conversation.transcripts().find((each) => each.availableAfterMs === 0);
    const api = new sdk.SpeechTextAnalyticsApi();
    const { url } = await api.getSpeechandtextanalyticsConversationCommunicationTranscripturl(
      idOf(conversation),
      transcript?.communicationId ?? '',
    );
    const file = await send(url ?? '');
    assert.equal(file.json.conversationId, idOf(conversation));
    const agent = conversation.detail.participants?.find((one) => one.purpose === 'agent');
    await assert.rejects(
      api.getSpeechandtextanalyticsConversationCommunicationTranscripturl(
        idOf(conversation),
        agent?.sessions?.[0]?.sessionId ?? 'none',
      ),
      (error: any) =>
        error.code === 'resource.not.found' && error.message === 'URL is not available.',
    );
  });

  test('looks names up: ids joined, wildcards, leavers, paging', async () => {
    const routing = new sdk.RoutingApi();
    const ids = organisation.queues.slice(0, 3).map((queue) => queue.id ?? '');
    const queues = await routing.getRoutingQueues({ id: ids });
    assert.deepEqual(new Set(queues.entities?.map((one) => one.id)), new Set(ids));
    const name = organisation.queues[0]?.name ?? '';
    const named = await routing.getRoutingQueues({ name: `*${name.slice(1)}` });
    assert.ok(named.entities?.some((one) => one.name === name));
    const users = await new sdk.UsersApi().getUsers({ state: 'any', pageSize: 500 });
    assert.equal(users.total, organisation.users.length);
    const active = await new sdk.UsersApi().getUsers({ pageSize: 500 });
    assert.equal(
      active.total,
      organisation.users.filter((user) => (user.state ?? 'active') === 'active').length,
    );
    const codes = await routing.getRoutingWrapupcodes({ pageSize: 10, pageNumber: 2 });
    assert.equal(codes.total, organisation.wrapUpCodes.length);
    assert.match(codes.previousUri ?? '', /pageNumber=1/);
    const divisions = await new sdk.AuthorizationApi().getAuthorizationDivisions({});
    assert.equal(divisions.total, organisation.divisions.length);
  });

  test('sees 403, 404 and 429 with the platform’s bodies', async () => {
    const api = new sdk.ConversationsApi();
    await assert.rejects(
      api.getAnalyticsConversationDetails('00000000-0000-4000-8000-000000000000'),
      (error: any) => error.status === 404 && error.code === 'not.found',
    );
    simulator.control.addFault({ path: '*/details/query', fault: { kind: 'rateLimit' } });
    await assert.rejects(
      api.postAnalyticsConversationsDetailsQuery({ interval: days(1, 0) }),
      (error: any) => error.status === 429 && error.code === 'too.many.requests.retry.after',
    );
    const { id, secret } = restrictedClients.withoutConversations;
    await sdk.ApiClient.instance.loginClientCredentialsGrant(id, secret);
    await assert.rejects(
      api.postAnalyticsConversationsDetailsQuery({ interval: days(1, 0) }),
      (error: any) => error.status === 403 && error.code === 'missing.any.permissions',
    );
  });
});
