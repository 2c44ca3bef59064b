/**
 * The filters against a second, naive reading of the rule that shares no code with them: all filters hold; within a segment
 * filter one and the same segment satisfies the predicates and clauses, combined by `type`.
 */
import assert from 'node:assert/strict';

import { decodeDetailsQuery, defaultDetailsLimits } from '../../simulator/details/detailsQuery.ts';
import { ConversationIndex } from '../../simulator/details/conversationIndex.ts';
import {
  createSmallOrganisation,
  conversationId,
  hourMs,
  queueId,
  smallConversationCount,
  smallStartMs,
  userId,
  wrapUpCodeId,
} from '../../support/smallOrganisation.ts';

const organisation = createSmallOrganisation();
const interval = '2026-11-02T00:00:00.000Z/2026-11-05T00:00:00.000Z';
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

const idsFor = (body: object): readonly string[] => {
  const query = decodeDetailsQuery(
    { interval, paging: { pageSize: 100, pageNumber: 1 }, ...body },
    defaultDetailsLimits,
  );
  const { conversations = [] } = new ConversationIndex(organisation).query(query);
  return conversations.map((one) => one.conversationId ?? '');
};

suite('simulator: details filters', () => {
  test(`agree with a naive reading on random filters, seed ${String(seed)}`, () => {
    const random = createRandom(seed);
    let hitCount = 0;
    for (let round = 0; round < 400; round++) {
      const body = {
        segmentFilters: random.list(2, () => random.filter(random.segmentPredicate)),
        conversationFilters: random.list(2, () => random.filter(random.conversationPredicate)),
      };
      const expected = organisation.conversations
        .map((one): any => one.detail)
        .filter((detail) => naivelyHolds(body, detail))
        .map((detail) => detail.conversationId);
      assert.deepEqual(idsFor(body), expected, `seed ${String(seed)}: ${JSON.stringify(body)}`);
      hitCount += expected.length > 0 && expected.length < smallConversationCount ? 1 : 0;
    }
    assert.ok(hitCount > 40, `only ${String(hitCount)} rounds told anything`);
  });

  test('predicates of one segment filter must meet on one segment', () => {
    const wrapUp = { dimension: 'wrapUpCode', value: wrapUpCodeId(0) };
    const voice = { dimension: 'mediaType', value: 'voice' };
    const customer = { dimension: 'purpose', value: 'customer' };
    const together = idsFor({ segmentFilters: [{ type: 'and', predicates: [wrapUp, customer] }] });
    const apart = idsFor({
      segmentFilters: [
        { type: 'and', predicates: [wrapUp, voice] },
        { type: 'and', predicates: [customer, voice] },
      ],
    });
    assert.deepEqual(together, []);
    assert.deepEqual(apart.slice(0, 2), [conversationId(2), conversationId(4)]);
  });

  test('an interval matches whole UTC days, and its end at midnight touches no further day', () => {
    const startedOn = (from: string, to: string): readonly string[] =>
      idsFor({ interval: `${from}/${to}` });
    const firstDay = [conversationId(0), conversationId(1)];
    assert.deepEqual(startedOn('2026-11-02T05:00:00Z', '2026-11-02T06:00:00Z'), firstDay);
    assert.deepEqual(startedOn('2026-11-02T23:59:00Z', '2026-11-03T00:00:00Z'), firstDay);
    assert.equal(startedOn('2026-11-02T23:59:00Z', '2026-11-03T00:00:00.001Z').length, 26);
    assert.deepEqual(startedOn('2025-01-01T00:00Z', '2025-01-02T00:00Z'), []);
  });

  test('orders by start, end and segments, both ways, those still going on last', () => {
    const all = organisation.conversations.map((one) => one.detail.conversationId);
    for (const orderBy of ['conversationStart', 'conversationEnd', 'segmentStart', 'segmentEnd']) {
      assert.deepEqual(idsFor({ orderBy, order: 'asc' }), all, orderBy);
      assert.deepEqual(idsFor({ orderBy, order: 'desc' }), all.toReversed(), orderBy);
    }
    assert.deepEqual(idsFor({ order: 'unordered' }), all);
  });

  test('an empty page has no conversations key, and neither aggregations', () => {
    const query = decodeDetailsQuery(
      {
        interval: '2025-01-01T00:00:00Z/2025-01-02T00:00:00Z',
        aggregations: [{ type: 'termFrequency', dimension: 'mediaType' }],
      },
      defaultDetailsLimits,
    );
    assert.deepEqual(new ConversationIndex(organisation).query(query), { totalHits: 0 });
  });

  test('facets count conversations over all hits, not over the page', () => {
    const query = decodeDetailsQuery(
      {
        interval,
        paging: { pageSize: 1, pageNumber: 1 },
        aggregations: [
          { type: 'termFrequency', dimension: 'mediaType' },
          { type: 'termFrequency', dimension: 'queueId', size: 1 },
          {
            type: 'numericRange',
            metric: 'tHandle',
            ranges: [{ lt: 10_000 }, { gte: 10_000, lt: 11_000 }, { gte: 1e9 }],
          },
        ],
      },
      defaultDetailsLimits,
    );
    assert.deepEqual(new ConversationIndex(organisation).query(query).aggregations, [
      {
        type: 'termFrequency',
        dimension: 'mediaType',
        count: 30,
        results: [
          { value: 'voice', count: 20 },
          { value: 'chat', count: 10 },
        ],
      },
      {
        type: 'termFrequency',
        dimension: 'queueId',
        count: 30,
        results: [{ value: queueId(0), count: 10 }],
      },
      {
        type: 'numericRange',
        metric: 'tHandle',
        count: 30,
        results: [
          { lt: 10_000, count: 10 },
          { gte: 10_000, lt: 11_000, count: 1 },
          { gte: 1e9, count: 0 },
        ],
      },
    ]);
  });
});

interface NaivePredicate {
  readonly dimension?: string;
  readonly metric?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly range?: Readonly<Record<string, number>>;
}

interface NaiveFilter {
  readonly type: string;
  readonly predicates: readonly NaivePredicate[];
  readonly clauses: readonly { readonly type: string; readonly predicates: NaivePredicate[] }[];
}

function naivelyHolds(
  body: {
    readonly segmentFilters: readonly NaiveFilter[];
    readonly conversationFilters: readonly NaiveFilter[];
  },
  detail: any,
): boolean {
  const segments: any[] = [];
  for (const participant of detail.participants) {
    for (const session of participant.sessions) {
      for (const segment of session.segments) {
        segments.push({ ...participant, ...session, ...segment });
      }
    }
  }
  for (const segment of segments) {
    segment.tSegmentDuration =
      segment.segmentEnd && Date.parse(segment.segmentEnd) - Date.parse(segment.segmentStart);
  }
  const whole = { ...detail, divisionId: detail.divisionIds[0] };
  for (const participant of detail.participants) {
    for (const metric of participant.sessions[0].metrics) {
      whole[metric.name] = Number(whole[metric.name] ?? 0) + Number(metric.value);
    }
  }
  for (const filter of body.segmentFilters) {
    if (!segments.some((segment) => naiveFilterHolds(filter, segment))) {
      return false;
    }
  }
  return body.conversationFilters.every((filter) => naiveFilterHolds(filter, whole));
}

function naiveFilterHolds(filter: NaiveFilter, flat: any): boolean {
  const results = filter.predicates.map((predicate) => naivePredicateHolds(predicate, flat));
  for (const clause of filter.clauses) {
    const inner = clause.predicates.map((predicate) => naivePredicateHolds(predicate, flat));
    results.push(clause.type === 'or' ? inner.includes(true) : !inner.includes(false));
  }
  return filter.type === 'or' ? results.includes(true) : !results.includes(false);
}

function naivePredicateHolds(predicate: NaivePredicate, flat: any): boolean {
  const found = flat[predicate.dimension ?? predicate.metric ?? ''];
  if (predicate.operator === 'exists') {
    return found !== undefined;
  }
  if (predicate.operator === 'notExists') {
    return found === undefined;
  }
  if (found === undefined || predicate.range === undefined) {
    return found !== undefined && String(found) === predicate.value;
  }
  const bounds = { gt: -Infinity, gte: -Infinity, lt: Infinity, lte: Infinity, ...predicate.range };
  return found > bounds.gt && found >= bounds.gte && found < bounds.lt && found <= bounds.lte;
}

/** Mulberry32, and filters drawn from it. */
function createRandom(start: number) {
  let state = start;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
    items[below(items.length)] ?? items[0];
  const list = <Item>(most: number, make: () => Item): Item[] =>
    Array.from({ length: below(most + 1) }, make);
  const withOperator = (dimension: string, value: string): NaivePredicate => {
    const operator = pick(['matches', 'matches', undefined, 'exists', 'notExists']);
    return {
      dimension,
      ...(operator !== undefined && { operator }),
      ...((operator ?? 'matches') === 'matches' && { value }),
    };
  };
  const range = (scale: number): Readonly<Record<string, number>> =>
    pick<Readonly<Record<string, number>>>([
      { gte: below(scale) },
      { gt: below(scale) },
      { lt: below(scale) },
      { gt: below(scale), lte: below(scale) },
    ]);
  const segmentPredicate = (): NaivePredicate =>
    pick([
      () => withOperator('mediaType', pick(['voice', 'chat', 'email'])),
      () => withOperator('purpose', pick(['agent', 'customer', 'acd'])),
      () => withOperator('queueId', queueId(below(4))),
      () => withOperator('userId', userId(below(5))),
      () => withOperator('wrapUpCode', wrapUpCodeId(below(2))),
      () => withOperator('segmentType', pick(['interact', 'wrapup'])),
      () => withOperator('disconnectType', 'peer'),
      () => withOperator('ani', `tel:+1202555${String(1000 + below(30))}`),
      () => ({ metric: 'tSegmentDuration', range: range(700_000) }),
    ])();
  const conversationPredicate = (): NaivePredicate =>
    pick([
      () => withOperator('conversationId', conversationId(below(30))),
      () => withOperator('originatingDirection', pick(['inbound', 'outbound'])),
      () => withOperator('divisionId', organisation.divisions[below(2)]?.id ?? ''),
      () => withOperator('conversationEnd', new Date(smallStartMs + hourMs).toISOString()),
      () => withOperator('externalTag', 'any'),
      () => ({ metric: 'tHandle', range: range(30_000) }),
      () => ({ metric: 'nConnected', value: pick(['1', '2']) }),
    ])();
  const filter = (predicate: () => NaivePredicate): NaiveFilter => ({
    type: pick(['and', 'or']),
    predicates: [predicate(), ...list(2, predicate)],
    clauses: list(2, () => ({
      type: pick(['and', 'or']),
      predicates: [predicate(), ...list(2, predicate)],
    })),
  });
  return { list, filter, segmentPredicate, conversationPredicate };
}
