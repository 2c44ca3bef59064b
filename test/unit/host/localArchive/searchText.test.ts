import assert from 'node:assert/strict';
import {
  foundWords,
  markProblem,
  searchExamples,
  toHitPlace,
  toHitRows,
  toTypedQuery,
  withFilter,
} from '../../../../src/host/localArchive/searchText.ts';
import type { FoundConversation, FoundPhrase } from '../../../../src/protocol/catalogue.ts';
import { parseSearch } from '../../../../src/query/parseSearch.ts';

const startMs = Date.UTC(2026, 10, 5, 10);

function phraseOf(text: string, highlights: FoundPhrase['highlights'], atMs = 0): FoundPhrase {
  const place = { source: 'speech', side: 'customer', startMs: startMs + atMs, durationMs: 900 };
  return { text, highlights, ...place };
}

function foundOf(phrases: readonly FoundPhrase[]): FoundConversation {
  return {
    conversationId: 'c1',
    folder: 'conversations/2026/11/05/c1',
    startMs,
    endMs: startMs + 245_000,
    media: 'voice',
    direction: 'inbound',
    labels: [
      { kind: 'queue', id: 'q', name: 'Billing $(trash)' },
      { kind: 'agent', id: 'a', name: 'Dana' },
      { kind: 'wrapup', id: 'w', name: 'Solved' },
    ],
    phrases,
  };
}

suite('the text of a search', () => {
  test('the last word may still be growing; filters, quoted text and operators are taken as they are', () => {
    const typed = [
      ['refu', 'refu*'],
      ['order refu', 'order refu*'],
      ['x OR refu', 'x OR refu*'],
      ['order NOT refu', 'order NOT refu*'],
      ['speaker:agent refu', 'speaker:agent refu*'],
      ['r', 'r'],
      ['refund ', 'refund '],
      ['refu*', 'refu*'],
      ['"my refund"', '"my refund"'],
      ['queue:Billing', 'queue:Billing'],
      ['queue:', 'queue:'],
      ['', ''],
    ] as const;
    assert.deepEqual(
      typed.map(([text]) => toTypedQuery(text)),
      typed.map(([, query]) => query),
    );
  });

  test('every example of the help is a query', () => {
    assert.deepEqual(
      searchExamples.filter(([example]) => parseSearch(example).problem !== undefined),
      [],
    );
  });

  test('a problem is shown at its place', () => {
    const text = 'refund duration:long';
    const { problem } = parseSearch(text);
    assert.equal(problem && markProblem(text, problem), 'refund ▸duration:long◂');
  });

  test('a picked value narrows the whole query, whatever its name holds', () => {
    const narrowed = [
      withFilter('', 'media', { id: 'voice', name: 'voice' }),
      withFilter('refund', 'queue', { id: 'q1', name: 'Billing EMEA' }),
      withFilter('refund OR return', 'agent', { id: 'a1', name: 'Dana "D" Example' }),
      withFilter('refund', 'day', { id: '2026-11-05', name: '2026-11-05' }),
    ];
    assert.deepEqual(narrowed, [
      'media:voice ',
      'refund queue:"Billing EMEA" ',
      '(refund OR return) agent:a1 ',
      'refund day:2026-11-05 ',
    ]);
    assert.ok(narrowed.every((text) => parseSearch(text).query !== undefined));
  });

  test('hits of one conversation follow one another; names and speech are never drawn as icons', () => {
    const rows = toHitRows(
      foundOf([
        phraseOf('my $(bell) Refund please', [[11, 17]], 151_000),
        phraseOf('no refund', [[3, 9]], 190_000),
      ]),
      'refund please*',
    );
    assert.deepEqual(
      rows.map(({ description, detail }) => [description, detail]),
      [
        ['Billing $\u200B(trash) · Dana · customer at 2:31', 'my $\u200B(bell) «Refund» please'],
        ['customer at 3:10', 'no «refund»'],
      ],
    );
    assert.match(rows[0]?.label ?? '', /^\$\(call-incoming\) .*2026/u);
    assert.equal(rows[1]?.label, '$(blank)');
  });

  test('what VS Code highlights by itself gets no other marks', () => {
    const [row] = toHitRows(foundOf([phraseOf('My Refund please', [[3, 9]])]), 'refund ');
    assert.equal(row?.detail, 'My Refund please');
    assert.deepEqual(
      foundWords(
        phraseOf('a refund, a Refund', [
          [2, 8],
          [12, 18],
        ]),
      ),
      ['refund', 'Refund'],
    );
  });

  test('a conversation that only filters found says what it is', () => {
    const [row] = toHitRows(foundOf([]), 'queue:Billing');
    assert.equal(row?.detail, 'Voice · 4:05 · Solved');
    assert.equal(row.phrase, undefined);
  });

  test('a hit is opened at its word, a note at its moment, and a note of the whole nowhere in particular', () => {
    const word = phraseOf('my refund', [[3, 9]], 5000);
    const note = { ...word, source: 'note', side: 'note' };
    assert.deepEqual(toHitPlace(foundOf([]), word)?.words, ['refund']);
    assert.deepEqual(toHitPlace(foundOf([]), note), {
      timeMs: startMs + 5000,
      communicationId: undefined,
      recordingId: undefined,
      words: [],
      isExact: true,
    });
    const later = { ...note, startMs: startMs + 86_400_000 };
    assert.equal(toHitPlace(foundOf([]), later), undefined);
    assert.deepEqual(
      toHitRows(foundOf([note, later]), 'x').map(({ description }) =>
        description.split(' · ').at(-1),
      ),
      ['note at 0:05', 'note'],
    );
  });
});
