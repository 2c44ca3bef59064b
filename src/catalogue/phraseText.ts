/** Makes text fit for the index: pieces of bounded size without control characters. Positions within a piece stay the same. */

/** Longer messages become several pieces. Words of a phrase that a border separates are not found together. */
export const maxPieceLength = 4000;

/** Control characters and surrogates, of which one may stand alone. */
// eslint-disable-next-line no-control-regex
const unclean = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/;

/** Pieces in order, cut between words where there are any; none for a blank text. */
export function toPieces(text: string): readonly string[] {
  // Control characters mark found words in the index's answers, and would end the text for SQLite.
  const clean = unclean.test(text) ? text.replaceAll(/\p{Cc}/gu, ' ').toWellFormed() : text;
  if (clean.length <= maxPieceLength) {
    return clean.trim() === '' ? [] : [clean];
  }
  const pieces: string[] = [];
  let start = 0;
  while (start < clean.length) {
    const end = pieceEnd(clean, start);
    const piece = clean.slice(start, end);
    if (piece.trim() !== '') {
      pieces.push(piece);
    }
    start = end;
  }
  return pieces;
}

function pieceEnd(text: string, start: number): number {
  const limit = start + maxPieceLength;
  if (limit >= text.length) {
    return text.length;
  }
  const space = text.lastIndexOf(' ', limit);
  if (space > start + maxPieceLength / 2) {
    return space;
  }
  // Never between the halves of a surrogate pair.
  return /[\uD800-\uDBFF]/u.test(text.charAt(limit - 1)) ? limit - 1 : limit;
}
