/**
 * One channel's peaks at many resolutions, so that any stretch of a recording of any length is drawn from a few values a
 * column. Knows nothing of pixels on a screen, only of columns.
 */
import { assert } from '../base/assert.ts';
import type { Peaks } from './peaksFile.ts';

/** Each level has a quarter of the values of the one below it: a third more memory in all, at most five values a column. */
const levelFactor = 4;

interface Level {
  /** Lowest and highest sample of each peak, alternating. */
  readonly data: Int16Array;
  readonly peakDurationMs: number;
}

export interface PeakPyramid {
  readonly durationMs: number;
  /** Largest absolute sample, 0 to 32 768. */
  readonly loudest: number;
  /**
   * Writes the lowest and highest sample of each of `columns.length / 2` equal columns of `[startMs, endMs)`, alternating.
   * Never misses a peak of the base data; where columns are narrower than base peaks the values are interpolated. Columns outside
   * of the recording are 0.
   */
  readColumns(startMs: number, endMs: number, columns: Int16Array): void;
}

/** The pyramid of one channel. Reads `peaks.data` once and keeps no reference to it. */
export function createPeakPyramid(peaks: Peaks, channelIndex: number): PeakPyramid {
  assert(channelIndex >= 0 && channelIndex < peaks.channelCount, 'The peaks have no such channel');
  const base = new Int16Array(peaks.lengthPixels * 2);
  for (let index = 0; index < peaks.lengthPixels; index++) {
    const from = (index * peaks.channelCount + channelIndex) * 2;
    base[index * 2] = peaks.data[from] ?? 0;
    base[index * 2 + 1] = peaks.data[from + 1] ?? 0;
  }
  return createPyramid(base, (peaks.samplesPerPixel * 1000) / peaks.sampleRateHz);
}

/**
 * A pyramid of the platform's preview: values from 0 to about 1 around 0.5, evenly spread over the recording.
 * @returns undefined when there is nothing to draw
 */
export function createPreviewPyramid(
  preview: readonly number[],
  durationMs: number,
): PeakPyramid | undefined {
  if (preview.length === 0 || durationMs <= 0) {
    return undefined;
  }
  const base = new Int16Array(preview.length * 2);
  preview.forEach((value, index) => {
    const height = Math.min(1, Math.abs(value - 0.5) * 2) * 32_767;
    base[index * 2] = -height;
    base[index * 2 + 1] = height;
  });
  return createPyramid(base, durationMs / preview.length);
}

/**
 * A pyramid of a few measured peaks, lowest and highest sample alternating, evenly spread over the recording.
 * @returns undefined when there is nothing to draw
 */
export function createOverviewPyramid(
  overview: readonly number[],
  durationMs: number,
): PeakPyramid | undefined {
  const count = Math.floor(overview.length / 2);
  return count === 0 || durationMs <= 0
    ? undefined
    : createPyramid(Int16Array.from(overview.slice(0, count * 2)), durationMs / count);
}

function createPyramid(base: Int16Array, peakDurationMs: number): PeakPyramid {
  const bottom: Level = { data: base, peakDurationMs };
  const levels = [bottom];
  for (let below = bottom; below.data.length > 2 * levelFactor;) {
    below = coarsen(below);
    levels.push(below);
  }
  const durationMs = (base.length / 2) * peakDurationMs;
  return {
    durationMs,
    loudest: loudestOf((levels.at(-1) ?? bottom).data),
    readColumns: (startMs, endMs, columns) => {
      const columnMs = (endMs - startMs) / (columns.length / 2);
      if (columnMs < peakDurationMs) {
        interpolateColumns(bottom, startMs, columnMs, columns);
      } else {
        const level = levels.findLast((candidate) => candidate.peakDurationMs <= columnMs);
        mergeColumns(level ?? bottom, startMs, columnMs, columns);
        // The last coarse peak reaches beyond the end of the recording.
        const end = Math.ceil((durationMs - startMs) / columnMs) * 2;
        columns.fill(0, Math.min(columns.length, Math.max(0, end)));
      }
    },
  };
}

function coarsen(below: Level): Level {
  const count = Math.ceil(below.data.length / 2 / levelFactor);
  const data = new Int16Array(count * 2);
  for (let index = 0; index < count; index++) {
    mergeInto(data, index, below.data, index * levelFactor, (index + 1) * levelFactor);
  }
  return { data, peakDurationMs: below.peakDurationMs * levelFactor };
}

/** Merges the peaks `[from, to)` of `source` into the peak `index` of `target`; 0 when there are none. */
function mergeInto(
  target: Int16Array,
  index: number,
  source: Int16Array,
  from: number,
  to: number,
): void {
  const first = Math.max(0, from);
  const last = Math.min(source.length / 2, to);
  let low = first < last ? 32_767 : 0;
  let high = first < last ? -32_768 : 0;
  for (let peak = first; peak < last; peak++) {
    low = Math.min(low, source[peak * 2] ?? 0);
    high = Math.max(high, source[peak * 2 + 1] ?? 0);
  }
  target[index * 2] = low;
  target[index * 2 + 1] = high;
}

function mergeColumns(level: Level, startMs: number, columnMs: number, columns: Int16Array): void {
  const { data, peakDurationMs } = level;
  for (let column = 0; column < columns.length / 2; column++) {
    const fromMs = startMs + column * columnMs;
    mergeInto(
      columns,
      column,
      data,
      Math.floor(fromMs / peakDurationMs),
      Math.ceil((fromMs + columnMs) / peakDurationMs),
    );
  }
}

/** Columns narrower than a peak: straight lines between the middles of the peaks. */
function interpolateColumns(
  { data, peakDurationMs }: Level,
  startMs: number,
  columnMs: number,
  columns: Int16Array,
): void {
  const count = data.length / 2;
  const value = (peak: number, side: 0 | 1): number =>
    data[Math.min(count - 1, Math.max(0, peak)) * 2 + side] ?? 0;
  for (let column = 0; column < columns.length / 2; column++) {
    const position = (startMs + (column + 0.5) * columnMs) / peakDurationMs;
    const isInside = position >= 0 && position < count;
    const before = Math.floor(position - 0.5);
    const ratio = position - 0.5 - before;
    for (const side of [0, 1] as const) {
      columns[column * 2 + side] = isInside
        ? value(before, side) * (1 - ratio) + value(before + 1, side) * ratio
        : 0;
    }
  }
}

function loudestOf(data: Int16Array): number {
  return data.reduce((loudest, value) => Math.max(loudest, Math.abs(value)), 0);
}
