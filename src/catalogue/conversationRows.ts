/** Rows of conversations and their words: writing and deleting, within a transaction of the caller. */
import type { ConversationId } from '../model/ids.ts';
import { sideOf } from '../transcript/roles.ts';
import type { CatalogueDatabase } from './catalogueDatabase.ts';
import type {
  CatalogueDocument,
  CatalogueLabel,
  CatalogueMark,
  CataloguePhrase,
} from './catalogueDocument.ts';
import { foldText } from './foldText.ts';
import { sideColumns } from './schema.ts';

export interface PhraseRow {
  /** First key to try; the next free one is taken. */
  readonly key: number;
  readonly conversation: number;
  readonly source: number;
  /** Index of `sideColumns`. */
  readonly side: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly text: string;
}

const maxRememberedCount = 5000;
const insertPhrase =
  'INSERT OR IGNORE INTO phrase (id, conversation, source, side, start_ms, duration_ms, text) VALUES (?, ?, ?, ?, ?, ?, ?)';
const deleteWords = `INSERT INTO phrase_fts (phrase_fts, rowid, agent, customer, system, note)
  SELECT 'delete', t.id, t.agent, t.customer, t.system, t.note FROM phrase p JOIN phrase_text t ON t.id = p.id
  WHERE p.id BETWEEN ? AND ? AND p.conversation = ?`;
/** One statement for many rows: asking SQLite once a row costs a tenth of the time. Keeps the order of the keys. */
const insertWords = `INSERT INTO phrase_fts (rowid, agent, customer, system, note)
  SELECT t.id, t.agent, t.customer, t.system, t.note
  FROM json_each(?) k CROSS JOIN phrase_text t ON t.id = k.value`;
const partTables = [
  'conversation_label',
  'participant',
  'recording',
  'topic',
  'sentiment',
  'source',
];

export class ConversationRows {
  private readonly db: CatalogueDatabase;
  /** Numbers of sources of the conversations being written; bounded, and read again when forgotten. */
  private readonly sources = new Map<string, number>();

  constructor(db: CatalogueDatabase) {
    this.db = db;
  }

  /** Puts the conversation's own rows in place of what is there. @returns its number */
  replace(document: CatalogueDocument, writer: string): number {
    this.delete(document.conversationId);
    const { startMs, endMs } = document;
    this.db.run(
      `INSERT INTO conversation (conversation_id, folder, writer, start_ms, end_ms, duration_ms, media, direction)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      document.conversationId,
      document.folder,
      writer,
      Math.trunc(startMs),
      endMs === undefined ? null : Math.trunc(endMs),
      endMs === undefined ? null : Math.max(0, Math.trunc(endMs - startMs)),
      document.media,
      document.direction ?? null,
    );
    const conversation = Number(this.db.get('SELECT last_insert_rowid() AS no')?.['no']);
    for (const { id, name, purpose, userId } of document.participants) {
      this.db.run(
        'INSERT INTO participant VALUES (?, ?, ?, ?, ?)',
        conversation,
        id,
        name ?? null,
        purpose,
        userId ?? null,
      );
    }
    for (const { id, media, startMs: fromMs, durationMs } of document.recordings) {
      this.db.run(
        'INSERT INTO recording VALUES (?, ?, ?, ?, ?)',
        conversation,
        id,
        media,
        fromMs ?? null,
        durationMs ?? null,
      );
    }
    this.addLabels(conversation, document.labels);
    return conversation;
  }

  /** Number of a conversation that this writer began; undefined when another one has begun it anew. */
  owned(id: ConversationId, writer: string): number | undefined {
    const no = this.db.get(
      'SELECT no FROM conversation WHERE conversation_id = ? AND writer = ?',
      id,
      writer,
    )?.['no'];
    return no === undefined ? undefined : Number(no);
  }

  /** Everything of it is there: from now on it counts as unchanged while its files do. */
  complete(conversation: number, signature: string, problems: readonly string[]): void {
    this.db.run(
      'UPDATE conversation SET signature = ?, problem = ? WHERE no = ?',
      signature,
      problems.length === 0 ? null : problems.join('\n'),
      conversation,
    );
  }

  /** True when it was there. */
  delete(id: ConversationId): boolean {
    const row = this.db.get(
      'SELECT no, first_phrase, last_phrase FROM conversation WHERE conversation_id = ?',
      id,
    );
    if (row === undefined) {
      return false;
    }
    const no = Number(row['no']);
    if (row['first_phrase'] !== null) {
      const range = [Number(row['first_phrase']), Number(row['last_phrase']), no] as const;
      this.db.run(deleteWords, ...range);
      this.db.run('DELETE FROM phrase WHERE id BETWEEN ? AND ? AND conversation = ?', ...range);
    }
    for (const table of partTables) {
      this.db.run(`DELETE FROM ${table} WHERE conversation = ?`, no);
    }
    this.db.run('DELETE FROM conversation WHERE no = ?', no);
    this.sources.clear();
    return true;
  }

  addLabels(conversation: number, labels: readonly CatalogueLabel[]): void {
    for (const { kind, id, name } of labels) {
      const no =
        this.labelNo(kind, id, name) ??
        this.inserted('INSERT INTO label (kind, id, name, folded) VALUES (?, ?, ?, ?)', [
          kind,
          id,
          name,
          foldText(name),
        ]);
      this.db.run('INSERT OR IGNORE INTO conversation_label VALUES (?, ?)', conversation, no);
    }
  }

  addMarks(conversation: number, marks: readonly CatalogueMark[]): void {
    let positiveCount = 0;
    let negativeCount = 0;
    for (const mark of marks) {
      if (mark.kind === 'problem') {
        continue;
      }
      const [table, value] =
        mark.kind === 'topic'
          ? (['topic', mark.name] as const)
          : (['sentiment', mark.sentiment] as const);
      this.db.run(
        `INSERT INTO ${table} VALUES (?, ?, ?, ?, ?)`,
        conversation,
        Math.trunc(mark.startMs),
        Math.trunc(mark.durationMs),
        sideColumns.indexOf(sideOf(mark.role)),
        value,
      );
      if (mark.kind === 'sentiment') {
        positiveCount += mark.sentiment > 0 ? 1 : 0;
        negativeCount += mark.sentiment < 0 ? 1 : 0;
      }
    }
    if (positiveCount + negativeCount > 0) {
      this.db.run(
        'UPDATE conversation SET positive_count = positive_count + ?, negative_count = negative_count + ? WHERE no = ?',
        positiveCount,
        negativeCount,
        conversation,
      );
    }
  }

  /** Number of the source that a phrase comes from. */
  sourceOf(conversation: number, phrase: CataloguePhrase): number {
    const communicationId = phrase.communicationId ?? null;
    const recordingId = phrase.recordingId ?? null;
    const name = `${String(conversation)} ${phrase.source} ${communicationId ?? ''} ${recordingId ?? ''}`;
    let no = this.sources.get(name);
    if (no === undefined) {
      const found = this.db.get(
        'SELECT no FROM source WHERE conversation = ? AND kind = ? AND communication_id IS ? AND recording_id IS ?',
        conversation,
        phrase.source,
        communicationId,
        recordingId,
      )?.['no'];
      no =
        found === undefined
          ? this.inserted(
              'INSERT INTO source (conversation, kind, communication_id, recording_id) VALUES (?, ?, ?, ?)',
              [conversation, phrase.source, communicationId, recordingId],
            )
          : Number(found);
      if (this.sources.size >= maxRememberedCount) {
        this.sources.clear();
      }
      this.sources.set(name, no);
    }
    return no;
  }

  /** @param rows ordered by key: rising keys are what the full-text index takes without sorting. */
  addPhrases(rows: readonly PhraseRow[]): void {
    const phrase = this.db.statement(insertPhrase);
    const keys: number[] = [];
    const ranges = new Map<number, { first: number; last: number; count: number }>();
    let lastKey = -1;
    for (const row of rows) {
      const { conversation, source, side, startMs, durationMs, text } = row;
      let key = Math.max(row.key, lastKey + 1);
      let step = 1;
      while (phrase.run(key, conversation, source, side, startMs, durationMs, text).changes === 0) {
        // Taken by another conversation. Strides grow, so that thousands in one moment do not cost millions of tries.
        key += step;
        step = Math.min(step * 2, 1024);
      }
      lastKey = key;
      keys.push(key);
      const range = ranges.get(conversation);
      if (range === undefined) {
        ranges.set(conversation, { first: key, last: key, count: 1 });
      } else {
        range.last = key;
        range.count++;
      }
    }
    this.db.run(insertWords, JSON.stringify(keys));
    for (const [conversation, { first, last, count }] of ranges) {
      this.db.run(
        `UPDATE conversation SET phrase_count = phrase_count + ?,
         first_phrase = min(coalesce(first_phrase, ?), ?), last_phrase = max(coalesce(last_phrase, ?), ?) WHERE no = ?`,
        count,
        first,
        first,
        last,
        last,
        conversation,
      );
    }
  }

  private labelNo(kind: string, id: string, name: string): number | undefined {
    const no = this.db.get(
      'SELECT no FROM label WHERE kind = ? AND id = ? AND name = ?',
      kind,
      id,
      name,
    )?.['no'];
    return no === undefined ? undefined : Number(no);
  }

  private inserted(sql: string, values: readonly (string | number | null)[]): number {
    return Number(this.db.statement(sql).run(...values).lastInsertRowid);
  }
}
