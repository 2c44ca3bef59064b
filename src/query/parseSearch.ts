/**
 * Parses the text of a search: words, "phrases", prefix*, AND, OR, NOT (or -), parentheses, `speaker:` and filters. Two parts
 * beside one another mean AND, which binds closer than OR.
 */
import { errors } from '../base/appError.ts';
import { readFilterValue, readSide } from './searchFilters.ts';
import {
  isTextOnly,
  type GroupNode,
  type QueryProblem,
  type QuerySpan,
  type SearchNode,
  type SearchQuery,
  type SearchSide,
} from './searchQuery.ts';
import { QueryFault, toTokens, type SearchToken } from './searchTokens.ts';

const maxTextLength = 2000;
const maxPartCount = 100;
const maxDepth = 30;

export type ParsedSearch =
  | { readonly query: SearchQuery; readonly problem?: undefined }
  | { readonly query?: undefined; readonly problem: QueryProblem };

/** Never throws: whatever was typed is a query or has a problem with a place. */
export function parseSearch(text: string): ParsedSearch {
  try {
    if (text.length > maxTextLength) {
      throw new QueryFault(
        { start: maxTextLength, end: text.length },
        `A search has at most ${String(maxTextLength)} characters`,
      );
    }
    const tokens = toTokens(text);
    if (tokens.length > maxPartCount) {
      throw new QueryFault(
        { start: tokens[maxPartCount]?.start ?? 0, end: text.length },
        `A search has at most ${String(maxPartCount)} parts`,
      );
    }
    return { query: { root: new Parser(tokens, text.length).parse() } };
  } catch (error) {
    if (error instanceof QueryFault) {
      return { problem: error.problem };
    }
    throw error;
  }
}

/** @throws AppError `input` whose message names the position, counted from 1. */
export function parseSearchOrThrow(text: string): SearchQuery {
  const { query, problem } = parseSearch(text);
  if (problem !== undefined) {
    throw errors.input(`${problem.message} (at character ${String(problem.start + 1)})`, {
      details: { start: problem.start, end: problem.end },
    });
  }
  return query;
}

/** A part, or who must have said its neighbours. */
type Part = SearchNode | ({ readonly kind: 'speaker'; readonly side: SearchSide } & QuerySpan);

class Parser {
  private readonly tokens: readonly SearchToken[];
  private readonly length: number;
  private position = 0;
  private depth = 0;

  constructor(tokens: readonly SearchToken[], length: number) {
    this.tokens = tokens;
    this.length = length;
  }

  parse(): SearchNode | undefined {
    if (this.tokens.length === 0) {
      return undefined;
    }
    const root = this.alternatives();
    const next = this.peek();
    if (next !== undefined) {
      throw new QueryFault(next, 'There is no ( that this ) closes');
    }
    refuseUnfindable(root);
    return root;
  }

  private peek(): SearchToken | undefined {
    return this.tokens[this.position];
  }

  private alternatives(): SearchNode {
    const parts = [this.conjunction()];
    while (this.peek()?.kind === 'or') {
      this.position++;
      parts.push(this.conjunction());
    }
    return group('or', parts);
  }

  private conjunction(): SearchNode {
    const parts: Part[] = [this.part()];
    for (;;) {
      const next = this.peek();
      if (next === undefined || next.kind === 'or' || next.kind === 'close') {
        break;
      }
      if (next.kind === 'and') {
        this.position++;
      }
      parts.push(this.part());
    }
    const speakers = parts.filter((part) => part.kind === 'speaker');
    const nodes = parts.filter((part) => part.kind !== 'speaker');
    const [speaker, second] = speakers;
    if (second !== undefined) {
      throw new QueryFault(second, 'One speaker at a time: join two with OR, each with its words');
    }
    if (speaker === undefined) {
      return group('and', nodes);
    }
    if (!nodes.some(hasWords)) {
      throw new QueryFault(speaker, 'speaker: says who said the words beside it: add a word');
    }
    return group(
      'and',
      nodes.map((node) => saidBy(node, speaker.side)),
    );
  }

  private part(): Part {
    const token = this.peek();
    if (token === undefined) {
      throw new QueryFault({ start: this.length, end: this.length }, 'Something is missing here');
    }
    this.position++;
    switch (token.kind) {
      case 'words':
        return token;
      case 'filter':
        return token.field === 'speaker'
          ? { kind: 'speaker', side: readSide(token.value, token), ...spanOf(token) }
          : {
              kind: 'filter',
              filter: readFilterValue(token.field, token.value, token),
              ...spanOf(token),
            };
      case 'not':
        return this.negation(token);
      case 'open':
        return this.nested(token, () => this.parenthesis(token));
      case 'and':
      case 'or':
        throw new QueryFault(
          token,
          'There is nothing before this to join. To look for the word itself, put it in quotes',
        );
      case 'close':
        throw new QueryFault(token, 'There is nothing before this ) to close');
    }
  }

  private negation(token: SearchToken): SearchNode {
    const of = this.nested(token, () => this.part());
    if (of.kind === 'speaker') {
      throw new QueryFault(of, 'NOT cannot stand before speaker: – name the other speaker instead');
    }
    return of.kind === 'not' ? of.of : { kind: 'not', of, start: token.start, end: of.end };
  }

  private parenthesis(open: SearchToken): SearchNode {
    const inner = this.alternatives();
    const close = this.peek();
    if (close?.kind !== 'close') {
      throw new QueryFault(open, 'This ( is not closed: add a )');
    }
    this.position++;
    return inner;
  }

  private nested<T>(token: SearchToken, read: () => T): T {
    if (this.depth >= maxDepth) {
      throw new QueryFault(token, `At most ${String(maxDepth)} levels`);
    }
    this.depth++;
    const result = read();
    this.depth--;
    return result;
  }
}

function spanOf({ start, end }: QuerySpan): QuerySpan {
  return { start, end };
}

/** Joins parts; those that look at words only become one, since they are looked up together. */
function group(kind: GroupNode['kind'], parts: readonly SearchNode[]): SearchNode {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.of : [part]));
  const texts = flat.filter(isTextOnly);
  return texts.length < 2 || texts.length === flat.length
    ? join(kind, flat)
    : join(kind, [join(kind, texts), ...flat.filter((part) => !isTextOnly(part))]);
}

function join(kind: GroupNode['kind'], of: readonly SearchNode[]): SearchNode {
  const [first] = of;
  const last = of.at(-1);
  if (first === undefined || last === undefined) {
    throw errors.bug('A group of a search has no parts');
  }
  return of.length === 1 ? first : { kind, of, start: first.start, end: last.end };
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

/** A nearer `speaker:` goes before one further out. */
function saidBy(node: SearchNode, side: SearchSide): SearchNode {
  switch (node.kind) {
    case 'words':
      return node.side === undefined ? { ...node, side } : node;
    case 'filter':
      return node;
    case 'not':
      return { ...node, of: saidBy(node.of, side) };
    case 'and':
    case 'or':
      return { ...node, of: node.of.map((part) => saidBy(part, side)) };
  }
}

/** What only takes words away would have to list everything else. */
function refuseUnfindable(node: SearchNode): void {
  if (isTextOnly(node)) {
    refuseUnfindableWords(node);
  } else if (node.kind === 'and' || node.kind === 'or') {
    node.of.forEach(refuseUnfindable);
  } else if (node.kind === 'not') {
    refuseUnfindable(node.of);
  }
}

function refuseUnfindableWords(node: SearchNode): void {
  switch (node.kind) {
    case 'words':
    case 'filter':
      return;
    case 'not':
      throw new QueryFault(
        node,
        'NOT takes phrases away from others: put a word beside it that they must have',
      );
    case 'or':
      node.of.forEach(refuseUnfindableWords);
      return;
    case 'and': {
      const wanted = node.of.filter((part) => part.kind !== 'not');
      const [unwanted] = node.of.filter((part) => part.kind === 'not');
      if (wanted.length === 0 && unwanted !== undefined) {
        refuseUnfindableWords(unwanted);
      }
      wanted.forEach(refuseUnfindableWords);
      for (const part of node.of) {
        if (part.kind === 'not') {
          refuseUnfindableWords(part.of);
        }
      }
    }
  }
}
