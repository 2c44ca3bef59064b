/** The conversations of a sync that are in one state, as any window can read them from its journal, without a lock. */
import type { ReasonCode } from '../absence.ts';
import { guardStorage } from '../storageError.ts';
import { readJournal } from './journalFile.ts';
import type { ItemRecord, ItemState } from './syncEvents.ts';
import { journalPath, syncFolderPath } from './syncFolder.ts';
import { applyTo } from './syncJournal.ts';
import { SyncQueue } from './syncQueue.ts';

export interface ItemSelection {
  readonly state: ItemState;
  /** Only those with this reason. */
  readonly reason?: ReasonCode | undefined;
  readonly maxCount: number;
}

/**
 * The first conversations of the selection in the order in which they were found; what a damaged journal no longer tells is
 * left out, and a sync that has not begun has none.
 * @throws AppError `storage`, AbortError
 */
export async function listSyncItems(
  rootPath: string,
  syncId: string,
  { state, reason, maxCount }: ItemSelection,
  signal: AbortSignal,
): Promise<readonly ItemRecord[]> {
  const queue = new SyncQueue();
  const path = journalPath(syncFolderPath(rootPath, syncId));
  await guardStorage(() => readJournal(path, 0, applyTo(queue), signal));
  const found: ItemRecord[] = [];
  for (const item of queue.items.items()) {
    if (item.state === state && (reason === undefined || item.reasons.includes(reason))) {
      found.push(item);
      if (found.length === maxCount) {
        break;
      }
    }
  }
  return found;
}
