/** SHA-256 of files on disk and of what is packed in them, streamed; knows nothing of what they mean. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isAppError } from '../base/appError.ts';
import { compressionOf, createUnpacker, isUnpackFailure } from './compression.ts';

export interface FileHash {
  readonly storedBytes: number;
  readonly storedSha256: string;
  /** Of what is inside a packed file, else the same as stored. Undefined when it is damaged, or this runtime lacks zstd. */
  readonly content: { readonly bytes: number; readonly sha256: string } | undefined;
}

/** The file as it lies there, whatever its name says. Reads once, in constant memory. */
export async function hashFile(path: string, signal: AbortSignal): Promise<FileHash> {
  return await hashPlain(path, signal);
}

/**
 * A file of a conversation, and what is packed in it. Reads once, in constant memory. The content is shown to `onContent` as it
 * comes.
 */
export async function hashEntry(
  folderPath: string,
  { path: relativePath }: { readonly path: string },
  signal: AbortSignal,
  onContent?: (chunk: Uint8Array) => void,
): Promise<FileHash> {
  const path = join(folderPath, ...relativePath.split('/'));
  const compression = compressionOf(relativePath);
  if (compression === undefined) {
    return await hashPlain(path, signal, onContent);
  }
  const stored = new CountingHash();
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
      createUnpacker(compression),
      async (chunks: AsyncIterable<Uint8Array>) => {
        for await (const chunk of chunks) {
          content.update(chunk);
          onContent?.(chunk);
        }
      },
      { signal },
    );
  } catch (error) {
    if (!isUnpackFailure(error) && !isAppError(error, 'unsupported')) {
      throw error;
    }
    return { ...(await hashPlain(path, signal)), content: undefined };
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

async function hashPlain(
  path: string,
  signal: AbortSignal,
  onContent?: (chunk: Uint8Array) => void,
): Promise<FileHash> {
  const hash = new CountingHash();
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18, signal })) {
    hash.update(chunk as Uint8Array);
    onContent?.(chunk as Uint8Array);
  }
  const { bytes, sha256 } = hash.finish();
  return { storedBytes: bytes, storedSha256: sha256, content: { bytes, sha256 } };
}
