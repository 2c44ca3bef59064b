/** Reads the values of a search's filters: names, dates, durations. All times are UTC. */
import {
  nameFilterFields,
  searchSides,
  type DurationComparison,
  type QuerySpan,
  type SearchFilter,
  type SearchSide,
} from './searchQuery.ts';
import { QueryFault } from './searchTokens.ts';

const fieldList = [
  'speaker',
  ...nameFilterFields,
  'after',
  'before',
  'day',
  'sentiment',
  'duration',
  'id',
].join(':, ');

/** @throws QueryFault when the field is unknown or the value is not one of its kind. */
export function readFilterValue(field: string, value: string, span: QuerySpan): SearchFilter {
  const nameField = nameFilterFields.find((known) => known === field);
  if (nameField !== undefined) {
    return { field: nameField, value };
  }
  switch (field) {
    case 'id':
      return { field, value };
    case 'after':
      return { field: 'time', startMs: readPeriod(value, span).startMs };
    case 'before':
      return { field: 'time', endMs: readPeriod(value, span).startMs };
    case 'day':
      return { field: 'time', ...readPeriod(value, span) };
    case 'sentiment':
      if (value === 'positive' || value === 'negative') {
        return { field, value };
      }
      throw new QueryFault(span, 'sentiment: takes positive or negative');
    case 'duration':
      return { field, ...readDuration(value, span) };
    default:
      throw new QueryFault(
        span,
        `There is no such filter. Filters are ${fieldList}: – to look for the text itself, put it in quotes`,
      );
  }
}

/** @throws QueryFault for anything but a side. */
export function readSide(value: string, span: QuerySpan): SearchSide {
  const side = searchSides.find((known) => known === value.toLowerCase());
  if (side === undefined) {
    throw new QueryFault(span, `speaker: takes ${searchSides.join(', ')}`);
  }
  return side;
}

const period =
  /^(?<year>\d{4})(?:-(?<month>\d{2})(?:-(?<date>\d{2})(?:T(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2}))?Z?)?)?)?$/u;

/** A year, month, day, minute or second, half-open. */
function readPeriod(value: string, span: QuerySpan): { startMs: number; endMs: number } {
  const groups = period.exec(value)?.groups;
  const parts = ['year', 'month', 'date', 'hour', 'minute', 'second'].map((name) => groups?.[name]);
  const numbers = parts.filter((part) => part !== undefined).map(Number);
  const startMs = toMs(numbers);
  const last = numbers.length - 1;
  const endMs = toMs(numbers.map((part, index) => (index === last ? part + 1 : part)));
  // `Date` carries over what does not exist, such as the 31st of February.
  const canonical = Number.isNaN(startMs) ? '' : new Date(startMs).toISOString();
  if (groups === undefined || !canonical.startsWith(value.replace(/Z$/u, ''))) {
    throw new QueryFault(
      span,
      'A date looks like 2026-11-05, 2026-11, 2026 or 2026-11-05T14:30, all in UTC',
    );
  }
  return { startMs, endMs };
}

function toMs([
  year = 0,
  month = 1,
  date = 1,
  hour = 0,
  minute = 0,
  second = 0,
]: readonly number[]): number {
  const day = new Date(0);
  // `Date.UTC` takes years below 100 for those of the last century.
  day.setUTCFullYear(year, month - 1, date);
  return day.setUTCHours(hour, minute, second);
}

const comparisons: readonly DurationComparison[] = ['<=', '>=', '<', '>'];
const unitsMs: ReadonlyMap<string, number> = new Map([
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
]);

function readDuration(
  value: string,
  span: QuerySpan,
): { readonly comparison: DurationComparison; readonly durationMs: number } {
  const comparison = comparisons.find((known) => value.startsWith(known));
  const rest = value.slice(comparison?.length ?? 0);
  if (comparison === undefined || !/^(?:\d{1,9}[dhms])+$/u.test(rest)) {
    throw new QueryFault(
      span,
      'A duration looks like duration:>5m, duration:<=1h30m or duration:<45s',
    );
  }
  let durationMs = 0;
  for (const [, count = '', unit = ''] of rest.matchAll(/(\d+)([dhms])/gu)) {
    durationMs += Number(count) * (unitsMs.get(unit) ?? 0);
  }
  return { comparison, durationMs };
}
