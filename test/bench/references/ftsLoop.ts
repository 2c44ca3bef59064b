/** Reference of the search benchmark: the barest loop that fills an external-content FTS5 index. Built-ins only. */
import { DatabaseSync } from 'node:sqlite';

const rowsPerTransaction = 20_000;

export class FtsLoop {
  private readonly db: DatabaseSync;
  private lastId = 0;

  constructor(path: string) {
    this.db = new DatabaseSync(path);
    this.db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA cache_size = -32768;
      CREATE TABLE phrase (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
      CREATE VIRTUAL TABLE phrase_fts USING fts5(text, content = 'phrase', content_rowid = 'id',
        tokenize = 'unicode61 remove_diacritics 2');
    `);
  }

  insert(texts: readonly string[]): void {
    const phrase = this.db.prepare('INSERT INTO phrase (id, text) VALUES (?, ?)');
    const words = this.db.prepare('INSERT INTO phrase_fts (rowid, text) VALUES (?, ?)');
    for (let start = 0; start < texts.length; start += rowsPerTransaction) {
      this.db.exec('BEGIN');
      for (const text of texts.slice(start, start + rowsPerTransaction)) {
        const id = ++this.lastId;
        phrase.run(id, text);
        words.run(id, text);
      }
      this.db.exec('COMMIT');
    }
  }

  close(): void {
    this.db.close();
  }
}
