/**
 * Takes signed links out of JSON text before it is stored, leaving every other byte as it came. A link is a secret while it
 * lives and worthless after.
 */

/** Query parameters that make a link open to whoever holds it. */
const signature = /[?&](?:Signature|X-Amz-Signature|sig|Key-Pair-Id|X-Goog-Signature)=/iu;

/** One JSON string; strings are the only place where quotes can occur, so matches never straddle tokens. */
const jsonString = /"[^"\\]*(?:\\.[^"\\]*)*"/gsu;
const mediaUriKey = '"mediaUri"';

/**
 * Empties the value of every `mediaUri` key and every string that is a signed link, to `null`. The text must be valid JSON.
 */
export function withoutSignedLinks(rawJson: string): string {
  let previous = '';
  let previousEnd = 0;
  return rawJson.replace(jsonString, (token: string, offset: number) => {
    const isMediaUri =
      previous === mediaUriKey && rawJson.slice(previousEnd, offset).trim() === ':';
    previous = token;
    previousEnd = offset + token.length;
    return isMediaUri || isSignedLink(token) ? 'null' : token;
  });
}

/** Escapes such as `\u0026` for `&` are undone before looking. */
function isSignedLink(token: string): boolean {
  if (!/^"\s*https?:/iu.test(token)) {
    return false;
  }
  const value: unknown = JSON.parse(token);
  return typeof value === 'string' && signature.test(value);
}
