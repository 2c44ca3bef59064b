/**
 * Turns a parsed search into what the database is asked. Words go into the full-text query as quoted terms only, values as bound
 * parameters only: nothing that was typed is ever read as a query language.
 */
import type { SQLInputValue } from 'node:sqlite';
import {
  isFilterOnly,
  isTextOnly,
  type NameFilterField,
  type SearchFilter,
  type SearchNode,
  type SearchQuery,
} from '../query/searchQuery.ts';
import { foldText } from './foldText.ts';
import { toKeyBounds } from './phraseKey.ts';

export interface Condition {
  readonly sql: string;
  readonly parameters: readonly SQLInputValue[];
  /** Whether it reads the conversation `c`; its number alone may come from elsewhere. */
  readonly readsRow: boolean;
}

/** What gives the number of the conversation: for `words` the hit's key `k`, so that its row need not be looked up. */
type NumberColumn = 'c.no' | 'k.conversation';

export interface SearchPlan {
  /**
   * `words`: phrases that match `match`, in conversations that meet `condition`; `conversations`: no words are asked for;
   * `mixed`: words are an alternative to a filter, so that every phrase is looked at.
   */
  readonly kind: 'words' | 'conversations' | 'mixed';
  /** Full-text query; for `mixed` of all words, for highlighting. */
  readonly match: string | undefined;
  /** About the conversation `c`, and for `words` the hit's key `k`, for `mixed` the phrase `p`. */
  readonly condition: Condition | undefined;
  /** Bounds of phrase keys, half-open. */
  readonly from: number;
  readonly below: number;
}

/** Words that begin with a prefix; undefined to look for the prefix itself. */
export type ExpandPrefix = (prefix: string) => readonly string[] | undefined;

/** @param expand of prefixes; each is looked for as it is when left out. */
export function planSearch({ root }: SearchQuery, expand: ExpandPrefix = noExpansion): SearchPlan {
  if (root === undefined) {
    return { kind: 'conversations', match: undefined, condition: undefined, ...toKeyBounds({}) };
  }
  const parts = root.kind === 'and' ? root.of : [root];
  const bounds = toBounds(parts);
  if (parts.every((part) => isTextOnly(part))) {
    return { kind: 'words', match: toMatch(root, expand), condition: undefined, ...bounds };
  }
  if (isFilterOnly(root)) {
    return { kind: 'conversations', match: undefined, condition: toCondition(root), ...bounds };
  }
  const words = parts.filter(isTextOnly);
  const filters = parts.filter(isFilterOnly);
  const [text] = words;
  if (text !== undefined && words.length === 1 && filters.length + 1 === parts.length) {
    return {
      kind: 'words',
      match: toMatch(text, expand),
      condition: joinConditions(
        'AND',
        filters.map((filter) => toCondition(filter, 'k.conversation')),
      ),
      ...bounds,
    };
  }
  const match = wantedWords(root)
    .map((part) => toMatch(part, noExpansion))
    .join(' OR ');
  return {
    kind: 'mixed',
    match: match === '' ? undefined : match,
    condition: toCondition(root),
    ...bounds,
  };
}

/** The full-text query of a part that looks at words only. Parts that take away stand last: FTS5 has `NOT` between two only. */
function toMatch(node: SearchNode, expand: ExpandPrefix): string {
  switch (node.kind) {
    case 'words': {
      const term = toTerm(node, expand);
      return node.side === undefined ? term : `(${node.side} : ${term})`;
    }
    case 'and': {
      const match = (part: SearchNode): string => toMatch(part, expand);
      const wanted = node.of.filter((part) => part.kind !== 'not').map(match);
      const unwanted = node.of.flatMap((part) => (part.kind === 'not' ? [match(part.of)] : []));
      const all = `(${wanted.join(' AND ')})`;
      return unwanted.length === 0 ? all : `(${all} NOT (${unwanted.join(' OR ')}))`;
    }
    case 'or':
      return `(${node.of.map((part) => toMatch(part, expand)).join(' OR ')})`;
    case 'not':
    case 'filter':
      throw new TypeError('A search that the parser refuses');
  }
}

function toTerm(
  { text, isPrefix }: Extract<SearchNode, { kind: 'words' }>,
  expand: ExpandPrefix,
): string {
  const terms = isPrefix ? expand(text) : undefined;
  if (terms !== undefined && terms.length > 0) {
    return `(${terms.map(quoted).join(' OR ')})`;
  }
  return `${quoted(text)}${isPrefix ? ' *' : ''}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function noExpansion(): undefined {
  return undefined;
}

function toCondition(node: SearchNode, number: NumberColumn = 'c.no'): Condition {
  if (isTextOnly(node) && node.kind !== 'not') {
    return {
      sql: 'p.id IN (SELECT rowid FROM phrase_fts WHERE phrase_fts MATCH ?)',
      parameters: [toMatch(node, noExpansion)],
      readsRow: false,
    };
  }
  switch (node.kind) {
    case 'and':
    case 'or':
      return joinConditions(
        node.kind === 'and' ? 'AND' : 'OR',
        node.of.map((part) => toCondition(part, number)),
      );
    case 'not': {
      const { sql, ...rest } = toCondition(node.of, number);
      // Unknown (a conversation without duration) is not met, so its opposite is.
      return { sql: `NOT coalesce(${sql}, 0)`, ...rest };
    }
    case 'filter':
      return filterCondition(node.filter, number);
    case 'words':
      throw new TypeError('Words are a full-text condition');
  }
}

function joinConditions(operator: 'AND' | 'OR', conditions: readonly Condition[]): Condition {
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(` ${operator} `)})`,
    parameters: conditions.flatMap(({ parameters }) => parameters),
    readsRow: conditions.some(({ readsRow }) => readsRow),
  };
}

const sentimentConditions = {
  positive: 'c.positive_count > c.negative_count',
  negative: 'c.negative_count > c.positive_count',
} as const;

function timeCondition({ startMs, endMs }: { startMs?: number; endMs?: number }): Condition {
  return {
    sql: 'c.start_ms >= ? AND c.start_ms < ?',
    parameters: [startMs ?? Number.MIN_SAFE_INTEGER, endMs ?? Number.MAX_SAFE_INTEGER],
    readsRow: true,
  };
}

function filterCondition(filter: SearchFilter, number: NumberColumn): Condition {
  const readsRow = true;
  switch (filter.field) {
    case 'id':
      return { sql: 'c.conversation_id = ?', parameters: [filter.value], readsRow };
    case 'time':
      return timeCondition(filter);
    case 'media':
      return { sql: 'c.media = ?', parameters: [filter.value.toLowerCase()], readsRow };
    case 'sentiment':
      return { sql: sentimentConditions[filter.value], parameters: [], readsRow };
    case 'duration':
      return {
        sql: `c.duration_ms ${filter.comparison} ?`,
        parameters: [filter.durationMs],
        readsRow,
      };
    case 'queue':
    case 'agent':
    case 'wrapup':
    case 'topic':
    case 'tag':
    case 'division':
      return labelCondition(filter.field, filter.value, number);
  }
}

/** Gathering so many conversations takes about as long as asking those of the hits that are looked at for one page. */
const maxGatheredCount = 1000;

/** CASE: few conversations are gathered once and looked up, many are asked for their labels as they come. */
function labelCondition(
  kind: Exclude<NameFilterField, 'media'>,
  value: string,
  number: NumberColumn,
): Condition {
  const labelled = `conversation_label cl WHERE cl.label IN
    (SELECT l.no FROM label l WHERE l.kind = ? AND (l.id = ? OR instr(l.folded, ?) > 0))`;
  const gathered = String(maxGatheredCount);
  const parameters = [kind, value, foldText(value)];
  return {
    // Alone, either of both would become a join that comes after the other tables.
    sql: `CASE WHEN (SELECT count(*) FROM (SELECT 1 FROM ${labelled} LIMIT ${gathered} + 1)) <= ${gathered}
      THEN ${number} IN (SELECT cl.conversation FROM ${labelled})
      ELSE EXISTS (SELECT 1 FROM ${labelled} AND cl.conversation = ${number}) END`,
    parameters: [...parameters, ...parameters, ...parameters],
    readsRow: false,
  };
}

/** What filters on the start of the conversation mean for the keys of its phrases. */
function toBounds(parts: readonly SearchNode[]): { from: number; below: number } {
  const bounds = toKeyBounds({});
  for (const part of parts) {
    if (part.kind === 'filter' && part.filter.field === 'time') {
      const { from, below } = toKeyBounds(part.filter);
      bounds.from = Math.max(bounds.from, from);
      bounds.below = Math.min(bounds.below, below);
    }
  }
  return bounds;
}

/** Parts whose words are wanted, not taken away. */
function wantedWords(node: SearchNode): readonly SearchNode[] {
  if (node.kind === 'not' || node.kind === 'filter') {
    return [];
  }
  return isTextOnly(node) || node.kind === 'words' ? [node] : node.of.flatMap(wantedWords);
}
