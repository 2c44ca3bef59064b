import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressionOf } from '../../../src/archive/compression.ts';
import { unpackedChunks } from '../../../src/archive/indexing/unpackedChunks.ts';
import { isAppError, isCancellation } from '../../../src/base/appError.ts';
import { withFolder } from '../../support/archivedSample.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const never = new AbortController().signal;

async function sizeOf(path: string, maxBytes: number, signal = never): Promise<number> {
  let sizeBytes = 0;
  for await (const chunk of unpackedChunks(path, compressionOf(path) ?? 'gzip', maxBytes, signal)) {
    sizeBytes += chunk.length;
  }
  return sizeBytes;
}

suite('unpackedChunks', () => {
  leakCheck();

  test('reads small and large files to their end, and a file that unpacks far beyond its size as a stream', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'file.json.gz');
      const otherPath = join(folder, 'file.json.zst');
      for (const content of [
        Buffer.from('{}'),
        Buffer.alloc(50_000_000),
        Buffer.from(Array.from({ length: 1_500_000 }, (_, index) => (index * 2654435761) >>> 13)),
      ]) {
        await writeFile(path, gzipSync(content, { level: 1 }));
        assert.equal(await sizeOf(path, 1e9), content.length);
        await writeFile(otherPath, zstdCompressSync(content));
        assert.equal(await sizeOf(otherPath, 1e9), content.length);
      }
    }));

  test('stops at its limit in a file that was made to fill the memory', () =>
    withFolder(async (folder) => {
      for (const [name, bytes] of [
        ['bomb.json.gz', gzipSync(Buffer.alloc(50_000_000))],
        ['bomb.json.zst', zstdCompressSync(Buffer.alloc(50_000_000))],
      ] as const) {
        const path = join(folder, name);
        await writeFile(path, bytes);
        for (const maxBytes of [10_000, 40_000_000]) {
          await assert.rejects(
            sizeOf(path, maxBytes),
            (error) => isAppError(error, 'corrupt') && error.message.includes(String(maxBytes)),
          );
        }
      }
    }));

  test('says what is wrong with a damaged file, and stops when asked to', () =>
    withFolder(async (folder) => {
      for (const name of ['file.json.gz', 'file.json.zst']) {
        const path = join(folder, name);
        await writeFile(path, 'neither');
        await assert.rejects(sizeOf(path, 1000), (error) => isAppError(error, 'corrupt'));
        await assert.rejects(sizeOf(path, 1000, AbortSignal.abort()), isCancellation);
      }
    }));
});
