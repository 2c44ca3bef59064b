/**
 * Sound that is stored packed, made a plain file for players and decoders. Knows the packed file by its bytes, never by its name;
 * knows nothing of manifests.
 */
import { createReadStream } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { maxWavDataBytes } from '../audio/wav.ts';
import { throwIfCancelled } from '../base/appError.ts';
import { isUnpackFailure } from './compression.ts';
import { DerivedFile } from './derivedFile.ts';
import { errnoOf } from './storageError.ts';

export interface UnpackedSound {
  /** The file to read: the stored one itself when it is not packed. */
  readonly path: string;
  /** Of the stored file, when it was unpacked. */
  readonly modifiedMs: number | undefined;
  /** A sentence: why it could not be unpacked, and what to do. */
  readonly problem: string | undefined;
}

/** No WAV is larger: a small file that unpacks without end must not fill the disk. */
const maxUnpackedBytes = maxWavDataBytes + 1024 * 1024;

/**
 * Unpacks `path` to `unpackedPath`, whose folder exists, unless a newer file is there. Constant memory. A file that is not packed
 * is left as it is; whether it is there at all is for the reader to find out.
 * On abort rejects with AbortError and leaves no partial file.
 */
export async function unpackSound(
  path: string,
  unpackedPath: string,
  signal: AbortSignal,
): Promise<UnpackedSound> {
  if (!(await isGzip(path))) {
    return { path, modifiedMs: undefined, problem: undefined };
  }
  const { mtimeMs: modifiedMs } = await lstat(path);
  const isCurrent = await lstat(unpackedPath).then(
    (stats) => stats.isFile() && stats.mtimeMs >= modifiedMs,
    () => false,
  );
  const problem = isCurrent ? undefined : await unpack(path, unpackedPath, signal);
  return { path: problem === undefined ? unpackedPath : path, modifiedMs, problem };
}

async function isGzip(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
      return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    } finally {
      await file.close();
    }
  } catch {
    // Missing or unreadable: the inspection says so.
    return false;
  }
}

/** What is wrong, if anything. */
async function unpack(
  path: string,
  unpackedPath: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const unpacked = await DerivedFile.create(unpackedPath);
  let sizeBytes = 0;
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 18 }),
      createGunzip({ chunkSize: 1 << 18 }),
      async (chunks: AsyncIterable<Uint8Array>) => {
        for await (const chunk of chunks) {
          sizeBytes += chunk.length;
          if (sizeBytes > maxUnpackedBytes) {
            throw new RangeError('Larger than any WAV');
          }
          await unpacked.append(chunk);
        }
      },
      { signal },
    );
    const isWritten = await unpacked.commit();
    return isWritten
      ? undefined
      : `The packed recording could not be unpacked for playing; check that its folder is writable and the disk not full: ${errnoOf(unpacked.failure) ?? 'unknown reason'}`;
  } catch (error) {
    throwIfCancelled(signal);
    return isUnpackFailure(error) || error instanceof RangeError
      ? 'The packed recording is damaged: it does not unpack. Download it again'
      : `The file cannot be read: ${errnoOf(error) ?? 'unknown reason'}`;
  } finally {
    await unpacked.discard();
  }
}
