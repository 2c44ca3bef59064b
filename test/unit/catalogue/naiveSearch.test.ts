import assert from 'node:assert/strict';
import { Catalogue } from '../../../src/catalogue/catalogue.ts';
import type { CataloguePhrase } from '../../../src/catalogue/catalogueDocument.ts';
import { foldText } from '../../../src/catalogue/foldText.ts';
import { parseSearch } from '../../../src/query/parseSearch.ts';
import type { SearchFilter, SearchNode } from '../../../src/query/searchQuery.ts';
import { sideOf } from '../../../src/transcript/roles.ts';
import {
  dayMs,
  documentOf,
  phraseOf,
  sampleStartMs,
  withCataloguePath,
  type SampleDocument,
} from '../../support/catalogueSamples.ts';
import { createRandom, type Random } from '../../support/random.ts';

const never = new AbortController().signal;
const words = ['ab', 'abc', 'abd', 'bc', 'CAFÉ', 'ünder', '42', '日本', "it's"];
const queues = ['Alpha', 'Alphabet', 'Béta'];

function randomDocument(random: Random, index: number): SampleDocument {
  const startMs = sampleStartMs + random.integer(4) * dayMs;
  return {
    id: `c${String(index)}`,
    startMs,
    ...(random.integer(4) === 0 ? {} : { endMs: startMs + random.integer(5) * 60_000 }),
    phrases: Array.from({ length: random.integer(5) }, () => ({
      text: Array.from({ length: 1 + random.integer(5) }, () => random.pick(words)).join(
        random.pick([' ', ', ', '-', '  "']),
      ),
      role: random.pick(['internal', 'external', 'ivr', 'unheard of']),
      source: random.pick(['speech', 'message', 'note'] as const),
    })),
    labels: queues
      .filter(() => random.integer(3) === 0)
      .map((name) => ({ kind: 'queue', id: `id-${name}`, name })),
    marks: Array.from({ length: random.integer(3) }, () => ({
      kind: 'sentiment',
      role: 'external',
      startMs,
      durationMs: 0,
      sentiment: random.pick([-1, 0, 1]),
    })),
  };
}

function randomQuery(random: Random, depth = 0): string {
  const part = (): string => randomQuery(random, depth + 1);
  switch (random.integer(depth > 2 ? 4 : 9)) {
    case 0:
    case 1:
      return random.pick(words);
    case 2:
      return random.pick([
        '"ab abc"',
        'ab*',
        '"abc a"*',
        'b*',
        'cafe',
        '日*',
        '"it s"',
        'speaker:agent ab*',
        'speaker:customer (bc OR 42)',
        'speaker:system ab',
      ]);
    case 3:
      return random.pick([
        'queue:alpha',
        'queue:beta',
        'queue:id-Alphabet',
        'after:2026-11-06',
        'before:2026-11-07',
        'day:2026-11-06',
        'duration:>1m',
        'duration:<=2m',
        'sentiment:positive',
        'sentiment:negative',
        'id:c1',
        'media:voice',
      ]);
    case 4:
    case 5:
      return `${part()} ${part()}`;
    case 6:
      return `${part()} OR ${part()}`;
    case 7:
      return `(${part()})`;
    default:
      return `${part()} NOT (${part()})`;
  }
}

/** Words as the index cuts them. */
const tokensOf = (text: string): readonly string[] =>
  foldText(text).match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];

function matchesFilter(filter: SearchFilter, document: SampleDocument): boolean {
  if (filter.field === 'time' || filter.field === 'duration') {
    return matchesTime(filter, document);
  }
  const { id, labels = [] } = document;
  const ownValue = { id, media: 'voice', sentiment: sentimentOf(document) };
  if (filter.field === 'id' || filter.field === 'media' || filter.field === 'sentiment') {
    return ownValue[filter.field] === filter.value;
  }
  return labels.some(
    (label) =>
      label.kind === filter.field &&
      (label.id === filter.value || foldText(label.name).includes(foldText(filter.value))),
  );
}

function matchesTime(
  filter: Extract<SearchFilter, { readonly field: 'time' | 'duration' }>,
  { startMs = 0, endMs = Number.NaN }: SampleDocument,
): boolean {
  if (filter.field === 'time') {
    return startMs >= (filter.startMs ?? -Infinity) && startMs < (filter.endMs ?? Infinity);
  }
  const durationMs = endMs - startMs;
  return filter.comparison === '>'
    ? durationMs > filter.durationMs
    : durationMs <= filter.durationMs;
}

function sentimentOf({ marks = [] }: SampleDocument): string {
  const values = marks.map((mark) => (mark.kind === 'sentiment' ? mark.sentiment : 0));
  const sum = values.reduce((total, value) => total + value, 0);
  return sum > 0 ? 'positive' : sum < 0 ? 'negative' : 'neutral';
}

function matches(
  node: SearchNode,
  document: SampleDocument,
  phrase: CataloguePhrase | undefined,
): boolean {
  switch (node.kind) {
    case 'filter':
      return matchesFilter(node.filter, document);
    case 'not':
      return !matches(node.of, document, phrase);
    case 'and':
      return node.of.every((part) => matches(part, document, phrase));
    case 'or':
      return node.of.some((part) => matches(part, document, phrase));
    case 'words': {
      if (phrase === undefined) {
        return false;
      }
      const side = phrase.source === 'note' ? 'note' : sideOf(phrase.role);
      const wanted = tokensOf(node.text);
      const tokens = tokensOf(phrase.text);
      return (
        (node.side === undefined || node.side === side) &&
        tokens.some((_, at) =>
          wanted.every((word, index) =>
            node.isPrefix && index === wanted.length - 1
              ? tokens[at + index]?.startsWith(word) === true
              : tokens[at + index] === word,
          ),
        )
      );
    }
  }
}

function hasWords(node: SearchNode): boolean {
  switch (node.kind) {
    case 'words':
      return true;
    case 'filter':
      return false;
    case 'not':
      return hasWords(node.of);
    case 'and':
    case 'or':
      return node.of.some(hasWords);
  }
}

suite('searches', () => {
  test('find exactly what going through everything finds', async () => {
    const random = createRandom();
    let foundCount = 0;
    for (let corpus = 0; corpus < 10; corpus++) {
      await withCataloguePath(async (path) => {
        const documents = Array.from({ length: 12 }, (_, index) => randomDocument(random, index));
        const catalogue = await Catalogue.open(path);
        try {
          for (const document of documents) {
            await catalogue.ingest(documentOf(document), never);
          }
          for (let round = 0; round < 100; round++) {
            const text = randomQuery(random);
            const root = parseSearch(text).query?.root;
            if (root === undefined) {
              continue;
            }
            const expected = documents.flatMap((document) => {
              const { startMs = 0, phrases = [] } = document;
              if (!hasWords(root)) {
                return matches(root, document, undefined) ? [document.id] : [];
              }
              return phrases.flatMap((each, index) => {
                const sample = typeof each === 'string' ? { text: each } : each;
                const phrase = phraseOf(startMs + index * 5000, sample);
                return matches(root, document, phrase)
                  ? [`${document.id} ${String(phrase.startMs)}`]
                  : [];
              });
            });
            const found = catalogue
              .search(text, { limit: 500 })
              .conversations.flatMap(({ conversationId, phrases }) =>
                hasWords(root)
                  ? phrases.map(({ startMs }) => `${conversationId} ${String(startMs)}`)
                  : [conversationId],
              );
            const where = `${random.label}, corpus ${String(corpus)}: ${text}`;
            assert.deepEqual([...found].sort(), [...expected].sort(), where);
            const { phraseCount, conversationCount } = catalogue.count(text);
            assert.equal(conversationCount ?? phraseCount, expected.length, where);
            foundCount += found.length;
          }
        } finally {
          catalogue.close();
        }
      });
    }
    assert.ok(foundCount > 500, `the searches must find something: ${String(foundCount)}`);
  });

  test('are never read as a query language of the database, whatever is typed', async () => {
    const random = createRandom();
    const pieces = [
      'ab',
      '"',
      '""',
      "'",
      ';',
      '--',
      '(',
      ')',
      '*',
      ':',
      '{text}',
      'NEAR',
      'agent',
      '^',
      '+',
      '\\',
      '\0',
      '\u0002',
      '%',
      'NULL',
      '😀',
      '\ud800',
      'DROP TABLE phrase',
      'AND',
      'OR',
      'NOT',
      '-',
      'queue:"',
      "' OR 1=1",
      'tag:\u0003',
    ];
    await withCataloguePath(async (path) => {
      const catalogue = await Catalogue.open(path);
      try {
        await catalogue.ingest(documentOf({ id: 'one', phrases: ['ab near agent'] }), never);
        for (let round = 0; round < 2000; round++) {
          const text = Array.from({ length: 1 + random.integer(8) }, () =>
            random.pick(pieces),
          ).join(random.pick(['', ' ']));
          if (parseSearch(text).problem === undefined) {
            const where = `${random.label}, round ${String(round)}: ${JSON.stringify(text)}`;
            assert.doesNotThrow(() => {
              catalogue.search(text, { limit: 5 });
              catalogue.count(text);
            }, where);
          }
        }
        assert.equal(catalogue.count('near').phraseCount, 1);
      } finally {
        catalogue.close();
      }
    });
  });
});
