/**
 * The hashes of a body while it arrives: of a large one in a thread beside, where there is one. Owns the choice, and that a lost
 * thread costs a second reading and nothing else; knows nothing of requests.
 */
import { hashPrefix } from './fileHash.ts';
import type { HashThread, ThreadHash } from './hashThread.ts';
import {
  AnnouncedHash,
  compareAnnounced,
  type AnnouncedChecksum,
  type Hashed,
} from './mismatch.ts';

/** Less is hashed in a few milliseconds: handing it over would take longer. */
const largeBytes = 8 * 1024 * 1024;

/** Takes a body's bytes in order. Ends with `finish` or `drop`. */
export interface BodyHash {
  /** When there is a promise, the next chunk comes after it. The chunk is the caller's again. */
  update(chunk: Uint8Array): Promise<void> | undefined;
  /** @param path of the file that holds everything that was given, in case it must be read again */
  finish(path: string, signal: AbortSignal): Promise<Hashed>;
  /** Nobody wants the hashes any more; nothing happens after `finish`. */
  drop(): void;
}

/** @param expectedBytes that will come; undefined when nobody knows */
export function startBodyHash(
  announced: AnnouncedChecksum | undefined,
  expectedBytes: number | undefined,
  hashThread: HashThread | undefined,
): BodyHash {
  const thread =
    (expectedBytes ?? 0) < largeBytes
      ? undefined
      : hashThread?.begin(announced?.algorithm === 'md5' ? 'md5' : undefined);
  return thread === undefined ? new HashHere(announced) : new HashBeside(announced, thread);
}

class HashHere implements BodyHash {
  private readonly hash: AnnouncedHash;

  constructor(announced: AnnouncedChecksum | undefined) {
    this.hash = new AnnouncedHash(announced);
  }

  update(chunk: Uint8Array): undefined {
    this.hash.update(chunk);
    return undefined;
  }

  finish(): Promise<Hashed> {
    return Promise.resolve(this.hash.finish());
  }

  drop(): void {
    // Garbage like everything else.
  }
}

class HashBeside implements BodyHash {
  private readonly announced: AnnouncedChecksum | undefined;
  private readonly thread: ThreadHash;
  private sizeBytes = 0;

  constructor(announced: AnnouncedChecksum | undefined, thread: ThreadHash) {
    this.announced = announced;
    this.thread = thread;
  }

  update(chunk: Uint8Array): Promise<void> | undefined {
    this.sizeBytes += chunk.length;
    return this.thread.update(chunk);
  }

  async finish(path: string, signal: AbortSignal): Promise<Hashed> {
    const { announced, sizeBytes } = this;
    const sums = await this.thread.finish();
    if (sums !== undefined) {
      return compareAnnounced(announced, { bytes: sizeBytes, ...sums });
    }
    const again: BodyHash = new HashHere(announced);
    await hashPrefix(path, sizeBytes, (chunk) => again.update(chunk), signal);
    return await again.finish(path, signal);
  }

  drop(): void {
    this.thread.drop();
  }
}
