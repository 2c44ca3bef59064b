/**
 * Brings the catalogue in step with the archive's files, whoever changed them: what is new or changed is read, what is gone is
 * deleted. Rerunning after a cancellation goes on where it stopped.
 */
import { isAppError, messageOf, throwIfCancelled } from '../base/appError.ts';
import { Limiter } from '../base/limiter.ts';
import { parseConversationId, type ConversationId } from '../model/ids.ts';
import type { CatalogueDatabase } from './catalogueDatabase.ts';
import type {
  CatalogueContent,
  CatalogueDocument,
  CatalogueSource,
  ListedDocument,
} from './catalogueDocument.ts';
import { CatalogueWriter } from './catalogueWriter.ts';
import { ConversationRows } from './conversationRows.ts';
import { bulkPhraseCount, inBulk } from './wordIndex.ts';

export interface SyncProgress {
  /** Conversations that were looked at. */
  readonly doneCount: number;
  /** Undefined while the archive is still being listed. */
  readonly totalCount: number | undefined;
}

export interface SyncResult {
  readonly addedCount: number;
  readonly changedCount: number;
  readonly removedCount: number;
  readonly unchangedCount: number;
  /**
   * Conversations that could not be read, with a sentence why. Damaged ones are tried again when their files change; those whose files the
   * file system refused stay as they were and are tried again by the next sync.
   */
  readonly problems: readonly {
    readonly conversationId: ConversationId;
    readonly message: string;
  }[];
}

/** Conversations that are read ahead while others are written, where the source names no number. */
const defaultReadAheadCount = 8;
const maxProblemCount = 1000;
/** When so many cannot be read one after another, it is not about them: the drive is gone. */
const maxRefusedInARow = 20;
/** For so many new ones the index is written as a whole. */
const bulkConversationCount = 1000;

interface Known {
  /** Undefined when it was not written to its end. */
  readonly signature: string | undefined;
  readonly phraseCount: number;
}

/**
 * @param isRebuild whether everything is read again, starting from an empty catalogue.
 * On abort rejects with AbortError; what was done so far stays.
 * @throws AppError `conflict` | `storage` | `corrupt`
 */
export async function syncCatalogue(
  db: CatalogueDatabase,
  source: CatalogueSource,
  options: {
    readonly isRebuild: boolean;
    readonly onProgress: (progress: SyncProgress) => void;
  },
  signal: AbortSignal,
): Promise<SyncResult> {
  throwIfCancelled(signal);
  if (options.isRebuild) {
    clear(db);
  }
  const known = new Map<ConversationId, Known>();
  for (const row of db.all('SELECT conversation_id, signature, phrase_count FROM conversation')) {
    const { signature } = row;
    known.set(parseConversationId(String(row['conversation_id'])), {
      signature: typeof signature === 'string' ? signature : undefined,
      phraseCount: Number(row['phrase_count']),
    });
  }
  const listed = new Map<ConversationId, ListedDocument>();
  for await (const item of source.list(signal)) {
    throwIfCancelled(signal);
    // A copied folder brings a conversation twice: the newest day counts.
    if (!listed.has(item.conversationId)) {
      listed.set(item.conversationId, item);
      options.onProgress({ doneCount: 0, totalCount: undefined });
    }
  }
  const gone = [...known.keys()].filter((id) => !listed.has(id));
  const wanted = [...listed.values()].filter(
    (item) => known.get(item.conversationId)?.signature !== item.signature,
  );
  const changed = wanted.filter((item) => known.has(item.conversationId));
  const deletedPhraseCount = [...gone, ...changed.map((item) => item.conversationId)].reduce(
    (sum, id) => sum + (known.get(id)?.phraseCount ?? 0),
    0,
  );
  const unchangedCount = listed.size - wanted.length;
  const write = async (): Promise<Pick<SyncResult, 'removedCount' | 'problems'>> => ({
    removedCount: remove(db, gone, signal),
    problems: await readAll(
      db,
      source,
      wanted,
      (doneCount) => {
        options.onProgress({ doneCount: unchangedCount + doneCount, totalCount: listed.size });
      },
      signal,
    ),
  });
  const isBulk = deletedPhraseCount > bulkPhraseCount || wanted.length > bulkConversationCount;
  const { removedCount, problems } = await inBulk(db, options.isRebuild || isBulk, write, signal);
  if (gone.length + changed.length > 0 || options.isRebuild) {
    db.settleDeletions();
  }
  return {
    addedCount: wanted.length - changed.length,
    changedCount: changed.length,
    removedCount,
    unchangedCount,
    problems,
  };
}

async function readAll(
  db: CatalogueDatabase,
  source: CatalogueSource,
  wanted: readonly ListedDocument[],
  onDone: (doneCount: number) => void,
  signal: AbortSignal,
): Promise<SyncResult['problems']> {
  const writer = new CatalogueWriter(db);
  const problems: { conversationId: ConversationId; message: string }[] = [];
  const ahead: { item: ListedDocument; reading: Promise<CatalogueDocument> }[] = [];
  const { readAheadCount = defaultReadAheadCount } = source;
  const limiter = new Limiter(readAheadCount);
  let nextIndex = 0;
  const readOn = (): void => {
    while (ahead.length < readAheadCount) {
      const item = wanted[nextIndex];
      if (item === undefined) {
        return;
      }
      nextIndex++;
      const reading = limiter.run(() => source.read(item, signal), signal);
      // Looked at when its turn comes; until then a failure is nobody's.
      reading.catch(() => undefined);
      ahead.push({ item, reading });
    }
  };
  let doneCount = 0;
  let refusedInARow = 0;
  readOn();
  for (let head = ahead.shift(); head !== undefined; head = ahead.shift()) {
    readOn();
    throwIfCancelled(signal);
    const watched = watch(head.reading);
    try {
      await writer.add(await watched.document, signal);
      refusedInARow = 0;
    } catch (error) {
      const isRefused = error === watched.failure() && isAppError(error, 'storage');
      refusedInARow = isRefused ? refusedInARow + 1 : 0;
      if (refusedInARow > maxRefusedInARow) {
        throw error;
      }
      const message = isRefused ? messageOf(error) : problemOf(error);
      if (!isRefused) {
        await writer.add(unreadable(head.item, message), signal);
      }
      if (problems.length < maxProblemCount) {
        problems.push({ conversationId: head.item.conversationId, message });
      }
    }
    onDone(++doneCount);
  }
  writer.finish();
  return problems;
}

/** Tells what failed while a conversation was read from what failed while it was written. */
function watch(reading: Promise<CatalogueDocument>): {
  readonly document: Promise<CatalogueDocument>;
  readonly failure: () => unknown;
} {
  let failure: unknown;
  const note = (error: unknown): never => {
    failure = error;
    throw error;
  };
  const watched = async function* (
    content: CatalogueDocument['content'],
  ): AsyncGenerator<readonly CatalogueContent[], void, undefined> {
    try {
      yield* content;
    } catch (error) {
      note(error);
    }
  };
  return {
    document: reading.then(
      (document) => ({ ...document, content: watched(document.content) }),
      note,
    ),
    failure: () => failure,
  };
}

/** A conversation that cannot be read is one of the archive's all the same. @throws the error when it is about more than one */
function problemOf(error: unknown): string {
  if (
    isAppError(error, 'corrupt') ||
    isAppError(error, 'notFound') ||
    isAppError(error, 'unsupported') ||
    isAppError(error, 'protocol')
  ) {
    return messageOf(error);
  }
  throw error;
}

/** Stands for a conversation that cannot be read, so that it is not tried again until its files change. */
function unreadable(item: ListedDocument, message: string): CatalogueDocument {
  const [, year = '1970', month = '01', date = '01'] =
    /(\d{4})\/(\d{2})\/(\d{2})\//u.exec(item.folder) ?? [];
  return {
    ...item,
    startMs: Date.parse(`${year}-${month}-${date}`) || 0,
    endMs: undefined,
    media: 'unknown',
    direction: undefined,
    participants: [],
    recordings: [],
    labels: [],
    content: [[{ kind: 'problem', message }]],
  };
}

function clear(db: CatalogueDatabase): void {
  db.write(() => {
    db.run("INSERT INTO phrase_fts (phrase_fts) VALUES ('delete-all')");
    for (const table of [
      'phrase',
      'conversation',
      'label',
      'conversation_label',
      'participant',
      'recording',
      'topic',
      'sentiment',
      'source',
    ]) {
      db.run(`DELETE FROM ${table}`);
    }
  });
}

/** In transactions of a few conversations. */
function remove(
  db: CatalogueDatabase,
  ids: readonly ConversationId[],
  signal: AbortSignal,
): number {
  let count = 0;
  for (let start = 0; start < ids.length; start += 50) {
    throwIfCancelled(signal);
    db.write(() => {
      const rows = new ConversationRows(db);
      for (const id of ids.slice(start, start + 50)) {
        count += rows.delete(id) ? 1 : 0;
      }
    });
  }
  return count;
}
