/**
 * The budget of a token in a small file that all processes of this machine share. Read, changed and replaced under a lock within
 * one synchronous block of well below a millisecond; a process killed in it leaves a lock that others take over.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../base/log.ts';
import { decodeBudget, encodeBudget } from './budgetFile.ts';
import { buryMembers, emptyBudget, type BudgetState } from './budgetState.ts';
import type { BudgetsByToken, SharedBudget } from './sharedBudget.ts';

interface FileBudgetDeps {
  /** Made when it is missing; on a local disk. */
  readonly folderPath: string;
  readonly log: Log;
}

/** A lock is held for less than a millisecond; whoever holds it this long was stopped or is another process by now. */
const staleLockMs = 1_000;
/** At most a millisecond in all, for which this process does nothing else. */
const lockPauseCount = 5;
const lockPauseMs = 0.2;
const pauseCell = new Int32Array(new SharedArrayBuffer(4));
/** Then the process goes on alone. */
const maxLockWaitMs = 3_000;
/** Budgets that nobody touched for so long belong to tokens that have ended. */
const fileLifeMs = 3 * 86_400_000;

/** Budgets as files of a folder, named by a hash of the token: the token itself is written nowhere. */
export function createFileBudgets(deps: FileBudgetDeps): BudgetsByToken {
  const budgets = new Map<string, FileBudget>();
  return (token) => {
    const name = createHash('sha256').update(token, 'utf8').digest('hex').slice(0, 40);
    const budget = budgets.get(name) ?? new FileBudget(deps, name);
    budgets.set(name, budget);
    return budget;
  };
}

class FileBudget implements SharedBudget {
  readonly pid = process.pid;
  private readonly deps: FileBudgetDeps;
  private readonly path: string;
  private readonly lockPath: string;
  private readonly ownName = `${String(process.pid)}-${randomUUID()}`;
  /** What this process knows, for when the file cannot be had. */
  private known = emptyBudget;
  private isPrepared = false;
  private hasWarned = false;

  constructor(deps: FileBudgetDeps, name: string) {
    this.deps = deps;
    this.path = join(deps.folderPath, `${name}.json`);
    this.lockPath = join(deps.folderPath, `${name}.lock`);
  }

  async update<T extends { readonly state: BudgetState }>(
    change: (state: BudgetState) => T,
  ): Promise<T> {
    try {
      this.prepare();
      const startMs = performance.now();
      while (!this.tryLockBriefly()) {
        const waitedMs = performance.now() - startMs;
        if (waitedMs > maxLockWaitMs) {
          throw new Error('The lock of the rate budget could not be had');
        }
        // Not fair, and need not be: sections are short and whoever waits comes back within milliseconds.
        await sleep(1 + Math.random() * Math.min(10, 1 + waitedMs));
        this.takeOverStaleLock();
      }
    } catch (error) {
      this.warn(error);
      return this.changeAlone(change);
    }
    return this.changeLocked(change);
  }

  /** From the lock to its end without giving way to anything else in this process. */
  private changeLocked<T extends { readonly state: BudgetState }>(
    change: (state: BudgetState) => T,
  ): T {
    try {
      this.known = this.read();
    } catch (error) {
      this.warn(error);
    }
    const result = this.changeAlone(change);
    try {
      this.write(result.state);
    } catch (error) {
      this.warn(error);
    }
    this.unlock();
    return result;
  }

  private changeAlone<T extends { readonly state: BudgetState }>(
    change: (state: BudgetState) => T,
  ): T {
    const result = change(this.known);
    this.known = result.state;
    return result;
  }

  private prepare(): void {
    if (!this.isPrepared) {
      mkdirSync(this.deps.folderPath, { recursive: true, mode: 0o700 });
      this.isPrepared = true;
      this.tidy();
    }
  }

  /** The section of another takes about as long as going back to the event loop, so a moment's patience pays. */
  private tryLockBriefly(): boolean {
    for (let pause = 0; pause < lockPauseCount; pause++) {
      if (this.tryLock()) {
        return true;
      }
      Atomics.wait(pauseCell, 0, 0, lockPauseMs);
    }
    return this.tryLock();
  }

  private unlock(): void {
    try {
      rmSync(this.lockPath, { force: true });
    } catch (error) {
      // Others take it over when it is old enough.
      this.warn(error);
    }
  }

  private tryLock(): boolean {
    let handle: number;
    try {
      handle = openSync(this.lockPath, 'wx', 0o600);
    } catch (error) {
      // Windows says EPERM while the file of another is about to go.
      if (codeOf(error) === 'EEXIST' || codeOf(error) === 'EPERM') {
        return false;
      }
      throw error;
    }
    try {
      writeSync(handle, this.ownName);
    } finally {
      closeSync(handle);
    }
    return true;
  }

  /** Removes the lock of a process that is gone. Moved aside first, so that of several that try only one has it. */
  private takeOverStaleLock(): void {
    const owner = readLock(this.lockPath);
    if (owner === undefined || !isStale(owner)) {
      return;
    }
    const asidePath = `${this.lockPath}.${randomUUID()}`;
    try {
      renameSync(this.lockPath, asidePath);
      if (readLock(asidePath)?.name !== owner.name) {
        // In between it was taken over and taken again: that one lives, so it goes back.
        linkSync(asidePath, this.lockPath);
      }
    } catch {
      // Another process was faster.
    } finally {
      rmSync(asidePath, { force: true });
    }
  }

  private read(): BudgetState {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') {
        throw error;
      }
      return emptyBudget;
    }
    const state = decodeBudget(text) ?? emptyBudget;
    return buryMembers(state, ({ pid }) => !isProcessAlive(pid), Date.now());
  }

  /** Replaced as a whole: a process killed here leaves the old state or the new one. Needs to survive no power cut. */
  private write(state: BudgetState): void {
    const partialPath = `${this.path}.${String(process.pid)}`;
    writeFileSync(partialPath, encodeBudget(state), { mode: 0o600 });
    renameSync(partialPath, this.path);
  }

  private warn(error: unknown): void {
    if (!this.hasWarned) {
      this.hasWarned = true;
      this.deps.log.warn('The rate budget is not shared with other windows', {
        code: codeOf(error) ?? 'unknown',
      });
    }
  }

  private tidy(): void {
    for (const name of readdirSync(this.deps.folderPath)) {
      const path = join(this.deps.folderPath, name);
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats !== undefined && Date.now() - stats.mtimeMs > fileLifeMs) {
        rmSync(path, { force: true, recursive: true });
      }
    }
  }
}

interface LockOwner {
  readonly name: string;
  readonly pid: number;
  readonly ageMs: number;
}

/** Undefined when there is no lock. */
function readLock(path: string): LockOwner | undefined {
  try {
    const name = readFileSync(path, 'utf8');
    const ageMs = Date.now() - statSync(path).mtimeMs;
    return { name, pid: Number.parseInt(name, 10), ageMs };
  } catch {
    return undefined;
  }
}

/** An owner that was killed before it wrote its name is told by age alone. */
function isStale({ pid, ageMs }: LockOwner): boolean {
  return ageMs > staleLockMs || ageMs < -staleLockMs || (pid > 0 && !isProcessAlive(pid));
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
