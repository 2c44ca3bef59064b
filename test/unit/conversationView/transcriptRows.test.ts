import assert from 'node:assert/strict';
import type { Phrase } from '../../../src/model/transcript.ts';
import { mergePhrases } from '../../../src/transcript/mergePhrases.ts';
import { transcriptsOf } from '../../../src/transcript/transcriptsOf.ts';
import {
  filterRows,
  lastRowAt,
  matchedTokens,
  nothingFound,
  rowOfPhrase,
  searchRows,
  shownSearch,
  toRows,
  toTokens,
} from '../../../src/webview/conversationView/transcriptRows.ts';

function phrase(role: string, startMs: number, text: string, change: Partial<Phrase> = {}): Phrase {
  const words = text.split(' ').map((word, index) => ({
    text: word,
    startMs: startMs + index * 100,
    durationMs: 90,
    confidence: 0.9,
  }));
  return { index: 0, role, text, startMs, durationMs: 1000, confidence: 0.9, words, ...change };
}

const phrases = [
  phrase('acd', 0, 'please hold the line'),
  phrase('internal', 1000, 'hello this is dana'),
  phrase('external', 2000, 'i want my money back'),
  phrase('internal', 3000, 'your money is on its way'),
];
const rows = toRows(phrases, []);

suite('Transcript rows', () => {
  test('speakers are named by role and time, else by role', () => {
    const speakers = [
      { role: 'internal', name: 'Dana', startMs: 0, endMs: 2000 },
      { role: 'internal', name: 'Kim', startMs: 2000, endMs: undefined },
      { role: 'acd', name: 'Billing', startMs: 5000, endMs: 6000 },
    ];
    assert.deepEqual(
      toRows(phrases, speakers).map(({ speaker }) => speaker),
      ['Billing', 'Dana', 'Customer', 'Kim'],
    );
  });

  test('filters by side and finds a phrase among what is left', () => {
    const agent = filterRows(rows, 'agent');
    assert.deepEqual(
      agent.map(({ phraseIndex }) => phraseIndex),
      [1, 3],
    );
    assert.equal(rowOfPhrase(agent, 3), 1);
    assert.equal(rowOfPhrase(agent, 2), undefined);
    assert.equal(filterRows(rows, 'all'), rows);
    assert.equal(filterRows(rows, 'system').length, 1);
  });

  test('finds the last row that has begun', () => {
    assert.deepEqual(
      [-1, 0, 999, 1000, 99_999].map((timeMs) => lastRowAt(rows, timeMs)),
      [-1, 0, 0, 1, 3],
    );
  });

  test('shows the punctuated text when it has a piece for each word', () => {
    const tokens = toTokens(phrase('internal', 0, 'hi dana', { decoratedText: 'Hi, Dana!' }));
    assert.deepEqual(
      tokens.map(({ text, wordIndex }) => [text, wordIndex]),
      [
        ['Hi,', 0],
        ['Dana!', 1],
      ],
    );
  });

  test('shows the words when the texts do not match piece by piece', () => {
    const tokens = toTokens(phrase('internal', 0, 'four seven one one', { decoratedText: '4711' }));
    assert.deepEqual(
      tokens.map(({ text }) => text),
      ['four', 'seven', 'one', 'one'],
    );
  });

  test('a phrase without word times is pieces that stand for the phrase', () => {
    const tokens = toTokens(phrase('internal', 0, ' typed  text ', { words: [] }));
    assert.deepEqual(tokens, [
      { text: 'typed', wordIndex: undefined, confidence: undefined },
      { text: 'text', wordIndex: undefined, confidence: undefined },
    ]);
  });

  test('search ignores case and spacing and crosses words', () => {
    const find = (text: string): unknown => searchRows(rows, text, nothingFound).matches;
    assert.deepEqual(find('  MY   mon'), [2]);
    assert.deepEqual(find('money'), [2, 3]);
    assert.deepEqual(find(' '), []);
    assert.deepEqual(find('nobody said this'), []);
  });

  test('finds the same letter by letter as at once, also when letters are taken back or rows change', () => {
    const typed = ['m', 'mo', 'money', 'one', 'o', '', 'my money', 'money', ' MONEY ', 'x', 'xm'];
    for (const shown of [rows, filterRows(rows, 'agent'), rows]) {
      let found = searchRows(rows, 'money', nothingFound);
      for (const text of typed) {
        found = searchRows(shown, text, found);
        assert.deepEqual(found, searchRows(shown, text, nothingFound), `“${text}”`);
      }
    }
  });

  test('another letter is looked for only where those before it were found', () => {
    const before = searchRows(rows, 'money', nothingFound);
    const narrowed = searchRows(rows, 'money', { ...before, matches: [3] });
    assert.deepEqual(narrowed.matches, [3]);
  });

  test('marks every word that a match touches, and only those', () => {
    const tokens = toTokens(phrase('external', 0, 'one two one twofold'));
    assert.deepEqual([...matchedTokens(tokens, 'e TW')], [0, 1, 2, 3]);
    assert.deepEqual([...matchedTokens(tokens, 'two')], [1, 3]);
    assert.deepEqual([...matchedTokens(tokens, 'fold')], [3]);
    assert.deepEqual([...matchedTokens(tokens, '')], []);
  });

  test('a search is another one only for the phrases in which it marks something', () => {
    const money = phrase('external', 0, 'I want my Money back');
    assert.equal(shownSearch(money, ' MONEY '), shownSearch(money, 'money'));
    assert.notEqual(shownSearch(money, 'mon'), shownSearch(money, 'money'));
    assert.equal(shownSearch(money, 'nothing'), shownSearch(money, ''));
    assert.equal(shownSearch(money, 'nothing like it'), shownSearch(money, 'no'));
    for (const wanted of ['money', 'y B', '  my   mon', '']) {
      const tokens = toTokens(money);
      assert.deepEqual(
        matchedTokens(tokens, shownSearch(money, wanted)),
        matchedTokens(tokens, wanted),
      );
    }
  });

  test('merges transcripts by time', () => {
    const later = phrase('internal', 1500, 'in between');
    assert.deepEqual(
      mergePhrases([phrases, [later]]).map(({ startMs }) => startMs),
      [0, 1000, 1500, 2000, 3000],
    );
  });

  test('a recording gets its own transcripts, else those of its communication', () => {
    const own = { communicationId: 's-1', recordingId: 'r-1', url: '/a' };
    const shared = { communicationId: 's-2', recordingId: undefined, url: '/b' };
    const other = { communicationId: 's-3', recordingId: undefined, url: '/c' };
    const all = [own, shared, other, other];
    const recording = (
      recordingId: string,
      communicationId: string,
    ): {
      recordingId: string;
      communicationId: string;
    } => ({ recordingId, communicationId });
    const of = (wanted: Parameters<typeof transcriptsOf>[1]): unknown =>
      transcriptsOf(all, wanted, ({ url }) => url);
    assert.deepEqual(of(recording('r-1', 's-2')), [own]);
    assert.deepEqual(of(recording('r-2', 's-2')), [shared]);
    assert.deepEqual(of(recording('r-2', 's-9')), [shared, other]);
    assert.deepEqual(of(undefined), [own, shared, other]);
  });
});
