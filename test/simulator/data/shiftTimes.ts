/** Moves the times in a payload: fixtures were recorded in the past and are to look like today. */

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u;
const epochKeys: ReadonlySet<string> = new Set([
  'startTimeMs',
  'endTimeMs',
  'startTime',
  'conversationStartTime',
]);

/**
 * The JSON text with every ISO time, and every epoch time under the keys of transcript files, moved by the same amount.
 * @param replace exact strings to replace as well, such as placeholder ids.
 */
export function shiftTimes(
  json: string,
  byMs: number,
  replace: Readonly<Record<string, string>> = {},
): string {
  return JSON.stringify(
    JSON.parse(json, (key, value: unknown): unknown => {
      if (typeof value === 'number' && epochKeys.has(key)) {
        return value + byMs;
      }
      if (typeof value === 'string') {
        return isoTime.test(value)
          ? new Date(Date.parse(value) + byMs).toISOString()
          : (replace[value] ?? value);
      }
      return value;
    }),
  );
}
