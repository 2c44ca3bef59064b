/**
 * An archive of the extension's own for listening without downloading: bounded, expiring, wiped at sign-out. Owns its folder
 * wholly; anything in it can be fetched again.
 */
import { lstat, readdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isAppError, throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { Archive, type ArchiveDeps } from './archive.ts';
import type { ArchiveIdentity } from './archiveFile.ts';
import { manifestName } from './manifest.ts';
import { errnoOf, guardStorage } from './storageError.ts';

export interface CacheBounds {
  /** Of all conversations together. */
  readonly maxBytes: number;
  /** Since last use. */
  readonly maxAgeMs: number;
}

interface CacheEntry {
  /** What `keep` names it by. */
  readonly key: string;
  readonly path: string;
  readonly usedAtMs: number;
  readonly sizeBytes: number;
}

export class ConversationCache {
  readonly archive: Archive;
  private readonly clock: Clock;
  private readonly rootPath: string;

  private constructor(rootPath: string, archive: Archive, clock: Clock) {
    this.rootPath = rootPath;
    this.archive = archive;
    this.clock = clock;
  }

  /**
   * Opens the cache, which is emptied when it belongs to another organisation or cannot be read.
   * @throws AppError `storage`
   */
  static async open(
    rootPath: string,
    identity: ArchiveIdentity,
    deps: ArchiveDeps,
    signal: AbortSignal,
  ): Promise<ConversationCache> {
    const open = (): Promise<Archive> =>
      Archive.open(rootPath, identity, { ...deps, isAudited: false }, signal);
    let archive;
    try {
      archive = await open();
    } catch (error) {
      const isForeign =
        isAppError(error, 'conflict') ||
        isAppError(error, 'corrupt') ||
        isAppError(error, 'unsupported');
      if (!isForeign) {
        throw error;
      }
      deps.log.info('The conversation cache is emptied', { reason: error.code });
      await guardStorage(() => wipeFolder(rootPath));
      archive = await open();
    }
    return new ConversationCache(rootPath, archive, deps.clock);
  }

  /** Notes that a conversation is listened to, so that it stays longest. */
  async markUsed(folderPath: string): Promise<void> {
    const seconds = this.clock.nowMs() / 1000;
    await guardStorage(() => utimes(join(folderPath, manifestName), seconds, seconds));
  }

  /**
   * Removes what was not used for `maxAgeMs`, then the least recently used until the rest fits: conversations and playable
   * copies alike.
   * @param keep conversation ids and paths of playable copies that stay whatever their age and size: those that are open
   */
  async prune(
    { maxBytes, maxAgeMs }: CacheBounds,
    keep: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<void> {
    await guardStorage(async () => {
      const entries = [...(await this.playableCopies(signal))];
      for await (const { conversationId, folderPath } of this.archive.list(signal)) {
        const usedAtMs = await lastUse(folderPath);
        const sizeBytes = await folderSize(folderPath, signal);
        entries.push({ key: conversationId, path: folderPath, usedAtMs, sizeBytes });
      }
      let totalBytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const oldestBeforeMs = this.clock.nowMs() - maxAgeMs;
      entries.sort((a, b) => a.usedAtMs - b.usedAtMs);
      for (const entry of entries) {
        throwIfCancelled(signal);
        const isDue = entry.usedAtMs < oldestBeforeMs || totalBytes > maxBytes;
        if (isDue && !keep.has(entry.key)) {
          await rm(entry.path, { recursive: true, force: true });
          totalBytes -= entry.sizeBytes;
        }
      }
    });
  }

  /**
   * Removes everything. Links are removed, never followed. The cache cannot be used afterwards.
   * @throws AppError `storage`
   */
  async wipe(): Promise<void> {
    await ConversationCache.wipeFolder(this.rootPath);
  }

  /** Removes a cache that is not open, as `wipe` does. @throws AppError `storage` */
  static async wipeFolder(rootPath: string): Promise<void> {
    await guardStorage(() => wipeFolder(rootPath));
  }

  /** Folder in a cache for the copies that players make of recordings which a browser cannot play as they are. */
  static readonly playableFolderName = 'playable';

  private async playableCopies(signal: AbortSignal): Promise<readonly CacheEntry[]> {
    const folder = join(this.rootPath, ConversationCache.playableFolderName);
    const entries: CacheEntry[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      throwIfCancelled(signal);
      const path = join(folder, entry.name);
      const stats = entry.isFile() ? await lstat(path).catch(() => undefined) : undefined;
      if (stats !== undefined) {
        entries.push({ key: path, path, usedAtMs: stats.mtimeMs, sizeBytes: stats.size });
      }
    }
    return entries;
  }
}

/** When the name is a link, the link goes and its target stays. Renamed first: a half-wiped cache must not look whole. */
async function wipeFolder(rootPath: string): Promise<void> {
  const doomedPath = `${rootPath}.wiped`;
  await rm(doomedPath, { recursive: true, force: true });
  try {
    await rename(rootPath, doomedPath);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      return;
    }
    throw error;
  }
  // Node's recursive removal looks at entries with lstat: it unlinks links inside.
  await rm(doomedPath, { recursive: true, force: true });
}

/** A conversation without a manifest was never finished: it counts as oldest. */
async function lastUse(folderPath: string): Promise<number> {
  return await lstat(join(folderPath, manifestName)).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

async function folderSize(folderPath: string, signal: AbortSignal): Promise<number> {
  let sizeBytes = 0;
  for (const entry of await readdir(folderPath, { recursive: true, withFileTypes: true })) {
    throwIfCancelled(signal);
    if (entry.isFile()) {
      sizeBytes += await lstat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      );
    }
  }
  return sizeBytes;
}
