/** Leaps over JSON arrays that nobody wants to read, without looking at each of their bytes. */

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** Further than this the next string hardly ever is. A bound keeps many small arrays without strings from being walked over and over. */
const maxProofBytes = 64;

const mayFollowString: Uint8Array = new Uint8Array(256);
for (const character of ' \t\n\r,:]}') {
  mayFollowString[character.charCodeAt(0)] = 1;
}

/**
 * Offset after the array that begins at `start`, found by searching for its closing bracket; undefined when the array holds another
 * one, does not end in this chunk, or its end cannot be told for sure. Never wrong of valid JSON; nothing in the array is checked.
 */
export function endOfFlatArray(chunk: Uint8Array, start: number): number | undefined {
  const close = chunk.indexOf(closeBracket, start);
  if (close === -1 || chunk.lastIndexOf(openBracket, close) !== start) {
    return undefined;
  }
  // Were the bracket inside of a string, the next quote would end that string, and only space or punctuation could follow it.
  const limit = Math.min(chunk.length - 1, close + maxProofBytes);
  for (let offset = close + 1; offset < limit; offset++) {
    const byte = chunk[offset] ?? 0;
    if (byte === quote) {
      return mayFollowString[chunk[offset + 1] ?? 0] === 1 ? undefined : close + 1;
    }
    if (byte === backslash) {
      return undefined;
    }
  }
  return undefined;
}
