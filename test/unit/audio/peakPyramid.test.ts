import assert from 'node:assert/strict';
import { createPeakPyramid, createPreviewPyramid } from '../../../src/audio/peakPyramid.ts';
import type { Peaks } from '../../../src/audio/peaksFile.ts';

/** Small deterministic generator: a failing run is repeated by its seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Two channels of 10 ms peaks. */
function createPeaks(lengthPixels: number, valueAt: (index: number) => number): Peaks {
  const data = Int16Array.from({ length: lengthPixels * 4 }, (_, index) => valueAt(index));
  return { sampleRateHz: 8000, samplesPerPixel: 80, channelCount: 2, lengthPixels, data };
}

suite('Peak pyramid', () => {
  test('takes one channel out of interleaved peaks', () => {
    const peaks = createPeaks(2, (index) => index + 1);
    const columns = new Int16Array(4);
    createPeakPyramid(peaks, 1).readColumns(0, 20, columns);
    assert.deepEqual([...columns], [3, 4, 7, 8]);
  });

  test('refuses a channel that the peaks do not have', () => {
    assert.throws(
      () =>
        createPeakPyramid(
          createPeaks(1, () => 0),
          2,
        ),
      { code: 'bug' },
    );
  });

  test('knows its duration and its loudest sample', () => {
    const pyramid = createPeakPyramid(
      createPeaks(1000, (index) => (index === 2001 ? -31_000 : 5)),
      0,
    );
    assert.equal(pyramid.durationMs, 10_000);
    assert.equal(pyramid.loudest, 5);
    const louder = createPeakPyramid(
      createPeaks(1000, (index) => (index === 2000 ? -31_000 : 5)),
      0,
    );
    assert.equal(louder.loudest, 31_000);
  });

  test('never misses a single click at any zoom', () => {
    const clickAt = 54_321;
    const pyramid = createPeakPyramid(
      createPeaks(100_000, (index) => (index === clickAt * 4 + 1 ? 30_000 : 1)),
      0,
    );
    for (const columnCount of [1, 7, 300, 1200, 5000, 100_000]) {
      const columns = new Int16Array(columnCount * 2);
      pyramid.readColumns(0, 1_000_000, columns);
      const highest = columns.reduce((a, b) => Math.max(a, b));
      assert.equal(highest, 30_000, String(columnCount));
    }
  });

  test('columns cover the base peaks they stand for, whatever the stretch', () => {
    const seed = 20_261_105;
    const random = createRandom(seed);
    const peaks = createPeaks(3000, () => Math.floor(random() * 60_000 - 30_000));
    const pyramid = createPeakPyramid(peaks, 0);
    for (let round = 0; round < 50; round++) {
      const startMs = Math.floor(random() * 20_000);
      const columnCount = 1 + Math.floor(random() * 200);
      const endMs = startMs + columnCount * 10 * (1 + random() * 30);
      const columns = new Int16Array(columnCount * 2);
      pyramid.readColumns(startMs, endMs, columns);
      const columnMs = (endMs - startMs) / columnCount;
      for (let column = 0; column < columnCount; column++) {
        const first = Math.ceil((startMs + column * columnMs) / 10);
        const last = Math.min(3000, Math.floor((startMs + (column + 1) * columnMs) / 10));
        for (let peak = first; peak < last; peak++) {
          assert.ok(
            (columns[column * 2] ?? 0) <= (peaks.data[peak * 4] ?? 0) &&
              (columns[column * 2 + 1] ?? 0) >= (peaks.data[peak * 4 + 1] ?? 0),
            `seed ${String(seed)} round ${String(round)} column ${String(column)}`,
          );
        }
      }
    }
  });

  test('is flat outside of the recording', () => {
    const pyramid = createPeakPyramid(
      createPeaks(10, () => 900),
      0,
    );
    const columns = new Int16Array(6);
    pyramid.readColumns(-100, 200, columns);
    assert.deepEqual([...columns], [0, 0, 900, 900, 0, 0]);
  });

  test('draws straight lines between peaks when looked at closely', () => {
    const pyramid = createPeakPyramid(
      createPeaks(2, (index) => (index < 4 ? 0 : 1000)),
      0,
    );
    const columns = new Int16Array(8);
    pyramid.readColumns(5, 15, columns);
    assert.deepEqual([...columns], [125, 125, 375, 375, 625, 625, 875, 875]);
  });

  test('an hour at full resolution is read in a few values a column', () => {
    const pyramid = createPeakPyramid(
      createPeaks(360_000, () => 7),
      0,
    );
    const columns = new Int16Array(2400);
    const startedMs = performance.now();
    for (let round = 0; round < 100; round++) {
      pyramid.readColumns(0, 3_600_000, columns);
    }
    // Reading every base peak would take 36 million steps here, far more than this allows.
    assert.ok((performance.now() - startedMs) / 100 < 4);
  });

  test('a preview is symmetrical around its silence', () => {
    const pyramid = createPreviewPyramid([0.5, 1, 0.25, 0.5], 4000);
    const columns = new Int16Array(8);
    pyramid?.readColumns(0, 4000, columns);
    assert.deepEqual([...columns], [0, 0, -32_767, 32_767, -16_383, 16_383, 0, 0]);
  });

  test('no preview, or one of a recording without length, is nothing to draw', () => {
    assert.equal(createPreviewPyramid([], 4000), undefined);
    assert.equal(createPreviewPyramid([1], 0), undefined);
  });
});
