/** Keys of phrases: their time and a sequence in one number, so that the order of keys is the order of time. */

/** Keys within one millisecond. More phrases than that flow over into the next. */
const keysPerMs = 16;

/** Words later than this after the start of their conversation are filed under this moment; their true time is kept beside. */
const maxSpanMs = 31 * 86_400_000;

/** Up to the year 2248; keys stay far below 2^53. */
const maxTimeMs = 2 ** 43;

/**
 * First key that a phrase may have. Never before the start of its conversation nor a month after, so that filters on that start
 * bound the keys to look at.
 */
export function toPhraseKey(startMs: number, conversationStartMs: number): number {
  const fromMs = clamp(Math.trunc(conversationStartMs), 0, maxTimeMs);
  return clamp(Math.trunc(startMs), fromMs, fromMs + maxSpanMs) * keysPerMs;
}

/** Keys of conversations that start in `[startMs, endMs)`, half-open. */
export function toKeyBounds(interval: { readonly startMs?: number; readonly endMs?: number }): {
  from: number;
  below: number;
} {
  const { startMs, endMs } = interval;
  return {
    from: startMs === undefined ? 0 : clamp(startMs, 0, maxTimeMs) * keysPerMs,
    // One more day: a millisecond that is full flows over.
    below:
      endMs === undefined
        ? Number.MAX_SAFE_INTEGER
        : Math.min(
            Number.MAX_SAFE_INTEGER,
            (clamp(endMs, 0, maxTimeMs) + maxSpanMs + 86_400_000) * keysPerMs,
          ),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
