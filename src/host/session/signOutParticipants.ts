/** Who is awaited before a session ends or gives way to another. */
import { toDisposable, type Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';

/** `renewed`: the same account signs in again, so what was fetched for it may stay. */
export type SignInEnd = 'ended' | 'renewed';

export type SignOutParticipant = (end: SignInEnd) => Promise<void>;

export class SignOutParticipants {
  private readonly log: Log;
  private readonly participants = new Set<SignOutParticipant>();

  constructor(log: Log) {
    this.log = log;
  }

  /** Has `participant` awaited by each `notify` until the result is disposed of. */
  add(participant: SignOutParticipant): Disposable {
    this.participants.add(participant);
    return toDisposable(() => this.participants.delete(participant));
  }

  /** Resolves when all have cleared up, one after another; a failure is logged, not passed on. */
  async notify(end: SignInEnd): Promise<void> {
    for (const participant of this.participants) {
      try {
        await participant(end);
      } catch (error) {
        this.log.error('Clearing up before signing out failed', { error });
      }
    }
  }
}
