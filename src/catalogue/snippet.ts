/** What is shown of a text in which words were found: a window around the first, with positions instead of markup. */

export interface Snippet {
  /** The text, or a part of it that begins and ends with … where it was cut. */
  readonly text: string;
  /** Found words in `text`: `[start, end)` in UTF-16 units, ordered, apart from one another. */
  readonly highlights: readonly (readonly [start: number, end: number])[];
}

const open = '\u0002';
const close = '\u0003';
const maxLength = 300;
/** How much of what comes before the first found word is shown. */
const leadLength = 80;
const ellipsis = '…';

/** @param marked a text with U+0002 before and U+0003 after each found word, and without them elsewhere. */
export function toSnippet(marked: string): Snippet {
  const highlights: [number, number][] = [];
  let text = '';
  for (const part of marked.split(open)) {
    const end = part.indexOf(close);
    if (end === -1) {
      text += part;
    } else {
      highlights.push([text.length, text.length + end]);
      text += part.slice(0, end) + part.slice(end + 1);
    }
  }
  return text.length <= maxLength ? { text, highlights } : cutAround(text, highlights);
}

function cutAround(text: string, highlights: readonly (readonly [number, number])[]): Snippet {
  const firstStart = highlights[0]?.[0] ?? 0;
  const start = firstStart <= leadLength ? 0 : wordBorder(text, firstStart - leadLength);
  const end = Math.min(text.length, start + maxLength);
  const before = start === 0 ? '' : ellipsis;
  const shift = start - before.length;
  return {
    text: `${before}${text.slice(start, end)}${end === text.length ? '' : ellipsis}`.toWellFormed(),
    highlights: highlights
      .filter(([from]) => from >= start && from < end)
      .map(([from, to]) => [from - shift, Math.min(to, end) - shift] as const),
  };
}

/** Just after the next space, when one is near. */
function wordBorder(text: string, from: number): number {
  const space = text.indexOf(' ', from);
  return space === -1 || space > from + 40 ? from : space + 1;
}
