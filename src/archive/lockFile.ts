/**
 * The lock file of an archive: its taking, its heartbeat, and taking over one that nobody is behind. Knows nothing of who in this
 * process uses it.
 */
import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { errors, isAppError, isCancellation, throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { asNumber, asRecord, asString, parseJson, required } from '../base/decode.ts';
import type { Log } from '../base/log.ts';
import { errnoOf } from './storageError.ts';

export const lockName = 'archive.lock';
const heartbeatMs = 10_000;
/** A lock whose heartbeat is older than this belongs to nobody any more. One of a dead process of this host does at once. */
export const staleAfterMs = 60_000;

/** Short against the time between two downloads of another window, so that its turn comes between them. */
const retryMs = 100;

export interface LockDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** What to do while another process has the lock. */
export interface LockWait {
  /** How long to wait for it. */
  readonly patienceMs: number;
  /** Told before each new attempt. */
  readonly onWaiting: () => void;
}

interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/** The file itself and its heartbeat. The file's time of change is the heartbeat, so that a beat cannot tear its content. */
export class LockFile {
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

  /**
   * Takes the lock, waiting up to `patienceMs` for a live process that has it. On abort nothing is left.
   * @throws AppError `conflict` when it is still held then
   */
  static async acquire(
    rootPath: string,
    { patienceMs, onWaiting }: LockWait,
    deps: LockDeps,
    signal: AbortSignal,
  ): Promise<LockFile> {
    const deadlineMs = deps.clock.nowMs() + patienceMs;
    for (;;) {
      throwIfCancelled(signal);
      try {
        return await LockFile.tryAcquire(join(rootPath, lockName), deps);
      } catch (error) {
        if (!isAppError(error, 'conflict') || deps.clock.nowMs() >= deadlineMs) {
          throw error;
        }
      }
      onWaiting();
      await deps.clock.delay(retryMs, signal);
    }
  }

  private static async tryAcquire(path: string, deps: LockDeps): Promise<LockFile> {
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

/** How a lock names this process to others. */
export function processName(pid = process.pid, host = hostname()): string {
  return `${String(pid)}@${host}`;
}

/** The live process, this one or another, that writes to the archive; undefined when nobody does. Changes nothing. */
export async function findLockHolder(rootPath: string, clock: Clock): Promise<string | undefined> {
  const path = join(rootPath, lockName);
  const holder = await readHolder(path);
  const beatAtMs = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
  if (holder === undefined || beatAtMs === undefined) {
    return undefined;
  }
  const isOurs = holder.host === hostname() && holder.pid === process.pid;
  const isFresh = Math.abs(clock.nowMs() - beatAtMs) < staleAfterMs;
  const isLive = isFresh && (isOurs || !isAbandoned(holder));
  return isLive ? processName(holder.pid, holder.host) : undefined;
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
