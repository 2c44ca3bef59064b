/**
 * The requests of this process that want a place in the budget of one token: interactive ones first, each in order. Asks the
 * shared budget in turns, one at a time for all of them together. Knows headers and time, nothing of what requests are for.
 * @see inin-ratelimit-count, inin-ratelimit-allowed, inin-ratelimit-reset
 */
import { randomUUID } from 'node:crypto';
import { cancellation, throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { takeTurn, type BudgetState, type Outcome, type TurnResult } from './budgetState.ts';
import type { WaitReason } from './genesysApi.ts';
import type { RequestWaits } from './requestWaits.ts';
import { parseRetryAfter } from './retryPolicy.ts';
import type { SharedBudget } from './sharedBudget.ts';

/** `interactive`: somebody waits for it. `background`: it may take its time. */
export type Priority = 'interactive' | 'background';

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A place in the budget, taken until its request ends; exactly one of these is called, once. */
export interface Place {
  /** The platform answered, whatever its status. */
  answered(answer: Answer): void;
  /** It may have left, but no answer came. */
  lost(): void;
  /** It never left. */
  unsent(): void;
}

export interface RateBudgetDeps {
  readonly shared: SharedBudget;
  readonly clock: Clock;
  readonly waits: RequestWaits;
  /** Told after each turn. */
  readonly onTurn: () => void;
}

interface Waiting {
  /** With a place, or without one when the budget is closed. */
  readonly go: (place: Place | undefined) => void;
  shown: (Disposable & { readonly reason: WaitReason; readonly untilMs: number }) | undefined;
}

export class RateBudget {
  private readonly deps: RateBudgetDeps;
  private readonly memberId = randomUUID();
  private readonly waiting: Readonly<Record<Priority, Waiting[]>> = {
    interactive: [],
    background: [],
  };
  private outcomes: Outcome[] = [];
  private isTurning = false;
  private isTurnDue = false;
  private isClosed = false;
  private timer: AbortController | undefined;
  private known: BudgetState | undefined;

  constructor(deps: RateBudgetDeps) {
    this.deps = deps;
  }

  /** As of the last turn; undefined before the first. */
  get state(): BudgetState | undefined {
    return this.known;
  }

  /**
   * Waits until a request may go; undefined when the token has been replaced meanwhile. An aborted wait rejects with AbortError
   * and takes nothing.
   */
  async acquire(priority: Priority, signal: AbortSignal): Promise<Place | undefined> {
    throwIfCancelled(signal);
    if (this.isClosed) {
      return undefined;
    }
    const queue = this.waiting[priority];
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        go: (place) => {
          signal.removeEventListener('abort', onAbort);
          waiting.shown?.dispose();
          resolve(place);
        },
        shown: undefined,
      };
      const onAbort = (): void => {
        queue.splice(queue.indexOf(waiting), 1);
        waiting.shown?.dispose();
        reject(cancellation());
        this.turn();
      };
      queue.push(waiting);
      signal.addEventListener('abort', onAbort, { once: true });
      this.turn();
    });
  }

  /** Lets everybody who waits go on without a place: their token is not used any more. */
  close(): void {
    this.isClosed = true;
    this.timer?.abort();
    for (const { go } of [
      ...this.waiting.interactive.splice(0),
      ...this.waiting.background.splice(0),
    ]) {
      go(undefined);
    }
    this.turn();
  }

  /** Asks the shared budget; while it is being asked, what comes up is for the next turn. */
  private turn(): void {
    this.isTurnDue = true;
    if (!this.isTurning) {
      this.isTurning = true;
      // `update` does not reject, and nothing below throws.
      void this.takeTurns();
    }
  }

  private async takeTurns(): Promise<void> {
    try {
      while (this.isTurnDue) {
        this.isTurnDue = false;
        await this.takeOne();
      }
    } finally {
      this.isTurning = false;
    }
    this.deps.onTurn();
  }

  private async takeOne(): Promise<void> {
    const { shared, clock } = this.deps;
    // Read when the shared budget is ours and not before: what comes up while waiting for it goes along.
    const result = await shared.update((state) =>
      takeTurn(
        state,
        {
          memberId: this.memberId,
          pid: shared.pid,
          outcomes: this.outcomes.splice(0),
          interactiveCount: this.waiting.interactive.length,
          backgroundCount: this.waiting.background.length,
        },
        clock.nowMs(),
      ),
    );
    this.known = result.state;
    this.letGo('interactive', result.interactiveCount);
    this.letGo('background', result.backgroundCount);
    this.waitFor(result.wait);
  }

  private letGo(priority: Priority, count: number): void {
    for (let index = 0; index < count; index++) {
      const waiting = this.waiting[priority].shift();
      const place = this.createPlace();
      if (waiting === undefined) {
        // Its request was cancelled while the shared budget was asked.
        place.unsent();
      } else {
        waiting.go(place);
      }
    }
  }

  private createPlace(): Place {
    const { clock } = this.deps;
    const sentAtMs = clock.nowMs();
    const end = (outcome: Omit<Outcome, 'sentAtMs' | 'endedAtMs'>): void => {
      this.outcomes.push({ ...outcome, sentAtMs, endedAtMs: clock.nowMs() });
      this.turn();
    };
    return {
      answered: ({ status, headers }) => {
        end({
          kind: 'answered',
          count: toCount(headers['inin-ratelimit-count']),
          allowed: toCount(headers['inin-ratelimit-allowed']),
          resetSeconds: toCount(headers['inin-ratelimit-reset']),
          isRefused: status === 429,
          retryAfterMs: parseRetryAfter(headers['retry-after'], clock.nowMs()),
        });
      },
      lost: () => {
        end({ kind: 'lost' });
      },
      unsent: () => {
        end({ kind: 'unsent' });
      },
    };
  }

  /** Shows what waits and sets the timer of the next turn. */
  private waitFor(wait: TurnResult['wait']): void {
    this.timer?.abort();
    this.timer = undefined;
    if (wait === undefined || this.isClosed) {
      return;
    }
    const { reason, untilMs } = wait;
    for (const waiting of [...this.waiting.interactive, ...this.waiting.background]) {
      const before = waiting.shown;
      if (before?.reason !== reason || before.untilMs !== untilMs) {
        waiting.shown = { ...this.deps.waits.begin(reason, untilMs), reason, untilMs };
        before?.dispose();
      }
    }
    const timer = new AbortController();
    this.timer = timer;
    this.deps.clock.delay(Math.max(0, wait.wakeAtMs - this.deps.clock.nowMs()), timer.signal).then(
      () => {
        this.turn();
      },
      () => undefined,
    );
  }
}

/** Undefined when the header is missing or garbage. */
function toCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/u.test(text.trim()) ? Number(text) : undefined;
}
