/** Finds a word that was searched for among the words of a phrase. Pure. */

/** @param wanted words or several of them in one text, as they were said. @returns the index of the first of them, or -1 */
export function findWord(
  words: readonly { readonly text: string }[],
  wanted: readonly string[],
): number {
  const keys = new Set(wanted.flatMap((text) => text.split(/\s+/u)).map(toKey));
  return words.findIndex(({ text }) => keys.has(toKey(text)));
}

/** The same for every spelling of a word: without accents, punctuation and case. */
function toKey(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}
