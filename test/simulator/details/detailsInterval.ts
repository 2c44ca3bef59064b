/** Intervals of the details query, and the UTC days they touch. */
import { apiErrors } from '../http/apiError.ts';

/** Half-open, epoch milliseconds. */
export interface DetailsInterval {
  readonly startMs: number;
  readonly endMs: number;
}

const dayMs = 86_400_000;
const isoInstant =
  /^\d{4}-\d{2}-\d{2}(?:T\d{2}(?::?\d{2}(?::?\d{2}(?:\.\d{1,9})?)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** @throws ApiError `invalid.date` or, when it is empty or backwards, `bad.request` */
export function parseInterval(text: string): DetailsInterval {
  const parts = text.split('/');
  const [startMs, endMs] = parts.map((part) =>
    isoInstant.test(part) ? Date.parse(withZone(part)) : Number.NaN,
  );
  if (
    parts.length !== 2 ||
    startMs === undefined ||
    endMs === undefined ||
    Number.isNaN(startMs) ||
    Number.isNaN(endMs)
  ) {
    throw apiErrors.invalidDate();
  }
  if (startMs >= endMs) {
    throw apiErrors.badRequest('The interval must end after it starts.');
  }
  return { startMs, endMs };
}

/** The whole days touched: an interval that ends at midnight does not touch the day that begins there. */
export function touchedDays({ startMs, endMs }: DetailsInterval): DetailsInterval {
  return {
    startMs: Math.floor(startMs / dayMs) * dayMs,
    endMs: Math.ceil(endMs / dayMs) * dayMs,
  };
}

/** Without a zone the platform reads UTC, whereas `Date.parse` reads local time. */
const withZone = (instant: string): string =>
  !instant.includes('T') || /(?:Z|[+-]\d{2}:?\d{2})$/.test(instant.slice(11))
    ? instant
    : `${instant}Z`;
