/**
 * One writing process an archive. Within a process all downloads share the lock file, and those of the same conversation take
 * turns. Readers need no lock.
 */
import { cancellation, errors, isCancellation } from '../base/appError.ts';
import { Limiter } from '../base/limiter.ts';
import type { ConversationId } from '../model/ids.ts';
import { LockFile, type LockDeps, type LockWait } from './lockFile.ts';
import { guardStorage } from './storageError.ts';

/** What is to be written to. */
export interface WriterTurn extends LockWait {
  readonly rootPath: string;
  /** Undefined for work on the archive as a whole, beside which this process goes on with single conversations. */
  readonly conversationId: ConversationId | undefined;
}

/** A lock that this process holds or waits for, shared by all of its users. */
interface HeldLock {
  userCount: number;
  readonly acquired: Promise<LockFile>;
  readonly turns: Map<ConversationId, { userCount: number; readonly limiter: Limiter }>;
  /** Told while the lock is waited for. */
  readonly waiting: Set<() => void>;
  /** Ends the waiting when no user is left. */
  readonly stop: AbortController;
}

// The file speaks for the process, so what it holds is known process-wide: two Archive objects of one folder must not lock
// each other out.
const heldLocks = new Map<string, HeldLock>();

/**
 * Runs `task` as the one writer of the archive and the only one of the conversation (when it names one), after waiting up to `patienceMs` for
 * another live process to be done. `task` gets a signal that is also aborted when the lock is lost, which happens when this
 * machine slept while another one took over.
 * @throws AppError `conflict` when another live process still writes
 */
export async function withWriterLock<T>(
  turn: WriterTurn,
  deps: LockDeps,
  task: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { rootPath, conversationId, onWaiting } = turn;
  const held = heldLocks.get(rootPath) ?? startLock(turn, deps);
  heldLocks.set(rootPath, held);
  held.userCount++;
  held.waiting.add(onWaiting);
  let lock: LockFile | undefined;
  try {
    lock = await untilAborted(held.acquired, signal);
    const { lost } = lock;
    const run = (): Promise<T> => task(AbortSignal.any([signal, lost]));
    return conversationId === undefined
      ? await run()
      : await takeTurn(held, conversationId, run, signal);
  } catch (error) {
    if (lock?.lost.aborted === true && !signal.aborted && isCancellation(error)) {
      throw errors.conflict(
        'Another window took over writing to the archive while this one slept. What is stored is safe; download again when it is done',
      );
    }
    throw error;
  } finally {
    held.waiting.delete(onWaiting);
    held.userCount--;
    if (held.userCount === 0) {
      await endLock(rootPath, held);
    }
  }
}

function startLock({ rootPath, patienceMs }: WriterTurn, deps: LockDeps): HeldLock {
  const waiting = new Set<() => void>();
  const stop = new AbortController();
  const onWaiting = (): void => {
    waiting.forEach((tell) => {
      tell();
    });
  };
  const acquired = guardStorage(() =>
    LockFile.acquire(rootPath, { patienceMs, onWaiting }, deps, stop.signal),
  );
  const held: HeldLock = { userCount: 0, acquired, turns: new Map(), waiting, stop };
  // Who comes after the patience ended starts to wait anew.
  acquired.catch(() => {
    forget(rootPath, held);
  });
  return held;
}

async function endLock(rootPath: string, held: HeldLock): Promise<void> {
  forget(rootPath, held);
  held.stop.abort();
  const lock = await held.acquired.catch(() => undefined);
  await lock?.release();
}

function forget(rootPath: string, held: HeldLock): void {
  if (heldLocks.get(rootPath) === held) {
    heldLocks.delete(rootPath);
  }
}

/** One user who turns away does not end the waiting of the others. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const turnedAway = Promise.withResolvers<never>();
  const onAbort = (): void => {
    turnedAway.reject(cancellation());
  };
  if (signal.aborted) {
    onAbort();
  }
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, turnedAway.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function takeTurn<T>(
  held: HeldLock,
  id: ConversationId | undefined,
  task: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  if (id === undefined) {
    return await task();
  }
  const turn = held.turns.get(id) ?? { userCount: 0, limiter: new Limiter(1) };
  held.turns.set(id, turn);
  turn.userCount++;
  try {
    return await turn.limiter.run(task, signal);
  } finally {
    turn.userCount--;
    if (turn.userCount === 0) {
      held.turns.delete(id);
    }
  }
}
