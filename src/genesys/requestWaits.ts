/** What of one account's requests waits now and why, for people to see. Knows no requests, only their waits. */
import { toDisposable, type Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import type { RequestWait, WaitReason } from './genesysApi.ts';

export class RequestWaits {
  private readonly waits = new Set<{ readonly reason: WaitReason; readonly untilMs: number }>();
  private readonly changed = new Emitter<undefined>();
  readonly onDidChange = this.changed.event;

  /** One entry a reason, in the order in which the reasons came up. */
  get current(): readonly RequestWait[] {
    const byReason = new Map<WaitReason, RequestWait>();
    for (const { reason, untilMs } of this.waits) {
      const known = byReason.get(reason);
      byReason.set(reason, {
        reason,
        untilMs: Math.max(untilMs, known?.untilMs ?? 0),
        count: 1 + (known?.count ?? 0),
      });
    }
    return [...byReason.values()];
  }

  /** Shows a wait until it is disposed of. */
  begin(reason: WaitReason, untilMs: number): Disposable {
    const wait = { reason, untilMs };
    this.waits.add(wait);
    this.changed.fire(undefined);
    return toDisposable(() => {
      this.waits.delete(wait);
      this.changed.fire(undefined);
    });
  }
}
