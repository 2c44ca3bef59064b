/**
 * Flushes files in threads of their own when many wait to be flushed. A flush does nothing but wait for the disk, and Node has four
 * threads for all files and look-ups of the whole process: a sync would hold all four most of the time, against every other extension
 * and itself. And a disk that is asked for many flushes at once does them together. Knows nothing of what is flushed.
 */
import type { FileHandle } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { errors } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Log } from '../base/log.ts';
import type { FlushReply } from './serveFlushing.ts';

/** Flushes that Node's own threads do at once: whoever downloads one conversation needs no others. */
const ownCount = 2;
const maxThreadCount = 6;
/** Threads that nobody has needed for so long are ended, at the latest after twice as long. */
const idleMs = 30_000;

export interface FlushThreadsOptions {
  /** The built entry `flushWorker`. */
  readonly scriptPath: string | URL;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a flush needs of an open file. */
export type OpenFile = Pick<FileHandle, 'fd' | 'sync'>;

interface WaitingFlush {
  readonly handle: OpenFile;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  /** False until it said that it is there: nothing is given to it before. */
  isReady: boolean;
  flushing: WaitingFlush | undefined;
}

/** Starts its threads when they are needed. `dispose` ends them; flushes that wait are done without them. */
export class FlushThreads implements Disposable {
  private readonly options: FlushThreadsOptions;
  private readonly waiting: WaitingFlush[] = [];
  private threads: readonly Thread[] = [];
  private ownRunning = 0;
  private hasFailed = false;
  /** By threads, as a sign of life. */
  private flushedCount = 0;
  private watching: AbortController | undefined;

  constructor(options: FlushThreadsOptions) {
    this.options = options;
  }

  /** What was written to the file before the call is on the disk when this resolves. The caller keeps it open. */
  async flush(handle: OpenFile): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const done = (): void => {
      resolve(undefined);
    };
    this.waiting.push({ handle, resolve: done, reject });
    this.assign();
    await promise;
  }

  dispose(): void {
    this.hasFailed = true;
    this.end();
  }

  private assign(): void {
    for (;;) {
      const isOwn = this.hasFailed || this.ownRunning < ownCount;
      const thread = isOwn
        ? undefined
        : this.threads.find(({ isReady, flushing }) => isReady && flushing === undefined);
      const next = isOwn || thread !== undefined ? this.waiting.shift() : undefined;
      if (next === undefined) {
        break;
      }
      if (thread === undefined) {
        void this.flushHere(next);
      } else {
        thread.flushing = next;
        thread.worker.ref();
        thread.worker.postMessage({ fd: next.handle.fd });
      }
    }
    const startingCount = this.threads.filter(({ isReady }) => !isReady).length;
    if (this.waiting.length > startingCount && this.threads.length < maxThreadCount) {
      this.threads = [...this.threads, this.start()];
      if (this.watching === undefined) {
        this.watching = new AbortController();
        this.endWhenIdle(this.watching.signal).catch(() => undefined);
      }
    }
  }

  private async flushHere({ handle, resolve, reject }: WaitingFlush): Promise<void> {
    this.ownRunning++;
    try {
      await handle.sync();
      resolve();
    } catch (error) {
      reject(error);
    } finally {
      this.ownRunning--;
      this.assign();
    }
  }

  private start(): Thread {
    const worker = new Worker(this.options.scriptPath);
    // Until it has something to do it keeps no process alive.
    worker.unref();
    const thread: Thread = { worker, isReady: false, flushing: undefined };
    const fail = (error: unknown): void => {
      if (this.threads.includes(thread)) {
        this.hasFailed = true;
        this.options.log.warn('A thread that flushes files ended; they are flushed without it', {
          error,
        });
        this.end();
      }
    };
    worker.on('error', fail);
    worker.on('exit', fail);
    worker.on('message', ({ failure }: FlushReply) => {
      const { flushing } = thread;
      thread.isReady = true;
      thread.flushing = undefined;
      worker.unref();
      if (failure === undefined) {
        flushing?.resolve();
      } else {
        const { message, ...details } = failure;
        flushing?.reject(Object.assign(new Error(message), details));
      }
      this.flushedCount++;
      this.assign();
    });
    return thread;
  }

  private end(): void {
    this.watching?.abort();
    this.watching = undefined;
    const { threads } = this;
    this.threads = [];
    for (const { worker, flushing } of threads) {
      // A second try could succeed after the first told the lost thread of an error: the system tells it once.
      flushing?.reject(
        errors.storage('A file could not be flushed to the disk; what was stored before is safe'),
      );
      void worker.terminate();
    }
    this.assign();
  }

  /** Looks again and again rather than winding a clock up with each flush, of which there are thousands a minute. */
  private async endWhenIdle(signal: AbortSignal): Promise<void> {
    let seenCount = -1;
    // A disk may take long: a flush that is under way is a sign of life as well.
    while (seenCount !== this.flushedCount || this.threads.some(({ flushing }) => flushing)) {
      seenCount = this.flushedCount;
      await this.options.clock.delay(idleMs, signal);
    }
    this.end();
  }
}
