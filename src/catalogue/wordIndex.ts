/**
 * How the full-text index keeps itself: merging its parts, and letting nothing of what was deleted stay in the file. Knows nothing of
 * what is indexed.
 * @see https://www.sqlite.org/fts5.html#configuration_options
 */
import { throwIfCancelled } from '../base/appError.ts';
import type { CatalogueDatabase } from './catalogueDatabase.ts';

/** For a conversation now and then: what is deleted is taken out of every part at once, and parts are merged as they come. */
const careful = { 'secure-delete': 1, automerge: 4, crisismerge: 16 } as const;
/** For many at once: what is deleted is only marked, and parts grow in number, until all are merged at the end. */
const bulk = { 'secure-delete': 0, automerge: 0, crisismerge: 64 } as const;

/** Taking out the words of one phrase takes about 0.2 ms; merging all parts about a second for a million phrases. */
export const bulkPhraseCount = 5000;

/** About 50 ms of work. @see https://www.sqlite.org/fts5.html#the_merge_command */
const mergePages = 1000;

/**
 * Runs work that changes a large part of the index several times faster, and merges it afterwards. Where `isWorthwhile` is false it
 * does so only to finish an earlier one that was cancelled or killed. When the work or merging fails, or on abort, that is left to
 * the next call.
 */
export async function inBulk<T>(
  db: CatalogueDatabase,
  isWorthwhile: boolean,
  work: () => T | Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  if (!isWorthwhile && isCareful(db)) {
    return await work();
  }
  configure(db, bulk);
  const result = await work();
  await optimise(db, signal);
  configure(db, careful);
  return result;
}

/** Merges the parts of the index in short transactions, so that searches of frequent words are fast and deleted words are gone. */
export async function optimise(db: CatalogueDatabase, signal: AbortSignal): Promise<void> {
  const merge = (pages: number): number => {
    db.write(() => {
      db.run("INSERT INTO phrase_fts (phrase_fts, rank) VALUES ('merge', ?)", pages);
    });
    return Number(db.get('SELECT total_changes() AS count')?.['count']);
  };
  let before = merge(-mergePages);
  for (;;) {
    throwIfCancelled(signal);
    await new Promise((resolve) => setImmediate(resolve));
    const after = merge(mergePages);
    // What the `merge` command itself changes; less means that nothing is left to merge.
    if (after - before < 2) {
      return;
    }
    before = after;
  }
}

function isCareful(db: CatalogueDatabase): boolean {
  const value = db.get("SELECT v FROM phrase_fts_config WHERE k = 'secure-delete'")?.['v'];
  return value === careful['secure-delete'];
}

function configure(
  db: CatalogueDatabase,
  options: Readonly<Record<keyof typeof careful, number>>,
): void {
  db.write(() => {
    for (const [name, value] of Object.entries(options)) {
      // Numbers are bound as floating point, which these options refuse.
      db.run(`INSERT INTO phrase_fts (phrase_fts, rank) VALUES ('${name}', ${String(value)})`);
    }
  });
}
