/**
 * The database file of a catalogue: opening, pragmas, migrations, transactions. Several windows share one file. Knows nothing of
 * what the tables mean.
 */
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type * as sqliteModule from 'node:sqlite';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { errors, isAppError, messageOf } from '../base/appError.ts';
import { damaged, guardCatalogue, isBusy, toCatalogueError } from './catalogueError.ts';
import { applicationId, migrations as ownMigrations } from './schema.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface DatabaseOptions {
  /** How long to wait for another window's transaction; 15 seconds when left out. */
  readonly busyTimeoutMs?: number;
  /** Schema versions in order; the product's own when left out. */
  readonly migrations?: readonly string[];
  /** Loads SQLite; Node's own when left out. */
  readonly load?: () => Promise<typeof sqliteModule>;
}

const defaultBusyTimeoutMs = 15_000;
const cacheKilobytes = 32_768;

/** One connection. `close` it. */
export class CatalogueDatabase {
  readonly path: string;
  private readonly db: DatabaseSync;
  private readonly busyTimeoutMs: number;
  private readonly fileIdentity: string;
  private readonly statements = new Map<string, StatementSync>();

  private constructor(path: string, db: DatabaseSync, busyTimeoutMs: number) {
    this.path = path;
    this.db = db;
    this.busyTimeoutMs = busyTimeoutMs;
    this.fileIdentity = identityOf(path);
  }

  /**
   * Opens the file, or makes it, and brings it to today's schema.
   * @throws AppError `unsupported` when this VS Code has no SQLite with full text, or a newer version of the extension wrote the
   * file; `corrupt` when it is damaged or something else; `conflict` when it stays locked; `storage`
   */
  static async open(path: string, options: DatabaseOptions = {}): Promise<CatalogueDatabase> {
    const sqlite = await loadSqlite(options.load ?? (() => import('node:sqlite')));
    const timeout = options.busyTimeoutMs ?? defaultBusyTimeoutMs;
    let db: DatabaseSync | undefined;
    try {
      mkdirSync(dirname(path), { recursive: true });
      // The wait for locks is set with the opening: any statement before it could fail at once.
      db = new sqlite.DatabaseSync(path, { timeout });
      const opened = new CatalogueDatabase(path, db, timeout);
      opened.prepareFile(options.migrations ?? ownMigrations);
      return opened;
    } catch (error) {
      db?.close();
      throw toFileError(error, path);
    }
  }

  close(): void {
    this.statements.clear();
    this.db.close();
  }

  /** False when the file was deleted or replaced since it was opened: what is written here would be lost. */
  isCurrent(): boolean {
    return identityOf(this.path) === this.fileIdentity;
  }

  /** Every row. Parameters are bound in their order. */
  all(sql: string, ...parameters: SQLInputValue[]): readonly Row[] {
    return guardCatalogue(this.path, () => this.statement(sql).all(...parameters));
  }

  get(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.all(sql, ...parameters)[0];
  }

  /** @returns the number of rows that changed. */
  run(sql: string, ...parameters: SQLInputValue[]): number {
    return guardCatalogue(this.path, () => Number(this.statement(sql).run(...parameters).changes));
  }

  /** A prepared statement for a tight loop; belongs to this connection. */
  statement(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      if (this.statements.size >= 200) {
        // Searches make new statements; what is used again is prepared again.
        this.statements.clear();
      }
      statement = this.db.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  /**
   * Runs `work` in a transaction that has the write lock from its beginning, so that it can never fail half-way because of
   * another window. Waits for the lock.
   * @throws AppError `conflict` when the lock does not come free in time; what `work` throws, after a rollback
   */
  write<T>(work: () => T): T {
    return guardCatalogue(this.path, () => {
      this.begin();
      try {
        const result = work();
        this.db.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.db.isTransaction) {
          this.db.exec('ROLLBACK');
        }
        throw error;
      }
    });
  }

  /** Some states of the log (recovery after a crash, switching to it) fail at once instead of waiting: waits here. */
  private begin(sql = 'BEGIN IMMEDIATE'): void {
    const untilMs = performance.now() + this.busyTimeoutMs;
    for (;;) {
      try {
        this.db.exec(sql);
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() >= untilMs) {
          throw error;
        }
        sleep(10);
      }
    }
  }

  /**
   * What was deleted so far is gone from the file and its log. While another window reads, its log keeps it a little longer: until
   * whoever writes or closes next.
   */
  settleDeletions(): void {
    // Answers that it was kept from it instead of failing.
    this.get('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  private prepareFile(migrations: readonly string[]): void {
    this.begin('PRAGMA journal_mode = WAL');
    this.db.exec(
      `PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${String(cacheKilobytes)}; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON`,
    );
    if (this.schemaVersion() !== migrations.length) {
      this.write(() => {
        this.migrate(migrations);
      });
    }
    if (this.pragma('application_id') !== applicationId) {
      throw damaged(this.path);
    }
  }

  /** Looks again: another window may have been faster. */
  private migrate(migrations: readonly string[]): void {
    const version = this.schemaVersion();
    if (version > migrations.length) {
      throw errors.unsupported(
        `The search index was made by a newer version of this extension. Update the extension, or rebuild the catalogue to make an index for this one; its version is: ${String(version)}`,
      );
    }
    const isEmpty = this.get('SELECT 1 FROM sqlite_schema LIMIT 1') === undefined;
    if (version === 0 && !isEmpty) {
      throw damaged(this.path);
    }
    if (version === 0) {
      this.db.exec(`PRAGMA application_id = ${String(applicationId)}`);
    }
    for (const migration of migrations.slice(version)) {
      this.db.exec(migration);
    }
    this.db.exec(`PRAGMA user_version = ${String(migrations.length)}`);
  }

  private schemaVersion(): number {
    return this.pragma('user_version');
  }

  private pragma(name: 'user_version' | 'application_id'): number {
    return Number(this.get(`PRAGMA ${name}`)?.[name]);
  }
}

/**
 * Moves a database that cannot be used out of the way, with its log. Nothing is deleted.
 * @returns where it is now; undefined when there was none
 * @throws AppError `storage`
 */
export function moveCatalogueAside(path: string, nowMs: number): string | undefined {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/gu, '-');
  let moved: string | undefined;
  for (const suffix of ['', '-wal', '-shm']) {
    const target = `${path}.damaged-${stamp}${suffix}`;
    try {
      renameSync(path + suffix, target);
      moved ??= target;
    } catch (error) {
      if (!isMissing(error)) {
        throw errors.storage(
          `The damaged search index cannot be moved away. Close other windows and try again: ${path}`,
          { cause: error },
        );
      }
    }
  }
  return moved;
}

/** @throws AppError `unsupported` with what to do */
async function loadSqlite(load: () => Promise<typeof sqliteModule>): Promise<typeof sqliteModule> {
  let problem: string;
  try {
    const sqlite = await load();
    const probe = new sqlite.DatabaseSync(':memory:');
    try {
      probe.exec('CREATE VIRTUAL TABLE probe USING fts5(text)');
      return sqlite;
    } finally {
      probe.close();
    }
  } catch (error) {
    problem = messageOf(error);
  }
  throw errors.unsupported(
    `This build of VS Code has no SQLite with full-text search, which searching the archive needs. Update VS Code; downloads and the player work without it. The reason was: ${problem}`,
  );
}

function toFileError(error: unknown, path: string): unknown {
  const known = toCatalogueError(error, path);
  if (isAppError(known)) {
    return known;
  }
  return error instanceof Error && 'syscall' in error
    ? errors.storage(`The folder of the search index cannot be made: ${path}`, { cause: error })
    : known;
}

function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path);
    return `${String(dev)}:${String(ino)}`;
  } catch {
    return 'none';
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** The worker has nothing else to do: its database is synchronous. */
function sleep(durationMs: number): void {
  Atomics.wait(sleeper, 0, 0, durationMs);
}
