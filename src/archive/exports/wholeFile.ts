/** A file that goes out of the archive whole or not at all, without a proof beside it. Knows nothing of what is in it. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { throwIfCancelled } from '../../base/appError.ts';
import { partialSuffix, PartialWriter, renameDurably } from '../durableFile.ts';
import { guardStorage } from '../storageError.ts';

/**
 * Writes `path`, in place of a file of that name; cancelled or failed, it leaves what was there.
 * @returns bytes written
 * @throws AppError `storage`, and what `chunks` throws
 */
export async function writeWholeFile(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  return await guardStorage(async () => {
    const partialPath = `${path}.${randomUUID().slice(0, 8)}${partialSuffix}`;
    let sizeBytes = 0;
    try {
      const writer = await PartialWriter.create(partialPath);
      try {
        for await (const chunk of chunks) {
          throwIfCancelled(signal);
          sizeBytes += chunk.length;
          await writer.append(chunk);
        }
        await writer.sync();
      } finally {
        await writer.close();
      }
      throwIfCancelled(signal);
      await renameDurably(partialPath, path);
      return sizeBytes;
    } finally {
      await rm(partialPath, { force: true });
    }
  });
}
