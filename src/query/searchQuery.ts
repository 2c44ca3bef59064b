/**
 * The language of the archive's search: what it means, as data. Words are matched within one phrase, message or note; filters
 * look at the whole conversation. Knows nothing of how either is looked up.
 */

/** Whose words: the agent side, the customer side, or a machine of the organisation. */
export const searchSides = ['agent', 'customer', 'system'] as const;
export type SearchSide = (typeof searchSides)[number];

/** Filters by name or id: a name matches when it holds the value, whatever its case and accents; an id must be the same. */
export const nameFilterFields = [
  'queue',
  'agent',
  'media',
  'wrapup',
  'topic',
  'tag',
  'division',
] as const;
export type NameFilterField = (typeof nameFilterFields)[number];

/** Where something stands in the text of the query: `[start, end)` in UTF-16 units. */
export interface QuerySpan {
  readonly start: number;
  readonly end: number;
}

export type DurationComparison = '<' | '<=' | '>' | '>=';

export type SearchFilter =
  | { readonly field: NameFilterField; readonly value: string }
  /** The conversation with this id. */
  | { readonly field: 'id'; readonly value: string }
  /** Conversations that start in `[startMs, endMs)`, UTC; a side that is left out is open. */
  | { readonly field: 'time'; readonly startMs?: number; readonly endMs?: number }
  /** Conversations with more marks of this kind than of the other. */
  | { readonly field: 'sentiment'; readonly value: 'positive' | 'negative' }
  /** Conversations that are still open have no duration and never match. */
  | {
      readonly field: 'duration';
      readonly comparison: DurationComparison;
      readonly durationMs: number;
    };

/** Words that follow one another; the last is only a beginning when `isPrefix`. */
export interface WordsNode extends QuerySpan {
  readonly kind: 'words';
  readonly text: string;
  readonly isPrefix: boolean;
  /** Who must have said them; anybody when left out. */
  readonly side?: SearchSide;
}

export interface FilterNode extends QuerySpan {
  readonly kind: 'filter';
  readonly filter: SearchFilter;
}

/** At least two parts. Parts that look at words only stand together in one, so that there is at most one beside others. */
export interface GroupNode extends QuerySpan {
  readonly kind: 'and' | 'or';
  readonly of: readonly SearchNode[];
}

export interface NotNode extends QuerySpan {
  readonly kind: 'not';
  readonly of: SearchNode;
}

export type SearchNode = WordsNode | FilterNode | GroupNode | NotNode;

/** What a person asks for. `root` is undefined for an empty query, which matches every conversation. */
export interface SearchQuery {
  readonly root: SearchNode | undefined;
}

/** What is wrong with a query, where, and what to do about it. */
export interface QueryProblem extends QuerySpan {
  readonly message: string;
}

/** True for a part that looks at words only. */
export function isTextOnly(node: SearchNode): boolean {
  return isOnly(node, 'words');
}

/** True for a part that looks at the conversation only. */
export function isFilterOnly(node: SearchNode): boolean {
  return isOnly(node, 'filter');
}

function isOnly(node: SearchNode, kind: 'words' | 'filter'): boolean {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.of.every((part) => isOnly(part, kind));
    case 'not':
      return isOnly(node.of, kind);
    case 'words':
    case 'filter':
      return node.kind === kind;
  }
}
