/** The `Range` header of a request for a file. @see RFC 9110, section 14 */

/** Last byte included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The bytes asked for; `undefined` means the whole file (no range, several ranges, or one that cannot be read, all of which a
 * server may ignore), `unsatisfiable` means 416.
 */
export function parseByteRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^\s*bytes=(?:(\d+)-(\d*)|-(\d+))\s*$/.exec(header ?? '');
  if (match === null) {
    return undefined;
  }
  const [, from, to, length] = match;
  const range =
    from === undefined ? suffix(Number(length), sizeBytes) : between(from, to, sizeBytes);
  const isBackwards = Boolean(to) && Number(to) < Number(from);
  if (isBackwards) {
    return undefined;
  }
  return range.first < sizeBytes ? range : 'unsatisfiable';
}

const suffix = (lengthBytes: number, sizeBytes: number): ByteRange => ({
  first: lengthBytes === 0 ? sizeBytes : Math.max(0, sizeBytes - lengthBytes),
  last: sizeBytes - 1,
});

const between = (from: string, to: string | undefined, sizeBytes: number): ByteRange => ({
  first: Number(from),
  last: to === undefined || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1),
});
