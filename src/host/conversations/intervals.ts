/** The intervals that the Conversations view offers. Presets move with the clock; a custom one stays. Pure. */
import { errors } from '../../base/appError.ts';
import { isRecord } from '../../base/decode.ts';
import type { Interval } from '../../model/interval.ts';
import { dayKey, formatDateTime } from './format.ts';

export const intervalPresets = ['today', 'yesterday', 'last7Days', 'last30Days'] as const;
export type IntervalPreset = (typeof intervalPresets)[number];

/** What is remembered: the name of a preset, or the ends of a custom interval. */
export type IntervalChoice =
  | { readonly kind: 'preset'; readonly preset: IntervalPreset }
  | { readonly kind: 'custom'; readonly interval: Interval };

export const defaultInterval: IntervalChoice = { kind: 'preset', preset: 'today' };

/** Days of a preset: the first is `daysBack` days before today, `dayCount` in all, in the person's time zone. */
const presetDays: Readonly<Record<IntervalPreset, { daysBack: number; dayCount: number }>> = {
  today: { daysBack: 0, dayCount: 1 },
  yesterday: { daysBack: 1, dayCount: 1 },
  last7Days: { daysBack: 6, dayCount: 7 },
  last30Days: { daysBack: 29, dayCount: 30 },
};

/** The interval that a choice means now. Whole days of the person's time zone, which daylight saving may make 23 or 25 hours long. */
export function toInterval(choice: IntervalChoice, nowMs: number): Interval {
  if (choice.kind === 'custom') {
    return choice.interval;
  }
  const { daysBack, dayCount } = presetDays[choice.preset];
  const startMs = startOfDay(nowMs, -daysBack);
  return { startMs, endMs: startOfDay(nowMs, dayCount - daysBack) };
}

/** `Today`, `Last 7 days`, or the ends of a custom interval. */
export function intervalLabel(choice: IntervalChoice, locale?: string): string {
  if (choice.kind === 'preset') {
    return {
      today: 'Today',
      yesterday: 'Yesterday',
      last7Days: 'Last 7 days',
      last30Days: 'Last 30 days',
    }[choice.preset];
  }
  const { startMs, endMs } = choice.interval;
  return `${formatDateTime(startMs, locale)} – ${formatDateTime(endMs, locale)}`;
}

/**
 * Reads what a person types: `2026-11-05`, `2026-11-05 14:30`, or an ISO-8601 time with a zone. Without a zone it is local
 * time. As an end, a bare day means the end of that day.
 * @throws AppError `input`
 */
export function parsePersonTime(text: string, role: 'start' | 'end'): number {
  const trimmed = text.trim();
  if (zonedTime.test(trimmed)) {
    return checkedTime(Date.parse(trimmed));
  }
  const [, day, time] = localTime.exec(trimmed) ?? [];
  if (day === undefined) {
    throw errors.input('Write a day such as 2026-11-05, or a time such as 2026-11-05 14:30');
  }
  // Date.parse takes a time without a zone as local, and lets 30 February pass as 2 March: the day is compared.
  const timeMs = checkedTime(Date.parse(`${day}T${time ?? '00:00'}`));
  if (dayKey(timeMs) !== day) {
    throw errors.input('There is no such day');
  }
  return time === undefined && role === 'end' ? startOfDay(timeMs, 1) : timeMs;
}

const zonedTime = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:?\d{2})$/u;
const localTime = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?))?$/u;

function checkedTime(timeMs: number): number {
  if (Number.isNaN(timeMs)) {
    throw errors.input('There is no such day or time');
  }
  return timeMs;
}

/** Reads a remembered choice; anything that is none gives the default. */
export function decodeIntervalChoice(value: unknown): IntervalChoice {
  if (!isRecord(value)) {
    return defaultInterval;
  }
  const preset = intervalPresets.find((candidate) => candidate === value['preset']);
  if (value['kind'] === 'preset' && preset !== undefined) {
    return { kind: 'preset', preset };
  }
  const interval = value['interval'];
  if (value['kind'] === 'custom' && isRecord(interval)) {
    const { startMs, endMs } = interval;
    if (typeof startMs === 'number' && typeof endMs === 'number' && startMs < endMs) {
      return { kind: 'custom', interval: { startMs, endMs } };
    }
  }
  return defaultInterval;
}

function startOfDay(timeMs: number, days: number): number {
  const date = new Date(timeMs);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}
