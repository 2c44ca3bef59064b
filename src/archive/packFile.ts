/** Packs a finished file into another one beside it, streamed. Knows nothing of what is inside. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { withoutGzipOrigin } from './compression.ts';
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

/** Appends the gzip of everything that `content` gives. @throws what `content` throws, and file system errors */
export async function gzipInto(
  writer: PartialWriter,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<PackedSize> {
  const stored = new CountingHash();
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
  const { bytes: storedBytes, sha256: storedSha256 } = stored.finish();
  return { storedBytes, storedSha256 };
}
