/** The port by which clients share the budget of a token, and its form within one process. Knows nothing of files. */
import { emptyBudget, type BudgetState } from './budgetState.ts';

/** The budget of one token. */
export interface SharedBudget {
  /** Of the process, so that others can tell whether a member still lives. */
  readonly pid: number;
  /**
   * Replaces the state by what `change` makes of it, alone among all that share it. Takes milliseconds at most and never
   * rejects: where sharing fails, each process goes on with what it knows.
   */
  update<T extends { readonly state: BudgetState }>(change: (state: BudgetState) => T): Promise<T>;
}

/** Finds the budget of a token; the same token leads to the same budget. */
export type BudgetsByToken = (token: string) => SharedBudget;

/** Shares among the clients of this process only. */
export class MemoryBudget implements SharedBudget {
  readonly pid = 0;
  private state = emptyBudget;

  update<T extends { readonly state: BudgetState }>(change: (state: BudgetState) => T): Promise<T> {
    const result = change(this.state);
    this.state = result.state;
    return Promise.resolve(result);
  }
}
