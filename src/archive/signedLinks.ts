/**
 * Takes signed links out of JSON text before it is stored, leaving every other byte as it came. A link is a secret while it
 * lives and worthless after.
 */

/** Query parameters that make a link open to whoever holds it. */
const signature = /[?&](?:Signature|X-Amz-Signature|sig|Key-Pair-Id|X-Goog-Signature)=/iu;

const mediaUriKey = '"mediaUri"';

/**
 * Empties the value of every `mediaUri` key and every string that is a signed link, to `null`. The text must be valid JSON.
 * Keys and values are found by their quotes: outside of strings JSON has none.
 */
export function withoutSignedLinks(rawJson: string): string {
  const parts: string[] = [];
  let copiedTo = 0;
  let previous = { end: 0, isMediaUri: false };
  for (let start = rawJson.indexOf('"'); start >= 0; start = rawJson.indexOf('"', previous.end)) {
    const end = endOfString(rawJson, start);
    const isValueOfMediaUri =
      previous.isMediaUri && rawJson.slice(previous.end, start).trim() === ':';
    if (isValueOfMediaUri || isSignedLink(rawJson, start, end)) {
      parts.push(rawJson.slice(copiedTo, start), 'null');
      copiedTo = end;
    }
    const isMediaUri = end - start === mediaUriKey.length && rawJson.startsWith(mediaUriKey, start);
    previous = { end, isMediaUri };
  }
  parts.push(rawJson.slice(copiedTo));
  return parts.join('');
}

/** Position after the closing quote. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) {
    end = text.indexOf('"', end + 1);
  }
  return end < 0 ? text.length : end + 1;
}

/** An odd number of backslashes stands before. */
function isEscaped(text: string, position: number): boolean {
  let first = position;
  while (text.charAt(first - 1) === '\\') {
    first--;
  }
  return (position - first) % 2 === 1;
}

/** Escapes such as `\u0026` for `&` are undone before looking. */
function isSignedLink(text: string, start: number, end: number): boolean {
  if (!/^"\s*https?:/iu.test(text.slice(start, Math.min(end, start + 32)))) {
    return false;
  }
  const value: unknown = JSON.parse(text.slice(start, end));
  return typeof value === 'string' && signature.test(value);
}
