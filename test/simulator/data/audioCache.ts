/** Sound that was made lately, so that range requests for one file do not make it again and again. */

/** Bytes of samples that are kept: a handful of long calls. */
const limitBytes = 48_000_000;

export class AudioCache {
  /** Least recently used first. */
  private readonly entries = new Map<string, Int16Array>();
  private sizeBytes = 0;

  /** The samples under this key, made when they are not there. They belong to the cache: do not change them. */
  get(key: string, make: () => Int16Array): Int16Array {
    const known = this.entries.get(key);
    if (known !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, known);
      return known;
    }
    const samples = make();
    this.entries.set(key, samples);
    this.sizeBytes += samples.byteLength;
    for (const [oldest, { byteLength }] of this.entries) {
      if (this.sizeBytes <= limitBytes || oldest === key) {
        break;
      }
      this.entries.delete(oldest);
      this.sizeBytes -= byteLength;
    }
    return samples;
  }
}
