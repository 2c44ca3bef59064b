import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectMedia } from '../../../src/archive/mediaInspection.ts';
import { SoundReader } from '../../../src/archive/soundReader.ts';
import { withFolder } from '../../support/archivedSample.ts';
import { pcm16, wavFile } from '../../support/wavFile.ts';

suite('SoundReader', () => {
  test('gives each block whole, also while the next one is read, and none after the end', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'long.wav');
      const sound = Int16Array.from({ length: 1050 }, (_, frame) => frame);
      await writeFile(path, wavFile({ data: pcm16(sound) }));
      const { sound: inspected } = await inspectMedia(path, new AbortController().signal);
      assert.ok(inspected?.source.kind === 'wav');
      const { format } = inspected.source;
      const frames = { format, frameCount: inspected.frameCount };
      const reader = await SoundReader.open(path, frames, 100);
      try {
        for (let first = 0; first <= sound.length; first += 100) {
          const block = await reader.read();
          // Time enough to read ahead.
          await readFile(path);
          assert.deepEqual(block, sound.slice(first, first + 100));
        }
        assert.equal((await reader.read()).length, 0);
      } finally {
        await reader.close();
      }
    }));
});
