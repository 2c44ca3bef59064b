/** The discovery of a sync: each page is on the disk, then in the journal, before the next one is asked for. */
import { throwIfCancelled } from '../../base/appError.ts';
import type { DiscoveredPage } from '../../genesys/discoveredPage.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { PageSpool } from './pageSpool.ts';
import type { ItemRecord, PageSlot } from './syncEvents.ts';
import { storeUndecodable } from './syncFolder.ts';
import type { SyncJournal } from './syncJournal.ts';
import type { SyncDeps } from './syncPorts.ts';
import type { SyncProgress } from './syncProgress.ts';
import type { StoredSyncRequest } from './syncRequest.ts';

interface DiscoveryParts {
  readonly deps: Pick<SyncDeps, 'discover' | 'log'>;
  readonly request: StoredSyncRequest;
  readonly folderPath: string;
  readonly journal: SyncJournal;
  readonly spool: PageSpool;
  readonly progress: SyncProgress;
}

/** No page has this number. */
export const noPage: PageSlot = { page: 0, slot: 0 };

/**
 * Goes on where the journal stands.
 * @param onFound told the position of each page before it is safe
 * @param onPage told of each page when it is safe
 */
export async function discoverInto(
  parts: DiscoveryParts,
  {
    onFound,
    onPage,
  }: { readonly onFound: (position: string) => void; readonly onPage: () => void },
  signal: AbortSignal,
): Promise<void> {
  const { deps, request, journal } = parts;
  for await (const page of deps.discover(request.scope, journal.queue.position, signal)) {
    onFound(page.position);
    throwIfCancelled(signal);
    await storePage(parts, page);
    onPage();
  }
  throwIfCancelled(signal);
  const { completeUntilMs } = journal.queue;
  await journal.append({ kind: 'discovered', completeUntilMs });
}

async function storePage(
  { deps, folderPath, journal, spool, progress }: DiscoveryParts,
  page: DiscoveredPage,
): Promise<void> {
  const { queue } = journal;
  let number = queue.undecodableCount;
  for (const { rawJson, reason } of page.undecodable) {
    number++;
    await storeUndecodable(folderPath, number, rawJson);
    deps.log.warn('A conversation cannot be read; its text is stored', { number, reason });
  }
  // Pages overlap where windows do, and after an interruption.
  const fresh = new Map(
    page.conversations
      .filter(({ value }) => !queue.items.has(value.id))
      .map((fetched) => [fetched.value.id, fetched]),
  );
  const found = [...fresh.values()];
  const slots = await spool.store(found);
  const unknown = page.unknownIds.filter((id) => !queue.items.has(id));
  if (unknown.length > 0) {
    const message = 'The platform does not know some of the conversations.';
    progress.note({ kind: 'unknownIds', message });
  }
  page.notices.forEach((notice) => {
    progress.note(notice);
  });
  await journal.append({
    kind: 'page',
    position: page.position,
    estimatedTotal: page.estimatedTotal,
    completeUntilMs: page.completeUntilMs,
    undecodableCount: page.undecodable.length,
    items: [
      ...found.map(({ value }, index) => ({
        ...newItem(value.id, slots[index] ?? noPage),
        startMs: value.startMs,
        isOpen: value.endMs === undefined,
      })),
      ...unknown.map((id): ItemRecord => ({
        ...newItem(id, noPage),
        state: 'ended',
        reasons: ['deletedByRetention'],
      })),
    ],
  });
}

function newItem(conversationId: ConversationId, slot: PageSlot): ItemRecord {
  return {
    conversationId,
    ...slot,
    startMs: 0,
    isOpen: false,
    state: 'queued',
    attempts: 0,
    nextAttemptAtMs: 0,
    reasons: [],
    isUnchanged: false,
  };
}
