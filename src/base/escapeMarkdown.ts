/** Text of others in Markdown of ours. */

/** Names come from a server: as text only, no links, no HTML, no table cells. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/[\\`*_{}[\]()#+!|~$<>&-]/gu, (character) => `\\${character}`)
    .trim();
}
