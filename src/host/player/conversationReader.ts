/**
 * Brings a conversation to where the player can read it: from the workspace's archive when it is there (works offline), else
 * fetched into the cache. Computes peaks and playable copies in the worker.
 */
import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ArchivedConversation } from '../../archive/archivedConversation.ts';
import type { ConversationCache } from '../../archive/conversationCache.ts';
import { isAppError, messageOf } from '../../base/appError.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId, OrganisationId } from '../../model/ids.ts';
import type { PreparedRecording } from '../../protocol/archiveWorker.ts';
import type { Archives } from '../archives/archives.ts';
import type { ArchiveWorkerClient } from '../archives/archiveWorkerClient.ts';
import { wholeConversation, type DownloadService } from '../downloads/downloadService.ts';
import type { SessionManager } from '../session/sessionManager.ts';

export interface ConversationReaderDeps {
  readonly archives: Archives;
  readonly worker: ArchiveWorkerClient;
  readonly downloads: DownloadService;
  readonly sessions: SessionManager;
  readonly log: Log;
}

export interface OpenedConversation {
  readonly archived: ArchivedConversation;
  readonly prepared: ReadonlyMap<string, PreparedRecording>;
  /** Whose conversation it is. */
  readonly organisationId: OrganisationId;
  /** True when the files lie in the cache and will be gone after a while. */
  readonly isCached: boolean;
}

export class ConversationReader {
  private readonly deps: ConversationReaderDeps;
  /** What players show, by conversation: its playable copies. Pruning leaves these alone. */
  private readonly inUse = new Map<ConversationId, readonly string[]>();

  constructor(deps: ConversationReaderDeps) {
    this.deps = deps;
  }

  /** Absolute folders that the player reads from: the archive, the cache and the playable copies. */
  async folders(): Promise<readonly string[]> {
    const { archives } = this.deps;
    await mkdir(archives.playableFolder, { recursive: true });
    const roots = [dirname(archives.playableFolder)];
    try {
      roots.push(archives.rootPath);
    } catch {
      // No workspace folder: only the cache.
    }
    return roots;
  }

  /**
   * @param onProgress told in words what is being done
   * @throws AppError `auth` when it is neither archived nor anybody signed in; what the download throws
   */
  async open(
    id: ConversationId,
    onProgress: (message: string) => void,
    signal: AbortSignal,
  ): Promise<OpenedConversation> {
    // A window that is loaded again restores its tabs before the secret storage has answered.
    await this.deps.sessions.whenRestored(signal);
    const local = await this.readLocal(id, signal);
    const opened = local ?? (await this.fetch(id, onProgress, signal));
    onProgress('Preparing the waveform…');
    const prepared = await this.prepare(opened.archived, signal);
    const paths = [...prepared.values()].map(({ playablePath }) => playablePath);
    this.inUse.set(
      id,
      paths.filter((path) => path !== undefined),
    );
    this.tidy();
    return { ...opened, prepared };
  }

  /** The player of this conversation was closed. */
  release(id: ConversationId): void {
    this.inUse.delete(id);
  }

  private async readLocal(
    id: ConversationId,
    signal: AbortSignal,
  ): Promise<Omit<OpenedConversation, 'prepared'> | undefined> {
    const archive = await this.deps.archives.openForReading(signal);
    const folder = await archive?.find(id, signal);
    if (archive === undefined || folder === undefined) {
      return undefined;
    }
    const archived = await archive.read(folder, signal);
    // A download of one part only (say, the transcript) does not keep the rest from being heard while signed in.
    // Another organisation's platform does not have it.
    const { organisationId } = archive;
    const canFetch = this.deps.sessions.current?.account.organisation.id === organisationId;
    return archived.recordings.length > 0 || !canFetch
      ? { archived, organisationId, isCached: false }
      : undefined;
  }

  private async fetch(
    id: ConversationId,
    onProgress: (message: string) => void,
    signal: AbortSignal,
  ): Promise<Omit<OpenedConversation, 'prepared'>> {
    const { archives, downloads } = this.deps;
    const signedIn = this.deps.sessions.require();
    const cache = await archives.cache(signedIn, signal);
    const { organisationId } = cache.archive;
    const cached = await this.readCached(cache, id, signal);
    if (cached !== undefined) {
      return { archived: cached, organisationId, isCached: true };
    }
    const report = await downloads.download(
      signedIn.api,
      cache.archive,
      id,
      wholeConversation,
      ({ step }) => {
        onProgress(step);
      },
      signal,
    );
    const archived = await cache.archive.read(report.folderPath, signal);
    return { archived, organisationId, isCached: true };
  }

  /** What was fetched before, unless the conversation was still open then. */
  private async readCached(
    cache: ConversationCache,
    id: ConversationId,
    signal: AbortSignal,
  ): Promise<ArchivedConversation | undefined> {
    const folder = await cache.archive.find(id, signal);
    if (folder === undefined) {
      return undefined;
    }
    try {
      const archived = await cache.archive.read(folder, signal);
      const isWhole =
        archived.conversation.endMs !== undefined && archived.manifest.absent.length === 0;
      await cache.markUsed(folder);
      return isWhole ? archived : undefined;
    } catch (error) {
      if (isAppError(error)) {
        // A half-finished or damaged entry of the cache is fetched again.
        return undefined;
      }
      throw error;
    }
  }

  /** Keeps the cache within its bounds, behind the person's back. */
  private tidy(): void {
    const { archives, sessions, log } = this.deps;
    const signedIn = sessions.current;
    if (signedIn === undefined) {
      return;
    }
    const keep = new Set<string>([...this.inUse.keys(), ...[...this.inUse.values()].flat()]);
    archives.pruneCache(signedIn, keep, AbortSignal.timeout(60_000)).catch((error: unknown) => {
      log.warn('The cache could not be tidied', { error });
    });
  }

  private async prepare(
    archived: ArchivedConversation,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, PreparedRecording>> {
    const prepared = new Map<string, PreparedRecording>();
    for (const { recording, files } of archived.recordings) {
      if (files.length > 0) {
        prepared.set(recording.id, await this.prepareOne(recording.id, files, signal));
      }
    }
    return prepared;
  }

  private async prepareOne(
    recordingId: string,
    files: ArchivedConversation['recordings'][number]['files'],
    signal: AbortSignal,
  ): Promise<PreparedRecording> {
    try {
      const playablePath = await this.playablePath(
        recordingId,
        files.map(({ path }) => path),
      );
      return await this.deps.worker.prepareRecording({ files, playablePath }, signal);
    } catch (error) {
      if (!isAppError(error)) {
        throw error;
      }
      // One broken recording does not keep the rest of the conversation from being shown.
      return { durationMs: 0, channels: [], playablePath: undefined, problems: [messageOf(error)] };
    }
  }

  /** A name that changes with the files, so that a re-download is never played from an old copy. */
  private async playablePath(recordingId: string, paths: readonly string[]): Promise<string> {
    const folder = this.deps.archives.playableFolder;
    await mkdir(folder, { recursive: true });
    const hash = createHash('sha256');
    for (const path of paths) {
      const { size, mtimeMs } = await stat(path);
      hash.update(`${basename(path)}:${String(size)}:${String(mtimeMs)};`);
    }
    return join(folder, `${recordingId}.${hash.digest('hex').slice(0, 12)}.wav`);
  }
}
