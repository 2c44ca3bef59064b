import assert from 'node:assert/strict';

import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { restrictedClients } from '../../simulator/identity/clients.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { logIn, send, type Call, type WireAnswer } from '../../support/simulatorClient.ts';
import {
  archivedIndex,
  conversationId,
  createSmallOrganisation,
  hourMs,
  recordingId,
  smallConversationCount,
  smallNowMs,
  smallStartMs,
  toBytes,
} from '../../support/smallOrganisation.ts';

const jobs = '/api/v2/analytics/conversations/details/jobs';
const details = '/api/v2/analytics/conversations/details/query';
const batches = '/api/v2/recording/batchrequests';
const interval = '2026-11-02T00:00:00Z/2026-11-05T00:00:00Z';
const iso = (timeMs: number): string => new Date(timeMs).toISOString();

/** What is refused, with which status and code. */
const refused: readonly (readonly [string, string, unknown, number, string])[] = [
  [
    'a job with paging',
    jobs,
    { interval, paging: { pageSize: 1, pageNumber: 1 } },
    400,
    'invalid.property',
  ],
  ['a job with aggregations', jobs, { interval, aggregations: [] }, 400, 'invalid.property'],
  ['a job without interval', jobs, {}, 400, 'constraint.validation'],
  [
    'a job over 32 days',
    jobs,
    { interval: '2026-10-01T00:00:00Z/2026-11-02T00:00:00Z' },
    400,
    'bad.request',
  ],
  [
    'a job with a bad dimension',
    jobs,
    { interval, segmentFilters: [{ type: 'and', predicates: [{ dimension: 'x', value: '1' }] }] },
    400,
    'invalid.value',
  ],
  [
    'a job with a predicate of two minds',
    jobs,
    { interval, segmentFilters: [{ type: 'and', predicates: [{ dimension: 'ani' }] }] },
    400,
    'constraint.validation',
  ],
  [
    'a job with a text for a flag',
    jobs,
    { interval, startOfDayIntervalMatching: 'yes' },
    400,
    'invalid.value',
  ],
  ['a job with a limit of none', jobs, { interval, limit: 0 }, 400, 'constraint.validation'],
  [
    'a batch of nothing',
    batches,
    { batchDownloadRequestList: [] },
    400,
    'batch.download.bad.request',
  ],
  ['a batch without list', batches, {}, 400, 'batch.download.bad.request'],
  [
    'a batch of 101',
    batches,
    {
      batchDownloadRequestList: Array.from({ length: 101 }, () => ({
        conversationId: conversationId(1),
      })),
    },
    400,
    'batch.download.too.many.items',
  ],
  [
    'a batch with an unknown property',
    batches,
    { batchDownloadRequestList: [{ conversationId: conversationId(1), format: 'WAV' }] },
    400,
    'invalid.property',
  ],
  [
    'a batch item without conversation',
    batches,
    { batchDownloadRequestList: [{ recordingId: recordingId(1) }] },
    400,
    'constraint.validation',
  ],
];

suite('simulator: jobs and batches', () => {
  leakCheck();
  let simulator: Simulator;
  let call: Call;

  setup(async () => {
    simulator = await startSimulator({
      organisation: createSmallOrganisation(),
      nowMs: () => smallNowMs,
      jobs: { queuedPolls: 0, pendingPolls: 0, availabilityLagMs: 0 },
      batches: { polls: 1, linkLifeSeconds: 60 },
    });
    call = await logIn(simulator);
  });
  teardown(() => simulator.stop());

  const submit = async (query: object): Promise<string> => {
    const { status, json } = await call('POST', jobs, query);
    assert.equal(status, 202);
    return `${jobs}/${String(json.jobId)}`;
  };
  const finish = async (query: object): Promise<string> => {
    const job = await submit(query);
    assert.equal((await call('GET', job)).json.state, 'FULFILLED');
    return job;
  };
  const found = async (query: object): Promise<readonly string[]> => {
    const { json } = await call('GET', `${await finish(query)}/results`);
    return (json.conversations ?? []).map((one: any) => one.conversationId);
  };
  const request = async (...items: readonly object[]): Promise<string> => {
    const { json } = await call('POST', batches, { batchDownloadRequestList: items });
    return `${batches}/${String(json.id)}`;
  };
  /** The second look shows a batch complete. */
  const complete = async (batch: string): Promise<WireAnswer> => {
    await call('GET', batch);
    return call('GET', batch);
  };
  const control = (method: string, path: string, body?: object): Promise<WireAnswer> =>
    send(`${simulator.url}/control/${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });

  for (const [what, path, body, status, code] of refused) {
    test(`${what} is answered ${String(status)} ${code}`, async () => {
      const answer = await call('POST', path, body);
      assert.deepEqual([answer.status, answer.json.code], [status, code]);
    });
  }

  test('jobs and batches need their permissions', async () => {
    const { withoutConversations, withoutRecordings } = restrictedClients;
    const noDetails = await logIn(simulator, withoutConversations);
    const noRecordings = await logIn(simulator, withoutRecordings);
    const item = { batchDownloadRequestList: [{ conversationId: conversationId(1) }] };
    const answers = [
      await noDetails('POST', jobs, { interval }),
      await noDetails('GET', `${jobs}/availability`),
      await noRecordings('POST', batches, item),
    ];
    assert.deepEqual(
      answers.map(({ status, json }) => [status, json.code]),
      answers.map(() => [403, 'missing.any.permissions']),
    );
  });

  test('a job finds by activity, a day’s start only when asked to', async () => {
    // Between 22:05 and 22:06 of the second day nothing starts; the conversation of 22:00 goes on.
    const from = smallStartMs + 24 * hourMs + 300_000;
    const short = { interval: [from, from + 60_000].map(iso).join('/') };
    assert.deepEqual(await found(short), [conversationId(24)]);
    const whole = await found({ ...short, startOfDayIntervalMatching: true });
    assert.deepEqual(whole.slice(0, 2), [conversationId(2), conversationId(3)]);
    assert.equal(whole.length, 24);
  });

  test('a job silently misses what the data lake does not have yet', async () => {
    simulator.control.jobs.settings.availabilityLagMs = 10 * hourMs;
    const untilMs = smallNowMs - 10 * hourMs;
    const job = await finish({ interval });
    const { json } = await call('GET', `${job}/results`);
    assert.equal(json.dataAvailabilityDate, iso(untilMs));
    assert.equal(json.conversations.length, 20);
    const available = await call('GET', `${jobs}/availability`);
    assert.deepEqual(available.json, { dataAvailabilityDate: iso(untilMs) });
  });

  test('cursors lead through all results, and are good for their job and their time only', async () => {
    const [job, other] = [await finish({ interval }), await finish({ interval })];
    const first = await call('GET', `${job}/results?pageSize=20`);
    const second = await call(
      'GET',
      `${job}/results?pageSize=20&cursor=${String(first.json.cursor)}`,
    );
    assert.deepEqual(
      [...first.json.conversations, ...second.json.conversations].map((one) => one.conversationId),
      Array.from({ length: smallConversationCount }, (_, index) => conversationId(index)),
    );
    assert.equal('cursor' in second.json, false);
    const query = `results?cursor=${String(first.json.cursor)}`;
    const foreign = await call('GET', `${other}/${query}`);
    const garbage = await call('GET', `${job}/results?cursor=garbage`);
    simulator.control.advanceClock(simulator.control.jobs.settings.cursorLifeMs);
    const late = await call('GET', `${job}/${query}`);
    assert.deepEqual(
      [foreign, garbage, late].map(({ status, json }) => [status, json.message]),
      [
        [400, 'The cursor is not valid for this job.'],
        [400, 'The cursor is not valid for this job.'],
        [400, 'The cursor has expired.'],
      ],
    );
    assert.equal((await call('GET', `${job}/results?pageSize=1001`)).status, 400);
  });

  test('a job is queued, pending, done, expired; its results come only in between', async () => {
    simulator.control.jobs.settings.queuedPolls = 1;
    simulator.control.jobs.settings.pendingPolls = 1;
    simulator.control.jobs.settings.resultLifeMs = hourMs;
    const job = await submit({ interval });
    const states: unknown[] = [];
    for (let look = 0; look < 3; look++) {
      const { status, json } = await call('GET', job);
      states.push([status, json.state, (await call('GET', `${job}/results`)).status]);
    }
    simulator.control.advanceClock(hourMs);
    const { status, json } = await call('GET', job);
    states.push([status, json.state, (await call('GET', `${job}/results`)).status]);
    assert.deepEqual(states, [
      [202, 'QUEUED', 400],
      [202, 'PENDING', 400],
      [200, 'FULFILLED', 200],
      [200, 'EXPIRED', 404],
    ]);
    assert.equal((await call('DELETE', job)).status, 204);
    assert.equal((await call('DELETE', job)).status, 404);
  });

  test('jobs end as ordered from outside', async () => {
    await control('POST', 'jobs', { ends: ['CANCELLED'] });
    const job = await submit({ interval });
    assert.equal((await call('GET', job)).json.state, 'CANCELLED');
    assert.equal((await call('GET', `${job}/results`)).status, 400);
    await control('DELETE', 'jobs');
    assert.equal((await call('GET', job)).status, 404);
    const settings = await control('PUT', 'jobs', { availabilityLagMs: 5, polls: 1 });
    assert.equal(settings.json.code, 'invalid.property');
  });

  test('pages that are too large and details that make no sense are for the asking', async () => {
    await control('PUT', 'pages', { maximumConversations: 10 });
    await control('POST', 'pages', { conversationId: conversationId(1), spoil: 'wrongTypes' });
    const page = (pageSize: number): Promise<WireAnswer> =>
      call('POST', details, { interval, paging: { pageSize, pageNumber: 1 } });
    const large = await page(11);
    assert.deepEqual([large.status, large.json.code], [413, 'payload.too.large']);
    const { json } = await page(10);
    assert.equal(json.conversations[1].participants, 'none');
    const job = await finish({ interval });
    assert.equal((await call('GET', `${job}/results?pageSize=11`)).status, 413);
    const results = await call('GET', `${job}/results?pageSize=2`);
    assert.equal(results.json.conversations[1].participants, 'none');
    await control('DELETE', 'pages');
    assert.equal((await page(11)).json.conversations[1].conversationId, conversationId(1));
  });

  test('a batch brings originals by links that expire, and says what it cannot bring', async () => {
    const batch = await request(
      { conversationId: conversationId(4) },
      { conversationId: conversationId(archivedIndex), recordingId: recordingId(archivedIndex) },
      { conversationId: conversationId(5), recordingId: recordingId(6) },
      { conversationId: conversationId(0) },
      { conversationId: 'nobody' },
    );
    const running = await call('GET', batch);
    assert.deepEqual([running.json.status, running.json.results.length], ['InProgress', 0]);
    const { json } = await call('GET', batch);
    assert.deepEqual(
      [json.status, json.expectedResultCount, json.resultCount, json.errorCount],
      ['Completed', 5, 5, 4],
    );
    assert.deepEqual(
      json.results.map((one: any) => one.errorMsg ?? one.contentType),
      [
        'audio/wav',
        'Recording is archived and must be restored first',
        'Recording not found',
        'No recordings found for the conversation',
        'Conversation not found',
      ],
    );
    const file = await fetch(json.results[0].resultUrl);
    assert.deepEqual(new Uint8Array(await file.arrayBuffer()), toBytes('original 4'));
    simulator.control.advanceClock(60_000);
    assert.equal((await send(json.results[0].resultUrl)).status, 403);
  });

  test('a spoilt batch brings strangers and doubles, leaves out, never ends, is forgotten', async () => {
    const items = [4, 5].map((index) => ({ conversationId: conversationId(index) }));
    const spoilt = async (...spoils: readonly string[]): Promise<WireAnswer> => {
      await control('POST', 'batches', { spoils });
      return complete(await request(...items));
    };
    const ids = ({ json }: WireAnswer): unknown => json.results.map((one: any) => one.recordingId);
    assert.deepEqual(ids(await spoilt('unasked', 'duplicate')), [
      recordingId(1),
      recordingId(4),
      recordingId(5),
      recordingId(4),
    ]);
    const missing = await spoilt('missing');
    assert.deepEqual(ids(missing), [recordingId(4)]);
    assert.deepEqual(
      [missing.json.status, missing.json.expectedResultCount, missing.json.resultCount],
      ['Completed', 2, 1],
    );
    assert.equal((await spoilt('stuck')).json.status, 'InProgress');
    const forgotten = await spoilt('forgotten');
    assert.deepEqual(
      [forgotten.status, forgotten.json.code],
      [404, 'batch.download.job.not.found'],
    );
    assert.deepEqual(ids(await complete(await request(...items))), [
      recordingId(4),
      recordingId(5),
    ]);
  });
});
