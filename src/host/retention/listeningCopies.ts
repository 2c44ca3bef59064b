/** Removes what was made of a deleted conversation for listening: its copy in the cache and playable copies of its recordings. */
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DeletionListener } from '../../archive/retention/deletionPorts.ts';
import { isAppError } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';

/** @param playableFolder the folder of playable copies; it lies in the cache, which is wholly the extension's own */
export function createListeningCopies(
  playableFolder: string,
  deps: { readonly clock: Clock; readonly log: Log },
): DeletionListener {
  return {
    name: 'listening copies',
    conversationDeleted: async ({ conversationId, files }, signal) => {
      const recordingIds = new Set(
        files.flatMap(({ path }) => /^recordings\/([^./]+)\./u.exec(path)?.[1] ?? []),
      );
      for (const name of await readdir(playableFolder).catch(() => [])) {
        if (recordingIds.has(name.split('.', 1)[0] ?? '')) {
          await rm(join(playableFolder, name), { force: true });
        }
      }
      const { Archive } = await import('../archives/archiveModule.ts');
      try {
        const cache = await Archive.open(dirname(playableFolder), undefined, deps, signal);
        const folder = await cache.find(conversationId, signal);
        if (folder !== undefined) {
          await rm(folder, { recursive: true, force: true });
        }
      } catch (error) {
        // No cache, or one that is thrown away when it is next opened.
        if (!isAppError(error) || error.code === 'storage') {
          throw error;
        }
      }
    },
  };
}
