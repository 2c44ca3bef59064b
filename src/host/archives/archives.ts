/**
 * Finds and opens the two places where conversations lie: the workspace's archive and the cache for listening without
 * downloading. Each is opened on first use and opened again when its folder or the organisation changes.
 */
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { errors, isAppError } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import type { Archive } from '../../archive/archive.ts';
import type { ArchiveIdentity } from '../../archive/archiveFile.ts';
import type { ConversationCache } from '../../archive/conversationCache.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { SettingsReader } from '../ports/settings.ts';
import type { SignedIn } from '../session/session.ts';
import type { SessionManager } from '../session/sessionManager.ts';
import { ArchiveIndex } from './archiveIndex.ts';

export interface ArchivesDeps {
  readonly settings: SettingsReader;
  readonly sessions: SessionManager;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the cache lies: the extension's own storage on local disk. */
  readonly globalStoragePath: string;
}

const playableFolderName: (typeof ConversationCache)['playableFolderName'] = 'playable';
const bytesPerMegabyte = 1_000_000;
const msPerHour = 3_600_000;

export class Archives implements Disposable {
  private readonly deps: ArchivesDeps;
  readonly index = new ArchiveIndex();
  private openCache:
    { readonly organisationId: string; readonly cache: Promise<ConversationCache> } | undefined;

  constructor(deps: ArchivesDeps) {
    this.deps = deps;
  }

  /**
   * The archive's folder in the first workspace folder, or the absolute path of the setting.
   * @throws AppError `input` without a workspace folder on disk
   */
  get rootPath(): string {
    const folder = this.deps.settings.get('archive.folder');
    if (isAbsolute(folder)) {
      return folder;
    }
    const workspace = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
    if (workspace === undefined) {
      throw errors.input(
        vscode.l10n.t(
          'Downloads go into the workspace, and no folder is open. Open a folder (File > Open Folder…) and try again.',
        ),
      );
    }
    return join(workspace.uri.fsPath, folder);
  }

  /** The workspace's archive, created when it is not there. @throws AppError `input`, `conflict`, `storage` */
  async openForWriting(signedIn: SignedIn, signal: AbortSignal): Promise<Archive> {
    const { Archive } = await import('./archiveModule.ts');
    return Archive.open(this.rootPath, identityOf(signedIn), this.deps, signal);
  }

  /** The workspace's archive as it is; undefined when there is none. @throws AppError `storage`, `unsupported` */
  async openForReading(signal: AbortSignal): Promise<Archive | undefined> {
    const { Archive } = await import('./archiveModule.ts');
    try {
      return await Archive.open(this.rootPath, undefined, this.deps, signal);
    } catch (error) {
      if (isAppError(error, 'notFound') || isAppError(error, 'input')) {
        return undefined;
      }
      throw error;
    }
  }

  /** The cache of the signed-in organisation. */
  cache(signedIn: SignedIn, signal: AbortSignal): Promise<ConversationCache> {
    const { organisation } = signedIn.account;
    if (this.openCache?.organisationId !== organisation.id) {
      this.openCache = {
        organisationId: organisation.id,
        cache: this.startCache(signedIn, signal),
      };
      this.openCache.cache.catch(() => {
        this.openCache = undefined;
      });
    }
    return this.openCache.cache;
  }

  private async startCache(signedIn: SignedIn, signal: AbortSignal): Promise<ConversationCache> {
    const { ConversationCache } = await import('./archiveModule.ts');
    return ConversationCache.open(this.cachePath, identityOf(signedIn), this.deps, signal);
  }

  /** Keeps the cache within its bounds; `keep` are the ids and playable copies that are open in players. */
  async pruneCache(
    signedIn: SignedIn,
    keep: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const cache = await this.cache(signedIn, signal);
    await cache.prune(
      {
        maxBytes: this.deps.settings.get('cache.maxMegabytes') * bytesPerMegabyte,
        maxAgeMs: this.deps.settings.get('cache.maxAgeHours') * msPerHour,
      },
      keep,
      signal,
    );
  }

  /** Deletes everything that was fetched for listening. */
  async wipeCache(): Promise<void> {
    const cache = await this.openCache?.cache.catch(() => undefined);
    this.openCache = undefined;
    const { ConversationCache } = await import('./archiveModule.ts');
    await (cache === undefined ? ConversationCache.wipeFolder(this.cachePath) : cache.wipe());
  }

  /** Reads which conversations are archived. */
  async refreshIndex(signal: AbortSignal): Promise<void> {
    const ids = new Set<ConversationId>();
    const archive = await this.openForReading(signal);
    if (archive !== undefined) {
      for await (const { conversationId } of archive.list(signal)) {
        ids.add(conversationId);
      }
    }
    this.index.replace(ids);
    if (archive !== undefined) {
      const { readHeldIds } = await import('./archiveModule.ts');
      this.index.replaceHeld(await readHeldIds(archive, signal));
    }
  }

  dispose(): void {
    this.index.dispose();
  }

  /** Folder of copies that players make of recordings which a browser cannot play as they are. */
  get playableFolder(): string {
    return join(this.cachePath, playableFolderName);
  }

  private get cachePath(): string {
    return join(this.deps.globalStoragePath, 'cache');
  }
}

function identityOf({ account }: SignedIn): ArchiveIdentity {
  return { organisationId: account.organisation.id, region: account.region };
}
