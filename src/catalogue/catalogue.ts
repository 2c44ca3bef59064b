/**
 * The catalogue of one archive: everything that was downloaded, searchable. Derived from the archive's files and disposable. Its
 * database lies in the extension's storage on local disk, never in the archive, which may be a network share.
 */
import { join } from 'node:path';
import { errors, isAppError } from '../base/appError.ts';
import { isSafeName, type ConversationId } from '../model/ids.ts';
import { parseSearchOrThrow } from '../query/parseSearch.ts';
import {
  CatalogueDatabase,
  moveCatalogueAside,
  type DatabaseOptions,
} from './catalogueDatabase.ts';
import type { CatalogueDocument, CatalogueSource } from './catalogueDocument.ts';
import { readFacets, type SearchFacets } from './catalogueFacets.ts';
import {
  listConversations,
  listGroups,
  type ConversationGroup,
  type ConversationPageRequest,
  type GroupedConversations,
} from './catalogueGroups.ts';
import {
  countHits,
  searchCatalogue,
  type SearchCount,
  type SearchHits,
  type SearchPage,
} from './catalogueSearch.ts';
import { CatalogueWriter } from './catalogueWriter.ts';
import { ConversationRows } from './conversationRows.ts';
import { syncCatalogue, type SyncProgress, type SyncResult } from './syncCatalogue.ts';
import { bulkPhraseCount, inBulk } from './wordIndex.ts';

export interface CatalogueSize {
  readonly conversationCount: number;
  readonly phraseCount: number;
}

/** Where the catalogue of an archive lies. @throws AppError `input` for an id that could not name a file */
export function cataloguePath(storagePath: string, archiveId: string): string {
  if (!isSafeName(archiveId)) {
    throw errors.input('The id of the archive cannot name a file: its archive.json is damaged');
  }
  return join(storagePath, `${archiveId}.sqlite`);
}

/**
 * One connection to a catalogue. Windows and threads have one each. `close` it.
 * All methods throw AppError `conflict` when another window keeps the database locked, `corrupt` when it is damaged, `storage`.
 */
export class Catalogue {
  private readonly db: CatalogueDatabase;

  private constructor(db: CatalogueDatabase) {
    this.db = db;
  }

  /** @throws AppError as `CatalogueDatabase.open` does */
  static async open(path: string, options: DatabaseOptions = {}): Promise<Catalogue> {
    return new Catalogue(await CatalogueDatabase.open(path, options));
  }

  /**
   * As `open`, but a damaged database, or one of a newer version, is moved aside and an empty one takes its place.
   * @throws AppError `unsupported` without SQLite, `conflict`, `storage`
   */
  static async openOrReplace(
    path: string,
    nowMs: number,
    options: DatabaseOptions = {},
  ): Promise<Catalogue> {
    try {
      return await Catalogue.open(path, options);
    } catch (error) {
      if (!isAppError(error, 'corrupt') && !isAppError(error, 'unsupported')) {
        throw error;
      }
      if (moveCatalogueAside(path, nowMs) === undefined) {
        throw error;
      }
      return await Catalogue.open(path, options);
    }
  }

  close(): void {
    this.db.close();
  }

  /** False when the file was deleted or replaced since it was opened. */
  isCurrent(): boolean {
    return this.db.isCurrent();
  }

  size(): CatalogueSize {
    const row = this.db.get(
      'SELECT count(*) AS conversations, coalesce(sum(phrase_count), 0) AS phrases FROM conversation',
    );
    return {
      conversationCount: Number(row?.['conversations']),
      phraseCount: Number(row?.['phrases']),
    };
  }

  /** Takes one conversation in, in place of what was there under its id. */
  async ingest(document: CatalogueDocument, signal: AbortSignal): Promise<void> {
    const writer = new CatalogueWriter(this.db);
    await writer.add(document, signal);
    writer.finish();
  }

  /**
   * Nothing of it stays in the database's file. True when the conversation was there.
   * On abort it is deleted, but its words may stay in the file until the next removal or sync.
   */
  async remove(id: ConversationId, signal: AbortSignal): Promise<boolean> {
    const count = this.db.get(
      'SELECT phrase_count FROM conversation WHERE conversation_id = ?',
      id,
    )?.['phrase_count'];
    if (count === undefined) {
      return false;
    }
    const isRemoved = await inBulk(
      this.db,
      Number(count) > bulkPhraseCount,
      () => this.db.write(() => new ConversationRows(this.db).delete(id)),
      signal,
    );
    this.db.settleDeletions();
    return isRemoved;
  }

  /** Follows the archive's files: new, changed and deleted conversations. @see syncCatalogue */
  sync(
    source: CatalogueSource,
    onProgress: (progress: SyncProgress) => void,
    signal: AbortSignal,
  ): Promise<SyncResult> {
    return syncCatalogue(this.db, source, { isRebuild: false, onProgress }, signal);
  }

  /** Empties the catalogue and reads everything again. Searches meanwhile find what is there already. */
  rebuild(
    source: CatalogueSource,
    onProgress: (progress: SyncProgress) => void,
    signal: AbortSignal,
  ): Promise<SyncResult> {
    return syncCatalogue(this.db, source, { isRebuild: true, onProgress }, signal);
  }

  /** One page of hits, newest first. @throws AppError `input` when the text is no search, naming the place */
  search(text: string, page: SearchPage): SearchHits {
    return searchCatalogue(this.db, parseSearchOrThrow(text), page);
  }

  /** Exact. @throws AppError `input` when the text is no search */
  count(text: string): SearchCount {
    return countHits(this.db, parseSearchOrThrow(text));
  }

  /** @throws AppError `input` when the text is no search; AbortError */
  facets(text: string, signal: AbortSignal): Promise<SearchFacets> {
    return readFacets(this.db, parseSearchOrThrow(text), signal);
  }

  /** @throws AppError `input` when the text is no search; AbortError */
  groups(
    text: string,
    by: ConversationGroup['by'],
    signal: AbortSignal,
  ): Promise<GroupedConversations> {
    return listGroups(this.db, parseSearchOrThrow(text), by, signal);
  }

  /** One page of whole conversations, newest first. @throws AppError `input`; AbortError */
  conversations(
    text: string,
    request: ConversationPageRequest,
    signal: AbortSignal,
  ): Promise<SearchHits> {
    return listConversations(this.db, parseSearchOrThrow(text), request, signal);
  }
}
