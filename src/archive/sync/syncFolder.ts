/**
 * The folder of a sync, `sync/<syncId>/`: its names, its request, the texts of conversations that could not be read. Knows nothing
 * of its journal's content.
 */
import { randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { errors, isAppError } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import { parseJson } from '../../base/decode.ts';
import { isSafeName } from '../../model/ids.ts';
import { commitBytes, ensureFolder, partialSuffix } from '../durableFile.ts';
import { readSmallFile } from '../manifest.ts';
import { errnoOf, guardStorage } from '../storageError.ts';
import {
  decodeSyncRequest,
  encodeSyncRequest,
  type StoredSyncRequest,
  type SyncRequest,
} from './syncRequest.ts';

export const syncFolderName = 'sync';
const requestName = 'request.json';
/** A list of a million conversations still fits. */
const maxRequestBytes = 64 * 1024 * 1024;
/** Making one takes milliseconds; on a slow share, seconds. */
const unbornAfterMs = 10 * 60_000;
const compress = promisify(gzip);

export function syncFolderPath(rootPath: string, syncId: string): string {
  if (!isSafeName(syncId)) {
    throw errors.input('Not the id of a sync');
  }
  return join(rootPath, syncFolderName, syncId);
}

export function journalPath(folderPath: string): string {
  return join(folderPath, 'journal.jsonl');
}

/**
 * Stores a request; `startSync` works on it. Needs no lock.
 * @returns the id of the sync
 * @throws AppError `storage`
 */
export async function createSync(
  rootPath: string,
  request: SyncRequest,
  clock: Clock,
): Promise<string> {
  return await guardStorage(async () => {
    const createdAtMs = clock.nowMs();
    const stamp = new Date(createdAtMs).toISOString().replaceAll(/[-:]|\..*/gu, '');
    const syncId = `${stamp}-${randomBytes(4).toString('hex')}`;
    const folderPath = await ensureFolder(rootPath, [syncFolderName, syncId]);
    const stored: StoredSyncRequest = { ...request, syncId, createdAtMs };
    await commitBytes(join(folderPath, requestName), encodeSyncRequest(stored));
    return syncId;
  });
}

/**
 * What the sync was asked for.
 * @throws AppError `notFound` when there is no such sync, `corrupt` when its request cannot be read
 */
export async function readSyncRequest(
  folderPath: string,
  signal: AbortSignal,
): Promise<StoredSyncRequest> {
  const path = join(folderPath, requestName);
  const text = await guardStorage(() => readSmallFile(path, maxRequestBytes, signal));
  if (text === undefined) {
    throw errors.notFound(`There is no such sync in the archive any more: ${path}`);
  }
  try {
    return decodeSyncRequest(parseJson(text, requestName));
  } catch (error) {
    throw isAppError(error, 'protocol')
      ? errors.corrupt(
          `The request of a sync is damaged. What it downloaded is safe; start a new sync over the same conversations: ${path}`,
          { cause: error },
        )
      : error;
  }
}

/** Ids of all syncs, newest first. */
export async function listSyncIds(rootPath: string): Promise<readonly string[]> {
  return await guardStorage(async () => {
    try {
      const entries = await readdir(join(rootPath, syncFolderName), { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory() && isSafeName(entry.name))
        .map(({ name }) => name)
        .sort()
        .reverse();
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') {
        return [];
      }
      throw error;
    }
  });
}

/**
 * Removes folders of syncs whose request never came to be: whoever was making them was killed. Only under the writer lock. What
 * cannot be removed stays: it is in nobody's way.
 */
export async function sweepUnborn(rootPath: string, clock: Clock): Promise<void> {
  const oldBeforeMs = clock.nowMs() - unbornAfterMs;
  for (const syncId of await listSyncIds(rootPath)) {
    const folderPath = syncFolderPath(rootPath, syncId);
    const names = await readdir(folderPath).catch(() => undefined);
    const isUnborn = names?.every((name) => name === requestName + partialSuffix) === true;
    if (isUnborn && (await lstat(folderPath)).mtimeMs < oldBeforeMs) {
      await rm(folderPath, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** Stores the text of a conversation that could not be read: `undecodable/<number from 1>.json.gz`. The same text again is the same file. */
export async function storeUndecodable(
  folderPath: string,
  number: number,
  rawJson: string,
): Promise<void> {
  const folder = await ensureFolder(folderPath, ['undecodable']);
  await commitBytes(join(folder, `${String(number)}.json.gz`), await compress(rawJson));
}

/** Moves a damaged journal aside, so that the sync begins anew; the file stays for whoever wants to look. */
export async function setJournalAside(folderPath: string, clock: Clock): Promise<void> {
  const path = journalPath(folderPath);
  await rename(path, `${path}.damaged-${String(clock.nowMs())}`);
}

/** Removes a sync that nobody works on. What it downloaded stays. @throws AppError `storage` */
export async function removeSync(rootPath: string, syncId: string): Promise<void> {
  await guardStorage(() => rm(syncFolderPath(rootPath, syncId), { recursive: true, force: true }));
}
