/** The words of the index that begin with a prefix. */
import type { CatalogueDatabase } from './catalogueDatabase.ts';

/**
 * Goes from word to word and reads the first place of each only: a frequent word has 100 000 places. No word has the control
 * character that makes the next one be looked for.
 */
const nextTerms = `WITH RECURSIVE found (term) AS (
    SELECT (SELECT term FROM phrase_vocab WHERE term >= ?1 LIMIT 1)
    UNION ALL
    SELECT (SELECT v.term FROM phrase_vocab v WHERE v.term >= f.term || char(1) LIMIT 1) FROM found f WHERE f.term < ?2
  ) SELECT term FROM found WHERE term < ?2 LIMIT ?3`;

/**
 * In no order that means anything; undefined when there are too many, or when the prefix may stand differently in the index. SQLite
 * gathers all places of a prefix before it gives the first, but walks those of whole words as they are asked for: the newest hits of
 * a prefix are found several times faster by its words.
 */
export function termsWithPrefix(
  db: CatalogueDatabase,
  prefix: string,
  maxTermCount: number,
): readonly string[] | undefined {
  // How the index folds other letters is its own matter.
  if (!/^[a-z0-9]+$/iu.test(prefix)) {
    return undefined;
  }
  const from = prefix.toLowerCase();
  const terms = db
    .all(nextTerms, from, `${from}\u{10ffff}`, maxTermCount + 1)
    .map((row) => String(row['term']));
  return terms.length > maxTermCount ? undefined : terms;
}
