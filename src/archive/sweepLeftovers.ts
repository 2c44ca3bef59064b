/**
 * Removes what killed processes left in a conversation's folder: partial files that nothing will ever go on from. Never touches a
 * file under a final name, nor a partial one that a download can be resumed with.
 */
import { lstat, readdir, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { partialSuffix } from './durableFile.ts';
import { FolderNames } from './folderNames.ts';
import { resumePointSuffix } from './resumePoint.ts';
import { errnoOf } from './storageError.ts';

/** Derived data is written without the writer lock, and takes minutes at most: older ones have no writer any more. */
const leftAfterMs = 24 * 3_600_000;

/**
 * Looks into the folder and all folders in it, and returns what it saw. What cannot be removed stays: it is in nobody's way.
 * @throws AbortError only; file system errors are logged
 */
export async function sweepLeftovers(
  folderPath: string,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): Promise<FolderNames> {
  const oldBeforeMs = clock.nowMs() - leftAfterMs;
  let names = new FolderNames(undefined);
  try {
    const entries = await readdir(folderPath, { recursive: true, withFileTypes: true });
    const toPath = (from: { readonly parentPath: string; readonly name: string }): string =>
      relative(folderPath, join(from.parentPath, from.name)).replaceAll(sep, '/');
    names = new FolderNames(entries.map(toPath));
    const present = new Set(
      entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name)),
    );
    for (const path of present) {
      throwIfCancelled(signal);
      if (isLeftover(path, present) && (await lstat(path)).mtimeMs < oldBeforeMs) {
        await rm(path, { force: true });
        log.info('A leftover of an interrupted download was removed', { path });
      }
    }
  } catch (error) {
    if (errnoOf(error) === undefined) {
      throw error;
    }
    log.warn('Leftovers of interrupted downloads could not be removed', { error });
  }
  return names;
}

/** A partial file without a resume point, or a resume point without its partial file. */
function isLeftover(path: string, present: ReadonlySet<string>): boolean {
  return path.endsWith(partialSuffix)
    ? !present.has(path + resumePointSuffix)
    : path.endsWith(partialSuffix + resumePointSuffix) &&
        !present.has(path.slice(0, -resumePointSuffix.length));
}
