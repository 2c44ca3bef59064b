/** The session that this window uses, and whether the platform still takes it. Knows nothing of storage and dialogs. */
import type { AppError } from '../../base/appError.ts';
import { DisposableStore, MutableDisposable, type Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { Session } from './session.ts';

export class WindowSession implements Disposable {
  private readonly resources = new DisposableStore();
  private readonly ended = this.resources.add(new Emitter<AppError>());
  private readonly endedChanged = this.resources.add(new Emitter<boolean>());
  private readonly following = this.resources.add(new MutableDisposable());
  private current: Session | undefined;
  private isEnded = false;
  /** The platform takes the sign-in no longer: fires once until it does again or another session comes. */
  readonly onDidEnd = this.ended.event;
  /** Before `onDidEnd`, and when the platform takes the same sign-in again. */
  readonly onDidChangeEnded = this.endedChanged.event;

  get session(): Session | undefined {
    return this.current;
  }

  /** True while somebody has to sign in again before anything can be asked of the platform. */
  get hasEnded(): boolean {
    return this.isEnded;
  }

  /** Hears of this session's end from now on, and of no other's. */
  set(session: Session | undefined): void {
    this.current = session;
    this.isEnded = false;
    const following = new DisposableStore();
    this.following.value = following;
    if (session === undefined) {
      return;
    }
    following.add(
      session.connection.onDidEnd((error) => {
        this.setEnded(true);
        this.ended.fire(error);
      }),
    );
    following.add(
      session.tokens.onDidChange(() => {
        // The platform takes it again, without a new sign-in: a client that was switched off and on.
        if (this.isEnded && session.tokens.expiresAtMs !== undefined) {
          this.setEnded(false);
        }
      }),
    );
  }

  dispose(): void {
    this.resources.dispose();
  }

  private setEnded(isEnded: boolean): void {
    this.isEnded = isEnded;
    this.endedChanged.fire(isEnded);
  }
}
