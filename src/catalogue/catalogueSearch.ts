/** Answers searches from the catalogue: pages of hits newest first, exact counts. Knows the query language only as data. */
import type { SQLInputValue } from 'node:sqlite';
import { errors } from '../base/appError.ts';
import type { Direction } from '../model/conversation.ts';
import type { ConversationId } from '../model/ids.ts';
import { parseConversationId } from '../model/ids.ts';
import type { SearchQuery } from '../query/searchQuery.ts';
import type { CatalogueDatabase, Row } from './catalogueDatabase.ts';
import type { LabelKind, WordSource } from './catalogueDocument.ts';
import { labelKinds, wordSources } from './catalogueDocument.ts';
import { termsWithPrefix } from './prefixTerms.ts';
import { toSnippet, type Snippet } from './snippet.ts';
import { sideColumns } from './schema.ts';
import { planSearch, type SearchPlan } from './searchPlan.ts';

export interface SearchPage {
  /** Most hits of a page, 1 to 500: phrases, or conversations when no words are asked for. */
  readonly limit: number;
  /** `next` of the page before; the newest page when left out. */
  readonly after?: string;
}

/** One phrase, message or note that was found. */
export interface PhraseHit extends Snippet {
  readonly source: WordSource;
  readonly side: (typeof sideColumns)[number];
  /** Epoch milliseconds: where to open the player. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly communicationId: string | undefined;
  readonly recordingId: string | undefined;
}

/** The hits of one conversation within a page; the next page may have more of it. */
export interface ConversationHits {
  readonly conversationId: ConversationId;
  /** Relative to the archive, with `/`. */
  readonly folder: string;
  readonly startMs: number;
  readonly endMs: number | undefined;
  readonly media: string;
  readonly direction: Direction | undefined;
  readonly labels: readonly {
    readonly kind: LabelKind;
    readonly id: string;
    readonly name: string;
  }[];
  /** Newest first; empty when no words were asked for. */
  readonly phrases: readonly PhraseHit[];
}

export interface SearchHits {
  /** Ordered by the newest hit of each. */
  readonly conversations: readonly ConversationHits[];
  /** Pass as `after` for the next page; undefined when this was the last. */
  readonly next: string | undefined;
}

export interface SearchCount {
  /** Phrases, messages and notes that match; 0 when no words were asked for. */
  readonly phraseCount: number;
  /** Conversations that match, only counted when no words were asked for; `readFacets` counts them always. */
  readonly conversationCount: number | undefined;
}

const maxLimit = 500;
/** Words that all prefixes of a search may become. More take longer than looking for the prefix itself. */
const maxTermCount = 2000;
const phraseColumns = `p.id AS id, p.conversation AS conversation, p.side AS side, p.start_ms AS start_ms,
  p.duration_ms AS duration_ms, s.kind AS source, s.communication_id AS communication_id, s.recording_id AS recording_id`;
/** Control characters mark found words: the writer lets none into a text. */
const marked = 'highlight(phrase_fts, p.side, char(2), char(3)) AS text';

/**
 * One page of hits.
 * @throws AppError `input` for a limit or cursor that is none, `corrupt` | `conflict` | `storage`
 */
export function searchCatalogue(
  db: CatalogueDatabase,
  query: SearchQuery,
  page: SearchPage,
): SearchHits {
  if (!Number.isInteger(page.limit) || page.limit < 1 || page.limit > maxLimit) {
    throw errors.input(`A page of a search has 1 to ${String(maxLimit)} hits`);
  }
  let termCount = maxTermCount;
  const plan = planSearch(query, (prefix) => {
    const terms = termsWithPrefix(db, prefix, termCount);
    // One that has too many costs the time to find that out.
    termCount = terms === undefined ? Math.floor(termCount / 2) : termCount - terms.length;
    return terms;
  });
  return plan.kind === 'conversations'
    ? conversationPage(db, plan, page)
    : phrasePage(db, plan, page);
}

/** Exact. @throws AppError `corrupt` | `conflict` | `storage` */
export function countHits(db: CatalogueDatabase, query: SearchQuery): SearchCount {
  const plan = planSearch(query);
  const { sql, parameters } = selection(plan, { columns: 'count(*) AS count' });
  const count = Number(db.get(sql, ...parameters)?.['count']);
  return plan.kind === 'conversations'
    ? { phraseCount: 0, conversationCount: count }
    : { phraseCount: count, conversationCount: undefined };
}

export interface SelectionShape {
  readonly columns: string;
  /** What the columns name of a phrase that was found by words: its `id` and `conversation` as `k`, or all of it as `p`. */
  readonly reads?: 'key' | 'phrase';
  readonly joins?: string;
}

/** What a plan finds, as a statement without order. `phrase_fts`, `k`, `p` and `c` are there where the plan has them. */
export function selection(
  plan: SearchPlan,
  { columns, reads, joins = '' }: SelectionShape,
): { readonly sql: string; readonly parameters: readonly SQLInputValue[] } {
  const { condition } = plan;
  const where = condition === undefined ? '' : ` AND ${condition.sql}`;
  const parameters = condition?.parameters ?? [];
  switch (plan.kind) {
    case 'conversations':
      return {
        sql: `SELECT ${columns} FROM conversation c ${joins} WHERE TRUE${where}`,
        parameters,
      };
    case 'words':
      return {
        sql: `SELECT ${columns} FROM phrase_fts ${wordJoins(plan, reads)} ${joins}
          WHERE phrase_fts MATCH ? AND phrase_fts.rowid >= ? AND phrase_fts.rowid < ?${where}`,
        parameters: [plan.match ?? '', plan.from, plan.below, ...parameters],
      };
    case 'mixed':
      return {
        sql: `SELECT ${columns} FROM phrase p CROSS JOIN conversation c ON c.no = p.conversation ${joins}
          WHERE p.id >= ? AND p.id < ?${where}`,
        parameters: [plan.from, plan.below, ...parameters],
      };
  }
}

/** CROSS JOIN keeps SQLite from walking the phrases instead of the hits, and from reading phrases that no filter lets through. */
function wordJoins({ condition }: SearchPlan, reads: SelectionShape['reads']): string {
  const key = 'CROSS JOIN phrase k INDEXED BY phrase_conversation ON k.id = phrase_fts.rowid';
  const phrase = 'CROSS JOIN phrase p ON p.id = phrase_fts.rowid';
  if (condition === undefined) {
    return reads === undefined ? '' : reads === 'key' ? key : phrase;
  }
  const conversation = condition.readsRow
    ? `${key} CROSS JOIN conversation c ON c.no = k.conversation`
    : key;
  return reads === 'phrase' ? `${conversation} ${phrase}` : conversation;
}

function phrasePage(db: CatalogueDatabase, plan: SearchPlan, page: SearchPage): SearchHits {
  const [after] = decodeCursor(page.after, 'p', 1);
  const bounded = { ...plan, below: Math.min(plan.below, after ?? plan.below) };
  const isWords = plan.kind === 'words';
  const columns = `${phraseColumns}, ${isWords ? marked : 'p.text AS text'}`;
  const { sql, parameters } = selection(bounded, {
    columns,
    reads: 'phrase',
    joins: 'CROSS JOIN source s ON s.no = p.source',
  });
  const order = isWords ? 'phrase_fts.rowid' : 'p.id';
  // One more row than asked for tells whether there is a next page.
  const rows = db.all(`${sql} ORDER BY ${order} DESC LIMIT ?`, ...parameters, page.limit + 1);
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const phrases = new Map<number, PhraseHit[]>();
  for (const row of shown) {
    const conversation = Number(row['conversation']);
    const hits = phrases.get(conversation) ?? [];
    hits.push(toPhraseHit(row, isWords ? undefined : highlightOf(db, plan, row)));
    phrases.set(conversation, hits);
  }
  return {
    conversations: readConversations(db, [...phrases.keys()], phrases),
    next:
      last === undefined || rows.length <= page.limit
        ? undefined
        : `p:${String(Number(last['id']))}`,
  };
}

/** Of a query that mixes words and filters, a hit may have none of the words. */
function highlightOf(db: CatalogueDatabase, plan: SearchPlan, row: Row): string | undefined {
  const text =
    plan.match === undefined
      ? undefined
      : db.get(
          `SELECT ${marked} FROM phrase_fts CROSS JOIN phrase p ON p.id = phrase_fts.rowid WHERE phrase_fts MATCH ? AND phrase_fts.rowid = ?`,
          plan.match,
          Number(row['id']),
        )?.['text'];
  return typeof text === 'string' ? text : undefined;
}

function conversationPage(db: CatalogueDatabase, plan: SearchPlan, page: SearchPage): SearchHits {
  const [startMs, no] = decodeCursor(page.after, 'c', 2);
  const { sql, parameters } = selection(plan, {
    columns: 'c.no AS no, c.start_ms AS start_ms',
  });
  const isAfter = startMs !== undefined && no !== undefined;
  const rows = db.all(
    `${sql}${isAfter ? ' AND (c.start_ms, c.no) < (?, ?)' : ''} ORDER BY c.start_ms DESC, c.no DESC LIMIT ?`,
    ...parameters,
    ...(isAfter ? [startMs, no] : []),
    page.limit + 1,
  );
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    conversations: readConversations(
      db,
      shown.map((row) => Number(row['no'])),
      new Map(),
    ),
    next:
      last === undefined || rows.length <= page.limit
        ? undefined
        : `c:${String(Number(last['start_ms']))}:${String(Number(last['no']))}`,
  };
}

/** Conversations by their numbers, in this order, with the phrases that are given. */
export function readConversations(
  db: CatalogueDatabase,
  numbers: readonly number[],
  phrases: ReadonlyMap<number, readonly PhraseHit[]>,
): readonly ConversationHits[] {
  const list = JSON.stringify(numbers);
  const labels = new Map<number, ConversationHits['labels'][number][]>();
  for (const row of db.all(
    `SELECT cl.conversation AS conversation, l.kind AS kind, l.id AS id, l.name AS name
     FROM json_each(?) n CROSS JOIN conversation_label cl ON cl.conversation = n.value
     CROSS JOIN label l ON l.no = cl.label ORDER BY l.kind, l.name`,
    list,
  )) {
    const kind = labelKinds.find((known) => known === row['kind']);
    if (kind !== undefined) {
      const conversation = Number(row['conversation']);
      const known = labels.get(conversation) ?? [];
      known.push({ kind, id: String(row['id']), name: String(row['name']) });
      labels.set(conversation, known);
    }
  }
  return db
    .all(
      `SELECT c.no AS no, c.conversation_id AS conversation_id, c.folder AS folder, c.start_ms AS start_ms, c.end_ms AS end_ms,
         c.media AS media, c.direction AS direction
       FROM json_each(?) n CROSS JOIN conversation c ON c.no = n.value ORDER BY n.key`,
      list,
    )
    .map((row) => {
      const no = Number(row['no']);
      const direction = row['direction'];
      return {
        conversationId: parseConversationId(String(row['conversation_id'])),
        folder: String(row['folder']),
        startMs: Number(row['start_ms']),
        endMs: row['end_ms'] === null ? undefined : Number(row['end_ms']),
        media: String(row['media']),
        direction: direction === 'inbound' || direction === 'outbound' ? direction : undefined,
        labels: labels.get(no) ?? [],
        phrases: phrases.get(no) ?? [],
      };
    });
}

function toPhraseHit(row: Row, text = String(row['text'])): PhraseHit {
  return {
    ...toSnippet(text),
    source: wordSources.find((known) => known === row['source']) ?? 'message',
    side: sideColumns[Number(row['side'])] ?? 'system',
    startMs: Number(row['start_ms']),
    durationMs: Number(row['duration_ms']),
    communicationId: textOrUndefined(row['communication_id']),
    recordingId: textOrUndefined(row['recording_id']),
  };
}

function textOrUndefined(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** @throws AppError `input` when the cursor is not one of this kind of search. */
export function decodeCursor(
  cursor: string | undefined,
  kind: 'p' | 'c',
  partCount: number,
): readonly number[] {
  if (cursor === undefined) {
    return [];
  }
  const [tag, ...parts] = cursor.split(':');
  const numbers = parts.map((part) => (/^-?\d{1,16}$/u.test(part) ? Number(part) : Number.NaN));
  if (tag !== kind || numbers.length !== partCount || !numbers.every(Number.isSafeInteger)) {
    throw errors.input('This page belongs to another search. Start the search again');
  }
  return numbers;
}
