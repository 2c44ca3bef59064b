/** How this process flushes files. Knows nothing of when and why. */
import { toDisposable, type Disposable } from '../base/disposable.ts';
import type { FlushThreads, OpenFile } from './flushThreads.ts';

// Process-wide, as Node's own threads are, which they stand beside.
let flushThreads: FlushThreads | undefined;

/** From now on files are flushed by these threads, until the result is disposed of. */
export function flushBy(threads: FlushThreads): Disposable {
  flushThreads = threads;
  return toDisposable(() => {
    flushThreads = undefined;
  });
}

/** What was written before the call is on the disk when this resolves. The caller keeps the file open. */
export async function flush(handle: OpenFile): Promise<void> {
  await (flushThreads === undefined ? handle.sync() : flushThreads.flush(handle));
}
