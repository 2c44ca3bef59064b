/** SHA-256 of files on disk, streamed; knows nothing of what they mean. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

export interface FileHash {
  readonly storedBytes: number;
  readonly storedSha256: string;
  /** Of what is inside the gzip for `.gz` files, else the same as stored. Undefined when the gzip is damaged. */
  readonly content: { readonly bytes: number; readonly sha256: string } | undefined;
}

/** Reads once, in constant memory. Bytes inside a gzip are shown to `onContent` as they come. */
export async function hashFile(
  path: string,
  signal: AbortSignal,
  onContent?: (chunk: Uint8Array) => void,
): Promise<FileHash> {
  const stored = new CountingHash();
  if (!path.endsWith('.gz')) {
    await hashInto(path, stored, signal, onContent);
    const { bytes, sha256 } = stored.finish();
    return { storedBytes: bytes, storedSha256: sha256, content: { bytes, sha256 } };
  }
  const content = new CountingHash();
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 18 }),
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          stored.update(chunk);
          yield chunk;
        }
      },
      createGunzip(),
      async (chunks: AsyncIterable<Uint8Array>) => {
        for await (const chunk of chunks) {
          content.update(chunk);
          onContent?.(chunk);
        }
      },
      { signal },
    );
  } catch (error) {
    if (!isZlibError(error)) {
      throw error;
    }
    const whole = new CountingHash();
    await hashInto(path, whole, signal);
    const { bytes, sha256 } = whole.finish();
    return { storedBytes: bytes, storedSha256: sha256, content: undefined };
  }
  const { bytes, sha256 } = stored.finish();
  return { storedBytes: bytes, storedSha256: sha256, content: content.finish() };
}

/** Counts and hashes what passes. */
export class CountingHash {
  private readonly hash: Hash = createHash('sha256');
  private sizeBytes = 0;

  get bytes(): number {
    return this.sizeBytes;
  }

  update(chunk: Uint8Array): void {
    this.hash.update(chunk);
    this.sizeBytes += chunk.length;
  }

  /** Ends it; the hash in lower-case hexadecimal. */
  finish(): { readonly bytes: number; readonly sha256: string } {
    return { bytes: this.sizeBytes, sha256: this.hash.digest('hex') };
  }
}

/** Feeds the first `sizeBytes` of a file (all of it when undefined) to a hash. */
export async function hashPrefix(
  path: string,
  sizeBytes: number,
  onChunk: (chunk: Uint8Array) => void,
  signal: AbortSignal,
): Promise<void> {
  if (sizeBytes > 0) {
    for await (const chunk of createReadStream(path, { end: sizeBytes - 1, signal })) {
      onChunk(chunk as Uint8Array);
    }
  }
}

async function hashInto(
  path: string,
  hash: CountingHash,
  signal: AbortSignal,
  onContent?: (chunk: Uint8Array) => void,
): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18, signal })) {
    hash.update(chunk as Uint8Array);
    onContent?.(chunk as Uint8Array);
  }
}

function isZlibError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('Z_')
  );
}
