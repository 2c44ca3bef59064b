/**
 * The archive folder (format 1): where things are, what belongs to whom, reading. Writing is `downloadConversation`'s matter.
 * Knows nothing of the network.
 */
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { errors, throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import {
  isSafeName,
  parseConversationId,
  type ConversationId,
  type OrganisationId,
} from '../model/ids.ts';
import {
  readArchivedConversation,
  readArchivedDetail,
  type ArchivedConversation,
  type ArchivedDetail,
} from './archivedConversation.ts';
import {
  createArchiveFile,
  readArchiveFile,
  type ArchiveFile,
  type ArchiveIdentity,
} from './archiveFile.ts';
import { ensureFolder } from './durableFile.ts';
import { isDeletedFolder, readDeletedIds } from './retention/deletionRecord.ts';
import { errnoOf, guardStorage } from './storageError.ts';

export interface ArchiveDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** False for a cache: its downloads are no events. True when undefined. */
  readonly isAudited?: boolean;
}

export interface ListedConversation {
  readonly conversationId: ConversationId;
  readonly folderPath: string;
  /** UTC day of its start, `2026-11-05`. */
  readonly day: string;
}

const conversationsName = 'conversations';

/** An open archive. Holds no handles: nothing to dispose of. */
export class Archive {
  /** Absolute, links in it resolved. */
  readonly rootPath: string;
  /** Made when the archive was; stays when the folder moves. */
  readonly id: string;
  /** Whose conversations it holds. */
  readonly organisationId: OrganisationId;
  /** True when what happens to it is noted in its audit log. */
  readonly isAudited: boolean;
  private readonly foundFolders = new Map<ConversationId, string>();

  private constructor(rootPath: string, file: ArchiveFile, isAudited: boolean) {
    this.rootPath = rootPath;
    this.isAudited = isAudited;
    this.id = file.archiveId;
    this.organisationId = file.organisationId;
  }

  /**
   * Opens the archive at `rootPath`. With an identity, a folder that is no archive yet becomes one; without, it is only read.
   * @throws AppError `conflict` when it belongs to another organisation, `unsupported` when a newer version wrote it, `corrupt`
   * when its `archive.json` is damaged, `notFound` when there is none and no identity was given, `storage`
   */
  static async open(
    rootPath: string,
    identity: ArchiveIdentity | undefined,
    deps: ArchiveDeps,
    signal: AbortSignal,
  ): Promise<Archive> {
    throwIfCancelled(signal);
    return await guardStorage(async () => {
      const existing = await readArchiveFile(rootPath, signal);
      const file =
        existing ??
        (identity === undefined
          ? undefined
          : await createArchiveFile(rootPath, identity, deps.clock, signal));
      if (file === undefined) {
        throw errors.notFound(
          `There is no archive here yet. Download a conversation to make one, or choose another archive folder: ${rootPath}`,
        );
      }
      if (identity !== undefined && identity.organisationId !== file.organisationId) {
        throw errors.conflict(
          `The archive folder belongs to another organisation (${file.organisationId}, region ${file.region}). Choose another archive folder in the settings, or sign in to that organisation; you are signed in to: ${identity.organisationId}, region ${identity.region}`,
          { details: { archive: file.organisationId, signedIn: identity.organisationId } },
        );
      }
      return new Archive(await realpath(rootPath), file, deps.isAudited ?? true);
    });
  }

  /**
   * Where a conversation belongs: `conversations/YYYY/MM/DD/<id>` by the UTC day of its start. The folder may not exist.
   * @throws AppError `protocol` for a start that is no date of a four-digit year
   */
  conversationFolder(id: ConversationId, startMs: number): string {
    return join(this.rootPath, ...conversationSegments(id, startMs));
  }

  /** Makes the folder of a conversation and returns it. @throws AppError `storage` */
  async createConversationFolder(id: ConversationId, startMs: number): Promise<string> {
    return await ensureFolder(this.rootPath, conversationSegments(id, startMs));
  }

  /** Folder of a conversation whose day is not known; undefined when it is not archived, or deleted. One look a day folder. */
  async find(id: ConversationId, signal: AbortSignal): Promise<string | undefined> {
    return await guardStorage(async () => {
      const known = this.foundFolders.get(id);
      if (
        known !== undefined &&
        (await isFolder(known)) &&
        !(await isDeletedFolder(this.rootPath, id, known))
      ) {
        return known;
      }
      this.foundFolders.delete(id);
      for await (const { path } of this.days(signal)) {
        const folderPath = join(path, id);
        if (
          (await isFolder(folderPath)) &&
          !(await isDeletedFolder(this.rootPath, id, folderPath))
        ) {
          this.foundFolders.set(id, folderPath);
          return folderPath;
        }
      }
      return undefined;
    });
  }

  /**
   * All conversations, newest day first, ordered by id within a day. Folders with names of other kinds are passed over, and those where
   * a deletion had to leave something.
   */
  async *list(signal: AbortSignal): AsyncIterable<ListedConversation> {
    const deleted = await readDeletedIds(this.rootPath);
    for await (const { path, day } of this.days(signal)) {
      yield* this.listFolder({ path, day }, deleted, signal);
    }
  }

  /** Conversations that started on a UTC day (`2026-11-05`), ordered by id. */
  async *listDay(day: string, signal: AbortSignal): AsyncIterable<ListedConversation> {
    const path = join(this.rootPath, conversationsName, ...day.split('-'));
    yield* this.listFolder({ path, day }, await readDeletedIds(this.rootPath), signal);
  }

  private async *listFolder(
    { path, day }: { readonly path: string; readonly day: string },
    deleted: ReadonlySet<ConversationId>,
    signal: AbortSignal,
  ): AsyncIterable<ListedConversation> {
    for (const name of (await folderNames(path)).sort()) {
      throwIfCancelled(signal);
      if (!isSafeName(name)) {
        continue;
      }
      const conversationId = parseConversationId(name);
      const folderPath = join(path, name);
      const isLeft =
        deleted.has(conversationId) &&
        (await isDeletedFolder(this.rootPath, conversationId, folderPath));
      if (!isLeft) {
        yield { conversationId, folderPath, day };
      }
    }
  }

  /**
   * Reads what the manifest lists; media and transcripts only by path.
   * @throws AppError `notFound` when the folder holds no whole conversation, `corrupt` when a file does not decode, `storage`
   */
  async read(folderPath: string, signal: AbortSignal): Promise<ArchivedConversation> {
    return await readArchivedConversation(folderPath, signal);
  }

  /** Reads only what a list shows. @throws AppError as `read` does */
  async readDetail(folderPath: string, signal: AbortSignal): Promise<ArchivedDetail> {
    return await readArchivedDetail(folderPath, signal);
  }

  private async *days(signal: AbortSignal): AsyncIterable<{ path: string; day: string }> {
    const root = join(this.rootPath, conversationsName);
    for (const year of await datedFolders(root, /^\d{4}$/u)) {
      for (const month of await datedFolders(join(root, year), /^\d{2}$/u)) {
        for (const date of await datedFolders(join(root, year, month), /^\d{2}$/u)) {
          throwIfCancelled(signal);
          yield { path: join(root, year, month, date), day: `${year}-${month}-${date}` };
        }
      }
    }
  }
}

function conversationSegments(id: ConversationId, startMs: number): readonly string[] {
  if (!(startMs >= 0 && startMs < Date.UTC(10_000, 0))) {
    throw errors.protocol(
      'The start of a conversation is no time that the archive can file it under',
    );
  }
  const [year = '', month = '', date = ''] = new Date(startMs)
    .toISOString()
    .slice(0, 10)
    .split('-');
  return [conversationsName, year, month, date, id];
}

/** Newest first. */
async function datedFolders(path: string, pattern: RegExp): Promise<readonly string[]> {
  return (await folderNames(path))
    .filter((name) => pattern.test(name))
    .sort()
    .reverse();
}

/** Names of true folders: links are passed over. */
async function folderNames(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await lstat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
