/** The catalogue as a list to browse: conversations of a search by day, queue or agent, and pages of them. */
import { errors } from '../base/appError.ts';
import type { SearchQuery } from '../query/searchQuery.ts';
import type { CatalogueDatabase } from './catalogueDatabase.ts';
import { conversationsOf, type FacetValue } from './catalogueFacets.ts';
import {
  decodeCursor,
  readConversations,
  type SearchHits,
  type SearchPage,
} from './catalogueSearch.ts';

export interface ConversationGroup {
  readonly by: 'day' | 'queue' | 'agent';
  /** UTC day `2026-11-05`, or the id of a queue or agent; empty for conversations without any. */
  readonly id: string;
}

export interface GroupedConversations {
  /** Conversations that match, each counted once. */
  readonly conversationCount: number;
  /** Days newest first, others by name; a conversation with two queues is in both. The first 10 000. */
  readonly groups: readonly FacetValue[];
}

export interface ConversationPageRequest extends SearchPage {
  /** Only those of one group; all when left out. */
  readonly group?: ConversationGroup;
}

const maxGroupCount = 10_000;
const day = "strftime('%Y-%m-%d', c.start_ms / 1000, 'unixepoch')";

/** @throws AppError `corrupt` | `conflict` | `storage`; AbortError */
export async function listGroups(
  db: CatalogueDatabase,
  query: SearchQuery,
  by: ConversationGroup['by'],
  signal: AbortSignal,
): Promise<GroupedConversations> {
  const found = await conversationsOf(db, query, signal);
  const list = JSON.stringify([...found]);
  const rows =
    by === 'day'
      ? db.all(
          `SELECT ${day} AS id, ${day} AS name, count(*) AS count FROM json_each(?) n
           CROSS JOIN conversation c ON c.no = n.value GROUP BY 1 ORDER BY 1 DESC LIMIT ?`,
          list,
          maxGroupCount,
        )
      : db.all(
          `SELECT l.id AS id, max(l.name) AS name, count(DISTINCT cl.conversation) AS count FROM json_each(?) n
           CROSS JOIN conversation_label cl ON cl.conversation = n.value
           CROSS JOIN label l ON l.no = cl.label WHERE l.kind = ? GROUP BY l.id ORDER BY max(l.folded) LIMIT ?`,
          list,
          by,
          maxGroupCount,
        );
  const groups = rows.map((row) => ({
    id: String(row['id']),
    name: String(row['name']),
    conversationCount: Number(row['count']),
  }));
  if (by !== 'day') {
    const without = Number(
      db.get(`SELECT count(*) AS count FROM json_each(?) n WHERE ${withoutLabel}`, list, by)?.[
        'count'
      ],
    );
    if (without > 0) {
      groups.push({ id: '', name: '', conversationCount: without });
    }
  }
  return { conversationCount: found.size, groups };
}

const withoutLabel = `NOT EXISTS (SELECT 1 FROM conversation_label cl CROSS JOIN label l ON l.no = cl.label
  WHERE cl.conversation = n.value AND l.kind = ?)`;
const withLabel = `EXISTS (SELECT 1 FROM conversation_label cl CROSS JOIN label l ON l.no = cl.label
  WHERE cl.conversation = n.value AND l.kind = ? AND l.id = ?)`;

/**
 * One page of whole conversations, newest first; `phrases` are empty.
 * @throws AppError `input` for a limit or cursor that is none, `corrupt` | `conflict` | `storage`; AbortError
 */
export async function listConversations(
  db: CatalogueDatabase,
  query: SearchQuery,
  request: ConversationPageRequest,
  signal: AbortSignal,
): Promise<SearchHits> {
  const { limit, after, group } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > 500) {
    throw errors.input('A page of conversations has 1 to 500 of them');
  }
  const [startMs, no] = decodeCursor(after, 'c', 2);
  const list = JSON.stringify([...(await conversationsOf(db, query, signal))]);
  const { sql, parameters } = groupCondition(group);
  const isAfter = startMs !== undefined && no !== undefined;
  const rows = db.all(
    `SELECT c.no AS no, c.start_ms AS start_ms FROM json_each(?) n CROSS JOIN conversation c ON c.no = n.value
     WHERE ${sql}${isAfter ? ' AND (c.start_ms, c.no) < (?, ?)' : ''} ORDER BY c.start_ms DESC, c.no DESC LIMIT ?`,
    list,
    ...parameters,
    ...(isAfter ? [startMs, no] : []),
    limit + 1,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    conversations: readConversations(
      db,
      shown.map((row) => Number(row['no'])),
      new Map(),
    ),
    next:
      last === undefined || rows.length <= limit
        ? undefined
        : `c:${String(Number(last['start_ms']))}:${String(Number(last['no']))}`,
  };
}

function groupCondition(group: ConversationGroup | undefined): {
  readonly sql: string;
  readonly parameters: readonly string[];
} {
  if (group === undefined) {
    return { sql: 'TRUE', parameters: [] };
  }
  if (group.by === 'day') {
    return { sql: `${day} = ?`, parameters: [group.id] };
  }
  return group.id === ''
    ? { sql: withoutLabel, parameters: [group.by] }
    : { sql: withLabel, parameters: [group.by, group.id] };
}
