/** A stretch of time, half-open: `[startMs, endMs)`, epoch milliseconds, UTC. */
import { errors } from '../base/appError.ts';

export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

/** The platform's form: `2026-11-05T00:00:00.000Z/2026-11-06T00:00:00.000Z`. */
export function toIsoInterval(interval: Interval): string {
  return `${new Date(interval.startMs).toISOString()}/${new Date(interval.endMs).toISOString()}`;
}

/** @throws AppError `input` when the text is no interval or its end is not after its start. */
export function parseIsoInterval(text: string): Interval {
  const [start, end, ...rest] = text.split('/');
  const startMs = Date.parse(start ?? '');
  const endMs = Date.parse(end ?? '');
  if (rest.length > 0 || Number.isNaN(startMs) || Number.isNaN(endMs)) {
    throw errors.input(
      'An interval is two ISO-8601 times with a slash between, such as 2026-11-05T00:00Z/2026-11-06T00:00Z',
    );
  }
  if (endMs <= startMs) {
    throw errors.input('The end of an interval must be after its start');
  }
  return { startMs, endMs };
}
