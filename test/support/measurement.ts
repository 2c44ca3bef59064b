/** How benchmarks report: one JSON object a line on stdout, which `scripts/bench.mjs` shows or passes on. */

export interface Measurement {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** The same metric of a reference, measured in the same run. */
  readonly reference?: number;
  /** `value / reference`. */
  readonly ratio?: number;
}

export function report(measurement: Measurement): void {
  process.stdout.write(`${JSON.stringify(measurement)}\n`);
}

/** The middle value; the mean of the two middle ones when there is an even number. @throws RangeError for none */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) {
    throw new RangeError('No median of no values');
  }
  return (upper + lower) / 2;
}
