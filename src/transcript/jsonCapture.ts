/** Keeps the bytes of one JSON value whose start and end may lie chunks apart, leaving out what is cut from its middle. */

/** Stands where something was cut, so that the text stays JSON. */
const nullText: Uint8Array = new Uint8Array([0x6e, 0x75, 0x6c, 0x6c]);
const firstKeptBytes = 4096;

export class JsonCapture {
  private chunk: Uint8Array = new Uint8Array(0);
  /** What of the value lies before the current chunk, or before a cut; the first `keptBytes` count. */
  private kept: Uint8Array = new Uint8Array(firstKeptBytes);
  private keptBytes = 0;
  private startOffset: number | undefined;

  startChunk(chunk: Uint8Array): void {
    this.chunk = chunk;
  }

  start(offset: number): void {
    this.startOffset = offset;
    this.keptBytes = 0;
  }

  /** Leaves out what follows until `endCut`; `null` stands for it. */
  startCut(offset: number): void {
    this.keep(this.chunk, this.startOffset ?? offset, offset);
    this.keep(nullText, 0, nullText.length);
    this.startOffset = undefined;
  }

  endCut(offset: number): void {
    this.startOffset = offset;
  }

  /** How many bytes `end` would give. */
  lengthAt(offset: number): number {
    return this.keptBytes + offset - (this.startOffset ?? offset);
  }

  /** Valid until the next chunk or capture. */
  end(offset: number): Uint8Array {
    const startOffset = this.startOffset ?? offset;
    this.startOffset = undefined;
    if (this.keptBytes === 0) {
      return this.chunk.subarray(startOffset, offset);
    }
    this.keep(this.chunk, startOffset, offset);
    return this.kept.subarray(0, this.keptBytes);
  }

  /** Forgets what was started and is not asked for. */
  drop(): void {
    this.startOffset = undefined;
  }

  /** Keeps what is unfinished. @returns its length so far. */
  endChunk(): number {
    if (this.startOffset !== undefined) {
      this.keep(this.chunk, this.startOffset, this.chunk.length);
      this.startOffset = 0;
    }
    return this.keptBytes;
  }

  private keep(source: Uint8Array, start: number, end: number): void {
    const sizeBytes = this.keptBytes + end - start;
    if (sizeBytes > this.kept.length) {
      const larger = new Uint8Array(Math.max(sizeBytes, this.kept.length * 2));
      larger.set(this.kept.subarray(0, this.keptBytes));
      this.kept = larger;
    }
    if (end - start < 256) {
      // Cheaper than making a view of so few bytes.
      for (let from = start, to = this.keptBytes; from < end; from++, to++) {
        this.kept[to] = source[from] ?? 0;
      }
    } else {
      this.kept.set(source.subarray(start, end), this.keptBytes);
    }
    this.keptBytes = sizeBytes;
  }
}
