/**
 * A file that goes out of the archive to wherever a person wants it: written beside its final name, hashed on the way, renamed
 * when it is whole, with a proof file next to it. Cancelled or failed, it leaves nothing. Knows nothing of what is in it.
 */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { throwIfCancelled } from '../../base/appError.ts';
import type { JsonValue } from '../../base/jsonValue.ts';
import { partialSuffix, PartialWriter, renameDurably } from '../durableFile.ts';
import { CountingHash } from '../fileHash.ts';
import { guardStorage } from '../storageError.ts';

export const proofSuffix = '.proof.json';

export interface WrittenExport {
  readonly path: string;
  readonly proofPath: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** What the proof says beside file name, bytes and hash; asked for when the file is whole. */
export type ProofFacts = () => Readonly<Record<string, JsonValue>>;

/**
 * Writes `path` and `<path>.proof.json`, in place of files of those names. The proof comes last: a file without one was not
 * finished by this.
 * @throws AppError `storage`, and what `chunks` throws
 */
export async function writeExport(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  proofFacts: ProofFacts,
  signal: AbortSignal,
): Promise<WrittenExport> {
  return await guardStorage(async () => {
    const run = randomUUID().slice(0, 8);
    const partialPath = `${path}.${run}${partialSuffix}`;
    const proofPath = path + proofSuffix;
    const proofPartialPath = `${proofPath}.${run}${partialSuffix}`;
    const hash = new CountingHash();
    try {
      const writer = await PartialWriter.create(partialPath);
      try {
        for await (const chunk of chunks) {
          throwIfCancelled(signal);
          hash.update(chunk);
          await writer.append(chunk);
        }
        await writer.sync();
      } finally {
        await writer.close();
      }
      const { bytes: sizeBytes, sha256 } = hash.finish();
      const proof = { formatVersion: 1, file: basename(path), bytes: sizeBytes, sha256 };
      await writeWhole(
        proofPartialPath,
        `${JSON.stringify({ ...proof, ...proofFacts() }, undefined, 2)}\n`,
      );
      throwIfCancelled(signal);
      // A proof of an older file must not stand beside a newer one, not even for a moment.
      await rm(proofPath, { force: true });
      await renameDurably(partialPath, path);
      await renameDurably(proofPartialPath, proofPath);
      return { path, proofPath, sizeBytes, sha256 };
    } finally {
      await rm(partialPath, { force: true });
      await rm(proofPartialPath, { force: true });
    }
  });
}

async function writeWhole(path: string, text: string): Promise<void> {
  const writer = await PartialWriter.create(path);
  try {
    await writer.append(Buffer.from(text));
    await writer.sync();
  } finally {
    await writer.close();
  }
}
