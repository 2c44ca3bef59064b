/**
 * HTML of a stranger as something to read: parsed in a document that loads and runs nothing, then built anew from a short list of
 * elements without any attribute. Nothing of the original reaches the page but text. See docs/adr/0014-mail-is-built-anew.md.
 */

const kept: ReadonlySet<string> = new Set([
  ...['b', 'blockquote', 'br', 'code', 'dd', 'div', 'dl', 'dt', 'em', 'h1', 'h2', 'h3', 'h4'],
  ...['h5', 'h6', 'hr', 'i', 'li', 'ol', 'p', 'pre', 's', 'small', 'span', 'strong', 'sub', 'sup'],
  ...['table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'tr', 'u', 'ul'],
]);
const dropped: ReadonlySet<string> = new Set([
  ...['applet', 'audio', 'base', 'canvas', 'embed', 'frame', 'frameset', 'head', 'iframe', 'link'],
  ...['math', 'meta', 'noscript', 'object', 'script', 'style', 'svg', 'template', 'title', 'video'],
]);
/** Deeper is no mail but an attack on the stack. */
const maxDepth = 60;
/** A page with more elements becomes slow; the text version has all of it. */
const maxNodes = 20_000;

/** The mail's content as nodes of this page. Links show where they lead, pictures what they are called. */
export function buildPlainHtml(source: string): DocumentFragment {
  const parsed = new DOMParser().parseFromString(source, 'text/html');
  const fragment = document.createDocumentFragment();
  let nodeCount = 0;
  const copy = (from: Node, to: Node, depth: number): void => {
    for (const child of from.childNodes) {
      if (++nodeCount > maxNodes) {
        return;
      }
      if (child.nodeType === Node.TEXT_NODE) {
        to.appendChild(document.createTextNode(child.nodeValue ?? ''));
      } else if (child instanceof Element) {
        copyElement(child, to, depth);
      }
    }
  };
  const copyElement = (child: Element, to: Node, depth: number): void => {
    const name = child.localName.toLowerCase();
    if (dropped.has(name) || depth > maxDepth) {
      return;
    }
    const element = kept.has(name) ? document.createElement(name) : undefined;
    if (element !== undefined) {
      to.appendChild(element);
    }
    copy(child, element ?? to, depth + 1);
    const note = noteOf(name, child);
    if (note !== undefined) {
      to.appendChild(document.createTextNode(note));
    }
  };
  copy(parsed.body, fragment, 0);
  return fragment;
}

/** What cannot be kept as it is, in words. */
function noteOf(name: string, element: Element): string | undefined {
  const attribute = (key: string): string => (element.getAttribute(key) ?? '').trim();
  if (name === 'img') {
    const alt = attribute('alt');
    return alt === '' ? undefined : `[${alt}]`;
  }
  const href = name === 'a' ? attribute('href') : '';
  const isShown = /^(?:https?|mailto|tel):/iu.test(href) && !element.textContent.includes(href);
  return isShown ? ` <${href}>` : undefined;
}
