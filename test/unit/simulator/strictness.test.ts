import assert from 'node:assert/strict';

import { demoClient, startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { askForToken, logIn, type Call } from '../../support/simulatorClient.ts';
import {
  conversationId,
  createSmallOrganisation,
  smallNowMs,
} from '../../support/smallOrganisation.ts';

const details = '/api/v2/analytics/conversations/details/query';
const interval = '2026-11-02T00:00:00Z/2026-11-05T00:00:00Z';
const predicates = [{ dimension: 'mediaType', value: 'voice' }];
const segmentFilter = (predicate: object): object => ({
  interval,
  segmentFilters: [{ type: 'and', predicates: [predicate] }],
});

/** Body, status, code, and a part of the message. */
const refusedBodies: readonly (readonly [string, unknown, number, string, RegExp])[] = [
  [
    'a property of older tutorials',
    { interval, size: 10 },
    400,
    'invalid.property',
    /\[size\].*\[ConversationQuery\]/,
  ],
  [
    'a property deep down',
    segmentFilter({ dimension: 'ani', value: '1', in: [] }),
    400,
    'invalid.property',
    /\[in\].*\[SegmentDetailQueryPredicate\]/,
  ],
  [
    'a property of paging',
    { interval, paging: { pageSize: 1, pageNumber: 1, page: 1 } },
    400,
    'invalid.property',
    /\[page\].*\[PagingSpec\]/,
  ],
  [
    'a name of Object’s prototype',
    { interval, constructor: 1 },
    400,
    'invalid.property',
    /constructor/,
  ],
  [
    'an unknown order',
    { interval, order: 'newest' },
    400,
    'invalid.value',
    /\[newest\].*asc, desc, unordered/,
  ],
  [
    'an unknown dimension',
    segmentFilter({ dimension: 'queue', value: '1' }),
    400,
    'invalid.value',
    /\[queue\]/,
  ],
  [
    'a segment dimension on conversations',
    { interval, conversationFilters: [{ type: 'and', predicates }] },
    400,
    'invalid.value',
    /\[mediaType\]/,
  ],
  [
    'an unknown operator',
    segmentFilter({ dimension: 'ani', operator: 'contains', value: '1' }),
    400,
    'invalid.value',
    /\[contains\]/,
  ],
  [
    'a value that is no text',
    segmentFilter({ dimension: 'mediaCount', value: 1 }),
    400,
    'invalid.value',
    /\[1\].*\[String\]/,
  ],
  [
    'an unknown metric of evaluations',
    {
      interval,
      evaluationFilters: [{ type: 'and', predicates: [{ metric: 'tHandle', value: '1' }] }],
    },
    400,
    'invalid.value',
    /tHandle/,
  ],
  [
    'a dimension on resolutions',
    {
      interval,
      resolutionFilters: [{ type: 'and', predicates: [{ dimension: 'queueId', value: '1' }] }],
    },
    400,
    'invalid.property',
    /dimension/,
  ],
  [
    'a page size that is no number',
    { interval, paging: { pageSize: '10', pageNumber: 1 } },
    400,
    'invalid.value',
    /Integer/,
  ],
  ['no interval', {}, 400, 'constraint.validation', /interval/],
  ['a null interval', { interval: null }, 400, 'constraint.validation', /interval/],
  [
    'a filter without a type',
    { interval, segmentFilters: [{ predicates }] },
    400,
    'constraint.validation',
    /segmentFilters\[0\]\.type/,
  ],
  [
    'half a paging',
    { interval, paging: { pageSize: 10 } },
    400,
    'constraint.validation',
    /paging\.pageNumber/,
  ],
  [
    'a predicate without a subject',
    segmentFilter({ value: '1' }),
    400,
    'constraint.validation',
    /exactly one of dimension/,
  ],
  [
    'a predicate of another type',
    segmentFilter({ type: 'metric', dimension: 'ani', value: '1' }),
    400,
    'constraint.validation',
    /metric/,
  ],
  [
    'a match without a value',
    segmentFilter({ dimension: 'ani' }),
    400,
    'constraint.validation',
    /value and range/,
  ],
  [
    'existence with a value',
    segmentFilter({ dimension: 'ani', operator: 'exists', value: '1' }),
    400,
    'constraint.validation',
    /neither/,
  ],
  [
    'an empty range',
    segmentFilter({ metric: 'tSegmentDuration', range: {} }),
    400,
    'constraint.validation',
    /range/,
  ],
  ['an interval that is no interval', { interval: '2026-11-02' }, 400, 'invalid.date', /ISO-8601/],
  ['an interval of nonsense', { interval: 'today/tomorrow' }, 400, 'invalid.date', /ISO-8601/],
  [
    'an interval backwards',
    { interval: interval.split('/').reverse().join('/') },
    400,
    'bad.request',
    /end after/,
  ],
  [
    'eight days without a filter',
    { interval: '2026-11-02T00:00:00Z/2026-11-10T00:00:00Z' },
    400,
    'bad.request',
    /7 days/,
  ],
  [
    '32 days with a filter',
    {
      interval: '2026-11-01T00:00:00Z/2026-12-03T00:00:00Z',
      segmentFilters: [{ type: 'and', predicates }],
    },
    400,
    'bad.request',
    /31 days/,
  ],
  [
    'a page of 101',
    { interval, paging: { pageSize: 101, pageNumber: 1 } },
    400,
    'bad.request',
    /page size/,
  ],
  [
    'page 0',
    { interval, paging: { pageSize: 10, pageNumber: 0 } },
    400,
    'bad.request',
    /page number/,
  ],
  [
    'a page too deep',
    { interval, paging: { pageSize: 100, pageNumber: 1001 } },
    400,
    'bad.request',
    /^Pagination may not exceed 100000 results\.$/,
  ],
  ['text that is no JSON', '{', 400, 'bad.request', /malformed/],
  ['a list', [], 400, 'bad.request', /malformed/],
  [
    'a million bytes',
    JSON.stringify({ interval: 'x'.repeat(1_000_000) }),
    413,
    'request.entity.too.large',
    /1000000/,
  ],
];

const refusedPaths: readonly (readonly [string, string, number, string])[] = [
  ['GET', '/api/v2/nothing', 404, 'not.found'],
  ['GET', details, 405, 'method.not.allowed'],
  ['DELETE', '/api/v2/users', 405, 'method.not.allowed'],
  ['GET', '/api/v2/routing/queues?pageSize=501', 400, 'invalid.query.param.value'],
  ['GET', '/api/v2/routing/queues?pageNumber=0', 400, 'invalid.query.param.value'],
  ['GET', '/api/v2/routing/queues?id=Billing', 400, 'invalid.id'],
  ['GET', '/api/v2/routing/wrapupcodes?id=ININ-WRAP-UP-TIMEOUT', 400, 'invalid.id'],
  ['GET', '/api/v2/users?state=gone', 400, 'invalid.query.param.value'],
  [
    'GET',
    `/api/v2/routing/wrapupcodes/divisionviews?name=a&id=${conversationId(1)}`,
    400,
    'name.and.id.specified',
  ],
  ['GET', '/api/v2/analytics/conversations/nobody/details', 404, 'not.found'],
  ['GET', '/api/v2/conversations/nobody/recordings', 404, 'conversation.not.found'],
  [
    'GET',
    `/api/v2/conversations/${conversationId(1)}/recordings/nobody`,
    404,
    'recording.recording.not.found',
  ],
  [
    'GET',
    `/api/v2/conversations/${conversationId(1)}/recordings?formatId=FLAC`,
    400,
    'invalid.query.param.value',
  ],
  [
    'GET',
    `/api/v2/conversations/${conversationId(1)}/recordings?mediaFormats=WAV,FLAC`,
    400,
    'invalid.query.param.value',
  ],
  [
    'GET',
    `/api/v2/conversations/${conversationId(1)}/recordings?maxWaitMs=long`,
    400,
    'invalid.query.param.value',
  ],
];

suite('simulator: strictness', () => {
  leakCheck();
  let simulator: Simulator;
  let call: Call;

  setup(async () => {
    simulator = await startSimulator({
      organisation: createSmallOrganisation(),
      nowMs: () => smallNowMs,
    });
    call = await logIn(simulator);
  });
  teardown(() => simulator.stop());

  for (const [what, body, status, code, message] of refusedBodies) {
    test(`a details query with ${what} is answered ${String(status)} ${code}`, async () => {
      const answer = await call('POST', details, body);
      assert.deepEqual(
        [answer.status, answer.json.code, answer.json.status],
        [status, code, status],
      );
      assert.match(answer.json.message, message);
      assert.equal(answer.json.contextId, answer.headers.get('inin-correlation-id'));
    });
  }

  for (const [method, path, status, code] of refusedPaths) {
    test(`${method} ${path} is answered ${String(status)} ${code}`, async () => {
      const answer = await call(method, path);
      assert.deepEqual([answer.status, answer.json.code], [status, code]);
      assert.ok(Number(answer.headers.get('inin-ratelimit-count')) > 0);
    });
  }

  test('a details query that is not sent as JSON is answered 415', async () => {
    const { json } = await askForToken(simulator, demoClient);
    const response = await fetch(`${simulator.url}${details}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${String(json.access_token)}`,
        'Content-Type': 'text/plain',
      },
      body: JSON.stringify({ interval }),
    });
    assert.equal(response.status, 415);
    assert.match(await response.text(), /unsupported\.media\.type/);
  });

  test('null properties count as absent, and the defaults are 25 of page 1', async () => {
    const answer = await call('POST', details, { interval, segmentFilters: null, paging: null });
    assert.equal(answer.json.conversations.length, 25);
    assert.equal(answer.json.totalHits, 30);
  });

  test('a template with parameters says what was wrong, twice', async () => {
    const { json } = await call('POST', details, { interval, order: 'up' });
    assert.equal(
      json.message,
      'Value [up] is not valid for field type [Order]. Allowable values are: asc, desc, unordered',
    );
    assert.deepEqual(json.messageParams, {
      value: 'up',
      fieldType: 'Order',
      allowed: 'asc, desc, unordered',
    });
  });
});
