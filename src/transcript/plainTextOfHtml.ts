/** What an HTML mail says, as plain text: for searching and exporting. Its output is text, never markup. */

/** Elements that begin a line of their own. */
const blocks =
  /^(?:address|article|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|table|tr|ul)$/u;
/** Elements whose content nobody reads. */
const hidden = /^(?:head|noscript|script|style|template|title)$/u;

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);

/** A comment, a declaration or a tag; one that does not end takes the rest. Linear: every match takes all that it looked at. */
const markup = /<!--[\s\S]*?(?:-->|$)|<[!?][^>]*(?:>|$)|<(\/?)([a-z][a-z0-9]*)[^>]*(?:>|$)/giu;

/** One pass over the text. A lone angle bracket is text. */
export function plainTextOfHtml(html: string): string {
  const parts: string[] = [];
  let hiddenBy: string | undefined;
  let at = 0;
  const take = (toIndex: number): void => {
    if (hiddenBy === undefined) {
      parts.push(html.slice(at, toIndex));
    }
  };
  for (const match of html.matchAll(markup)) {
    take(match.index);
    at = match.index + match[0].length;
    const name = match[2]?.toLowerCase() ?? '';
    const isEnd = match[1] === '/';
    if (hiddenBy === undefined) {
      hiddenBy = hidden.test(name) && !isEnd ? name : undefined;
      parts.push(blocks.test(name) ? '\n' : '');
    } else if (hiddenBy === name && isEnd) {
      hiddenBy = undefined;
    }
  }
  take(html.length);
  return decodeEntities(parts.join(''))
    .replaceAll(/[^\S\n]+/gu, ' ')
    .replaceAll(/ ?\n ?/gu, '\n')
    .replaceAll(/\n{3,}/gu, '\n\n')
    .trim();
}

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
