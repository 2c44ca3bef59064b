/** The short picture of a long waveform. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPeaksOverview } from '../../../src/archive/peaksOverview.ts';
import { createOverviewPyramid } from '../../../src/audio/peakPyramid.ts';
import { encodePeaks, type Peaks } from '../../../src/audio/peaksFile.ts';
import { withFolder } from '../../support/archivedSample.ts';
import { createRandom } from '../../support/random.ts';

const never = new AbortController().signal;

function peaksOf(lengthPixels: number): Peaks {
  const random = createRandom(4);
  const data = Int16Array.from({ length: lengthPixels * 4 }, (_, index) =>
    index % 2 === 0 ? -random.integer(32_768) : random.integer(32_768),
  );
  return { sampleRateHz: 8000, samplesPerPixel: 80, channelCount: 2, lengthPixels, data };
}

suite('readPeaksOverview', () => {
  test('has the loudest of each stretch of each channel, as the whole waveform has', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'long.dat');
      const lengthPixels = 150_001;
      const peaks = peaksOf(lengthPixels);
      await writeFile(path, encodePeaks(peaks));
      const expected = [0, 1].map((channel) => {
        const columns = new Array<number>(4096).fill(0);
        for (let pixel = 0; pixel < lengthPixels; pixel++) {
          const column = Math.floor((pixel * 2048) / lengthPixels);
          const [low = 0, high = 0] = peaks.data.subarray(pixel * 4 + channel * 2);
          columns[column * 2] = Math.min(columns[column * 2] ?? 0, low);
          columns[column * 2 + 1] = Math.max(columns[column * 2 + 1] ?? 0, high);
        }
        return columns;
      });
      const overviews = await readPeaksOverview(path, never);
      const isEqual = JSON.stringify(overviews) === JSON.stringify(expected);
      assert.ok(isEqual, 'the overview differs');
      const drawn = new Int16Array(4096);
      createOverviewPyramid(overviews[1] ?? [], 2048)?.readColumns(0, 2048, drawn);
      assert.ok(drawn.every((value, index) => value === expected[1]?.[index]));
    });
  });

  test('there is none of a short recording, nor of a file that is damaged or missing', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'short.dat');
      await writeFile(path, encodePeaks(peaksOf(1000)));
      assert.deepEqual(await readPeaksOverview(path, never), []);
      await writeFile(path, encodePeaks(peaksOf(100_000)).subarray(0, 5000));
      assert.deepEqual(await readPeaksOverview(path, never), []);
      assert.deepEqual(await readPeaksOverview(join(folder, 'none.dat'), never), []);
    });
  });

  test('ends when it is cancelled', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'long.dat');
      await writeFile(path, encodePeaks(peaksOf(100_000)));
      await assert.rejects(readPeaksOverview(path, AbortSignal.abort()), { name: 'AbortError' });
    });
  });
});
