import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import {
  alternativePaths,
  compressionOf,
  contentPath,
  createUnpacker,
  isUnpackFailure,
  isZstdSupported,
  pack,
  packedPath,
  toUsablePacking,
  unpackAtOnce,
  type Compression,
} from '../../../src/archive/compression.ts';
import { hashEntry } from '../../../src/archive/fileHash.ts';
import { packFile } from '../../../src/archive/packFile.ts';
import { withFolder } from '../../support/archivedSample.ts';
import { sha256 } from '../../support/archiveOnDisk.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { createRandom, type Random } from '../../support/random.ts';

const never = new AbortController().signal;
const kinds: readonly Compression[] = ['gzip', 'zstd'];

/** Noise and runs in turns, of any length around the limits that the code knows. */
function randomContent(random: Random): Buffer {
  const parts: Buffer[] = [];
  for (let count = random.integer(5); count > 0; count--) {
    const length = random.integer(random.pick([10, 3_000, 70_000]));
    const isNoise = random.integer(2) === 0;
    parts.push(Buffer.from(Array.from({ length }, () => (isNoise ? random.integer(256) : 65))));
  }
  return Buffer.concat(parts);
}

function inChunks(bytes: Buffer, random: Random): Readable {
  const chunks: Buffer[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const length = 1 + random.integer(20_000);
    chunks.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return Readable.from(chunks, { objectMode: false });
}

suite('compression', () => {
  leakCheck();

  test('gives back any content, whole, in chunks and from a file, and packs it the same every time', () =>
    withFolder(async (folder) => {
      const random = createRandom();
      for (let run = 0; run < 60; run++) {
        const content = randomContent(random);
        for (const kind of kinds) {
          const packed = await pack(content, kind);
          assert.deepEqual(await pack(Buffer.from(content), kind), packed, random.label);
          assert.deepEqual(Buffer.from(unpackAtOnce(packed, kind, 1e9)), content, random.label);
          const unpacked = await inChunks(packed, random).pipe(createUnpacker(kind)).toArray();
          assert.deepEqual(Buffer.concat(unpacked as Buffer[]), content, random.label);
          const path = packedPath(`${String(run)}.json`, kind);
          await writeFile(join(folder, path), packed);
          assert.deepEqual(
            await hashEntry(folder, { path }, never),
            {
              storedBytes: packed.length,
              storedSha256: sha256(packed),
              content: { bytes: content.length, sha256: sha256(content) },
            },
            random.label,
          );
        }
        await writeFile(join(folder, 'plain'), content);
        const toPath = join(folder, 'plain.gz');
        const stored = await packFile(join(folder, 'plain'), toPath, never);
        const packed = await readFile(toPath);
        assert.deepEqual(stored, { storedBytes: packed.length, storedSha256: sha256(packed) });
        assert.deepEqual(gunzipSync(packed), content, random.label);
      }
    }));

  test('tells every cut and nearly every flipped bit inside, and always by the hash of what is stored', () =>
    withFolder(async (folder) => {
      const random = createRandom();
      const content = Buffer.from(JSON.stringify({ text: 'The quick brown fox '.repeat(400) }));
      for (const kind of kinds) {
        const packed = await pack(content, kind);
        const path = packedPath('a.json', kind);
        for (let run = 0; run < 60; run++) {
          const damaged = Buffer.from(packed.subarray(0, 1 + random.integer(packed.length - 1)));
          await writeFile(join(folder, path), damaged);
          const hash = await hashEntry(folder, { path }, never);
          assert.equal(hash.content, undefined, random.label);
          assert.equal(hash.storedSha256, sha256(damaged), random.label);
          const flipped = Buffer.from(packed);
          const at = random.integer(flipped.length);
          flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << random.integer(8)), at);
          await writeFile(join(folder, path), flipped);
          const { content: inside, storedSha256 } = await hashEntry(folder, { path }, never);
          assert.equal(storedSha256, sha256(flipped), random.label);
          assert.ok(
            inside === undefined || inside.sha256 === sha256(content),
            `${random.label}: neither damaged nor the same`,
          );
        }
      }
    }));

  test('knows how a file is packed by its ending, and leaves attachments as their senders named them', () => {
    for (const [path, kind, content] of [
      ['conversation.json.gz', 'gzip', 'conversation.json'],
      ['conversation.json.zst', 'zstd', 'conversation.json'],
      ['recordings/a.0.wav.gz', 'gzip', 'recordings/a.0.wav'],
      ['recordings/a.0.wav', undefined, 'recordings/a.0.wav'],
      ['history/0123abcd/names.json.zst', 'zstd', 'history/0123abcd/names.json'],
      ['attachments/m/backup.json.gz', undefined, 'attachments/m/backup.json.gz'],
      ['history/0123abcd/attachments/m/a.zst', undefined, 'history/0123abcd/attachments/m/a.zst'],
      ['manifest.json', undefined, 'manifest.json'],
    ] as const) {
      assert.deepEqual([compressionOf(path), contentPath(path)], [kind, content]);
    }
    assert.deepEqual(alternativePaths('names.json'), ['names.json.gz', 'names.json.zst']);
    assert.deepEqual(alternativePaths('names.json.zst'), ['names.json.gz', 'names.json.zst']);
    assert.deepEqual(alternativePaths('r/a.0.wav'), ['r/a.0.wav', 'r/a.0.wav.gz']);
    assert.deepEqual(alternativePaths('r/a.0.mp3'), ['r/a.0.mp3']);
    assert.deepEqual(alternativePaths('attachments/m/a.json'), ['attachments/m/a.json']);
  });

  test('takes gzip where the runtime has no zstd, and leaves the rest of the choice alone', () => {
    const wanted = { json: 'zstd', isWavPacked: true } as const;
    assert.deepEqual(
      toUsablePacking(wanted, () => false),
      { json: 'gzip', isWavPacked: true },
    );
    assert.deepEqual(
      toUsablePacking(wanted, () => true),
      wanted,
    );
    assert.equal(isZstdSupported(), true, 'the Node that tests run on has zstd');
  });

  test('takes no other failure for damage', () => {
    const fileError = Object.assign(new Error('gone'), { code: 'ENOENT' });
    assert.equal(isUnpackFailure(fileError), false);
    assert.throws(() => unpackAtOnce(Buffer.from('neither'), 'zstd', 10), isUnpackFailure);
    assert.throws(() => unpackAtOnce(Buffer.from('neither'), 'gzip', 10), isUnpackFailure);
  });
});
