/**
 * Checks how much memory the code books of a Vorbis stream ask for. A few bits can claim millions of entries, which an engine
 * would set up before it noticed.
 */

/** The largest books of libvorbis have some ten thousand values, all of them together some hundred thousand. */
const maxValues = 1 << 21;

/**
 * False when the books are damaged or larger than any encoder makes them.
 * @param setup the whole header packet.
 * @see Vorbis I specification, section 3.2.1
 */
export function areCodebooksBelievable(setup: Uint8Array): boolean {
  const reader = new BitReader(setup, 7);
  const bookCount = reader.read(8) + 1;
  let values = 0;
  for (let book = 0; book < bookCount; book++) {
    const size = passCodebook(reader, maxValues - values);
    if (size === undefined || reader.isOver) {
      return false;
    }
    values += size;
  }
  return true;
}

const syncPattern = 0x56_4342;

/** How many values the book stands for; undefined when it is damaged or has more than `maxSize`. */
function passCodebook(reader: BitReader, maxSize: number): number | undefined {
  if (reader.read(24) !== syncPattern) {
    return undefined;
  }
  const dimensions = reader.read(16);
  const entries = reader.read(24);
  const size = entries * Math.max(1, dimensions);
  if (size > maxSize) {
    return undefined;
  }
  passLengths(reader, entries);
  const lookup = reader.read(4);
  if (lookup === 0) {
    return size;
  }
  reader.skip(64);
  const valueBits = reader.read(4) + 1;
  reader.skip(1);
  const count = lookup === 1 ? quantCount(entries, dimensions) : size;
  reader.skip(count * valueBits);
  return lookup <= 2 ? size : undefined;
}

function passLengths(reader: BitReader, entries: number): void {
  const isOrdered = reader.read(1) === 1;
  if (isOrdered) {
    reader.skip(5);
    for (let entry = 0; entry < entries && !reader.isOver;) {
      const bits = 32 - Math.clz32(entries - entry);
      entry += reader.read(bits);
    }
    return;
  }
  const isSparse = reader.read(1) === 1;
  for (let entry = 0; entry < entries && !reader.isOver; entry++) {
    if (!isSparse || reader.read(1) === 1) {
      reader.skip(5);
    }
  }
}

/** The largest number whose power of `dimensions` is not above `entries`. @see section 9.2.3 */
function quantCount(entries: number, dimensions: number): number {
  if (dimensions === 0) {
    return 0;
  }
  const guess = Math.round(entries ** (1 / dimensions));
  return guess ** dimensions > entries ? guess - 1 : guess;
}

/** Bits from the lowest of each byte on; beyond the end there are zeros. */
class BitReader {
  private readonly bytes: Uint8Array;
  private position: number;

  constructor(bytes: Uint8Array, startByte: number) {
    this.bytes = bytes;
    this.position = startByte * 8;
  }

  get isOver(): boolean {
    return this.position > this.bytes.length * 8;
  }

  skip(count: number): void {
    this.position += count;
  }

  /** @param count up to 32 */
  read(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit++) {
      const byte = this.bytes[this.position >> 3] ?? 0;
      value += ((byte >> (this.position & 7)) & 1) * 2 ** bit;
      this.position++;
    }
    return value;
  }
}
