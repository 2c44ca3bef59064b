/** Cuts the text of a search into tokens. Knows nothing of how they go together. */
import type { QueryProblem, QuerySpan } from './searchQuery.ts';

export type SearchToken = QuerySpan &
  (
    | { readonly kind: 'words'; readonly text: string; readonly isPrefix: boolean }
    | { readonly kind: 'filter'; readonly field: string; readonly value: string }
    | { readonly kind: 'and' | 'or' | 'not' | 'open' | 'close' }
  );

/** Thrown within the parser only; never leaves it. */
export class QueryFault extends Error {
  readonly problem: QueryProblem;

  constructor(span: QuerySpan, message: string) {
    super(message);
    this.problem = { start: span.start, end: span.end, message };
  }
}

const operators: ReadonlyMap<string, 'and' | 'or' | 'not'> = new Map([
  ['AND', 'and'],
  ['OR', 'or'],
  ['NOT', 'not'],
]);

/** What the index keeps of a text: letters and digits of all scripts. */
const indexed = /[\p{L}\p{N}\p{Co}]/u;
const fieldName = /^([A-Za-z]{2,20}):/u;

/** @throws QueryFault at an unclosed quote, an empty filter or something that no text could hold. */
export function toTokens(text: string): readonly SearchToken[] {
  const tokens: SearchToken[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (/[\s\p{Cc}]/u.test(character)) {
      at++;
      continue;
    }
    const token = readToken(text, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function readToken(text: string, at: number): SearchToken {
  const character = text.charAt(at);
  if (character === '(' || character === ')') {
    return { kind: character === '(' ? 'open' : 'close', start: at, end: at + 1 };
  }
  if (character === '-' && /[^\s\p{Cc})-]/u.test(text.charAt(at + 1))) {
    return { kind: 'not', start: at, end: at + 1 };
  }
  if (character === '"') {
    return readQuoted(text, at);
  }
  const field = fieldName.exec(text.slice(at, at + 24));
  return field?.[1] === undefined ? readWord(text, at) : readFilter(text, at, field[1]);
}

function readQuoted(text: string, at: number): SearchToken {
  const close = closingQuote(text, at);
  const isPrefix = text.charAt(close + 1) === '*';
  const span = { start: at, end: close + (isPrefix ? 2 : 1) };
  return { ...span, ...words(text.slice(at + 1, close), isPrefix, span) };
}

function readWord(text: string, at: number): SearchToken {
  const end = endOfWord(text, at);
  const word = text.slice(at, end);
  const span = { start: at, end };
  const operator = operators.get(word);
  if (operator !== undefined) {
    return { kind: operator, ...span };
  }
  const isPrefix = word.endsWith('*');
  return { ...span, ...words(isPrefix ? word.slice(0, -1) : word, isPrefix, span) };
}

function readFilter(text: string, at: number, name: string): SearchToken {
  const valueStart = at + name.length + 1;
  const isQuoted = text.charAt(valueStart) === '"';
  const end = isQuoted ? closingQuote(text, valueStart) + 1 : endOfWord(text, valueStart);
  const value = isQuoted ? text.slice(valueStart + 1, end - 1) : text.slice(valueStart, end);
  const field = name.toLowerCase();
  if (value.trim() === '') {
    throw new QueryFault(
      { start: at, end },
      `Put a value right after "${field}:", in quotes when it has spaces`,
    );
  }
  return { kind: 'filter', field, value: value.trim(), start: at, end };
}

function words(
  raw: string,
  isPrefix: boolean,
  span: QuerySpan,
): { readonly kind: 'words'; readonly text: string; readonly isPrefix: boolean } {
  if (!indexed.test(raw)) {
    throw new QueryFault(span, 'There is no letter or digit to look for here');
  }
  if (raw.includes('*')) {
    throw new QueryFault(span, 'A * stands at the end of a word only: it means any ending');
  }
  return { kind: 'words', text: raw.replaceAll(/\p{Cc}/gu, ' ').trim(), isPrefix };
}

function closingQuote(text: string, at: number): number {
  const close = text.indexOf('"', at + 1);
  if (close === -1) {
    throw new QueryFault({ start: at, end: text.length }, 'This quote is not closed: add a "');
  }
  return close;
}

function endOfWord(text: string, at: number): number {
  let end = at;
  while (end < text.length && !/[\s\p{Cc}()"]/u.test(text.charAt(end))) {
    end++;
  }
  return end;
}
