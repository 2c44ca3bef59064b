/** Cells of CSV and Markdown tables from text of others, so that no program runs or renders what is in them. Pure. */
import { escapeMarkdown } from '../../base/escapeMarkdown.ts';

export type Cell = string | number | boolean | undefined;

/** Makes spreadsheet programs on Windows read the file as UTF-8; readers of data pass over it. */
export const csvByteOrderMark = '\uFEFF';

/**
 * One line of CSV (RFC 4180, with its line end). Text that a spreadsheet program would run as a formula (it begins with `=`,
 * `+`, `-`, `@`, tab or line feed) gets an apostrophe before it; numbers stay numbers.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvRow(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (typeof cell !== 'string') {
    return cell === undefined ? '' : String(cell);
  }
  // Full-width forms count too: some programs fold them before they look.
  const safe = /^\s*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/u.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line of a Markdown table. Cells are text of others: escaped. */
export function markdownRow(cells: readonly Cell[]): string {
  return `| ${cells.map((cell) => (cell === undefined ? '' : escapeMarkdown(String(cell)))).join(' | ')} |\n`;
}

/** Head of a Markdown table. Titles are ours. */
export function markdownHead(titles: readonly string[]): string {
  return `| ${titles.join(' | ')} |\n| ${titles.map(() => '---').join(' | ')} |\n`;
}

/** `1 file`, `2 files`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `2026-11-05 14:03:20 UTC`; the same on every machine. */
export function utcText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const units = ['KB', 'MB', 'GB', 'TB'] as const;

/** `999 bytes`, `3.1 MB`, in units of 1000. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) {
    return counted(bytes, 'byte');
  }
  let value = bytes / 1000;
  let index = 0;
  while (value >= 999.95 && index < units.length - 1) {
    value /= 1000;
    index++;
  }
  return `${value.toFixed(1)} ${units[index] ?? 'TB'}`;
}
