/**
 * Tables of the catalogue and how older ones become today's. The files of the archive are the truth, so a migration may also
 * empty tables: what is missing is read again.
 */

/** In the head of the file: tells a catalogue from any other SQLite database. "GCAx". */
export const applicationId = 0x47434178;

/** Columns of the full-text index, by the number that `phrase.side` holds. */
export const sideColumns = ['agent', 'customer', 'system', 'note'] as const;

/**
 * One entry a schema version, applied in order; `PRAGMA user_version` counts them. Entries that were released never change.
 *
 * `phrase.id` is the time of the phrase and a sequence (`phraseKey.ts`), so that newest first needs no sort. The full text has a
 * column a side, so that `speaker:` costs nothing. It keeps no text of its own, which `phrase_text` gives back, and no sizes of
 * columns, which only ranking by relevance needs: a hit list is ordered by time.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE conversation (
    no INTEGER PRIMARY KEY,
    conversation_id TEXT NOT NULL UNIQUE,
    folder TEXT NOT NULL,
    signature TEXT,
    writer TEXT,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER,
    duration_ms INTEGER,
    media TEXT NOT NULL,
    direction TEXT,
    phrase_count INTEGER NOT NULL DEFAULT 0,
    first_phrase INTEGER,
    last_phrase INTEGER,
    positive_count INTEGER NOT NULL DEFAULT 0,
    negative_count INTEGER NOT NULL DEFAULT 0,
    problem TEXT
  );
  CREATE INDEX conversation_start ON conversation (start_ms, no);
  CREATE TABLE label (
    no INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    UNIQUE (kind, id, name)
  );
  CREATE TABLE conversation_label (
    conversation INTEGER NOT NULL,
    label INTEGER NOT NULL,
    PRIMARY KEY (conversation, label)
  ) WITHOUT ROWID;
  CREATE INDEX conversation_label_label ON conversation_label (label, conversation);
  CREATE TABLE participant (
    conversation INTEGER NOT NULL,
    participant_id TEXT NOT NULL,
    name TEXT,
    purpose TEXT NOT NULL,
    user_id TEXT
  );
  CREATE INDEX participant_conversation ON participant (conversation);
  CREATE TABLE recording (
    conversation INTEGER NOT NULL,
    recording_id TEXT NOT NULL,
    media TEXT NOT NULL,
    start_ms INTEGER,
    duration_ms INTEGER
  );
  CREATE INDEX recording_conversation ON recording (conversation);
  CREATE TABLE topic (
    conversation INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    side INTEGER NOT NULL,
    name TEXT NOT NULL
  );
  CREATE INDEX topic_conversation ON topic (conversation);
  CREATE TABLE sentiment (
    conversation INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    side INTEGER NOT NULL,
    sentiment REAL NOT NULL
  );
  CREATE INDEX sentiment_conversation ON sentiment (conversation);
  CREATE TABLE source (
    no INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    kind TEXT NOT NULL,
    communication_id TEXT,
    recording_id TEXT
  );
  CREATE INDEX source_conversation ON source (conversation);
  CREATE TABLE phrase (
    id INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    source INTEGER NOT NULL,
    side INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    text TEXT NOT NULL
  );
  CREATE VIEW phrase_text AS SELECT id,
    CASE side WHEN 0 THEN text END AS agent,
    CASE side WHEN 1 THEN text END AS customer,
    CASE side WHEN 2 THEN text END AS system,
    CASE side WHEN 3 THEN text END AS note
    FROM phrase;
  CREATE VIRTUAL TABLE phrase_fts USING fts5(
    agent, customer, system, note,
    content = 'phrase_text', content_rowid = 'id', columnsize = 0,
    tokenize = 'unicode61 remove_diacritics 2'
  );
  `,
  // What is deleted leaves the index at once: otherwise the words stay in the file until their part of the index is merged. A transaction
  // of 20 000 phrases fits into 16 MB: in smaller parts, filling takes a third longer. Filters look up the conversation of each hit in the
  // index, which is a tenth of the table.
  `
  INSERT INTO phrase_fts (phrase_fts, rank) VALUES ('secure-delete', 1);
  INSERT INTO phrase_fts (phrase_fts, rank) VALUES ('hashsize', 16777216);
  CREATE INDEX phrase_conversation ON phrase (id, conversation);
  CREATE VIRTUAL TABLE phrase_vocab USING fts5vocab (phrase_fts, 'row');
  `,
  // The words of the index were told with their counts, for which all places of each were read. Of places, the first of each word is enough.
  `
  DROP TABLE phrase_vocab;
  CREATE VIRTUAL TABLE phrase_vocab USING fts5vocab (phrase_fts, 'instance');
  `,
];
