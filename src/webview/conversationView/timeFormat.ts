/** How times and durations read in the conversation view. */

/** `0:07`, `12:34`, `1:02:03`; negative and broken values are `0:00`. */
export function formatTime(timeMs: number): string {
  const totalSeconds = Number.isFinite(timeMs) ? Math.max(0, Math.floor(timeMs / 1000)) : 0;
  const hours = Math.floor(totalSeconds / 3600);
  const minutes = Math.floor(totalSeconds / 60) % 60;
  const seconds = String(totalSeconds % 60).padStart(2, '0');
  return hours > 0
    ? `${String(hours)}:${String(minutes).padStart(2, '0')}:${seconds}`
    : `${String(minutes)}:${seconds}`;
}

/** For screen readers: `1 hour 2 minutes 3 seconds`. */
export function speakTime(timeMs: number): string {
  const totalSeconds = Number.isFinite(timeMs) ? Math.max(0, Math.floor(timeMs / 1000)) : 0;
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(totalSeconds / 3600), 'hour'],
    [Math.floor(totalSeconds / 60) % 60, 'minute'],
    [totalSeconds % 60, 'second'],
  ];
  const spoken = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${String(count)} ${unit}${count === 1 ? '' : 's'}`);
  return spoken.length === 0 ? '0 seconds' : spoken.join(' ');
}

/** Time of day of an epoch time in the reader's own zone, with seconds. */
export function formatTimeOfDay(epochMs: number): string {
  return new Date(epochMs).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
}

const kilo = 1024;

/** `1.2 MB`; one digit behind the point from kilobytes on. */
export function formatBytes(sizeBytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = sizeBytes;
  let unit = 0;
  while (value >= kilo && unit < units.length - 1) {
    value /= kilo;
    unit++;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** Date and time of a message in the person's zone. */
export function formatDateTime(epochMs: number): string {
  return new Date(epochMs).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
