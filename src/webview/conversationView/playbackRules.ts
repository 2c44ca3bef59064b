/** Where playing goes on instead of straight ahead: loops and skipped silence; and the jumps by stretches. Pure. */
import type { Viewport } from './waveformLayout.ts';

export interface PlaybackRules {
  /** Played again and again; undefined when it is not looped. */
  readonly loop: Viewport | undefined;
  /** Passed over, ordered by start; empty when silence is played. */
  readonly silences: readonly Viewport[];
  readonly durationMs: number;
}

/** What is left of a silence, so that words keep their rhythm. */
const keptBeforeMs = 250;
const keptAfterMs = 350;
/** A longer step between two frames was a seek: what the person wanted. */
const longestStepMs = 1500;
/** An element that has reached its end has stopped. */
const endMarginMs = 80;

/**
 * @param beforeMs position in the frame before
 * @returns where to go, or undefined to play on
 */
export function redirect(
  beforeMs: number,
  positionMs: number,
  { loop, silences, durationMs }: PlaybackRules,
): number | undefined {
  const isStep = positionMs >= beforeMs && positionMs - beforeMs < longestStepMs;
  if (loop !== undefined && isStep) {
    const endMs = Math.min(loop.endMs, durationMs - endMarginMs);
    if (beforeMs < endMs && positionMs >= endMs) {
      return loop.startMs;
    }
  }
  const silence = silences[lastStartingBefore(silences, positionMs)];
  const targetMs = silence === undefined ? 0 : silence.endMs - keptAfterMs;
  return silence !== undefined &&
    positionMs >= silence.startMs + keptBeforeMs &&
    positionMs < targetMs
    ? targetMs
    : undefined;
}

/** Start of the stretch after, or before, a position; within the first second of one, before means the one before it. */
export function stepStretch(
  stretches: readonly Viewport[],
  positionMs: number,
  direction: 1 | -1,
): number | undefined {
  const index =
    direction === 1
      ? lastStartingBefore(stretches, positionMs + 1) + 1
      : lastStartingBefore(stretches, positionMs - 1000);
  return stretches[index]?.startMs;
}

/** Position of the last that starts before or at a time, -1 when none does. */
function lastStartingBefore(stretches: readonly Viewport[], timeMs: number): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle]?.startMs ?? Infinity) <= timeMs) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}
