/** Bytes of 16-bit samples, which every format here stores with the low byte first. */

/** True where typed arrays lie in memory as the files have them, so that nothing needs converting. */
export const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The samples as little-endian bytes: a view of the same memory where possible, else a copy. */
export function toPcm16Bytes(samples: Int16Array): Uint8Array {
  if (isLittleEndian) {
    return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  }
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, index) => {
    view.setInt16(index * 2, sample, true);
  });
  return bytes;
}
