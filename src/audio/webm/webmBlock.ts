/** One block of a Matroska file: which track, when, and the frames that are laced into it. */

export interface WebmBlock {
  readonly trackNumber: number;
  /** Relative to its cluster, in the segment's ticks. */
  readonly relativeTime: number;
  readonly frames: readonly Uint8Array[];
}

/** Undefined when it makes no sense. @see RFC 9559 section 10 */
export function decodeWebmBlock(bytes: Uint8Array): WebmBlock | undefined {
  const track = readVint(bytes, 0);
  const offset = track?.lengthBytes ?? 0;
  if (track === undefined || offset + 3 > bytes.length) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lacing = (view.getUint8(offset + 2) >> 1) & 3;
  const frames = lacings[lacing]?.(bytes, offset + 3);
  return frames === undefined
    ? undefined
    : { trackNumber: track.value, relativeTime: view.getInt16(offset), frames };
}

type Unlace = (bytes: Uint8Array, offset: number) => readonly Uint8Array[] | undefined;

/** By the two bits of the block's flags: none, Xiph, fixed, EBML. */
const lacings: readonly Unlace[] = [
  (bytes, offset) => [bytes.subarray(offset)],
  unlaceXiph,
  (bytes, offset) => {
    const count = (bytes[offset] ?? 0) + 1;
    const sizeBytes = (bytes.length - offset - 1) / count;
    return Number.isInteger(sizeBytes) && sizeBytes > 0
      ? split(bytes, offset + 1, Array<number>(count - 1).fill(sizeBytes))
      : undefined;
  },
  unlaceEbml,
];

/** Also the lacing of Vorbis headers in `CodecPrivate`. The first byte is the number of frames less one. */
export function unlaceXiph(bytes: Uint8Array, start: number): readonly Uint8Array[] | undefined {
  const count = bytes[start];
  if (count === undefined) {
    return undefined;
  }
  let offset = start + 1;
  const sizes: number[] = [];
  for (let index = 0; index < count; index++) {
    let size = 0;
    let byte: number | undefined;
    do {
      byte = bytes[offset];
      offset++;
      size += byte ?? 0;
    } while (byte === 255);
    sizes.push(size);
  }
  return split(bytes, offset, sizes);
}

function unlaceEbml(bytes: Uint8Array, start: number): readonly Uint8Array[] | undefined {
  const count = bytes[start];
  if (count === undefined) {
    return undefined;
  }
  let offset = start + 1;
  const sizes: number[] = [];
  for (let index = 0; index < count; index++) {
    const vint = readVint(bytes, offset);
    if (vint === undefined) {
      return undefined;
    }
    offset += vint.lengthBytes;
    const previous = sizes.at(-1);
    // Later sizes are differences, stored with a bias to be positive.
    const bias = 2 ** (7 * vint.lengthBytes - 1) - 1;
    sizes.push(previous === undefined ? vint.value : previous + vint.value - bias);
  }
  return split(bytes, offset, sizes);
}

/** Frames of the given sizes, and one more that is all the rest. */
function split(
  bytes: Uint8Array,
  start: number,
  sizes: readonly number[],
): readonly Uint8Array[] | undefined {
  const frames: Uint8Array[] = [];
  let offset = start;
  for (const size of sizes) {
    if (size < 0 || offset + size > bytes.length) {
      return undefined;
    }
    frames.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return offset > bytes.length ? undefined : [...frames, bytes.subarray(offset)];
}

function readVint(
  bytes: Uint8Array,
  offset: number,
): { readonly value: number; readonly lengthBytes: number } | undefined {
  const first = bytes[offset];
  const lengthBytes = first === undefined ? 9 : Math.clz32(first) - 23;
  if (first === undefined || lengthBytes > 8 || offset + lengthBytes > bytes.length) {
    return undefined;
  }
  let value = first & (0xff >> lengthBytes);
  for (let index = 1; index < lengthBytes; index++) {
    value = value * 256 + (bytes[offset + index] ?? 0);
  }
  return { value, lengthBytes };
}
