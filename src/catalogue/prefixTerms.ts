/** The words of the index that begin with a prefix. */
import type { CatalogueDatabase } from './catalogueDatabase.ts';

/** More make the query slower than looking for the prefix itself. */
const maxTermCount = 200;

/**
 * In no order that means anything; undefined when there are too many, or when the prefix may stand differently in the index. SQLite
 * gathers all places of a prefix before it gives the first, but walks those of whole words as they are asked for: the newest hits of
 * a prefix are found several times faster by its words.
 */
export function termsWithPrefix(
  db: CatalogueDatabase,
  prefix: string,
): readonly string[] | undefined {
  // How the index folds other letters is its own matter.
  if (!/^[a-z0-9]+$/iu.test(prefix)) {
    return undefined;
  }
  const from = prefix.toLowerCase();
  const terms = db
    .all(
      'SELECT term FROM phrase_vocab WHERE term >= ? AND term < ? LIMIT ?',
      from,
      `${from}\u{10ffff}`,
      maxTermCount + 1,
    )
    .map((row) => String(row['term']));
  return terms.length > maxTermCount ? undefined : terms;
}
