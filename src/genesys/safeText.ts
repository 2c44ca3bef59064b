/** Makes text of a server fit for messages and logs: short, one line, without links, addresses, numbers or tokens. */

const maxLength = 240;

/** The text without control characters, with what may be secret or personal replaced by its kind, cut to 240 characters. */
export function toSafeText(text: string): string {
  const plain = text
    .slice(0, 4 * maxLength)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/\bhttps?:\/\/\S+/giu, '[link]')
    .replace(/[^\s@<>"']+@[^\s@<>"']+/gu, '[address]')
    .replace(/[A-Za-z0-9+/_=-]{40,}/gu, '[token]')
    .replace(/\+?\d[\d ().-]{6,}\d(?![\w-])/gu, '[number]')
    .trim();
  return plain.length > maxLength ? `${plain.slice(0, maxLength - 1)}…` : plain;
}
