/** Writes packets as an Ogg stream in memory, for engines that take nothing else. */
import { oggChecksum } from './oggChecksum.ts';

const maxSegments = 255;

/**
 * One logical stream: the first packet alone on the first page, as codecs demand, the others on as few pages as they fit.
 * @param endGranule position at the end of the last packet.
 * @see RFC 3533
 */
export function encodeOgg(packets: readonly Uint8Array[], endGranule: number): Uint8Array {
  const [first, ...others] = packets;
  const groups: (readonly Uint8Array[])[] = first === undefined ? [] : [[first]];
  let group: Uint8Array[] = [];
  let segments = 0;
  for (const packet of others) {
    const needed = segmentCount(packet);
    if (segments + needed > maxSegments && group.length > 0) {
      groups.push(group);
      group = [];
      segments = 0;
    }
    group.push(packet);
    segments += needed;
  }
  groups.push(group);
  const pages = groups.flatMap((each, index) =>
    encodePages(each, index === 0, index === groups.length - 1 ? endGranule : undefined),
  );
  const bytes = new Uint8Array(pages.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const [sequence, page] of pages.entries()) {
    const view = new DataView(page.buffer);
    view.setUint32(18, sequence, true);
    view.setUint32(22, oggChecksum(page), true);
    bytes.set(page, offset);
    offset += page.length;
  }
  return bytes;
}

function segmentCount(packet: Uint8Array): number {
  return Math.floor(packet.length / 255) + 1;
}

/** One page, or several when a single packet is longer than a page can hold. */
function encodePages(
  packets: readonly Uint8Array[],
  isFirst: boolean,
  endGranule: number | undefined,
): readonly Uint8Array[] {
  const lacing = packets.flatMap((packet) => [
    ...Array<number>(segmentCount(packet) - 1).fill(255),
    packet.length % 255,
  ]);
  const body = new Uint8Array(packets.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const packet of packets) {
    body.set(packet, end);
    end += packet.length;
  }
  const pages: Uint8Array[] = [];
  let offset = 0;
  for (let start = 0; start === 0 || start < lacing.length; start += maxSegments) {
    const segments = lacing.slice(start, start + maxSegments);
    const sizeBytes = segments.reduce((sum, length) => sum + length, 0);
    const isLast = endGranule !== undefined && start + maxSegments >= lacing.length;
    const flags = (start > 0 ? 1 : 0) | (isFirst ? 2 : 0) | (isLast ? 4 : 0);
    const page = new Uint8Array(27 + segments.length + sizeBytes);
    page.set([0x4f, 0x67, 0x67, 0x53, 0, flags], 0);
    // No position but on the last page: -1 says that none is known.
    new DataView(page.buffer).setBigInt64(6, isFirst ? 0n : BigInt(isLast ? endGranule : -1), true);
    page[26] = segments.length;
    page.set(segments, 27);
    page.set(body.subarray(offset, offset + sizeBytes), 27 + segments.length);
    offset += sizeBytes;
    pages.push(page);
  }
  return pages;
}
