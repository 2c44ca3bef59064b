/**
 * One writing process an archive: a lock file with a heartbeat. Within a process all downloads share the lock, and those of the
 * same conversation take turns. Readers need no lock.
 */
import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { errors, isCancellation } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { asNumber, asRecord, asString, parseJson, required } from '../base/decode.ts';
import { Limiter } from '../base/limiter.ts';
import type { Log } from '../base/log.ts';
import type { ConversationId } from '../model/ids.ts';
import { errnoOf, guardStorage } from './storageError.ts';

export const lockName = 'archive.lock';
const heartbeatMs = 10_000;
/** A lock whose heartbeat is older than this belongs to nobody any more. One of a dead process of this host does at once. */
export const staleAfterMs = 60_000;

export interface LockDeps {
  readonly clock: Clock;
  readonly log: Log;
}

interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/** A lock that this process holds, shared by all of its users. */
interface HeldLock {
  userCount: number;
  readonly acquired: Promise<LockFile>;
  readonly turns: Map<ConversationId, { userCount: number; readonly limiter: Limiter }>;
}

// The file speaks for the process, so what it holds is known process-wide: two Archive objects of one folder must not lock
// each other out.
const heldLocks = new Map<string, HeldLock>();

/**
 * Runs `task` as the one writer of the archive and the only one of the conversation. `task` gets a signal that is also aborted
 * when the lock is lost, which happens when this machine slept while another one took over.
 * @throws AppError `conflict` when another live process writes
 */
export async function withWriterLock<T>(
  rootPath: string,
  conversationId: ConversationId,
  deps: LockDeps,
  task: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const held = heldLocks.get(rootPath) ?? {
    userCount: 0,
    acquired: guardStorage(() => LockFile.acquire(rootPath, deps)),
    turns: new Map(),
  };
  heldLocks.set(rootPath, held);
  held.userCount++;
  try {
    const lock = await held.acquired;
    return await takeTurn(
      held,
      conversationId,
      () => task(AbortSignal.any([signal, lock.lost])),
      signal,
    );
  } catch (error) {
    const lock = await held.acquired.catch(() => undefined);
    if (lock?.lost.aborted === true && !signal.aborted && isCancellation(error)) {
      throw errors.conflict(
        'Another window took over writing to the archive while this one slept. What is stored is safe; download again when it is done',
      );
    }
    throw error;
  } finally {
    held.userCount--;
    if (held.userCount === 0) {
      heldLocks.delete(rootPath);
      const lock = await held.acquired.catch(() => undefined);
      await lock?.release();
    }
  }
}

async function takeTurn<T>(
  held: HeldLock,
  id: ConversationId,
  task: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
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

/** The file itself and its heartbeat. The file's time of change is the heartbeat, so that a beat cannot tear its content. */
class LockFile {
  private readonly path: string;
  private readonly token: string;
  private readonly deps: LockDeps;
  private readonly stop = new AbortController();
  private readonly lose = new AbortController();
  private readonly beating: Promise<void>;

  private constructor(path: string, token: string, deps: LockDeps) {
    this.path = path;
    this.token = token;
    this.deps = deps;
    this.beating = this.beat();
  }

  /** @throws AppError `conflict` */
  static async acquire(rootPath: string, deps: LockDeps): Promise<LockFile> {
    const path = join(rootPath, lockName);
    const token = randomUUID();
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await createLock(path, token, deps.clock)) {
        return new LockFile(path, token, deps);
      }
      await removeStaleLock(path, token, deps);
    }
    throw inUse(path, undefined);
  }

  /** Aborted when another process took the lock over. */
  get lost(): AbortSignal {
    return this.lose.signal;
  }

  async release(): Promise<void> {
    this.stop.abort();
    await this.beating;
    const holder = await readHolder(this.path).catch(() => undefined);
    if (holder?.token === this.token) {
      await rm(this.path, { force: true }).catch((error: unknown) => {
        this.deps.log.warn('The lock file of the archive could not be removed', { error });
      });
    }
  }

  private async beat(): Promise<void> {
    const { clock, log } = this.deps;
    for (;;) {
      try {
        await clock.delay(heartbeatMs, this.stop.signal);
        const holder = await readHolder(this.path);
        if (holder?.token !== this.token) {
          this.lose.abort();
          return;
        }
        await touch(this.path, clock);
      } catch (error) {
        if (isCancellation(error)) {
          return;
        }
        // A share may be away for a moment; the next beat tells.
        log.warn('The heartbeat of the archive lock failed', { error });
      }
    }
  }
}

/** The lock appears with its content or not at all: a crash in between must not leave one that names nobody. */
async function createLock(path: string, token: string, clock: Clock): Promise<boolean> {
  const holder: LockHolder = { pid: process.pid, host: hostname(), token };
  const text = `${JSON.stringify(holder)}\n`;
  const ownPath = `${path}.${token}`;
  await writeFile(ownPath, text, { flag: 'wx' });
  try {
    await touch(ownPath, clock);
    await linkOrWrite(ownPath, path, text, clock);
  } catch (error) {
    // ENOENT: another process tidied up in between; the next attempt tells.
    if (errnoOf(error) === 'EEXIST' || errnoOf(error) === 'ENOENT') {
      return false;
    }
    throw error;
  } finally {
    await rm(ownPath, { force: true });
  }
  await removeLeftovers(path);
  return true;
}

async function linkOrWrite(
  fromPath: string,
  path: string,
  text: string,
  clock: Clock,
): Promise<void> {
  try {
    await link(fromPath, path);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' || errnoOf(error) === 'ENOENT') {
      throw error;
    }
    // No hard links here (FAT, some shares).
    await writeFile(path, text, { flag: 'wx' });
    await touch(path, clock);
  }
}

/** Files that processes left which were killed while they took the lock or made the archive. */
async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (name.startsWith(`${lockName}.`) || /^archive\.json\..*\.partial$/u.test(name)) {
      await rm(join(dirname(path), name), { force: true });
    }
  }
}

/** Removes the lock when nobody is behind it. @throws AppError `conflict` when somebody is */
async function removeStaleLock(
  path: string,
  token: string,
  { clock, log }: LockDeps,
): Promise<void> {
  const holder = await readHolder(path);
  const beatAtMs = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
  if (beatAtMs === undefined) {
    return;
  }
  const isFresh = Math.abs(clock.nowMs() - beatAtMs) < staleAfterMs;
  if (isFresh && !isAbandoned(holder)) {
    throw inUse(path, holder);
  }
  // Two processes may see the same stale lock: whoever moves it away checks that it is the one they saw.
  const asidePath = `${path}.${token}`;
  await rename(path, asidePath).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') {
      throw error;
    }
  });
  const moved = await readHolder(asidePath);
  if (moved !== undefined && moved.token !== holder?.token) {
    await rename(asidePath, path);
    throw inUse(path, moved);
  }
  await rm(asidePath, { force: true });
  log.info('A stale lock of the archive was taken over', { pid: holder?.pid });
}

/** True when the process behind the lock does not run any more. Only this computer's processes can be asked. */
function isAbandoned(holder: LockHolder | undefined): boolean {
  if (holder?.host !== hostname()) {
    return false;
  }
  // A lock of this very process that no entry of `heldLocks` stands for was left by one with the same, reused id.
  return holder.pid === process.pid || !isProcessAlive(holder.pid);
}

/** Undefined when the file is missing or not a whole lock. */
async function readHolder(path: string): Promise<LockHolder | undefined> {
  try {
    const record = asRecord(parseJson(await readFile(path, 'utf8'), lockName), '');
    return {
      pid: required(record, 'pid', '', asNumber),
      host: required(record, 'host', '', asString),
      token: required(record, 'token', '', asString),
    };
  } catch {
    return undefined;
  }
}

async function touch(path: string, clock: Clock): Promise<void> {
  const seconds = clock.nowMs() / 1000;
  await utimes(path, seconds, seconds);
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

function inUse(path: string, holder: LockHolder | undefined): Error {
  const who =
    holder === undefined ? '' : ` (process ${String(holder.pid)} on the computer "${holder.host}")`;
  return errors.conflict(
    `Another window or computer is writing to this archive${who}. Wait until it is done and try again; a lock whose owner is gone is taken over after ${String(staleAfterMs / 1000)} seconds: ${path}`,
  );
}
