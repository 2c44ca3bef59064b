/** What an HTML mail says, as plain text: for searching and exporting. Its output is text, never markup. */
import { htmlTokens } from './htmlTokens.ts';

/** Elements that begin a line of their own. */
const blocks =
  /^(?:address|article|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|table|tr|ul)$/u;

export function plainTextOfHtml(html: string): string {
  const parts: string[] = [];
  for (const token of htmlTokens(html)) {
    if (token.kind === 'text') {
      parts.push(token.text);
    } else if (blocks.test(token.name)) {
      parts.push('\n');
    }
  }
  return parts
    .join('')
    .replaceAll(/[^\S\n]+/gu, ' ')
    .replaceAll(/ ?\n ?/gu, '\n')
    .replaceAll(/\n{3,}/gu, '\n\n')
    .trim();
}
