/** Discovery and the bulk calls against the simulated platform, with the failures that it can be told to have. */
import assert from 'node:assert/strict';
import { isAppError } from '../../src/base/appError.ts';
import { silentLog } from '../../src/base/log.ts';
import {
  discoverConversations,
  type DiscoveredPage,
  type DiscoveryScope,
} from '../../src/genesys/conversationDiscovery.ts';
import { GenesysClient } from '../../src/genesys/genesysClient.ts';
import { ClientCredentialsTokenSource } from '../../src/genesys/tokenSource.ts';
import { parseConversationId, parseRecordingId } from '../../src/model/ids.ts';
import { noFilters } from '../../src/query/conversationQuery.ts';
import { defaultDiscoveryLimits } from '../../src/query/planDiscovery.ts';
import { createBulkOrganisation } from '../simulator/data/bulkOrganisation.ts';
import { demoClient, startSimulator, type Simulator } from '../simulator/simulator.ts';
import { leakCheck } from '../support/leakCheck.ts';
import { SimulatedTime } from '../support/simulatedTime.ts';

const never = new AbortController().signal;
const nowMs = Date.UTC(2026, 10, 20, 12);
const dayMs = 86_400_000;
const organisation = createBulkOrganisation({
  seed: 5,
  conversationCount: 3000,
  nowMs,
  days: 60,
  variety: 'varied',
});
const startMs = nowMs - 61 * dayMs;
const everything: DiscoveryScope = {
  interval: { startMs, endMs: nowMs + dayMs },
  filters: noFilters,
};
/** Small enough for every way of asking to come to pass. */
const limits = { ...defaultDiscoveryLimits, minJobHits: 200, jobPageSize: 100, queryPageSize: 50 };
const allIds = organisation.conversations.map(({ detail }) => detail.conversationId ?? '').sort();

suite('discoverConversations against the simulator', () => {
  leakCheck();
  let simulator: Simulator;
  let client: GenesysClient;
  let clock: SimulatedTime;

  setup(async () => {
    simulator = await startSimulator({
      organisation,
      nowMs: () => nowMs,
      rateAllowed: 100_000,
    });
    clock = new SimulatedTime(simulator);
    const tokens = new ClientCredentialsTokenSource({
      ...simulator,
      clientId: demoClient.id,
      clientSecret: demoClient.secret,
      clock,
    });
    client = new GenesysClient({
      apiBaseUrl: simulator.apiBaseUrl,
      tokens,
      clock,
      log: silentLog,
    });
  });
  teardown(() => simulator.stop());

  const discover = async function* (
    scope: DiscoveryScope,
    position?: string,
  ): AsyncGenerator<DiscoveredPage, void, undefined> {
    const api = client.background();
    const deps = { api, bulk: await api.bulk(), clock, log: silentLog, limits };
    yield* discoverConversations(deps, scope, position, never);
  };
  const collect = async (scope: DiscoveryScope): Promise<readonly DiscoveredPage[]> => {
    const pages: DiscoveredPage[] = [];
    for await (const page of discover(scope)) {
      pages.push(page);
    }
    return pages;
  };
  const idsOf = (pages: readonly DiscoveredPage[]): readonly string[] =>
    pages.flatMap(({ conversations }) => conversations.map(({ value }) => value.id));
  const countOf = (method: string, end: RegExp): number =>
    simulator.control.requests().filter((one) => one.method === method && end.test(one.path))
      .length;

  test('finds every conversation once, by jobs and queries, and leaves no job behind', async () => {
    const pages = await collect(everything);
    assert.deepEqual([...idsOf(pages)].sort(), allIds);
    assert.ok(countOf('POST', /details\/jobs$/u) >= 4);
    assert.ok(countOf('POST', /details\/query$/u) >= 5);
    assert.equal(countOf('DELETE', /details\/jobs\/[^/]+$/u), countOf('POST', /details\/jobs$/u));
    const { completeUntilMs = 0 } = pages.at(-1) ?? {};
    assert.ok(completeUntilMs >= nowMs - limits.queryLagMs);
    const open = pages.flatMap(({ conversations }) =>
      conversations.filter(({ value }) => value.endMs === undefined),
    );
    assert.ok(open.length > 0, 'open conversations are among them');
    const fromJob = pages
      .flatMap(({ conversations }) => conversations)
      .find(({ source }) => source.includes('/details/jobs/'));
    assert.match(fromJob?.rawJson ?? '', /"attributes":/u);
  });

  test('survives jobs that end badly or are forgotten, pages too large, slow or refused', async () => {
    simulator.control.jobs.orderEnds(['FAILED', 'EXPIRED', 'CANCELLED']);
    simulator.control.pages.maximumConversations = 40;
    simulator.control.addFault({
      path: '/api/v2/analytics/conversations/details/query',
      count: 3,
      fault: { kind: 'status', status: 504 },
    });
    simulator.control.addFault({
      path: '/api/v2/analytics/conversations/details/query',
      count: 7,
      fault: { kind: 'rateLimit' },
    });
    const pages: DiscoveredPage[] = [];
    for await (const page of discover(everything)) {
      pages.push(page);
      if (pages.length === 9) {
        simulator.control.jobs.forgetAll();
      }
    }
    assert.deepEqual([...idsOf(pages)].sort(), allIds);
  });

  test('reads the pages of a job again when its cursor expires', async () => {
    const scope = { ...everything, interval: { startMs, endMs: startMs + 15 * dayMs } };
    const pages: DiscoveredPage[] = [];
    for await (const page of discover(scope)) {
      pages.push(page);
      if (pages.length === 3) {
        simulator.control.advanceClock(2 * 3_600_000);
      }
    }
    assert.equal(new Set(idsOf(pages)).size, idsOf(pages).length);
    assert.equal(countOf('POST', /details\/jobs$/u), 1);
    const wanted = organisation.conversations.filter(
      ({ detail }) => Date.parse(detail.conversationStart ?? '') < startMs + 15 * dayMs,
    );
    assert.equal(idsOf(pages).length, wanted.length);
  });

  test('goes on from a stored position in another process', async () => {
    const found = new Set<string>();
    let position: string | undefined;
    for (let isDone = false; !isDone;) {
      isDone = true;
      let pageCount = 0;
      for await (const page of discover(everything, position)) {
        idsOf([page]).forEach((id) => found.add(id));
        position = page.position;
        if (++pageCount === 4) {
          isDone = false;
          break;
        }
      }
    }
    assert.deepEqual([...found].sort(), allIds);
  });

  test('reports conversations that make no sense, with their text, and brings the others', async () => {
    const spoilt = [10, 1500, 2990].map((index) => allIds[index] ?? '');
    simulator.control.pages.spoilConversation(spoilt[0] ?? '', 'wrongTypes');
    simulator.control.pages.spoilConversation(spoilt[1] ?? '', 'withoutId');
    simulator.control.pages.spoilConversation(spoilt[2] ?? '', 'notAnObject');
    const pages = await collect(everything);
    assert.equal(idsOf(pages).length, allIds.length - spoilt.length);
    const undecodable = pages.flatMap((page) => page.undecodable);
    assert.equal(undecodable.length, spoilt.length);
    assert.ok(undecodable.some(({ rawJson }) => rawJson.includes(spoilt[0] ?? '?')));
    assert.ok(undecodable.every(({ reason }) => reason.length > 0));
  });

  test('fetches conversations by ids, a hundred a call, and says which are unknown', async () => {
    const unknown = parseConversationId('00000000-0000-4000-8000-00000000dead');
    const ids = [...allIds.slice(0, 250).map((id) => parseConversationId(id)), unknown];
    simulator.control.pages.spoilConversation(allIds[240] ?? '', 'wrongTypes');
    const pages = await collect({ ids: [...ids, ...ids.slice(0, 30)] });
    assert.deepEqual(idsOf(pages), ids.toSpliced(240, 1).slice(0, -1));
    assert.equal(pages.flatMap(({ undecodable }) => undecodable).length, 1);
    assert.deepEqual(
      pages.flatMap(({ unknownIds }) => unknownIds),
      [unknown],
    );
    assert.equal(countOf('GET', /\/conversations\/details$/u), 3);
  });

  test('makes a batch of recordings and reads its results as they come', async () => {
    const bulk = await client.bulk();
    const conversations = organisation.conversations.slice(0, 20);
    const items = conversations.flatMap((one) =>
      one.recordings().map(({ recording }) => ({
        conversationId: parseConversationId(recording.conversationId ?? ''),
        recordingId: parseRecordingId(recording.id ?? ''),
      })),
    );
    simulator.control.batches.orderSpoils(['unasked', 'duplicate']);
    const batchId = await bulk.createRecordingBatch(items, never);
    let batch = await bulk.fetchRecordingBatch(batchId, never);
    assert.equal(batch.isCompleted, false);
    for (let poll = 0; !batch.isCompleted && poll < 20; poll++) {
      batch = await bulk.fetchRecordingBatch(batchId, never);
    }
    const withLink = batch.results.filter(({ url }) => url !== undefined);
    assert.ok(withLink.length > 0);
    assert.ok(withLink.every(({ expiresAtMs = 0 }) => expiresAtMs > nowMs));
    assert.ok(batch.results.some(({ errorMessage }) => errorMessage !== undefined));
    const asked = new Set(items.map(({ recordingId }) => recordingId));
    assert.ok(
      batch.results.some(({ recordingId }) => recordingId !== undefined && !asked.has(recordingId)),
    );
    await assert.rejects(bulk.fetchRecordingBatch('no-such-batch', never), (error) =>
      isAppError(error, 'notFound'),
    );
    await assert.doesNotReject(bulk.deleteDetailsJob('no-such-job', never));
  });
});
