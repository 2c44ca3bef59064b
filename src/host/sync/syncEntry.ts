/** What the Downloads view and the commands know of one sync. No behaviour but what can be asked of it. */
import type { SyncPhase, SyncSnapshot } from '../../archive/sync/syncSnapshot.ts';
import type { SyncSpeed } from './syncRate.ts';

export interface SyncEntry {
  readonly snapshot: SyncSnapshot;
  /** Who works on it; undefined: nobody. */
  readonly worker: 'thisWindow' | 'otherWindow' | undefined;
  /** Undefined while it cannot be told, and for those of other windows. */
  readonly speed: SyncSpeed | undefined;
}

/** `running` here, so that it can be paused; `elsewhere`; `stopped` with something left to do; `settled`. */
export type SyncStanding = 'running' | 'elsewhere' | 'stopped' | 'settled';

export function standingOf({ snapshot, worker }: SyncEntry): SyncStanding {
  if (worker !== undefined) {
    return worker === 'thisWindow' ? 'running' : 'elsewhere';
  }
  return snapshot.phase === 'finished' && snapshot.waitingCount === 0 ? 'settled' : 'stopped';
}

const workingPhases: ReadonlySet<SyncPhase> = new Set([
  'waitingForLock',
  'discovering',
  'downloading',
  'waiting',
]);

/** True while somebody works on it. */
export function isWorking(phase: SyncPhase): boolean {
  return workingPhases.has(phase);
}

/** Every `contextValue` of a row of the Downloads view; the manifest's menus are tested against it. */
export const downloadContextValues = [
  'sync running',
  'sync running ended',
  'sync elsewhere',
  'sync elsewhere ended',
  'sync stopped',
  'sync stopped ended',
  'sync settled',
  'sync settled ended',
  'syncGroup',
  'syncGroup ended',
  'syncItem',
  'syncItem ended',
  'syncNote',
] as const;
export type DownloadContextValue = (typeof downloadContextValues)[number];
