/** How many transfers run in this window, for the status bar. Knows nothing of what they transfer. */
import { toDisposable, type Disposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/event.ts';

export interface TransferActivity {
  readonly activeCount: number;
  /** Carries the new count. */
  readonly onDidChange: Event<number>;
}

/** The side that counts: whoever transfers holds what `begin` returns for as long as it runs. */
export class TransferCounter implements TransferActivity, Disposable {
  private readonly changed = new Emitter<number>();
  readonly onDidChange = this.changed.event;
  private count = 0;

  get activeCount(): number {
    return this.count;
  }

  /** Counts one transfer until the result is disposed of. */
  begin(): Disposable {
    this.add(1);
    return toDisposable(() => {
      this.add(-1);
    });
  }

  dispose(): void {
    this.changed.dispose();
  }

  private add(difference: number): void {
    this.count += difference;
    this.changed.fire(this.count);
  }
}
