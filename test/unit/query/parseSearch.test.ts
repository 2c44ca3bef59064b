import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import { parseSearch, parseSearchOrThrow } from '../../../src/query/parseSearch.ts';
import type { SearchNode } from '../../../src/query/searchQuery.ts';
import { createRandom } from '../../support/random.ts';

/** A parsed search in one line. */
function shown(node: SearchNode | undefined): string {
  switch (node?.kind) {
    case undefined:
      return '';
    case 'words':
      return `${node.side === undefined ? '' : `${node.side}:`}"${node.text}"${node.isPrefix ? '*' : ''}`;
    case 'filter':
      return JSON.stringify(node.filter).replaceAll('"', '');
    case 'not':
      return `not ${shown(node.of)}`;
    case 'and':
    case 'or':
      return `${node.kind}(${node.of.map(shown).join(', ')})`;
  }
}

const nov = Date.UTC(2026, 10);
const accepted: readonly (readonly [text: string, meaning: string])[] = [
  ['', ''],
  ['  ', ''],
  ['refund', '"refund"'],
  ['refund card', 'and("refund", "card")'],
  ['refund AND card', 'and("refund", "card")'],
  ['a OR b c', 'or("a", and("b", "c"))'],
  ['(a OR b) c', 'and(or("a", "b"), "c")'],
  ['a NOT b', 'and("a", not "b")'],
  ['a -b', 'and("a", not "b")'],
  ['NOT NOT a', '"a"'],
  ['e-mail', '"e-mail"'],
  ['"card on file"', '"card on file"'],
  ['ref*', '"ref"*'],
  ['"card on fi"*', '"card on fi"*'],
  ['or and not', 'and("or", "and", "not")'],
  ['"OR"', '"OR"'],
  ['10:30', '"10:30"'],
  ['speaker:agent a b', 'and(agent:"a", agent:"b")'],
  ['speaker:agent (a OR b)', 'or(agent:"a", agent:"b")'],
  ['(speaker:agent a) OR (speaker:customer b)', 'or(agent:"a", customer:"b")'],
  ['speaker:agent a queue:x', 'and(agent:"a", {field:queue,value:x})'],
  ['a queue:x b', 'and(and("a", "b"), {field:queue,value:x})'],
  ['Queue:"Billing EMEA"', '{field:queue,value:Billing EMEA}'],
  ['after:2026-11', `{field:time,startMs:${String(nov)}}`],
  ['before:2026-11-01T00:00', `{field:time,endMs:${String(nov)}}`],
  ['day:2026-11', `{field:time,startMs:${String(nov)},endMs:${String(Date.UTC(2026, 11))}}`],
  ['duration:>1h30m', '{field:duration,comparison:>,durationMs:5400000}'],
  ['duration:<=45s', '{field:duration,comparison:<=,durationMs:45000}'],
  ['sentiment:negative', '{field:sentiment,value:negative}'],
  ['NOT queue:x', 'not {field:queue,value:x}'],
];

/** Text, and the position and beginning of what is said about it. */
const refused: readonly (readonly [text: string, start: number, message: RegExp])[] = [
  ['a "b', 2, /^This quote is not closed/u],
  ['(a', 0, /^This \( is not closed/u],
  ['a)', 1, /^There is no \( that/u],
  ['()', 1, /^There is nothing before this \)/u],
  ['AND a', 0, /^There is nothing before this to join/u],
  ['a OR', 4, /^Something is missing here/u],
  ['a AND AND b', 6, /^There is nothing before/u],
  ['a !!', 2, /^There is no letter or digit/u],
  ['""', 0, /^There is no letter or digit/u],
  ['re*fund', 0, /^A \* stands at the end/u],
  ['a colour:red', 2, /^There is no such filter. Filters are speaker:, queue:/u],
  ['queue:', 0, /^Put a value right after "queue:"/u],
  ['queue: x', 0, /^Put a value right after/u],
  ['after:yesterday', 0, /^A date looks like/u],
  ['after:2026-02-30', 0, /^A date looks like/u],
  ['after:2026-13', 0, /^A date looks like/u],
  ['duration:5m', 0, /^A duration looks like/u],
  ['sentiment:sad', 0, /^sentiment: takes/u],
  ['speaker:me a', 0, /^speaker: takes/u],
  ['speaker:agent', 0, /^speaker: says who/u],
  ['speaker:agent speaker:customer a', 14, /^One speaker at a time/u],
  ['NOT speaker:agent a', 4, /^NOT cannot stand before/u],
  ['NOT a', 0, /^NOT takes phrases away/u],
  ['a OR NOT b', 5, /^NOT takes phrases away/u],
  ['queue:x NOT a', 8, /^NOT takes phrases away/u],
  [`${'('.repeat(40)}a${')'.repeat(40)}`, 30, /^At most 30 levels/u],
  ['a '.repeat(101), 200, /^A search has at most 100 parts/u],
  ['a'.repeat(2001), 2000, /^A search has at most 2000 characters/u],
];

suite('parseSearch', () => {
  for (const [text, meaning] of accepted) {
    test(`understands: ${text === '' ? 'nothing' : text}`, () => {
      const { query, problem } = parseSearch(text);
      assert.ok(query !== undefined, problem?.message);
      assert.equal(shown(query.root), meaning);
    });
  }

  for (const [text, start, message] of refused) {
    test(`explains at its place what is wrong with: ${text.slice(0, 30)}`, () => {
      const { problem } = parseSearch(text);
      assert.match(problem?.message ?? '', message);
      assert.equal(problem?.start, start);
      assert.throws(
        () => parseSearchOrThrow(text),
        (error) =>
          isAppError(error, 'input') &&
          error.message.endsWith(`(at character ${String(start + 1)})`),
      );
    });
  }

  test('answers whatever is typed with a search or a problem within the text', () => {
    const random = createRandom();
    const pieces = [
      'a',
      '"',
      '(',
      ')',
      '-',
      '*',
      ' ',
      'OR',
      'NOT',
      'AND',
      ':',
      'queue:',
      'speaker:agent',
      '\0',
      '😀',
      '\ud800',
      'é',
      "'",
      ';--',
      'after:2026',
    ];
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: random.integer(12) }, () => random.pick(pieces)).join(
        random.pick(['', ' ']),
      );
      const { query, problem } = parseSearch(text);
      const where = `${random.label}, round ${String(round)}: ${JSON.stringify(text)}`;
      assert.notEqual(query === undefined, problem === undefined, where);
      if (problem !== undefined) {
        assert.ok(0 <= problem.start && problem.start <= problem.end, where);
        assert.ok(problem.end <= text.length, where);
      }
    }
  });
});
