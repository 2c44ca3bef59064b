/**
 * HTML of a stranger as something to read: its tags are only names here, and what is shown is built anew from a short list of
 * elements without any attribute. Nothing of the original reaches the page but text. See docs/adr/0018-mail-is-built-anew.md.
 */
import { attributeOf, htmlTokens, type HtmlToken } from '../../transcript/htmlTokens.ts';

const kept: ReadonlySet<string> = new Set([
  ...['b', 'blockquote', 'br', 'code', 'dd', 'div', 'dl', 'dt', 'em', 'h1', 'h2', 'h3', 'h4'],
  ...['h5', 'h6', 'hr', 'i', 'li', 'ol', 'p', 'pre', 's', 'small', 'span', 'strong', 'sub', 'sup'],
  ...['table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'tr', 'u', 'ul'],
]);
const withoutContent: ReadonlySet<string> = new Set(['br', 'hr']);
/** A new one of these ends the one before, whether that was closed or not. */
const closedBySame: ReadonlySet<string> = new Set(['dd', 'dt', 'li', 'p', 'td', 'th', 'tr']);
/** Deeper is no mail but an attack on the page. */
const maxDepth = 60;
/** A page with more elements becomes slow; the text version, which a search shows, has all of it. */
const maxNodes = 20_000;

/** The mail's content as nodes of this page. Links show where they lead, pictures what they are called. */
export function buildPlainHtml(source: string): Element {
  const root = document.createElement('div');
  const stack: Element[] = [root];
  const links: string[] = [];
  let nodeCount = 0;
  const add = (node: Node): void => {
    stack.at(-1)?.append(node);
  };
  for (const token of htmlTokens(source)) {
    if (++nodeCount > maxNodes) {
      break;
    }
    const note = noteOf(token, links);
    if (note !== '') {
      add(document.createTextNode(note));
    }
    if (token.kind === 'text') {
      add(document.createTextNode(token.text));
    } else if (kept.has(token.name)) {
      if (token.kind === 'close') {
        closeElement(stack, token.name);
      } else {
        openElement(stack, token.name);
      }
    }
  }
  return root;
}

function openElement(stack: Element[], name: string): void {
  if (closedBySame.has(name) && stack.at(-1)?.localName === name) {
    stack.pop();
  }
  if (stack.length <= maxDepth) {
    const element = document.createElement(name);
    stack.at(-1)?.append(element);
    if (!withoutContent.has(name)) {
      stack.push(element);
    }
  }
}

/** A tag that closes nothing is passed over; the root stays. */
function closeElement(stack: Element[], name: string): void {
  const index = stack.findLastIndex((element) => element.localName === name);
  if (index > 0) {
    stack.length = index;
  }
}

/** What cannot be kept as it is, in words. @param links where the links lead that are open */
function noteOf(token: HtmlToken, links: string[]): string {
  if (token.kind === 'text') {
    return '';
  }
  if (token.name === 'img' && token.kind === 'open') {
    const alt = attributeOf(token.attributes, 'alt');
    return alt === '' ? '' : `[${alt}]`;
  }
  if (token.name !== 'a') {
    return '';
  }
  if (token.kind === 'open') {
    links.push(attributeOf(token.attributes, 'href'));
    return '';
  }
  const href = links.pop() ?? '';
  return /^(?:https?|mailto|tel):/iu.test(href) ? ` <${href}>` : '';
}
