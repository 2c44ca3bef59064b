/** The client against the simulated platform: what a user's day asks of it, and what may go wrong on the way. */
import assert from 'node:assert/strict';
import { cancellation, isAppError, isCancellation } from '../../src/base/appError.ts';
import type { Clock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { verifyCredentials } from '../../src/genesys/account.ts';
import { ConversationPager } from '../../src/genesys/conversationPager.ts';
import type { NamesWanted } from '../../src/genesys/genesysApi.ts';
import { GenesysClient } from '../../src/genesys/genesysClient.ts';
import { ClientCredentialsTokenSource } from '../../src/genesys/tokenSource.ts';
import { customerCommunicationIds, toConversationFacts } from '../../src/model/conversationFacts.ts';
import type { Conversation } from '../../src/model/conversation.ts';
import { parseConversationId } from '../../src/model/ids.ts';
import type { Recording } from '../../src/model/recording.ts';
import { noFilters } from '../../src/query/conversationQuery.ts';
import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import {
  demoClient,
  restrictedClients,
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from '../simulator/simulator.ts';
import { leakCheck } from '../support/leakCheck.ts';

const never = new AbortController().signal;
const nowMs = Date.UTC(2026, 10, 5, 15);
const dayMs = 86_400_000;
const conversationCount = 4000;
const organisation = createSampleOrganisation({ seed: 7, conversationCount, nowMs, days: 14 });
const everything = {
  interval: { startMs: nowMs - 15 * dayMs, endMs: nowMs + dayMs },
  filters: noFilters,
};
const detailsTemplate = '/api/v2/analytics/conversations/details/query';

/** The simulator's time; waiting moves it on, so that no test sleeps. */
class SimulatedTime implements Clock {
  readonly delaysMs: number[] = [];
  private readonly simulator: Simulator;

  constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  nowMs(): number {
    return this.simulator.control.nowMs();
  }

  async delay(durationMs: number, signal: AbortSignal): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) {
      throw cancellation();
    }
    this.delaysMs.push(durationMs);
    this.simulator.control.advanceClock(durationMs);
  }
}

suite('GenesysClient against the simulator', () => {
  leakCheck();
  let simulator: Simulator;
  let clock: SimulatedTime;

  const start = async (
    options: Partial<SimulatorOptions> = {},
    account: { readonly id: string; readonly secret: string | undefined } = demoClient,
  ): Promise<GenesysClient> => {
    simulator = await startSimulator({
      organisation,
      nowMs: () => nowMs,
      rateAllowed: 100_000,
      ...options,
    });
    clock = new SimulatedTime(simulator);
    const tokens = new ClientCredentialsTokenSource({
      ...simulator,
      clientId: account.id,
      clientSecret: account.secret ?? '',
      clock,
    });
    return new GenesysClient({ apiBaseUrl: simulator.apiBaseUrl, tokens, clock, log: silentLog });
  };
  teardown(async () => {
    await simulator.stop();
  });

  const collectIds = async (
    client: GenesysClient,
    afterPage?: () => void,
  ): Promise<readonly string[]> => {
    const pager = new ConversationPager({ api: client, query: everything, pageSize: 100 });
    const ids: string[] = [];
    for (let page = await pager.next(never); page !== undefined; page = await pager.next(never)) {
      assert.deepEqual(page.undecodable, []);
      ids.push(...page.conversations.map(({ value }) => value.id));
      afterPage?.();
    }
    return ids;
  };
  const expectedIds = organisation.conversations.map(({ detail }) => detail.conversationId ?? '');
  const statuses = (): ReadonlySet<number> =>
    new Set(simulator.control.requests().map(({ status }) => status));

  test('pages to the end of several thousand conversations, each once and newest first', async () => {
    const client = await start();
    const ids = await collectIds(client);
    assert.equal(ids.length, expectedIds.length);
    assert.deepEqual([...ids].sort(), [...expectedIds].sort());
    const startOf = (id: string): string =>
      organisation.conversation(id)?.detail.conversationStart ?? '';
    const starts = ids.map(startOf);
    assert.deepEqual(starts, [...starts].sort().reverse());
    assert.deepEqual([...statuses()], [200]);
  });

  test('decodes every conversation as the generator made it', async () => {
    const client = await start();
    const page = await client.listConversations(
      { ...everything, interval: { startMs: nowMs - 5 * dayMs, endMs: nowMs } },
      { pageNumber: 1, pageSize: 100 },
      never,
    );
    assert.equal(page.conversations.length, 100);
    for (const { value, rawJson } of page.conversations) {
      const detail = organisation.conversation(value.id)?.detail;
      assert.deepEqual(JSON.parse(rawJson), JSON.parse(JSON.stringify(detail)));
      assert.equal(new Date(value.startMs).toISOString(), detail?.conversationStart);
      assert.equal(value.participants.length, detail.participants?.length ?? 0);
    }
  });

  test('shows the first page of 100 after one details query and at most four lookups', async () => {
    const client = await start();
    const pager = new ConversationPager({
      api: client,
      query: { ...everything, interval: { startMs: nowMs - 7 * dayMs, endMs: nowMs } },
      pageSize: 100,
    });
    const page = await pager.next(never);
    assert.equal(page?.conversations.length, 100);
    const conversations = page.conversations.map(({ value }) => value);
    const wanted = namesOf(conversations);
    await client.names.resolve(wanted, never);
    const counts = simulator.control.requestCounts();
    assert.equal(counts[`POST ${detailsTemplate}`], 1);
    const lookups = simulator.control
      .requests({ method: 'GET' })
      .filter(({ path }) => /queues|users|wrapupcodes|divisions/u.test(path));
    assert.ok(lookups.length <= 4, lookups.map(({ path }) => path).join(', '));
    const nameOfQueue = new Map(organisation.queues.map(({ id, name }) => [id, name]));
    for (const id of wanted.queueIds ?? []) {
      assert.equal(client.names.queueName(id), nameOfQueue.get(id));
    }
    const unnamed = (wanted.userIds ?? []).filter((id) => client.names.userName(id) === id);
    assert.deepEqual(unnamed, []);
  });

  test('uses its allowance without a single 429, waiting for windows to end', async () => {
    const client = await start({ rateAllowed: 5, rateWindowMs: 60_000 });
    await collectIds(client);
    assert.deepEqual([...statuses()], [200]);
    assert.ok(clock.delaysMs.length >= 7, 'more than 40 requests at 5 a minute');
    assert.ok(clock.delaysMs.every((delayMs) => delayMs <= 63_000));
  });

  test('gets through a storm of 429 with every form of Retry-After', async () => {
    const client = await start();
    for (const [index, retryAfter] of [undefined, null, '3', 'garbage', '-1'].entries()) {
      simulator.control.addFault({
        path: detailsTemplate,
        skip: index,
        count: 2,
        fault: { kind: 'rateLimit', ...(retryAfter !== undefined && { retryAfter }) },
      });
    }
    const ids = await collectIds(client);
    assert.equal(ids.length, expectedIds.length);
    assert.ok(statuses().has(429));
    assert.equal(client.rate.current.waitingUntilMs, undefined);
  });

  test('goes on with a fresh token when the platform revokes the old one midway', async () => {
    const client = await start();
    let pages = 0;
    const ids = await collectIds(client, () => {
      pages++;
      if (pages === 5 || pages === 20) {
        simulator.control.revokeTokens();
      }
    });
    assert.deepEqual([...ids].sort(), [...expectedIds].sort());
    const counts = simulator.control.requestCounts();
    assert.equal(counts['POST /oauth/token'], 3);
    assert.equal(simulator.control.requests().filter(({ status }) => status === 401).length, 2);
  });

  test('refreshes an expired token before it is refused', async () => {
    const client = await start({ tokenLifeSeconds: 600 });
    await client.fetchOrganisation(never);
    simulator.control.advanceClock(550_000);
    const { name } = await client.fetchOrganisation(never);
    assert.equal(name, organisation.name);
    assert.equal(simulator.control.requestCounts()['POST /oauth/token'], 2);
    assert.ok(!statuses().has(401));
  });

  /** A voice recording with media, as the client sees it. */
  const fetchVoice = async (
    client: GenesysClient,
  ): Promise<{ readonly conversation: Conversation; readonly recording: Recording }> => {
    const source = [...organisation.conversations]
      .reverse()
      .find((one) =>
        one
          .recordings()
          .some(({ channels, transcodePolls }) => channels.length === 2 && transcodePolls > 0),
      );
    const id = parseConversationId(source?.detail.conversationId ?? '');
    const { value: conversation } = await client.fetchConversation(id, never);
    const options = { format: 'WAV', maxWaitMs: 120_000 } as const;
    const found = await client.fetchRecordings(id, options, never);
    const recording = found.find(({ value }) => value.files.length === 2)?.value;
    assert.ok(recording !== undefined);
    return { conversation, recording };
  };

  const readAll = async (body: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  };

  test('waits for transcoding and downloads both channels, whole and from the middle', async () => {
    const client = await start();
    const { conversation, recording } = await fetchVoice(client);
    assert.ok(statuses().has(202));
    const source = organisation
      .conversation(conversation.id)
      ?.recordings()
      .find((one) => one.recording.id === recording.id);
    for (const { channel, url, expiresAtMs } of recording.files) {
      assert.ok((expiresAtMs ?? 0) > clock.nowMs());
      const expected = Buffer.from((await source?.media(channel, 'WAV')) ?? []);
      const whole = await client.openMedia(url, {}, never);
      assert.deepEqual(await readAll(whole.body), expected);
      const half = await client.openMedia(url, { fromByte: 1000, ifRange: whole.validator }, never);
      assert.equal(half.status, 206);
      assert.deepEqual(await readAll(half.body), expected.subarray(1000));
      await assert.rejects(
        client.openMedia(url, { fromByte: expected.length }, never),
        (error: unknown) => isAppError(error, 'conflict'),
      );
    }
  });

  test('calls an expired link gone, and a fresh one works', async () => {
    const client = await start({ mediaLinkLifeSeconds: 600 });
    const { conversation, recording } = await fetchVoice(client);
    simulator.control.advanceClock(601_000);
    await assert.rejects(
      client.openMedia(recording.files[0]?.url ?? '', {}, never),
      (error: unknown) => isAppError(error, 'gone') && !error.message.includes('http'),
    );
    const [fresh] = await client.fetchRecordings(
      conversation.id,
      { format: 'WAV', maxWaitMs: 60_000 },
      never,
    );
    const { body } = await client.openMedia(fresh?.value.files[0]?.url ?? '', {}, never);
    assert.ok((await readAll(body)).length > 44);
  });

  test('follows a redirect of a media link and never sends the bearer token there', async () => {
    const client = await start();
    const { recording } = await fetchVoice(client);
    simulator.control.clearRequests();
    simulator.control.addFault({ path: '/downloads/MediaCache/*', fault: { kind: 'redirect' } });
    const { body } = await client.openMedia(recording.files[0]?.url ?? '', {}, never);
    assert.ok((await readAll(body)).length > 44);
    const downloads = simulator.control.requests();
    assert.deepEqual(
      downloads.map(({ status, hasBearer }) => [status, hasBearer]),
      [
        [302, false],
        [200, false],
      ],
    );
  });

  test('tells a media connection that is cut or ends early', async () => {
    const client = await start();
    const { recording } = await fetchVoice(client);
    const url = recording.files[0]?.url ?? '';
    for (const fault of [
      { kind: 'cut', afterBytes: 5000 },
      { kind: 'truncate', afterBytes: 5000 },
    ] as const) {
      simulator.control.addFault({ path: '/downloads/MediaCache/*', fault });
      await assert.rejects(
        async () => readAll((await client.openMedia(url, {}, never)).body),
        (error: unknown) => isAppError(error, 'network'),
        fault.kind,
      );
    }
  });

  test('finds the transcript of a call and reads it', async () => {
    const client = await start();
    const withTranscript = [...organisation.conversations]
      .reverse()
      .find((one) => one.transcripts().some(({ availableAfterMs }) => availableAfterMs === 0));
    const id = parseConversationId(withTranscript?.detail.conversationId ?? '');
    simulator.control.advanceClock(2 * dayMs);
    const { value } = await client.fetchConversation(id, never);
    const links = (
      await Promise.all(
        customerCommunicationIds(value).map((communication) =>
          client.fetchTranscriptLinks(id, communication, never),
        ),
      )
    ).flat();
    assert.ok(links.length > 0);
    const { body } = await client.openMedia(links[0]?.url ?? '', {}, never);
    const files = withTranscript?.transcripts().map((one) => one.file()) ?? [];
    assert.ok(files.includes((await readAll(body)).toString('utf8')));
    const agent = value.participants.find(({ purpose }) => purpose === 'agent')?.sessions[0];
    if (agent !== undefined) {
      assert.deepEqual(await client.fetchTranscriptLinks(id, agent.id, never), []);
    }
  });

  test('leaves ids where a lookup is forbidden, and names the permission where a list is', async () => {
    const client = await start({}, restrictedClients.withoutQueues);
    const page = await client.listConversations(
      { ...everything, interval: { startMs: nowMs - dayMs, endMs: nowMs } },
      { pageNumber: 1, pageSize: 25 },
      never,
    );
    const wanted = namesOf(page.conversations.map(({ value }) => value));
    await client.names.resolve(wanted, never);
    const [queueId] = wanted.queueIds ?? [];
    assert.ok(queueId !== undefined);
    assert.equal(client.names.queueName(queueId), queueId);
    await assert.rejects(client.names.searchQueues('a', never), (error: unknown) =>
      isAppError(error, 'forbidden'),
    );
    await simulator.stop();
    const blind = await start({}, restrictedClients.withoutConversations);
    await assert.rejects(
      blind.listConversations(everything, { pageNumber: 1, pageSize: 25 }, never),
      (error: unknown) =>
        isAppError(error, 'forbidden') &&
        error.message.includes('analytics:conversationDetail:view'),
    );
  });

  test('finds queues, users and wrap-up codes by a part of their name', async () => {
    const client = await start();
    const part = (name: string | undefined): string => (name ?? '').slice(1, 4).toUpperCase();
    const [queue] = organisation.queues;
    const user = organisation.users.find(({ state }) => state === 'active');
    const [code] = organisation.wrapUpCodes;
    const queues = await client.names.searchQueues(part(queue?.name), never);
    assert.ok(queues.some(({ id }) => id === queue?.id));
    const users = await client.names.searchUsers(part(user?.name), never);
    assert.ok(users.some(({ id }) => id === user?.id));
    const codes = await client.names.searchWrapUpCodes(part(code?.name), never);
    assert.ok(codes.some(({ id }) => id === code?.id));
    assert.deepEqual(await client.names.searchQueues('no such queue', never), []);
  });

  test('verifies credentials, and suggests secret and region for wrong ones', async () => {
    for (const invalidClientStatus of [400, 401] as const) {
      await start({ invalidClientStatus });
      const deps = {
        apiBaseUrl: simulator.apiBaseUrl,
        loginBaseUrl: simulator.loginBaseUrl,
        clock,
        log: silentLog,
      };
      const good = { clientId: demoClient.id, clientSecret: demoClient.secret };
      assert.equal((await verifyCredentials(good, deps, never)).id, organisation.id);
      await assert.rejects(
        verifyCredentials({ ...good, clientSecret: 'wrong' }, deps, never),
        (error: unknown) =>
          isAppError(error, 'auth') &&
          error.message.includes('secret') &&
          error.message.includes('region'),
      );
      await simulator.stop();
    }
  });

  test('leaves no socket behind when listing and downloading are cancelled', async () => {
    const client = await start();
    const { recording } = await fetchVoice(client);
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    const before = sockets();
    const stall = { count: null, fault: { kind: 'stall', afterBytes: 100 } } as const;
    simulator.control.addFault({ path: detailsTemplate, ...stall });
    simulator.control.addFault({ path: '/downloads/MediaCache/*', ...stall });
    const stop = new AbortController();
    const lists = [1, 2, 3].map((pageNumber) =>
      assert.rejects(
        client.listConversations(
          { ...everything, interval: { startMs: nowMs - dayMs, endMs: nowMs } },
          { pageNumber, pageSize: 100 },
          stop.signal,
        ),
        isCancellation,
      ),
    );
    const { body } = await client.openMedia(recording.files[0]?.url ?? '', {}, stop.signal);
    const download = assert.rejects(async () => {
      for await (const chunk of body) {
        assert.ok(chunk.length > 0);
        setImmediate(() => {
          stop.abort();
        });
      }
    }, isCancellation);
    await Promise.all([...lists, download]);
    for (let turn = 0; turn < 100 && sockets() > before; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(sockets() <= before, `${String(sockets())} sockets, ${String(before)} before`);
  });
});

function namesOf(conversations: readonly Conversation[]): NamesWanted {
  const facts = conversations.map(toConversationFacts);
  return {
    queueIds: facts.flatMap(({ queueIds }) => queueIds),
    userIds: facts.flatMap(({ agentIds }) => agentIds),
    wrapUpCodeIds: facts.flatMap(({ wrapUpCodeIds }) => wrapUpCodeIds),
    divisionIds: conversations.flatMap(({ divisionIds }) => divisionIds),
  };
}
