/** How the conversations of a search spread over queues, agents, media, days and wrap-up codes. */
import { throwIfCancelled } from '../base/appError.ts';
import type { SearchQuery } from '../query/searchQuery.ts';
import type { CatalogueDatabase } from './catalogueDatabase.ts';
import { selection } from './catalogueSearch.ts';
import { planSearch } from './searchPlan.ts';

export interface FacetValue {
  /** Id of the queue, agent or code; the media type; the UTC day `2026-11-05`. */
  readonly id: string;
  readonly name: string;
  readonly conversationCount: number;
}

/** Each list ordered by count, days by date, newest first. The 100 largest of each. */
export interface SearchFacets {
  /** Conversations with at least one hit. */
  readonly conversationCount: number;
  readonly queues: readonly FacetValue[];
  readonly agents: readonly FacetValue[];
  readonly media: readonly FacetValue[];
  readonly days: readonly FacetValue[];
  readonly wrapUps: readonly FacetValue[];
}

const maxValueCount = 100;
/** Rows of one step; between two steps other requests are answered. A step takes about 10 ms. */
const stepRowCount = 20_000;

/**
 * Walks all hits in steps, letting other requests pass between two.
 * @throws AppError `corrupt` | `conflict` | `storage`
 */
export async function readFacets(
  db: CatalogueDatabase,
  query: SearchQuery,
  signal: AbortSignal,
): Promise<SearchFacets> {
  const list = JSON.stringify([...(await conversationsOf(db, query, signal))]);
  const labels = (kind: string): readonly FacetValue[] =>
    read(
      db,
      `SELECT l.id AS id, max(l.name) AS name, count(DISTINCT cl.conversation) AS count
       FROM json_each(?) n CROSS JOIN conversation_label cl ON cl.conversation = n.value
       CROSS JOIN label l ON l.no = cl.label WHERE l.kind = '${kind}' GROUP BY l.id ORDER BY count DESC, name LIMIT ${String(maxValueCount)}`,
      list,
    );
  const columns = (expression: string, order: string): readonly FacetValue[] =>
    read(
      db,
      `SELECT ${expression} AS id, ${expression} AS name, count(*) AS count
       FROM json_each(?) n CROSS JOIN conversation c ON c.no = n.value GROUP BY 1 ORDER BY ${order} LIMIT ${String(maxValueCount)}`,
      list,
    );
  return {
    conversationCount: Number(db.get('SELECT json_array_length(?) AS count', list)?.['count']),
    queues: labels('queue'),
    agents: labels('agent'),
    media: columns('c.media', 'count DESC, id'),
    days: columns("strftime('%Y-%m-%d', c.start_ms / 1000, 'unixepoch')", 'id DESC'),
    wrapUps: labels('wrapup'),
  };
}

/** Numbers of the conversations that match. Walks in steps as `readFacets` does. */
export async function conversationsOf(
  db: CatalogueDatabase,
  query: SearchQuery,
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const plan = planSearch(query);
  const found = new Set<number>();
  if (plan.kind === 'conversations') {
    const { sql, parameters } = selection(plan, { columns: 'c.no AS no' });
    for (const row of db.all(sql, ...parameters)) {
      found.add(Number(row['no']));
    }
    return found;
  }
  const key = plan.kind === 'words' ? 'k' : 'p';
  let { below } = plan;
  for (;;) {
    throwIfCancelled(signal);
    const { sql, parameters } = selection(
      { ...plan, below },
      { columns: `${key}.id AS id, ${key}.conversation AS conversation`, reads: 'key' },
    );
    const order = plan.kind === 'words' ? 'phrase_fts.rowid' : 'p.id';
    const rows = db.all(`${sql} ORDER BY ${order} DESC LIMIT ?`, ...parameters, stepRowCount);
    for (const row of rows) {
      found.add(Number(row['conversation']));
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < stepRowCount) {
      return found;
    }
    below = Number(last['id']);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function read(db: CatalogueDatabase, sql: string, list: string): readonly FacetValue[] {
  return db.all(sql, list).map((row) => ({
    id: String(row['id']),
    name: String(row['name']),
    conversationCount: Number(row['count']),
  }));
}
