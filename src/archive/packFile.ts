/** Packs a finished file into another one beside it, streamed. Knows nothing of what is inside. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { throwIfCancelled } from '../base/appError.ts';
import { pack, packAtOnceBytes, withoutGzipOrigin } from './compression.ts';
import { PartialWriter, removeFile } from './durableFile.ts';
import { CountingHash } from './fileHash.ts';

const readBytes = 256 * 1024;

export interface PackedSize {
  readonly storedBytes: number;
  readonly storedSha256: string;
}

/**
 * Writes the gzip of `fromPath` to `toPath`, flushed. Constant memory. On abort and on failure nothing is left at `toPath`.
 * @throws file system errors as they are
 */
export async function packFile(
  fromPath: string,
  toPath: string,
  signal: AbortSignal,
): Promise<PackedSize> {
  const writer = await PartialWriter.create(toPath);
  try {
    const packed = await gzipInto(
      writer,
      createReadStream(fromPath, { highWaterMark: readBytes }),
      signal,
    );
    await writer.sync();
    await writer.close();
    return packed;
  } catch (error) {
    await writer.close().catch(() => undefined);
    await removeFile(toPath);
    throw error;
  }
}

/**
 * Appends the gzip of everything that `content` gives; what is short is packed at once, without a stream through other threads.
 * @throws what `content` throws, and file system errors
 */
export async function gzipInto(
  writer: PartialWriter,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<PackedSize> {
  const stored = new CountingHash();
  const chunks = content[Symbol.asyncIterator]();
  try {
    const start = await readStart(chunks);
    if (start.isAll) {
      throwIfCancelled(signal);
      const packed = await pack(start.bytes, 'gzip');
      stored.update(packed);
      await writer.append(packed);
    } else {
      await gzipStream(writer, stored, rejoin(start.bytes, chunks), signal);
    }
  } finally {
    await chunks.return?.();
  }
  const { bytes: storedBytes, sha256: storedSha256 } = stored.finish();
  return { storedBytes, storedSha256 };
}

async function readStart(
  chunks: AsyncIterator<Uint8Array>,
): Promise<{ readonly bytes: Buffer; readonly isAll: boolean }> {
  const start: Uint8Array[] = [];
  for (let sizeBytes = 0; sizeBytes <= packAtOnceBytes;) {
    const next = await chunks.next();
    if (next.done === true) {
      return { bytes: Buffer.concat(start), isAll: true };
    }
    start.push(next.value);
    sizeBytes += next.value.length;
  }
  return { bytes: Buffer.concat(start), isAll: false };
}

async function* rejoin(
  start: Uint8Array,
  chunks: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  yield start;
  yield* { [Symbol.asyncIterator]: () => chunks };
}

async function gzipStream(
  writer: PartialWriter,
  stored: CountingHash,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  await pipeline(
    content,
    createGzip(),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        const bytes = stored.bytes === 0 ? withoutGzipOrigin(chunk) : chunk;
        stored.update(bytes);
        await writer.append(bytes);
      }
    },
    { signal },
  );
}
