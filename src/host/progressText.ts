/** Sizes in words, and the words and steps of a progress notification. Pure. */
import type { ByteProgress } from '../base/progress.ts';
import type { Localiser } from './ports/localiser.ts';

const units = ['KB', 'MB', 'GB', 'TB'] as const;

/** `3.1 of 12.4 MB`, `3.1 MB` while the total is not known. Units of 1000 bytes, one decimal. */
export function bytesText({ doneBytes, totalBytes }: ByteProgress, l10n: Localiser): string {
  const { divisor, unit } = scaleOf(Math.max(doneBytes, totalBytes ?? 0));
  const done = (doneBytes / divisor).toFixed(1);
  return totalBytes === undefined
    ? `${done} ${unit}`
    : l10n.t('{0} of {1} {2}', done, (totalBytes / divisor).toFixed(1), unit);
}

/** `3.1 MB`, `999 B`. Units of 1000 bytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) {
    return `${String(bytes)} B`;
  }
  const { divisor, unit } = scaleOf(bytes);
  return `${(bytes / divisor).toFixed(1)} ${unit}`;
}

function scaleOf(bytes: number): { readonly divisor: number; readonly unit: string } {
  let divisor = 1_000;
  let index = 0;
  // 999 950 would round to "1000.0 KB".
  while (bytes >= divisor * 999.95 && index < units.length - 1) {
    divisor *= 1_000;
    index++;
  }
  return { divisor, unit: units[index] ?? 'TB' };
}

/** Percent done, 0 to 100, or undefined while the total is not known. */
export function percentOf({ doneBytes, totalBytes }: ByteProgress): number | undefined {
  return totalBytes === undefined || totalBytes <= 0
    ? undefined
    : Math.min(100, Math.max(0, (doneBytes / totalBytes) * 100));
}

/** Lets a report through when the last one is at least `intervalMs` old; `isLast` always passes. */
export function createThrottle(
  intervalMs: number,
  nowMs: () => number,
): (isLast: boolean) => boolean {
  let lastMs = -Infinity;
  return (isLast) => {
    const now = nowMs();
    if (!isLast && now - lastMs < intervalMs) {
      return false;
    }
    lastMs = now;
    return true;
  };
}
