/**
 * Threads that read conversations while the thread that owns them writes to the catalogue. When one dies, what it was reading is read
 * by the owner itself, so that a reading that kills threads costs no more than without them.
 */
import { Worker } from 'node:worker_threads';
import { errors, isAppError } from '../base/appError.ts';
import { failDecode } from '../base/decode.ts';
import type { Disposable } from '../base/disposable.ts';
import type {
  CatalogueContent,
  CatalogueDocument,
  CatalogueSource,
  ListedDocument,
} from '../catalogue/catalogueDocument.ts';
import {
  documentReaderDecoders,
  type DocumentReaderRequests,
  type PackedContent,
} from '../protocol/documentReader.ts';
import { toPipe } from '../protocol/portPipe.ts';
import { connectRpc, type RpcPeer } from '../protocol/rpc.ts';
import { unpackContent, unpackHead } from './packedDocument.ts';

export interface ReadingThreadsOptions {
  /** The built entry of the archive worker. */
  readonly scriptPath: string | URL;
  readonly threadCount: number;
  /** So many are read by the owner itself: for a few conversations no thread is worth its start. */
  readonly aloneCount: number;
}

/**
 * Of an archive of small conversations so many are read while one transaction is written. What waits of each is bounded
 * (`packedDocument.ts`).
 */
const readAheadCount = 256;
const maxStartCount = 4;
const dropTimeoutMs = 10_000;

interface Thread {
  readonly worker: Worker;
  readonly peer: RpcPeer<DocumentReaderRequests, never>;
  isAlive: boolean;
  askedCount: number;
}

/** Starts threads when the first is needed. `dispose` ends them. */
export class ReadingThreads implements Disposable {
  private readonly options: ReadingThreadsOptions;
  private readonly threads: Thread[] = [];
  private startCount = 0;
  private readCount = 0;
  private lastDocumentId = 0;

  constructor(options: ReadingThreadsOptions) {
    this.options = options;
  }

  /** The same archive, read by the threads. @param local reads in the owner's thread. */
  over(local: CatalogueSource, archivePath: string): CatalogueSource {
    return {
      readAheadCount,
      list: (signal) => local.list(signal),
      read: (listed, signal) =>
        ++this.readCount <= this.options.aloneCount
          ? local.read(listed, signal)
          : this.read(local, archivePath, listed, signal),
    };
  }

  dispose(): void {
    for (const thread of this.threads.splice(0)) {
      end(thread);
    }
  }

  private async read(
    local: CatalogueSource,
    archivePath: string,
    listed: ListedDocument,
    signal: AbortSignal,
  ): Promise<CatalogueDocument> {
    const thread = this.pick();
    if (thread === undefined) {
      return await local.read(listed, signal);
    }
    const documentId = ++this.lastDocumentId;
    thread.askedCount++;
    try {
      const packed = await thread.peer.request(
        'readDocument',
        { documentId, archivePath, ...listed },
        signal,
      );
      return {
        ...unpackHead(listed, packed),
        content: packed.content.isLast
          ? [unpackContent(packed.content)]
          : readOn(thread, documentId, packed.content, () => local.read(listed, signal), signal),
      };
    } catch (error) {
      if (isThreadLost(error)) {
        return await local.read(listed, signal);
      }
      throw error;
    } finally {
      thread.askedCount--;
    }
  }

  /** The one with the least to do; undefined when they die again and again. */
  private pick(): Thread | undefined {
    for (const dead of this.threads.filter(({ isAlive }) => !isAlive)) {
      this.threads.splice(this.threads.indexOf(dead), 1);
    }
    while (this.threads.length < this.options.threadCount && this.startCount < maxStartCount) {
      this.startCount++;
      this.threads.push(start(this.options.scriptPath));
    }
    return this.threads.toSorted((a, b) => a.askedCount - b.askedCount)[0];
  }
}

/**
 * All words of a conversation of more than one part. When the thread dies, goes on after the same number of items of a second reading.
 */
async function* readOn(
  thread: Thread,
  documentId: number,
  first: PackedContent,
  readAgain: () => Promise<CatalogueDocument>,
  signal: AbortSignal,
): AsyncGenerator<readonly CatalogueContent[], void, undefined> {
  let content = first;
  let givenCount = 0;
  try {
    for (;;) {
      const items = unpackContent(content);
      givenCount += items.length;
      yield items;
      if (content.isLast) {
        return;
      }
      content = await requestFrom(thread, documentId, signal);
    }
  } catch (error) {
    if (!isThreadLost(error)) {
      throw error;
    }
  } finally {
    if (!content.isLast && thread.isAlive) {
      // Nobody waits for the answer: the thread ends with the reading anyway.
      thread.peer
        .request('dropDocument', { documentId }, AbortSignal.timeout(dropTimeoutMs))
        .catch(() => undefined);
    }
  }
  let skippedCount = 0;
  for await (const items of (await readAgain()).content) {
    const skipped = Math.min(items.length, givenCount - skippedCount);
    skippedCount += skipped;
    yield items.slice(skipped);
  }
}

/** A thread that has died would never answer. @throws AppError `network` when it has, or does before it answers */
async function requestFrom(
  thread: Thread,
  documentId: number,
  signal: AbortSignal,
): Promise<PackedContent> {
  if (!thread.isAlive) {
    throw errors.network('The thread that reads the archive has ended');
  }
  return await thread.peer.request('readOn', { documentId }, signal);
}

/** Reading files never fails with this code: only the channel does. */
function isThreadLost(error: unknown): boolean {
  return isAppError(error, 'network');
}

function start(scriptPath: string | URL): Thread {
  const worker = new Worker(scriptPath);
  const peer = connectRpc<DocumentReaderRequests, Record<string, never>, never, never>({
    pipe: toPipe(worker),
    asks: documentReaderDecoders,
    answers: {},
    handlers: {},
    hears: (_value, path) => failDecode(path, 'something a reading thread tells'),
    onNotify: () => undefined,
    onProblem: () => undefined,
  });
  const thread: Thread = { worker, peer, isAlive: true, askedCount: 0 };
  worker.on('error', () => {
    end(thread);
  });
  worker.on('exit', () => {
    end(thread);
  });
  return thread;
}

/** Rejects what is pending. */
function end(thread: Thread): void {
  if (thread.isAlive) {
    thread.isAlive = false;
    thread.peer.dispose();
    void thread.worker.terminate();
  }
}
