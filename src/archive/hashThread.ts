/**
 * Hashes the bodies of large downloads in a thread of their own, beside receiving and writing them, so that neither the editor's
 * other extensions nor the socket wait for SHA-256. Owns the thread and the memory that both ends share; knows nothing of what is
 * hashed.
 */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Log } from '../base/log.ts';
import type { BodySums, HashReply, HashRequest, OtherAlgorithm } from './serveHashing.ts';

/** Small enough to be hashed out of a core's cache, large enough that messages cost next to nothing. */
const slotBytes = 256 * 1024;
/** What one body may be ahead of its hash, in slots. */
const slotCount = 8;
/** A thread that nobody needs for so long is ended; the next body starts another. */
const idleMs = 30_000;

export interface HashThreadOptions {
  /** The built entry `hashWorker`. */
  readonly scriptPath: string | URL;
  readonly clock: Clock;
  readonly log: Log;
}

/** Starts its thread with the first body. `dispose` ends it: bodies under way are lost then. */
export class HashThread implements Disposable {
  private readonly options: HashThreadOptions;
  private readonly bodies = new Map<number, ThreadHash>();
  private worker: Worker | undefined;
  private lastBodyId = 0;
  private hasFailed = false;
  private idle: AbortController | undefined;

  constructor(options: HashThreadOptions) {
    this.options = options;
  }

  /** Undefined once a thread could not be started or has died here: the caller hashes by itself. */
  begin(other: OtherAlgorithm): ThreadHash | undefined {
    if (this.hasFailed) {
      return undefined;
    }
    this.idle?.abort();
    const worker = (this.worker ??= this.start());
    const bodyId = ++this.lastBodyId;
    const slots = new SharedArrayBuffer(slotBytes * slotCount);
    const post = (request: HashRequest): void => {
      worker.postMessage(request);
    };
    const body = new ThreadHash(bodyId, slots, {
      post,
      onEnd: () => {
        this.bodies.delete(bodyId);
        this.endWhenIdle();
      },
    });
    this.bodies.set(bodyId, body);
    worker.ref();
    post({ kind: 'begin', bodyId, slots, slotBytes, other });
    return body;
  }

  dispose(): void {
    this.hasFailed = true;
    this.end();
  }

  private start(): Worker {
    const worker = new Worker(this.options.scriptPath);
    const fail = (error: unknown): void => {
      if (this.worker === worker) {
        this.hasFailed = true;
        this.options.log.warn(
          'The thread that hashes downloads ended; they are hashed without it',
          {
            error,
          },
        );
        this.end();
      }
    };
    worker.on('error', fail);
    worker.on('exit', fail);
    worker.on('message', (reply: HashReply) => {
      this.bodies.get(reply.bodyId)?.take(reply);
    });
    return worker;
  }

  private end(): void {
    this.idle?.abort();
    const { worker } = this;
    this.worker = undefined;
    for (const body of [...this.bodies.values()]) {
      body.lose();
    }
    void worker?.terminate();
  }

  private endWhenIdle(): void {
    if (this.worker === undefined || this.bodies.size > 0) {
      return;
    }
    // An idle thread keeps no process alive.
    this.worker.unref();
    const idle = new AbortController();
    this.idle = idle;
    this.options.clock.delay(idleMs, idle.signal).then(
      () => {
        this.end();
      },
      () => undefined,
    );
  }
}

/** The hash of one body. Ends with `finish` or `drop`, whichever comes first. */
export class ThreadHash {
  private readonly bodyId: number;
  private readonly slots: Uint8Array;
  private readonly port: {
    readonly post: (request: HashRequest) => void;
    readonly onEnd: () => void;
  };
  private readonly free: number[] = Array.from({ length: slotCount }, (_, slot) => slot);
  private readonly sums = Promise.withResolvers<BodySums | undefined>();
  private slot: number | undefined;
  private filledBytes = 0;
  private waiting: (() => void) | undefined;
  private hasEnded = false;

  constructor(bodyId: number, slots: SharedArrayBuffer, port: ThreadHash['port']) {
    this.bodyId = bodyId;
    this.slots = new Uint8Array(slots);
    this.port = port;
  }

  /** Takes a copy of the chunk. When there is a promise, the next chunk comes after it: the hash is behind. */
  update(chunk: Uint8Array): Promise<void> | undefined {
    for (let taken = 0; taken < chunk.length && !this.hasEnded;) {
      this.slot ??= this.free.pop();
      if (this.slot === undefined) {
        return this.updateLater(chunk.subarray(taken));
      }
      const part = chunk.subarray(taken, taken + slotBytes - this.filledBytes);
      this.slots.set(part, this.slot * slotBytes + this.filledBytes);
      this.filledBytes += part.length;
      taken += part.length;
      if (this.filledBytes === slotBytes) {
        this.send(this.slot);
      }
    }
    return undefined;
  }

  /** Undefined when the thread was lost on the way. */
  async finish(): Promise<BodySums | undefined> {
    if (this.slot !== undefined) {
      this.send(this.slot);
    }
    if (!this.hasEnded) {
      this.port.post({ kind: 'finish', bodyId: this.bodyId });
    }
    return await this.sums.promise;
  }

  /** Nobody wants the sums any more. */
  drop(): void {
    if (!this.hasEnded) {
      this.port.post({ kind: 'drop', bodyId: this.bodyId });
      this.end(undefined);
    }
  }

  /** For the owner: the thread is gone. */
  lose(): void {
    this.end(undefined);
  }

  /** For the owner: what the thread said of this body. */
  take(reply: HashReply): void {
    if (reply.kind === 'finished') {
      this.end(reply.sums);
    } else {
      this.free.push(reply.slot);
      this.wake();
    }
  }

  private async updateLater(chunk: Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.waiting = () => {
      resolve(undefined);
    };
    await promise;
    await this.update(chunk);
  }

  private send(slot: number): void {
    const sizeBytes = this.filledBytes;
    this.slot = undefined;
    this.filledBytes = 0;
    if (!this.hasEnded) {
      this.port.post({ kind: 'update', bodyId: this.bodyId, slot, sizeBytes });
    }
  }

  private end(sums: BodySums | undefined): void {
    if (!this.hasEnded) {
      this.hasEnded = true;
      this.sums.resolve(sums);
      this.wake();
      this.port.onEnd();
    }
  }

  private wake(): void {
    this.waiting?.();
    this.waiting = undefined;
  }
}
