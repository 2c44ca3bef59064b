/** Ogg pages out of a stream of bytes. Knows nothing of what the pages carry. */
import { oggChecksum } from './oggChecksum.ts';

export interface OggPage {
  readonly serial: number;
  readonly sequence: number;
  /** Position at the end of the last packet that ends on this page; undefined when none ends or the value makes no sense. */
  readonly granule: number | undefined;
  /** It begins with the rest of a packet of the page before. */
  readonly isContinuation: boolean;
  /** First page of its logical stream. */
  readonly isFirst: boolean;
  /** Last page of its logical stream. */
  readonly isLast: boolean;
  /** Lengths of the body's segments; a packet ends with a segment of less than 255 bytes. */
  readonly lacing: Uint8Array;
  /** A copy. */
  readonly body: Uint8Array;
}

const headerBytes = 27;

/**
 * Finds pages, checks their checksums and passes over everything else. Holds less than one page, 65 307 bytes.
 * @see RFC 3533 section 6
 */
export class OggPages {
  private buffer = new Uint8Array(0);
  /** Bytes that belong to no good page. */
  skippedBytes = 0;
  /** True when the bytes ended inside of a page. Known after `finish`. */
  isCut = false;

  push(chunk: Uint8Array): readonly OggPage[] {
    const bytes = new Uint8Array(this.buffer.length + chunk.length);
    bytes.set(this.buffer, 0);
    bytes.set(chunk, this.buffer.length);
    const pages: OggPage[] = [];
    let offset = 0;
    for (;;) {
      const start = findCapture(bytes, offset);
      this.skippedBytes += start - offset;
      offset = start;
      const sizeBytes = pageSize(bytes, offset);
      if (sizeBytes === undefined || offset + sizeBytes > bytes.length) {
        break;
      }
      const page = bytes.subarray(offset, offset + sizeBytes);
      if (isIntact(page)) {
        pages.push(decodePage(page));
        offset += sizeBytes;
      } else {
        // Perhaps only the length is wrong: the next page may begin within what this one claims.
        offset++;
        this.skippedBytes++;
      }
    }
    this.buffer = bytes.slice(offset);
    return pages;
  }

  /** The packets' bytes that are there of a page that was cut off, if any. */
  finish(): OggPage | undefined {
    const bytes = this.buffer;
    this.buffer = new Uint8Array(0);
    this.isCut = bytes.length > 0;
    if (pageSize(bytes, 0) === undefined) {
      return undefined;
    }
    const page = decodePage(bytes);
    return { ...page, granule: undefined, isLast: false };
  }
}

/** Where the next page may begin; the end, less what may be a part of the pattern, when there is none. */
function findCapture(bytes: Uint8Array, from: number): number {
  for (let offset = from; offset < bytes.length; offset++) {
    if (
      bytes[offset] === 0x4f &&
      (bytes[offset + 1] ?? 0x67) === 0x67 &&
      (bytes[offset + 2] ?? 0x67) === 0x67 &&
      (bytes[offset + 3] ?? 0x53) === 0x53 &&
      (bytes[offset + 4] ?? 0) === 0
    ) {
      return offset;
    }
  }
  return bytes.length;
}

/** Undefined while its header is incomplete. */
function pageSize(bytes: Uint8Array, offset: number): number | undefined {
  const segmentCount = bytes[offset + headerBytes - 1];
  if (segmentCount === undefined || offset + headerBytes + segmentCount > bytes.length) {
    return undefined;
  }
  let size = headerBytes + segmentCount;
  for (let index = 0; index < segmentCount; index++) {
    size += bytes[offset + headerBytes + index] ?? 0;
  }
  return size;
}

function isIntact(page: Uint8Array): boolean {
  return new DataView(page.buffer, page.byteOffset).getUint32(22, true) === oggChecksum(page);
}

function decodePage(page: Uint8Array): OggPage {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const flags = view.getUint8(5);
  const granule = view.getBigInt64(6, true);
  const bodyOffset = headerBytes + view.getUint8(headerBytes - 1);
  return {
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    granule:
      granule >= 0n && granule <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(granule) : undefined,
    isContinuation: (flags & 1) !== 0,
    isFirst: (flags & 2) !== 0,
    isLast: (flags & 4) !== 0,
    lacing: page.slice(headerBytes, bodyOffset),
    body: page.slice(bodyOffset),
  };
}
