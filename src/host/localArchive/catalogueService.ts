/**
 * Keeps the catalogue in step with the workspace's archive while somebody looks at it, and asks it. Nothing happens before `start`:
 * searching or looking at the view starts it.
 */
import { errors, isCancellation } from '../../base/appError.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import type {
  CatalogueLocation,
  CatalogueRequests,
  SyncedCatalogue,
} from '../../protocol/catalogue.ts';
import type { Archives } from '../archives/archives.ts';
import type { CatalogueClient, CatalogueProgressListener } from '../archives/catalogueClient.ts';
import { relativeFolder } from './relativeFolder.ts';

export interface CatalogueServiceDeps {
  readonly archives: Pick<Archives, 'openForReading' | 'index'>;
  readonly client: Pick<CatalogueClient, 'request' | 'fill'>;
  /** Folder of the databases, in the extension's storage. */
  readonly storagePath: string;
  readonly log: Log;
  /** Said when there is no archive. */
  readonly noArchiveText: () => string;
}

/** How the catalogue stands to the archive's files. */
export type CatalogueState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'noArchive' }
  | {
      readonly kind: 'filling';
      readonly doneCount: number;
      /** Undefined while the archive is still being listed. */
      readonly totalCount: number | undefined;
    }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** What was stored by this window is taken in one by one up to this many; for more the whole archive is looked at once. */
const maxSingleCount = 20;
const quietMs = 300;

type OwnRequests = {
  [K in keyof CatalogueRequests]: Omit<CatalogueRequests[K]['params'], keyof CatalogueLocation>;
};

export class CatalogueService implements Disposable {
  private readonly deps: CatalogueServiceDeps;
  private readonly owned = new DisposableStore();
  private readonly lifetime = new AbortController();
  private readonly changed = this.owned.add(new Emitter<CatalogueState>());
  /** The state changed, or what the catalogue holds. */
  readonly onDidChange = this.changed.event;
  private currentState: CatalogueState = { kind: 'idle' };
  private readonly stored = new Set<ConversationId>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isWantedAgain = false;

  constructor(deps: CatalogueServiceDeps) {
    this.deps = deps;
  }

  get state(): CatalogueState {
    return this.currentState;
  }

  /** Follows the archive from now on; the first time it looks at all of its files. */
  start(): void {
    if (this.currentState.kind !== 'idle') {
      return;
    }
    this.setState({ kind: 'filling', doneCount: 0, totalCount: undefined });
    const { index } = this.deps.archives;
    this.owned.add(
      index.onDidStore((id) => {
        this.stored.add(id);
        this.takeInSoon();
      }),
    );
    this.owned.add(
      index.onDidReadAgain(() => {
        this.follow();
      }),
    );
    this.follow();
  }

  /** As `start`, and tries again when the last run failed: the lock or the drive that was in the way may be gone. For what a person does. */
  startOrRetry(): void {
    if (this.currentState.kind === 'failed') {
      this.setState({ kind: 'filling', doneCount: 0, totalCount: undefined });
      this.follow();
    } else {
      this.start();
    }
  }

  /** Compares all files with the catalogue, now or after the run that is under way. */
  follow(): void {
    if (this.running !== undefined) {
      this.isWantedAgain = true;
      return;
    }
    this.running = this.followOnce().finally(() => {
      this.running = undefined;
      if (this.isWantedAgain && !this.lifetime.signal.aborted) {
        this.isWantedAgain = false;
        this.follow();
      }
    });
  }

  /**
   * Asks the catalogue of the workspace's archive.
   * @throws AppError `notFound` without an archive, `unsupported` without SQLite, what the request throws
   */
  async request<K extends keyof CatalogueRequests>(
    method: K,
    params: OwnRequests[K],
    signal: AbortSignal,
  ): Promise<CatalogueRequests[K]['result']> {
    const location = await this.location(signal);
    return await this.deps.client.request(method, { ...params, ...location }, signal);
  }

  /** Reads everything again into an empty catalogue. On abort what was read stays, and the rest follows at the next look. */
  async rebuild(
    onProgress: CatalogueProgressListener,
    signal: AbortSignal,
  ): Promise<SyncedCatalogue> {
    const location = await this.location(signal);
    try {
      const result = await this.deps.client.fill('rebuildCatalogue', location, onProgress, signal);
      this.setState({ kind: 'ready' });
      return result;
    } finally {
      if (signal.aborted) {
        this.follow();
      }
    }
  }

  /** Drops what the catalogue holds of a deleted conversation. Without a catalogue there is nothing to drop. */
  async remove(id: ConversationId, signal: AbortSignal): Promise<void> {
    const isRemoved = await this.request('removeConversation', { conversationId: id }, signal);
    if (isRemoved) {
      this.changed.fire(this.currentState);
    }
  }

  dispose(): void {
    this.lifetime.abort();
    clearTimeout(this.timer);
    this.owned.dispose();
  }

  private async location(signal: AbortSignal): Promise<CatalogueLocation> {
    const archive = await this.deps.archives.openForReading(signal);
    if (archive === undefined) {
      throw errors.notFound(this.deps.noArchiveText());
    }
    return {
      storagePath: this.deps.storagePath,
      archiveId: archive.id,
      archivePath: archive.rootPath,
    };
  }

  private async followOnce(): Promise<void> {
    const { signal } = this.lifetime;
    this.stored.clear();
    try {
      if ((await this.deps.archives.openForReading(signal)) === undefined) {
        this.setState({ kind: 'noArchive' });
        return;
      }
      const result = await this.deps.client.fill(
        'syncCatalogue',
        await this.location(signal),
        ({ doneCount, totalCount }) => {
          this.setState({ kind: 'filling', doneCount, totalCount });
        },
        signal,
      );
      for (const { conversationId, message } of result.problems.slice(0, 20)) {
        this.deps.log.warn('A conversation could not be taken into the catalogue', {
          conversationId,
          message,
        });
      }
      this.setState({ kind: 'ready' });
    } catch (error) {
      if (!isCancellation(error)) {
        this.deps.log.warn('The catalogue could not follow the archive', { error });
        this.setState({ kind: 'failed', error });
      }
    }
  }

  private takeInSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.takeInStored().catch((error: unknown) => {
        if (!isCancellation(error)) {
          // The comparison of all files finds what this did not.
          this.follow();
        }
      });
    }, quietMs);
  }

  private async takeInStored(): Promise<void> {
    const ids = [...this.stored];
    this.stored.clear();
    if (ids.length > maxSingleCount || this.currentState.kind !== 'ready') {
      this.follow();
      return;
    }
    const { signal } = this.lifetime;
    const archive = await this.deps.archives.openForReading(signal);
    for (const conversationId of ids) {
      const folderPath = await archive?.find(conversationId, signal);
      if (archive !== undefined && folderPath !== undefined) {
        const folder = relativeFolder(archive.rootPath, folderPath);
        await this.request('ingestConversation', { conversationId, folder }, signal);
      }
    }
    this.changed.fire(this.currentState);
  }

  private setState(state: CatalogueState): void {
    this.currentState = state;
    this.changed.fire(state);
  }
}
