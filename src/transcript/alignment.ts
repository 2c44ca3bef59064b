/** Maps between the wall clock of a transcript and positions in a recording whose secure pauses were cut out. */

/** `durationMs` of real time, starting at `realtimeOffsetMs` after the recording's start, are not in the file. */
export interface RemovedTime {
  readonly realtimeOffsetMs: number;
  readonly durationMs: number;
}

export interface Alignment {
  /** Position in the file; a time inside of a cut is where the cut is. Negative before the recording. Never decreases. */
  toRecordingMs(epochMs: number): number;
  /** Wall clock of a position; the position of a cut is the first moment after it. Strictly increases. */
  toEpochMs(recordingMs: number): number;
}

/**
 * @param options cuts in any order; empty or overlapping ones do no harm. `userOffsetMs` moves the text against the sound:
 * more is later in the recording.
 * @see genesys-api: a cut is half-open, `[realtimeOffsetMs, realtimeOffsetMs + durationMs)`
 */
export function createAlignment(options: {
  readonly recordingStartMs: number;
  readonly cuts: readonly RemovedTime[];
  readonly userOffsetMs: number;
}): Alignment {
  const zeroMs = options.recordingStartMs - options.userOffsetMs;
  const gaps = toGaps(options.cuts);
  return {
    toRecordingMs: (epochMs) => {
      const realMs = epochMs - zeroMs;
      const gap = lastAtOrBefore(gaps, realMs, ({ startMs }) => startMs);
      if (gap === undefined) {
        return realMs;
      }
      return realMs < gap.endMs ? gap.positionMs : realMs - gap.removedMs;
    },
    toEpochMs: (recordingMs) => {
      const gap = lastAtOrBefore(gaps, recordingMs, ({ positionMs }) => positionMs);
      return zeroMs + recordingMs + (gap === undefined ? 0 : gap.removedMs);
    },
  };
}

interface Gap {
  readonly startMs: number;
  readonly endMs: number;
  /** Where it is in the file. */
  readonly positionMs: number;
  /** Removed up to and with this gap. */
  readonly removedMs: number;
}

function toGaps(cuts: readonly RemovedTime[]): readonly Gap[] {
  const gaps: Gap[] = [];
  const sorted = cuts
    .filter((cut) => cut.durationMs > 0 && Number.isFinite(cut.realtimeOffsetMs + cut.durationMs))
    .toSorted((a, b) => a.realtimeOffsetMs - b.realtimeOffsetMs);
  for (const cut of sorted) {
    const last = gaps.at(-1);
    const endMs = cut.realtimeOffsetMs + cut.durationMs;
    if (last !== undefined && cut.realtimeOffsetMs <= last.endMs) {
      const longerMs = Math.max(0, endMs - last.endMs);
      gaps[gaps.length - 1] = {
        ...last,
        endMs: last.endMs + longerMs,
        removedMs: last.removedMs + longerMs,
      };
    } else {
      const removedBeforeMs = last?.removedMs ?? 0;
      gaps.push({
        startMs: cut.realtimeOffsetMs,
        endMs,
        positionMs: cut.realtimeOffsetMs - removedBeforeMs,
        removedMs: removedBeforeMs + cut.durationMs,
      });
    }
  }
  return gaps;
}

function lastAtOrBefore(
  gaps: readonly Gap[],
  valueMs: number,
  keyOf: (gap: Gap) => number,
): Gap | undefined {
  let low = 0;
  let high = gaps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const gap = gaps[middle];
    if (gap !== undefined && keyOf(gap) <= valueMs) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return gaps[low - 1];
}
