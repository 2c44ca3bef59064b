/**
 * What a re-download has replaced: kept under `history/<hash>/` in the conversation's folder. Owns these names; knows nothing of
 * when something is replaced.
 */
import { copyFile, link, open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { errors } from '../base/appError.ts';
import {
  ensureFolder,
  partialSuffix,
  regularFileSize,
  renameDurably,
  syncFolder,
} from './durableFile.ts';
import { hashFile, type FileHash } from './fileHash.ts';
import { entryPath, type ManifestFile } from './manifest.ts';
import { errnoOf } from './storageError.ts';

/** True for what a re-download has replaced. */
export function isHistory(file: Pick<ManifestFile, 'path'>): boolean {
  return file.path.startsWith('history/');
}

/**
 * Puts a second name, or a copy, of a file into the history and returns its relative path. The file stays where it is.
 * @throws AppError `storage` when the history holds a damaged file of that name
 */
export async function preserve(
  folderPath: string,
  path: string,
  present: FileHash,
  signal: AbortSignal,
): Promise<string> {
  const fromPath = entryPath(folderPath, { path });
  for (const length of [8, 64]) {
    const relative = `history/${present.storedSha256.slice(0, length)}/${path}`;
    const toPath = entryPath(folderPath, { path: relative });
    await ensureFolder(folderPath, dirname(relative).split('/'));
    if ((await regularFileSize(toPath)) === undefined) {
      await linkOrCopy(fromPath, toPath);
      return relative;
    }
    if ((await hashFile(toPath, signal)).storedSha256 === present.storedSha256) {
      return relative;
    }
  }
  throw errors.storage(
    `The history already holds a damaged file of this name. Move it away and download again: ${basename(path)}`,
  );
}

/** Entry of a file that moved to the history; undefined for a damaged packed file, which could never be verified. */
export function historyEntry(
  path: string,
  known: ManifestFile | undefined,
  present: FileHash,
): ManifestFile | undefined {
  const { storedBytes, storedSha256, content } = present;
  if (known?.storedSha256 === storedSha256) {
    return { ...known, path };
  }
  return content === undefined
    ? undefined
    : {
        path,
        storedBytes,
        storedSha256,
        contentBytes: content.bytes,
        contentSha256: content.sha256,
        source: known?.source ?? 'found in the archive',
        fetchedAtMs: known?.fetchedAtMs ?? 0,
        verifiedAgainst: ['ownHash'],
        recordingId: known?.recordingId,
        communicationId: known?.communicationId,
        channel: known?.channel,
        validator: undefined,
      };
}

/** File systems without hard links (FAT, some shares) get a copy by the commit protocol. */
async function linkOrCopy(fromPath: string, toPath: string): Promise<void> {
  try {
    await link(fromPath, toPath);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOSPC' || code === 'EROFS' || code === 'EDQUOT' || code === 'ENOENT') {
      throw error;
    }
    const partialPath = toPath + partialSuffix;
    await copyFile(fromPath, partialPath);
    const copy = await open(partialPath, 'r+');
    try {
      await copy.sync();
    } finally {
      await copy.close();
    }
    await renameDurably(partialPath, toPath);
    return;
  }
  await syncFolder(dirname(toPath));
}
