/** Ids of organisations of any size: a UUID is computed from what it names, and tells its index again without a table. */
import { createHash } from 'node:crypto';

/** What it belongs to is in the first half, the index in the last 12 digits. */
export function bulkId(what: string, seed: number, index: number): string {
  const head = createHash('sha256')
    .update(`${what} ${String(seed)}`)
    .digest('hex');
  const tail = index.toString(16).padStart(12, '0');
  return `${head.slice(0, 8)}-${head.slice(8, 12)}-4${head.slice(12, 15)}-8${head.slice(15, 18)}-${tail}`;
}

/** The index that an id ends in; NaN for a text that is no id. */
export const bulkIndex = (id: string): number => Number.parseInt(id.slice(-12), 16);
