/** Listings of entities in the platform's shape, with the addresses of the pages around. */
import type { Paging } from '../http/queryReader.ts';

export interface Listing<Entity> {
  entities: Entity[];
  pageSize: number;
  pageNumber: number;
  total: number;
  pageCount: number;
  firstUri: string;
  lastUri: string;
  selfUri: string;
  nextUri?: string;
  previousUri?: string;
}

/** One page; a page after the last is empty. */
export function toListing<Entity>(
  path: string,
  entities: readonly Entity[],
  { pageNumber, pageSize }: Paging,
): Listing<Entity> {
  const pageCount = Math.max(1, Math.ceil(entities.length / pageSize));
  const uri = (page: number): string =>
    `${path}?pageSize=${String(pageSize)}&pageNumber=${String(page)}`;
  return {
    entities: entities.slice((pageNumber - 1) * pageSize, pageNumber * pageSize),
    pageSize,
    pageNumber,
    total: entities.length,
    pageCount,
    firstUri: uri(1),
    lastUri: uri(pageCount),
    selfUri: uri(pageNumber),
    ...(pageNumber < pageCount && { nextUri: uri(pageNumber + 1) }),
    ...(pageNumber > 1 && { previousUri: uri(pageNumber - 1) }),
  };
}

/** Without wildcards the whole name must match; `*` stands for anything. Case does not count. */
export function nameMatcher(pattern: string): (name: string | undefined) => boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
    .join('.*');
  const expression = new RegExp(`^${source}$`, 'is');
  return (name) => name !== undefined && expression.test(name);
}
