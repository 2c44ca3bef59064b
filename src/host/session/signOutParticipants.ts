/** Who is awaited before a session ends or gives way to another. */
import { toDisposable, type Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';

export class SignOutParticipants {
  private readonly log: Log;
  private readonly participants = new Set<() => Promise<void>>();

  constructor(log: Log) {
    this.log = log;
  }

  /** Has `participant` awaited by each `notify` until the result is disposed of. */
  add(participant: () => Promise<void>): Disposable {
    this.participants.add(participant);
    return toDisposable(() => this.participants.delete(participant));
  }

  /** Resolves when all have cleared up, one after another; a failure is logged, not passed on. */
  async notify(): Promise<void> {
    for (const participant of this.participants) {
      try {
        await participant();
      } catch (error) {
        this.log.error('Clearing up before signing out failed', { error });
      }
    }
  }
}
