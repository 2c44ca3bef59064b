/** The order in which a manifest gets its name: only after everything that it names is durable. Knows nothing of what it says. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { OpenFolder, partialSuffix, syncFolder, writePartial } from './durableFile.ts';
import { manifestName } from './manifest.ts';

/** Makes new names in these folders durable. Rejects with the first failure, once no flush is under way any more. */
export async function syncFolders(folders: readonly string[]): Promise<void> {
  await allDone(folders.map((path) => syncFolder(path)));
}

/**
 * Replaces the manifest of a conversation. Durable when this resolves; a crash leaves the old or the new one.
 * @param folders with names that are to be durable before the manifest has its own
 */
export async function commitManifest(
  folderPath: string,
  text: string,
  folders: readonly string[],
): Promise<void> {
  const path = join(folderPath, manifestName);
  const partialPath = path + partialSuffix;
  const own = await OpenFolder.open(folderPath);
  try {
    const flushes = folders.map((each) => (each === folderPath ? own.sync() : syncFolder(each)));
    // Its bytes may be written beside the flushes; its name must wait for all of them.
    await allDone([...flushes, writePartial(partialPath, text)]);
    await rename(partialPath, path);
    await own.sync();
  } finally {
    await own.close();
  }
}

/** What failed may be tried again at once, so nothing may be left at work on the same files. */
async function allDone(tasks: readonly Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(tasks)) {
    if (end.status === 'rejected') {
      throw end.reason;
    }
  }
}
