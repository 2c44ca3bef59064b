/** The official SDK against what syncing in bulk uses: asynchronous details jobs, batches of recordings, details by ids. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

import type * as Sdk from 'purecloud-platform-client-v2';

import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import type { SimulatedConversation } from '../simulator/organisation.ts';
import {
  demoClient,
  restrictedClients,
  startSimulator,
  type Simulator,
} from '../simulator/simulator.ts';
import { leakCheck } from '../support/leakCheck.ts';

const sdk: typeof Sdk = createRequire(import.meta.url)('purecloud-platform-client-v2');

const nowMs = Date.UTC(2026, 10, 20, 12);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const days = (from: number, to: number): string =>
  [from, to].map((day) => new Date(nowMs - day * dayMs).toISOString()).join('/');

suite('contract: the official SDK against jobs and batches', () => {
  leakCheck();
  const organisation = createSampleOrganisation({ seed: 7, conversationCount: 300, nowMs });
  let simulator: Simulator;
  const client: any = sdk.ApiClient.instance;

  setup(async () => {
    simulator = await startSimulator({ organisation, nowMs: () => nowMs });
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

  const idOf = ({ detail }: SimulatedConversation): string => detail.conversationId ?? '';
  const conversations = (): Sdk.ConversationsApi => new sdk.ConversationsApi();
  const recordings = (): Sdk.RecordingApi => new sdk.RecordingApi();

  async function finishedJob(body: Sdk.Models.AsyncConversationQuery): Promise<string> {
    const api = conversations();
    const { jobId = '' } = await api.postAnalyticsConversationsDetailsJobs(body);
    const states: (string | undefined)[] = [];
    do {
      states.push((await api.getAnalyticsConversationsDetailsJob(jobId)).state);
    } while (states.length < 10 && ['QUEUED', 'PENDING'].includes(states.at(-1) ?? ''));
    assert.deepEqual(states, ['QUEUED', 'PENDING', 'FULFILLED']);
    return jobId;
  }

  async function finishedBatch(
    batchDownloadRequestList: Sdk.Models.BatchDownloadRequest[],
  ): Promise<readonly Sdk.Models.BatchDownloadJobStatusResult[]> {
    const { id = '' } = await recordings().postRecordingBatchrequests({ batchDownloadRequestList });
    const looks: Sdk.Models.BatchDownloadJobStatusResult[] = [];
    do {
      looks.push(await recordings().getRecordingBatchrequest(id));
    } while (looks.length < 10 && looks.at(-1)?.status === 'InProgress');
    return looks;
  }

  test('a job brings by cursor what was active in the interval, attributes too, up to its date', async () => {
    const api = conversations();
    const jobId = await finishedJob({ interval: days(7, 0) });
    const found: Sdk.Models.AnalyticsConversation[] = [];
    let page: Sdk.Models.AnalyticsConversationAsyncQueryResponse;
    let cursor: string | undefined;
    do {
      page = await api.getAnalyticsConversationsDetailsJobResults(jobId, {
        pageSize: 50,
        ...(cursor !== undefined && { cursor }),
      });
      found.push(...(page.conversations ?? []));
      cursor = page.cursor;
    } while (cursor !== undefined);
    const untilMs = Date.parse(page.dataAvailabilityDate ?? '');
    const expected = organisation.conversations
      .filter(({ detail }) => Date.parse(detail.conversationEnd ?? '') >= nowMs - 7 * dayMs)
      .filter(({ detail }) => Date.parse(detail.conversationEnd ?? '') <= untilMs);
    assert.equal(untilMs, nowMs - 6 * hourMs);
    assert.deepEqual(
      found.map((one) => one.conversationId),
      expected.map(idOf),
    );
    assert.ok(found.length > 100);
    const customers = found.flatMap((one) => one.participants ?? []);
    assert.ok(customers.some(({ attributes }) => Object.keys(attributes ?? {}).length > 2));
    const available = await api.getAnalyticsConversationsDetailsJobsAvailability();
    assert.equal(available.dataAvailabilityDate, page.dataAvailabilityDate);
    await api.deleteAnalyticsConversationsDetailsJob(jobId);
    await assert.rejects(
      api.getAnalyticsConversationsDetailsJob(jobId),
      (error: any) => error.status === 404,
    );
  });

  test('a job may fail, and refuses what only the query knows', async () => {
    const api = conversations();
    simulator.control.jobs.orderEnds(['FAILED']);
    const { jobId = '' } = await api.postAnalyticsConversationsDetailsJobs({
      interval: days(7, 0),
    });
    simulator.control.advanceClock(60_000);
    const status = await api.getAnalyticsConversationsDetailsJob(jobId);
    assert.equal(status.state, 'FAILED');
    assert.ok(status.errorMessage);
    const paged: any = { interval: days(7, 0), paging: { pageSize: 10, pageNumber: 1 } };
    await assert.rejects(
      api.postAnalyticsConversationsDetailsJobs(paged),
      (error: any) => error.status === 400 && error.code === 'invalid.property',
    );
  });

  test('a batch grows until it is complete, with links to originals and errors for the rest', async () => {
    const chosen = organisation.conversations
      .filter((one) => one.recordings().length > 0)
      .slice(-40);
    const looks = await finishedBatch(chosen.map((one) => ({ conversationId: idOf(one) })));
    const wanted = chosen.flatMap((one) => one.recordings());
    const [first, last] = [looks[0], looks.at(-1)];
    assert.ok(first !== undefined && last !== undefined);
    const { results = [], errorCount = 0 } = last;
    assert.deepEqual(
      results.map((one) => one.recordingId),
      wanted.map((one) => one.recording.id),
    );
    assert.deepEqual(
      [first.expectedResultCount, first.resultCount, last.expectedResultCount, last.resultCount],
      [chosen.length, 0, wanted.length, wanted.length],
    );
    const failed = results.filter((one) => one.errorMsg !== undefined);
    assert.equal(failed.length, errorCount);
    assert.ok(errorCount > 0 && failed.every((one) => one.resultUrl === undefined));
  });

  test('the link of a result brings the original file', async () => {
    const conversation = organisation.conversations.findLast((one) =>
      one.recordings().some(({ channels }) => channels.length === 2),
    );
    assert.ok(conversation);
    const recording = conversation.recordings().find(({ channels }) => channels.length === 2);
    const looks = await finishedBatch([
      {
        conversationId: idOf(conversation),
        recordingId: recording?.recording.id ?? '',
      },
    ]);
    const result = looks.at(-1)?.results?.[0];
    assert.equal(result?.contentType, 'audio/wav');
    const response = await fetch(result.resultUrl ?? '');
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.deepEqual(bytes, Buffer.from((await recording?.original()) ?? []));
    assert.equal(bytes.readUInt16LE(22), 2, 'both channels are in one file');
  });

  test('a batch belongs to its submitter', async () => {
    const [first] = organisation.conversations.map(idOf);
    const { id = '' } = await recordings().postRecordingBatchrequests({
      batchDownloadRequestList: [{ conversationId: first ?? '' }],
    });
    const other = restrictedClients.withoutQueues;
    await client.loginClientCredentialsGrant(other.id, other.secret);
    await assert.rejects(
      recordings().getRecordingBatchrequest(id),
      (error: any) => error.status === 403 && error.code === 'batch.download.permission.denied',
    );
  });
});
