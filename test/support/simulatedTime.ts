/** The simulator's clock as a `Clock` for the product, so that both sides live in the same time and no test sleeps. */
import { cancellation } from '../../src/base/appError.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { Simulator } from '../simulator/simulator.ts';

/** Waiting moves the simulator's time on at once. */
export class SimulatedTime implements Clock {
  readonly delaysMs: number[] = [];
  private readonly simulator: Simulator;

  constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  nowMs(): number {
    return this.simulator.control.nowMs();
  }

  async delay(durationMs: number, signal: AbortSignal): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) {
      throw cancellation();
    }
    this.delaysMs.push(durationMs);
    this.simulator.control.advanceClock(durationMs);
  }
}
