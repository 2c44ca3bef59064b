/** Rows of comma-separated values (RFC 4180) that no spreadsheet takes for formulas. */

export type CsvValue = string | number | boolean | undefined;

/**
 * One row with its line end. Text that a spreadsheet would run (beginning with `=`, `+`, `-`, `@`, a tab or a return) gets an
 * apostrophe before it; numbers stay numbers. Undefined is an empty field.
 */
export function csvRow(values: readonly CsvValue[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

function csvField(value: CsvValue): string {
  if (typeof value !== 'string') {
    return value === undefined ? '' : String(value);
  }
  const harmless = /^\s*[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/u.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
