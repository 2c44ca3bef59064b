/**
 * The catalogue as the host sees it. Two threads of the archive worker's script: one searches, the other fills, so that a search
 * never waits for a rebuild. Started on first use; loaded lazily.
 */
import type { Disposable } from '../../base/disposable.ts';
import { Worker } from 'node:worker_threads';
import type { Log } from '../../base/log.ts';
import {
  catalogueDecoders,
  decodeCatalogueProgress,
  type CatalogueLocation,
  type CatalogueProgress,
  type CatalogueRequests,
  type CatalogueWorkerData,
  type SyncedCatalogue,
} from '../../protocol/catalogue.ts';
import { toPipe } from '../../protocol/portPipe.ts';
import { connectRpc, type RpcPeer } from '../../protocol/rpc.ts';

/** What each thread answers: the filling one writes, the searching one only reads. */
const fillingRequests: ReadonlySet<keyof CatalogueRequests> = new Set([
  'ingestConversation',
  'removeConversation',
  'syncCatalogue',
  'rebuildCatalogue',
]);

interface Lane {
  readonly worker: Worker;
  readonly peer: RpcPeer<CatalogueRequests, never>;
}

export type CatalogueProgressListener = (
  progress: Pick<CatalogueProgress, 'doneCount' | 'totalCount'>,
) => void;

export class CatalogueClient implements Disposable {
  private readonly scriptPath: string | URL;
  private readonly log: Log;
  private readonly lanes = new Map<'search' | 'fill', Lane>();
  private readonly listeners = new Map<number, CatalogueProgressListener>();
  private lastTaskId = 0;

  /** @param scriptPath the built entry of the archive worker. */
  constructor(scriptPath: string | URL, log: Log) {
    this.scriptPath = scriptPath;
    this.log = log;
  }

  /**
   * Asks the thread whose matter it is.
   * Rejects with the worker's AppError, AbortError, or `network` when the thread died; the next request starts another.
   */
  request<K extends keyof CatalogueRequests>(
    method: K,
    params: CatalogueRequests[K]['params'],
    signal: AbortSignal,
  ): Promise<CatalogueRequests[K]['result']> {
    return this.lane(fillingRequests.has(method) ? 'fill' : 'search').request(
      method,
      params,
      signal,
    );
  }

  /** Follows the archive's files, or reads everything again. On abort what was done so far stays. */
  async fill(
    method: 'syncCatalogue' | 'rebuildCatalogue',
    location: CatalogueLocation,
    onProgress: CatalogueProgressListener,
    signal: AbortSignal,
  ): Promise<SyncedCatalogue> {
    const taskId = ++this.lastTaskId;
    this.listeners.set(taskId, onProgress);
    try {
      return await this.request(method, { ...location, taskId }, signal);
    } finally {
      this.listeners.delete(taskId);
    }
  }

  dispose(): void {
    for (const [name, { worker }] of [...this.lanes]) {
      this.stop(name, worker);
    }
  }

  private lane(name: 'search' | 'fill'): Lane['peer'] {
    let lane = this.lanes.get(name);
    if (lane === undefined) {
      lane = this.start(name);
      this.lanes.set(name, lane);
    }
    return lane.peer;
  }

  private start(name: 'search' | 'fill'): Lane {
    const workerData: CatalogueWorkerData = { readerScript: String(this.scriptPath) };
    const worker = new Worker(this.scriptPath, { workerData });
    const peer = connectRpc<CatalogueRequests, Record<string, never>, CatalogueProgress, never>({
      pipe: toPipe(worker),
      asks: catalogueDecoders,
      answers: {},
      handlers: {},
      hears: decodeCatalogueProgress,
      onNotify: ({ taskId, doneCount, totalCount }) => {
        this.listeners.get(taskId)?.({ doneCount, totalCount });
      },
      onProblem: (kind, error) => {
        this.log.warn('The catalogue worker sent something unexpected', { kind, error });
      },
    });
    worker.on('error', (error) => {
      this.log.error('The catalogue worker failed', { error });
      this.stop(name, worker);
    });
    worker.on('exit', () => {
      this.stop(name, worker);
    });
    // An idle worker does not keep the extension host alive.
    worker.unref();
    return { worker, peer };
  }

  /** Rejects what is pending; the next request starts a new thread. */
  private stop(name: 'search' | 'fill', worker: Worker): void {
    const lane = this.lanes.get(name);
    if (lane?.worker === worker) {
      this.lanes.delete(name);
      lane.peer.dispose();
      void worker.terminate();
    }
  }
}
