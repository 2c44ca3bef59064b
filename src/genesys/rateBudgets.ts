/** The budgets of one account over its tokens: each token has a budget of its own, and only the newest is shown. */
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import type { RateSnapshot, RateState } from './genesysApi.ts';
import { RateBudget } from './rateBudget.ts';
import type { RequestWaits } from './requestWaits.ts';
import type { BudgetsByToken } from './sharedBudget.ts';

interface RateBudgetsDeps {
  readonly clock: Clock;
  readonly waits: RequestWaits;
  readonly budgets: BudgetsByToken;
}

export class RateBudgets implements RateState {
  private readonly deps: RateBudgetsDeps;
  private readonly changed = new Emitter<RateSnapshot>();
  readonly onDidChange = this.changed.event;
  private newest: { readonly token: string; readonly budget: RateBudget } | undefined;

  constructor(deps: RateBudgetsDeps) {
    this.deps = deps;
    deps.waits.onDidChange(() => {
      this.announce();
    });
  }

  get current(): RateSnapshot {
    const state = this.newest?.budget.state;
    const waits = this.deps.waits.current;
    const limits = waits.filter(({ reason }) => reason === 'rateLimit' || reason === 'retryAfter');
    return {
      usedCount: state?.window?.usedCount,
      allowedCount: state?.allowedCount,
      resetAtMs: state?.window?.endsToMs,
      waitingUntilMs:
        limits.length === 0 ? undefined : Math.max(...limits.map(({ untilMs }) => untilMs)),
      waits,
    };
  }

  /** The budget of the token. Requests that wait with the token before go on without a place. */
  of(token: string): RateBudget {
    if (this.newest?.token === token) {
      return this.newest.budget;
    }
    const { clock, waits, budgets } = this.deps;
    const before = this.newest?.budget;
    const budget = new RateBudget({
      shared: budgets(token),
      clock,
      waits,
      onTurn: () => {
        this.announce();
      },
    });
    this.newest = { token, budget };
    before?.close();
    return budget;
  }

  private announce(): void {
    this.changed.fire(this.current);
  }
}
