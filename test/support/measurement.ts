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

/** The smallest value that at least `percent` of the values do not exceed. @throws RangeError for none */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
  if (value === undefined) {
    throw new RangeError('No percentile of no values');
  }
  return value;
}

/** What `--scale=0.1` asks for: a smaller run for trying things; 1 for the figures that count. */
export function scaleOf(args: readonly string[]): number {
  const [, text = '1'] = args.find((arg) => arg.startsWith('--scale='))?.split('=') ?? [];
  const scale = Number(text);
  if (!(scale > 0 && scale <= 1)) {
    throw new RangeError('A scale is above 0 and at most 1');
  }
  return scale;
}
