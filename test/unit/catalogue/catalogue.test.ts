import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import { Catalogue } from '../../../src/catalogue/catalogue.ts';
import { CatalogueDatabase } from '../../../src/catalogue/catalogueDatabase.ts';
import type { SearchHits } from '../../../src/catalogue/catalogueSearch.ts';
import { parseConversationId } from '../../../src/model/ids.ts';
import {
  dayMs,
  documentOf,
  sampleStartMs,
  withCataloguePath,
  type SampleDocument,
} from '../../support/catalogueSamples.ts';

const never = new AbortController().signal;

/** A catalogue with these conversations for one test. */
function withCatalogue(
  documents: readonly SampleDocument[],
  task: (catalogue: Catalogue) => void | Promise<void>,
): Promise<void> {
  return withCataloguePath(async (path) => {
    const catalogue = await Catalogue.open(path);
    try {
      for (const document of documents) {
        await catalogue.ingest(documentOf(document), never);
      }
      await task(catalogue);
    } finally {
      catalogue.close();
    }
  });
}

/** Found texts by conversation, found words in brackets. */
function shown({ conversations }: SearchHits): readonly string[] {
  return conversations.map(({ conversationId, phrases }) =>
    [
      conversationId,
      ...phrases.map(({ text, highlights }) =>
        [...highlights]
          .reverse()
          .reduce(
            (marked, [start, end]) =>
              `${marked.slice(0, start)}[${marked.slice(start, end)}]${marked.slice(end)}`,
            text,
          ),
      ),
    ].join(': '),
  );
}

const search = (catalogue: Catalogue, text: string, limit = 50): readonly string[] =>
  shown(catalogue.search(text, { limit }));

const billing = { kind: 'queue', id: 'q1', name: 'Billing Zürich' } as const;
const support = { kind: 'queue', id: 'q2', name: 'Support' } as const;

const calls: readonly SampleDocument[] = [
  {
    id: 'one',
    phrases: ['I want a refund', { text: 'The refund is on its way', role: 'external' }],
    labels: [billing, { kind: 'agent', id: 'u1', name: 'Dana Example' }],
    endMs: sampleStartMs + 400_000,
    marks: [
      { kind: 'sentiment', role: 'external', startMs: 1, durationMs: 1, sentiment: -1 },
      { kind: 'topic', role: 'external', startMs: 1, durationMs: 1, name: 'Money back' },
    ],
  },
  {
    id: 'two',
    startMs: sampleStartMs + dayMs,
    endMs: sampleStartMs + dayMs + 60_000,
    phrases: ['Refunds are not for me', { text: 'Wörter: "refund" & café', source: 'note' }],
    labels: [support, { kind: 'tag', id: 'vip', name: 'vip' }],
    media: 'chat',
    marks: [{ kind: 'sentiment', role: 'external', startMs: 1, durationMs: 1, sentiment: 1 }],
  },
];

suite('Catalogue', () => {
  test('finds the same first hits and counts of a prefix, whether few or many words begin with it', () =>
    withCataloguePath(async (path) => {
      const catalogue = await Catalogue.open(path);
      const words = Array.from({ length: 2300 }, (_, index) => `many${String(index)}`);
      const some = Array.from({ length: 1500 }, (_, index) => `some${String(index)}`);
      const phrases = [
        ...words,
        ...some,
        'few1 few2',
        'few3',
        'Feww',
        'fewer',
        'élan',
        'few café',
        'x fe',
      ];
      await catalogue.ingest(documentOf({ id: 'one', phrases }), never);
      for (const [query, count] of [
        ['many*', 2300],
        ['many29*', 11],
        ['some*', 1500],
        ['some14* OR some*', 1500],
        ['many1* OR some*', 2611],
        ['some* OR some1* OR many*', 3800],
        ['few*', 5],
        ['FEW*', 5],
        ['few* few2', 1],
        ['few* NOT few3', 4],
        ['x OR few*', 6],
        ['speaker:agent few*', 5],
        ['speaker:customer few*', 0],
        ['éla*', 1],
        ['caf*', 1],
        ['none*', 0],
        ['"few1 fe"*', 1],
      ] as const) {
        const { conversations } = catalogue.search(query, { limit: 500 });
        const found = conversations.flatMap((each) => each.phrases);
        assert.equal(found.length, Math.min(count, 500), query);
        assert.equal(catalogue.count(query).phraseCount, count, query);
        assert.ok(
          found.every(({ highlights }) => highlights.length > 0),
          query,
        );
      }
      catalogue.close();
    }));

  test('finds by a prefix what is left of its words after some were deleted', () =>
    withCatalogue(
      [
        { id: 'kept', phrases: ['alpha1 older', 'alpha3'] },
        { id: 'gone', startMs: sampleStartMs + dayMs, phrases: ['alpha1', 'alpha2', 'alpha9'] },
      ],
      async (catalogue) => {
        await catalogue.remove(parseConversationId('gone'), never);
        assert.deepEqual(search(catalogue, 'alpha*'), ['kept: [alpha3]: [alpha1] older']);
      },
    ));

  test('finds the same whether few or very many conversations have a label', () =>
    withCataloguePath(async (path) => {
      const catalogue = await Catalogue.open(path);
      for (const call of calls) {
        await catalogue.ingest(documentOf(call), never);
      }
      const answers = (): readonly unknown[] =>
        [
          'queue:billing',
          'refund queue:billing',
          'refund NOT queue:billing',
          'queue:billing OR wörter',
          'queue:nowhere',
        ].map((query) => [search(catalogue, query), catalogue.count(query)]);
      const few = answers();
      // Conversations without words: what a search reads of their labels is the same.
      const database = await CatalogueDatabase.open(path);
      database.run(
        `WITH RECURSIVE many (no) AS (SELECT 1000000 UNION ALL SELECT no + 1 FROM many LIMIT 6000)
         INSERT INTO conversation_label SELECT no, (SELECT no FROM label WHERE id = 'q1') FROM many`,
      );
      database.close();
      assert.deepEqual(answers(), few);
      catalogue.close();
    }));

  test('finds words newest first, grouped by conversation, with the places of the words', () =>
    withCatalogue(calls, (catalogue) => {
      assert.deepEqual(search(catalogue, 'REFUND'), [
        'two: Wörter: "[refund]" & café',
        'one: The [refund] is on its way: I want a [refund]',
      ]);
      const [two] = catalogue.search('refund', { limit: 1 }).conversations;
      assert.deepEqual(two, {
        conversationId: 'two',
        folder: 'conversations/2026/11/05/two',
        startMs: sampleStartMs + dayMs,
        endMs: sampleStartMs + dayMs + 60_000,
        media: 'chat',
        direction: 'inbound',
        labels: [
          { kind: 'queue', id: 'q2', name: 'Support' },
          { kind: 'tag', id: 'vip', name: 'vip' },
        ],
        phrases: [
          {
            text: 'Wörter: "refund" & café',
            highlights: [[9, 15]],
            source: 'note',
            side: 'note',
            startMs: sampleStartMs + dayMs + 5000,
            durationMs: 1000,
            communicationId: undefined,
            recordingId: undefined,
          },
        ],
      });
    }));

  const cases: readonly (readonly [query: string, found: readonly string[]])[] = [
    ['refund*', ['two', 'one']],
    ['"a refund"', ['one']],
    ['"refund a"', []],
    ['cafe', ['two']],
    ['refund way', ['one']],
    ['want OR wörter', ['two', 'one']],
    ['refund -way', ['two', 'one']],
    ['refund NOT (way OR want OR worter)', []],
    ['speaker:customer refund', ['one']],
    ['speaker:agent way', []],
    ['refund queue:zurich', ['one']],
    ['refund queue:q2', ['two']],
    ['refund NOT queue:billing', ['two']],
    ['agent:dana', ['one']],
    ['topic:money', ['one']],
    ['tag:VIP', ['two']],
    ['media:chat', ['two']],
    ['sentiment:negative', ['one']],
    ['sentiment:positive refund', ['two']],
    ['duration:>5m', ['one']],
    ['duration:<=1m', ['two']],
    ['after:2026-11-06', ['two']],
    ['before:2026-11-06', ['one']],
    ['day:2026-11-05 refund', ['one']],
    ['id:two', ['two']],
    ['topic:money OR tag:vip', ['two', 'one']],
    ['tag:vip OR way', ['two', 'one']],
    ['(tag:vip wörter) OR (queue:billing way)', ['two', 'one']],
    ['NOT tag:vip', ['one']],
    ['', ['two', 'one']],
  ];
  for (const [query, found] of cases) {
    test(`answers: ${query === '' ? 'an empty search with everything' : query}`, () =>
      withCatalogue(calls, (catalogue) => {
        const hits = catalogue.search(query, { limit: 50 });
        assert.deepEqual(
          hits.conversations.map(({ conversationId }) => conversationId),
          found,
        );
        const { phraseCount, conversationCount } = catalogue.count(query);
        const phrases = hits.conversations.flatMap((each) => each.phrases);
        assert.equal(phraseCount, phrases.length);
        assert.equal(conversationCount ?? found.length, found.length);
      }));
  }

  test('pages without gaps or repeats, over phrases and over conversations', () =>
    withCatalogue(
      Array.from({ length: 7 }, (_, index) => ({
        id: `c${String(index)}`,
        startMs: sampleStartMs + index * 2000,
        phrases: ['yes one', 'yes two', 'yes three'],
      })),
      (catalogue) => {
        for (const [query, total] of [
          ['yes', 21],
          ['media:voice', 7],
          ['id:c0 OR yes', 21],
        ] as const) {
          const whole = catalogue.search(query, { limit: 100 });
          assert.equal(whole.next, undefined);
          const pages: string[] = [];
          let after: string | undefined;
          do {
            const page = catalogue.search(query, {
              limit: 4,
              ...(after === undefined ? {} : { after }),
            });
            pages.push(
              ...page.conversations.flatMap(({ conversationId, phrases }) =>
                phrases.length === 0
                  ? [conversationId]
                  : phrases.map(({ startMs }) => `${conversationId} ${String(startMs)}`),
              ),
            );
            after = page.next;
          } while (after !== undefined);
          assert.equal(pages.length, total);
          assert.equal(new Set(pages).size, total);
        }
      },
    ));

  test('counts queues, agents, media and days of what was found', () =>
    withCatalogue(calls, async (catalogue) => {
      assert.deepEqual(await catalogue.facets('refund', never), {
        conversationCount: 2,
        queues: [
          { id: 'q1', name: 'Billing Zürich', conversationCount: 1 },
          { id: 'q2', name: 'Support', conversationCount: 1 },
        ],
        agents: [{ id: 'u1', name: 'Dana Example', conversationCount: 1 }],
        media: [
          { id: 'chat', name: 'chat', conversationCount: 1 },
          { id: 'voice', name: 'voice', conversationCount: 1 },
        ],
        days: [
          { id: '2026-11-06', name: '2026-11-06', conversationCount: 1 },
          { id: '2026-11-05', name: '2026-11-05', conversationCount: 1 },
        ],
        wrapUps: [],
      });
      assert.equal((await catalogue.facets('tag:vip', never)).conversationCount, 1);
    }));

  test('takes a conversation in again in place of the old one, and forgets a removed one', () =>
    withCatalogue(calls, async (catalogue) => {
      await catalogue.ingest(documentOf({ id: 'one', phrases: ['Something else'] }), never);
      assert.deepEqual(search(catalogue, 'way OR want'), []);
      assert.deepEqual(search(catalogue, 'else'), ['one: Something [else]']);
      assert.deepEqual(search(catalogue, 'topic:money'), []);
      assert.equal(await catalogue.remove(parseConversationId('two'), never), true);
      assert.equal(await catalogue.remove(parseConversationId('two'), never), false);
      assert.deepEqual(search(catalogue, ''), ['one']);
      assert.deepEqual(catalogue.size(), { conversationCount: 1, phraseCount: 1 });
    }));

  test('keeps all of thousands of phrases that are said in the same millisecond', () =>
    withCatalogue([], async (catalogue) => {
      for (const id of ['a', 'b', 'c']) {
        await catalogue.ingest(
          documentOf({
            id,
            phrases: Array.from({ length: 3000 }, (_, index) => ({
              text: `word${String(index)} same`,
              startMs: sampleStartMs,
            })),
          }),
          never,
        );
      }
      assert.equal(catalogue.count('same').phraseCount, 9000);
      assert.equal(catalogue.count('id:b same').phraseCount, 3000);
      await catalogue.remove(parseConversationId('b'), never);
      assert.equal(catalogue.count('same').phraseCount, 6000);
    }));

  test('finds words of a very long message in a window around them', () =>
    withCatalogue(
      [{ id: 'long', phrases: [`${'lorem '.repeat(5000)}needle ${'ipsum '.repeat(5000)}`] }],
      (catalogue) => {
        const [line = ''] = search(catalogue, 'needle');
        assert.match(line, /^long: …(lorem )+\[needle\] (ipsum )+ipsu?m?…$/u);
        assert.ok(line.length < 400);
      },
    ));

  test('explains a broken search at its place, and refuses a foreign cursor and a silly limit', () =>
    withCatalogue(calls, (catalogue) => {
      assert.throws(
        () => catalogue.search('refund (', { limit: 50 }),
        (error) => isAppError(error, 'input') && error.message.endsWith('(at character 9)'),
      );
      for (const page of [{ limit: 0 }, { limit: 1.5 }, { limit: 50, after: 'c:1:2' }]) {
        assert.throws(
          () => catalogue.search('refund', page),
          (error) => isAppError(error, 'input'),
        );
      }
    }));

  test('writes nothing of a conversation whose reading is cancelled', () =>
    withCatalogue(calls, async (catalogue) => {
      const controller = new AbortController();
      const document = documentOf({ id: 'one', phrases: ['never written'] });
      controller.abort();
      await assert.rejects(catalogue.ingest(document, controller.signal), { name: 'AbortError' });
      assert.deepEqual(search(catalogue, 'written'), []);
      assert.equal(catalogue.count('id:one refund').phraseCount, 2);
    }));
});
