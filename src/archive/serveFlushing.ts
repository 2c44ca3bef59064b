/** A thread's end of `flushThreads.ts`: flushes files that its process has open, one after another. Knows nothing of them. */
import { fsyncSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';

/** Of a file that stays open until the answer. */
export interface FlushRequest {
  readonly fd: number;
}

export interface FlushReply {
  /** Undefined when everything is on the disk. */
  readonly failure: FlushFailure | undefined;
}

/** A failed system call; as an `Error` it would lose all but its message on the way. */
export interface FlushFailure {
  readonly message: string;
  readonly code: string | undefined;
  readonly errno: number | undefined;
  readonly syscall: string | undefined;
}

/** Says that it is there by a first reply, then answers each request by one. */
export function serveFlushing(port: Pick<MessagePort, 'on' | 'postMessage'>): void {
  const reply = (failure: FlushFailure | undefined): void => {
    port.postMessage({ failure } satisfies FlushReply);
  };
  // Both ends are of one build and one process: what comes needs no decoder.
  port.on('message', ({ fd }: FlushRequest) => {
    try {
      fsyncSync(fd);
      reply(undefined);
    } catch (error) {
      const { message, code, errno, syscall }: NodeJS.ErrnoException =
        error instanceof Error ? error : new Error(String(error));
      reply({ message, code, errno, syscall });
    }
  });
  reply(undefined);
}
