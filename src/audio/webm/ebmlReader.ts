/**
 * EBML elements out of a stream of bytes, flat: masters are reported when they begin, values when they are complete, the rest
 * is passed over. Knows the shape of Matroska files only as far as to find back into one after damage.
 */

export interface EbmlElement {
  readonly id: number;
  /** The value, which stays valid; undefined for a master, whose children follow. */
  readonly value: Uint8Array | undefined;
}

/** What to do with an element: go into it, read its value, or pass over it. */
export type EbmlRole = 'master' | 'value' | 'skip';

export const clusterId = 0x1f43_b675;
const clusterBytes = [0x1f, 0x43, 0xb6, 0x75] as const;

/** Larger values are passed over: no packet of sound and no header is as long, but pictures are. */
const maxValueBytes = 1 << 20;

/** @see RFC 8794 */
export class EbmlReader {
  private readonly roleOf: (id: number) => EbmlRole;
  private buffer = new Uint8Array(0);
  /** Bytes of the element that is passed over. */
  private leftToSkip = 0;
  /** Where the cluster ends by its own words, counted from the start of the file. */
  private clusterEnd = Number.POSITIVE_INFINITY;
  private isLost = false;
  private consumedBytes = 0;
  /** How often something was no element. */
  damageCount = 0;
  /** True when the bytes ended inside of an element. Known after `finish`. */
  isCut = false;

  constructor(roleOf: (id: number) => EbmlRole) {
    this.roleOf = roleOf;
  }

  push(chunk: Uint8Array): readonly EbmlElement[] {
    const skipped = Math.min(this.leftToSkip, chunk.length);
    this.leftToSkip -= skipped;
    this.consumedBytes += skipped;
    // Values are windows on this copy: one of its own for each packet would be a hundred thousand buffers an hour.
    const bytes = new Uint8Array(this.buffer.length + chunk.length - skipped);
    bytes.set(this.buffer, 0);
    bytes.set(chunk.subarray(skipped), this.buffer.length);
    const elements: EbmlElement[] = [];
    let offset = 0;
    while (offset < bytes.length) {
      const step = this.isLost ? this.findCluster(bytes, offset) : this.readOne(bytes, offset);
      if (step === undefined) {
        break;
      }
      if (step.element !== undefined) {
        elements.push(step.element);
      }
      this.leftToSkip = Math.max(0, offset + step.sizeBytes - bytes.length);
      const taken = Math.min(step.sizeBytes, bytes.length - offset);
      offset += taken;
      this.consumedBytes += taken;
    }
    this.buffer = bytes.slice(offset);
    return elements;
  }

  finish(): void {
    this.isCut = this.buffer.length > 0 || this.leftToSkip > 0;
    this.buffer = new Uint8Array(0);
  }

  /** Undefined while the element is incomplete. */
  private readOne(bytes: Uint8Array, offset: number): Step | undefined {
    const header = readHeader(bytes, offset);
    if (header === undefined || header === 'invalid') {
      return header === 'invalid' ? this.lose() : undefined;
    }
    const { id, headerBytes, valueBytes } = header;
    const role = this.roleOf(id);
    const end = this.consumedBytes + headerBytes + (valueBytes ?? Number.POSITIVE_INFINITY);
    if (role === 'master') {
      this.clusterEnd = id === clusterId ? end : this.clusterEnd;
      return { element: { id, value: undefined }, sizeBytes: headerBytes };
    }
    if (valueBytes === undefined || this.isBeyondCluster(end)) {
      return this.lose();
    }
    const sizeBytes = headerBytes + valueBytes;
    if (role === 'skip' || valueBytes > maxValueBytes) {
      return { element: undefined, sizeBytes };
    }
    const value = bytes.subarray(offset + headerBytes, offset + sizeBytes);
    return value.length < valueBytes ? undefined : { element: { id, value }, sizeBytes };
  }

  private isBeyondCluster(end: number): boolean {
    return this.consumedBytes < this.clusterEnd && end > this.clusterEnd;
  }

  private lose(): Step {
    this.damageCount++;
    this.isLost = true;
    return { element: undefined, sizeBytes: 1 };
  }

  private findCluster(bytes: Uint8Array, from: number): Step | undefined {
    for (let offset = from; offset + clusterBytes.length <= bytes.length; offset++) {
      if (clusterBytes.every((byte, index) => bytes[offset + index] === byte)) {
        this.isLost = false;
        return { element: undefined, sizeBytes: offset - from };
      }
    }
    const sizeBytes = bytes.length - from - clusterBytes.length + 1;
    return sizeBytes > 0 ? { element: undefined, sizeBytes } : undefined;
  }
}

interface Step {
  readonly element: EbmlElement | undefined;
  readonly sizeBytes: number;
}

interface Header {
  readonly id: number;
  readonly headerBytes: number;
  /** Undefined when unknown: it ends where something begins that cannot be inside of it. */
  readonly valueBytes: number | undefined;
}

function readHeader(bytes: Uint8Array, offset: number): Header | 'invalid' | undefined {
  const idBytes = Math.clz32(bytes[offset] ?? 0) - 23;
  if (idBytes > 4) {
    return 'invalid';
  }
  const sizeFirst = bytes[offset + idBytes];
  if (sizeFirst === undefined) {
    return undefined;
  }
  const sizeBytes = Math.clz32(sizeFirst) - 23;
  if (sizeBytes > 8) {
    return 'invalid';
  }
  const headerBytes = idBytes + sizeBytes;
  if (offset + headerBytes > bytes.length) {
    return undefined;
  }
  let id = 0;
  for (let at = offset; at < offset + idBytes; at++) {
    id = id * 256 + (bytes[at] ?? 0);
  }
  const mask = 0xff >> sizeBytes;
  let valueBytes = sizeFirst & mask;
  let isUnknown = valueBytes === mask;
  for (let at = offset + idBytes + 1; at < offset + headerBytes; at++) {
    const byte = bytes[at] ?? 0;
    valueBytes = valueBytes * 256 + byte;
    isUnknown &&= byte === 0xff;
  }
  return { id, headerBytes, valueBytes: isUnknown ? undefined : valueBytes };
}

/** Exact up to 2^53, and never less than a larger value is by more than rounding. */
export function readUnsigned(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
