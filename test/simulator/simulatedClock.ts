/** The simulator's time: a clock function plus what tests advanced it by. It moves nothing but numbers; waits are real. */

export class SimulatedClock {
  private advancedMs = 0;
  private readonly source: () => number;

  constructor(source: () => number) {
    this.source = source;
  }

  /** Epoch milliseconds. */
  nowMs(): number {
    return this.source() + this.advancedMs;
  }

  advance(durationMs: number): void {
    this.advancedMs += durationMs;
  }
}
