/** Positions in a recording as text. */

/** `1:02:03`, `2:03`; a minus for what lies before the recording. Whole seconds, rounded down. */
export function toClock(positionMs: number): string {
  const { hours, minutes, seconds } = parts(Math.abs(positionMs));
  const sign = positionMs < 0 ? '-' : '';
  const tail = twoDigits(seconds);
  return hours > 0
    ? `${sign}${String(hours)}:${twoDigits(minutes)}:${tail}`
    : `${sign}${String(minutes)}:${tail}`;
}

/** `01:02:03.456` with the given mark before the milliseconds; never negative. */
export function toCueTime(positionMs: number, mark: '.' | ','): string {
  const { hours, minutes, seconds, milliseconds } = parts(Math.max(0, positionMs));
  return `${twoDigits(hours)}:${twoDigits(minutes)}:${twoDigits(seconds)}${mark}${String(milliseconds).padStart(3, '0')}`;
}

function parts(positionMs: number): {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly milliseconds: number;
} {
  const wholeMs = Math.round(positionMs);
  return {
    hours: Math.floor(wholeMs / 3_600_000),
    minutes: Math.floor(wholeMs / 60_000) % 60,
    seconds: Math.floor(wholeMs / 1000) % 60,
    milliseconds: wholeMs % 1000,
  };
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
