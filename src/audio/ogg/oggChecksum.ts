/** The checksum of Ogg pages. */

const polynomial = 0x04c1_1db7;
const checksumOffset = 22;

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) {
    value = value < 0 ? (value << 1) ^ polynomial : value << 1;
  }
  return value >>> 0;
});

/** Of a whole page; the four bytes where it is stored count as 0. @see RFC 3533 section 6, field 7 */
export function oggChecksum(page: Uint8Array): number {
  let value = 0;
  for (let index = 0; index < page.length; index++) {
    const isStored = index >= checksumOffset && index < checksumOffset + 4;
    const byte = isStored ? 0 : (page[index] ?? 0);
    value = (value << 8) ^ (table[((value >>> 24) ^ byte) & 0xff] ?? 0);
  }
  return value >>> 0;
}
