/** HTML of strangers as a sequence of tags and text. Builds and interprets nothing; linear in the length of its input. */

export type HtmlToken =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'open'; readonly name: string; readonly attributes: string }
  | { readonly kind: 'close'; readonly name: string };

/** A comment, a declaration or a tag; one that does not end takes the rest, or ends at a quote that does not. */
const markup =
  /<!--[\s\S]*?(?:-->|$)|<[!?][^>]*(?:>|$)|<(\/?)([a-z][a-z0-9]*)((?:[^>"']+|"[^"]*"|'[^']*')*)>?/giu;

/** Elements whose content nobody reads. */
const hidden =
  /^(?:applet|audio|canvas|head|iframe|math|noscript|object|script|style|svg|template|textarea|title|video|xmp)$/u;

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);

/** Names in lower case, text with its entities decoded; what is hidden, and comments, are left out. */
export function* htmlTokens(html: string): Generator<HtmlToken, void, undefined> {
  let hiddenBy: string | undefined;
  for (const token of allTokens(html)) {
    if (hiddenBy !== undefined) {
      hiddenBy = token.kind === 'close' && token.name === hiddenBy ? undefined : hiddenBy;
    } else if (token.kind === 'text' || !hidden.test(token.name)) {
      yield token;
    } else {
      hiddenBy = token.kind === 'open' ? token.name : undefined;
    }
  }
}

function* allTokens(html: string): Generator<HtmlToken, void, undefined> {
  let at = 0;
  for (const match of html.matchAll(markup)) {
    if (match.index > at) {
      yield { kind: 'text', text: decodeEntities(html.slice(at, match.index)) };
    }
    at = match.index + match[0].length;
    const [, slash, name, attributes = ''] = match;
    if (name !== undefined) {
      yield slash === '/'
        ? { kind: 'close', name: name.toLowerCase() }
        : { kind: 'open', name: name.toLowerCase(), attributes };
    }
  }
  if (at < html.length) {
    yield { kind: 'text', text: decodeEntities(html.slice(at)) };
  }
}

/** The value of one attribute of an opening tag; empty when it has none. */
export function attributeOf(attributes: string, name: 'alt' | 'href'): string {
  const match = (name === 'alt' ? altValue : hrefValue).exec(attributes);
  return decodeEntities(match?.[1] ?? match?.[2] ?? match?.[3] ?? '').trim();
}

const altValue = /\salt\s?=\s?(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/iu;
const hrefValue = /\shref\s?=\s?(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/iu;

function decodeEntities(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/giu,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) {
        return entities.get(name.toLowerCase()) ?? whole;
      }
      const code = Number.parseInt(decimal ?? hex ?? '', decimal === undefined ? 16 : 10);
      return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
