/** Answers the catalogue's requests: keeps connections open, wires the archive's files to them. Holds no search logic. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { silentLog } from '../base/log.ts';
import { throwIfCancelled } from '../base/appError.ts';
import { systemClock } from '../base/clock.ts';
import { Catalogue, cataloguePath } from '../catalogue/catalogue.ts';
import type { SyncProgress, SyncResult } from '../catalogue/syncCatalogue.ts';
import { parseConversationId } from '../model/ids.ts';
import type {
  CatalogueLocation,
  CatalogueProgress,
  CatalogueRequests,
  CatalogueTaskParams,
} from '../protocol/catalogue.ts';
import type { RequestHandlers } from '../protocol/rpc.ts';
import { ReadingThreads } from './readingThreads.ts';
import { findListed, openArchiveSource, readDocument } from './archiveSource.ts';

const deps = { clock: systemClock, log: silentLog };
const progressIntervalMs = 100;
/** Takes about as long as a thread takes to start. */
const readAloneCount = 50;

/**
 * Connections stay open until the thread ends.
 * @param tell hears of progress
 * @param readerScript path or file URL of the script that answers `DocumentReaderRequests`; everything is read here when undefined
 */
export function createCatalogueHandlers(
  tell: (progress: CatalogueProgress) => void,
  readerScript: string | undefined,
): RequestHandlers<CatalogueRequests> {
  const open = new Map<string, Promise<Catalogue>>();

  const connect = async (location: CatalogueLocation): Promise<Catalogue> => {
    const path = cataloguePath(location.storagePath, location.archiveId);
    const opened = open.get(path);
    const known = await opened?.catch(() => undefined);
    if (known?.isCurrent() === true) {
      return known;
    }
    if (open.get(path) !== opened) {
      return await connect(location);
    }
    // Deleted or replaced by somebody: what is open is no longer what others see.
    known?.close();
    const opening = Catalogue.open(path);
    open.set(path, opening);
    return await opening;
  };

  const replace = async (location: CatalogueLocation): Promise<Catalogue> => {
    const path = cataloguePath(location.storagePath, location.archiveId);
    const known = await open.get(path)?.catch(() => undefined);
    open.delete(path);
    known?.close();
    const opening = Catalogue.openOrReplace(path, systemClock.nowMs());
    open.set(path, opening);
    return await opening;
  };

  const fill = async (
    params: CatalogueTaskParams,
    catalogue: Catalogue,
    kind: 'sync' | 'rebuild',
    signal: AbortSignal,
  ): Promise<SyncResult> => {
    const { archivePath, archiveId, taskId } = params;
    const source = await openArchiveSource(archivePath, archiveId, deps, signal);
    let toldAtMs = 0;
    const onProgress = ({ doneCount, totalCount }: SyncProgress): void => {
      const nowMs = performance.now();
      if (nowMs - toldAtMs >= progressIntervalMs || doneCount === totalCount) {
        toldAtMs = nowMs;
        tell({ kind: 'catalogueProgress', taskId, doneCount, totalCount });
      }
    };
    if (readerScript === undefined) {
      return await catalogue[kind](source, onProgress, signal);
    }
    const threads = new ReadingThreads({
      scriptPath: readerScript.startsWith('file:') ? new URL(readerScript) : readerScript,
      threadCount: availableParallelism() > 2 ? 2 : 1,
      aloneCount: readAloneCount,
    });
    try {
      return await catalogue[kind](threads.over(source, archivePath), onProgress, signal);
    } finally {
      threads.dispose();
    }
  };

  return {
    openCatalogue: async (location) => (await connect(location)).size(),
    ingestConversation: async (params, signal) => {
      const catalogue = await connect(params);
      const listed = await findListed(params.archivePath, params);
      if (listed === undefined) {
        return await catalogue.remove(parseConversationId(params.conversationId), signal);
      }
      await catalogue.ingest(await readDocument(params.archivePath, listed, signal), signal);
      return true;
    },
    syncCatalogue: async (params, signal) => fill(params, await connect(params), 'sync', signal),
    rebuildCatalogue: async (params, signal) =>
      fill(params, await replace(params), 'rebuild', signal),
    searchCatalogue: async (params, signal) => {
      const { query, limit, after } = params;
      const catalogue = await connect(params);
      await giveWay(signal);
      return catalogue.search(query, { limit, ...(after === undefined ? {} : { after }) });
    },
    countHits: async (params, signal) => {
      const catalogue = await connect(params);
      await giveWay(signal);
      return catalogue.count(params.query);
    },
    readFacets: async (params, signal) => (await connect(params)).facets(params.query, signal),
    listGroups: async (params, signal) =>
      (await connect(params)).groups(params.query, params.by, signal),
    listConversations: async (params, signal) => {
      const { query, limit, after, group } = params;
      const page = {
        limit,
        ...(after === undefined ? {} : { after }),
        ...(group === undefined ? {} : { group }),
      };
      return (await connect(params)).conversations(query, page, signal);
    },
    removeConversation: async (params, signal) =>
      existsSync(cataloguePath(params.storagePath, params.archiveId))
        ? (await connect(params)).remove(parseConversationId(params.conversationId), signal)
        : false,
  };
}

/** Lets what has arrived be heard first, so that a search that was typed over is dropped instead of run. */
async function giveWay(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  throwIfCancelled(signal);
}
