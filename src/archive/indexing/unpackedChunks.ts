/** Reads packed files of the archive for indexing: small ones at once, large ones as a stream, none without end. */
import { createReadStream, lstatSync, readFileSync } from 'node:fs';
import { errors, isAppError, throwIfCancelled } from '../../base/appError.ts';
import { createUnpacker, unpackAtOnce, type Compression } from '../compression.ts';
import { errnoOf } from '../storageError.ts';

/** A packed file can hold a thousand times its size. What unpacks to more than this is read no further. */
export const maxUnpackedBytes = 2 * 1024 * 1024 * 1024;

/** Making a stream takes longer than unpacking a file of this size. */
const smallFileBytes = 512 * 1024;
const smallUnpackedBytes = 32 * 1024 * 1024;
const chunkBytes = 256 * 1024;

/**
 * The bytes inside, in order. A chunk is valid until the next is asked for.
 * @throws AppError `corrupt` when it is damaged or unpacks to more than `maxBytes`, `unsupported` when the runtime lacks zstd; file system errors as they are
 */
export async function* unpackedChunks(
  path: string,
  compression: Compression,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  throwIfCancelled(signal);
  // Synchronous, as this runs in a thread of its own: for small files the promises cost more than the reading.
  const stats = lstatSync(path);
  if (!stats.isFile()) {
    // A link may lead out of the archive; reading a pipe would never end.
    throw errors.corrupt(`Something else is where a file of the archive should be: ${path}`);
  }
  const { size } = stats;
  if (size <= smallFileBytes) {
    const whole = unpackSmall(
      readFileSync(path),
      compression,
      Math.min(maxBytes, smallUnpackedBytes),
      path,
    );
    if (whole !== undefined) {
      yield whole;
      return;
    }
  }
  let sizeBytes = 0;
  const source = createReadStream(path, { signal, highWaterMark: chunkBytes });
  const unpacked = createUnpacker(compression, chunkBytes);
  source.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
  try {
    for await (const chunk of unpacked) {
      const bytes = chunk as Uint8Array;
      sizeBytes += bytes.length;
      if (sizeBytes > maxBytes) {
        throw errors.corrupt(
          `A file of the archive unpacks to more than can be indexed; what comes first is. Its limit in bytes is ${String(maxBytes)}: ${path}`,
        );
      }
      yield bytes;
    }
  } catch (error) {
    throwIfCancelled(signal);
    throw isAppError(error) || errnoOf(error) !== undefined ? error : damaged(path, error);
  } finally {
    source.destroy();
    unpacked.destroy();
  }
}

/** @returns undefined when it is larger than it looks. */
function unpackSmall(
  bytes: Uint8Array,
  compression: Compression,
  maxBytes: number,
  path: string,
): Uint8Array | undefined {
  try {
    return unpackAtOnce(bytes, compression, maxBytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      return undefined;
    }
    throw isAppError(error) ? error : damaged(path, error);
  }
}

function damaged(path: string, cause: unknown): Error {
  return errors.corrupt(
    `A file of the archive is damaged. Download the conversation again: ${path}`,
    { cause },
  );
}
