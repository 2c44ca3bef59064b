/**
 * Contract of the catalogue in its worker threads: opening, filling, searching. Every request names the catalogue it means, so
 * that a restarted worker goes on where the last one stopped.
 */
import {
  asArray,
  asNumber,
  asString,
  isRecord,
  manyOf,
  maybe,
  objectOf,
  oneOf,
  type Decoder,
} from '../base/decode.ts';
import type { RequestDecoders } from './rpc.ts';

/** Which archive's catalogue, and where it lies. */
export interface CatalogueLocation {
  /** Absolute folder of the extension's storage on local disk. */
  readonly storagePath: string;
  readonly archiveId: string;
  /** Absolute folder of the archive. */
  readonly archivePath: string;
}

export interface CatalogueSizeMessage {
  readonly conversationCount: number;
  readonly phraseCount: number;
}

export interface CatalogueTaskParams extends CatalogueLocation {
  /** Returns in the notifications of progress. */
  readonly taskId: number;
}

export interface SyncedCatalogue {
  readonly addedCount: number;
  readonly changedCount: number;
  readonly removedCount: number;
  readonly unchangedCount: number;
  readonly problems: readonly { readonly conversationId: string; readonly message: string }[];
}

export interface SearchParams extends CatalogueLocation {
  readonly query: string;
  /** 1 to 500. */
  readonly limit: number;
  readonly after?: string | undefined;
}

export interface QueryParams extends CatalogueLocation {
  readonly query: string;
}

export interface IngestParams extends CatalogueLocation {
  readonly conversationId: string;
  /** Relative to the archive, with `/`. */
  readonly folder: string;
}

export interface FoundPhrase {
  readonly text: string;
  /** Found words in `text`: `[start, end)` in UTF-16 units. */
  readonly highlights: readonly (readonly [number, number])[];
  /** speech, message or note. */
  readonly source: string;
  /** agent, customer, system or note. */
  readonly side: string;
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly communicationId?: string | undefined;
  readonly recordingId?: string | undefined;
}

export interface FoundLabel {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

export interface FoundConversation {
  readonly conversationId: string;
  readonly folder: string;
  readonly startMs: number;
  readonly endMs?: number | undefined;
  readonly media: string;
  readonly direction?: string | undefined;
  readonly labels: readonly FoundLabel[];
  readonly phrases: readonly FoundPhrase[];
}

export interface FoundPage {
  readonly conversations: readonly FoundConversation[];
  readonly next?: string | undefined;
}

export interface FoundCount {
  readonly phraseCount: number;
  readonly conversationCount?: number | undefined;
}

export interface FacetMessage {
  readonly id: string;
  readonly name: string;
  readonly conversationCount: number;
}

export interface FacetsMessage {
  readonly conversationCount: number;
  readonly queues: readonly FacetMessage[];
  readonly agents: readonly FacetMessage[];
  readonly media: readonly FacetMessage[];
  readonly days: readonly FacetMessage[];
  readonly wrapUps: readonly FacetMessage[];
}

export const conversationGroupings = ['day', 'queue', 'agent'] as const;
export type ConversationGrouping = (typeof conversationGroupings)[number];

export interface GroupsParams extends QueryParams {
  readonly by: ConversationGrouping;
}

export interface GroupsMessage {
  /** Conversations that match, each counted once. */
  readonly conversationCount: number;
  /** The id is empty for those without a queue or agent. */
  readonly groups: readonly FacetMessage[];
}

export interface ConversationsParams extends SearchParams {
  /** Only those of one group; all when left out. */
  readonly group?: { readonly by: ConversationGrouping; readonly id: string } | undefined;
}

export interface RemoveParams extends CatalogueLocation {
  readonly conversationId: string;
}

export type CatalogueRequests = {
  openCatalogue: { params: CatalogueLocation; result: CatalogueSizeMessage };
  /** One conversation whose files were just committed, or deleted. */
  ingestConversation: { params: IngestParams; result: boolean };
  /** Follows all changes of the archive's files. Tells its progress. */
  syncCatalogue: { params: CatalogueTaskParams; result: SyncedCatalogue };
  /** Reads everything again; a damaged database is moved aside. Tells its progress. */
  rebuildCatalogue: { params: CatalogueTaskParams; result: SyncedCatalogue };
  searchCatalogue: { params: SearchParams; result: FoundPage };
  countHits: { params: QueryParams; result: FoundCount };
  readFacets: { params: QueryParams; result: FacetsMessage };
  listGroups: { params: GroupsParams; result: GroupsMessage };
  /** Whole conversations, newest first; `phrases` are empty. */
  listConversations: { params: ConversationsParams; result: FoundPage };
  /** True when it was there. A catalogue that does not exist is not made. */
  removeConversation: { params: RemoveParams; result: boolean };
};

/** What a worker is started with. */
export interface CatalogueWorkerData {
  /** Path or file URL of the script that reads conversations in further threads; it reads alone when left out. */
  readonly readerScript: string | undefined;
}

export function decodeCatalogueWorkerData(value: unknown): CatalogueWorkerData {
  const readerScript = isRecord(value) ? value['readerScript'] : undefined;
  return { readerScript: typeof readerScript === 'string' ? readerScript : undefined };
}

/** What a worker tells while it syncs or rebuilds; at most every 100 ms. */
export interface CatalogueProgress {
  readonly kind: 'catalogueProgress';
  readonly taskId: number;
  readonly doneCount: number;
  readonly totalCount?: number | undefined;
}

export const decodeCatalogueProgress: Decoder<CatalogueProgress> = objectOf({
  kind: oneOf(['catalogueProgress']),
  taskId: asNumber,
  doneCount: asNumber,
  totalCount: maybe(asNumber),
});

const locationFields = { storagePath: asString, archiveId: asString, archivePath: asString };
const queryFields = { ...locationFields, query: asString };
const searchFields = { ...queryFields, limit: asNumber, after: maybe(asString) };

const location: Decoder<CatalogueLocation> = objectOf(locationFields);

const task: Decoder<CatalogueTaskParams> = objectOf({ ...locationFields, taskId: asNumber });

const query: Decoder<QueryParams> = objectOf(queryFields);

const synced: Decoder<SyncedCatalogue> = objectOf({
  addedCount: asNumber,
  changedCount: asNumber,
  removedCount: asNumber,
  unchangedCount: asNumber,
  problems: manyOf(objectOf({ conversationId: asString, message: asString })),
});

const highlight: Decoder<readonly [number, number]> = (value, path) => {
  const [start, end] = asArray(value, path);
  return [asNumber(start, path), asNumber(end, path)];
};

const phrase: Decoder<FoundPhrase> = objectOf({
  text: asString,
  highlights: manyOf(highlight),
  source: asString,
  side: asString,
  startMs: asNumber,
  durationMs: asNumber,
  communicationId: maybe(asString),
  recordingId: maybe(asString),
});

const page: Decoder<FoundPage> = objectOf({
  conversations: manyOf(
    objectOf<FoundConversation>({
      conversationId: asString,
      folder: asString,
      startMs: asNumber,
      endMs: maybe(asNumber),
      media: asString,
      direction: maybe(asString),
      labels: manyOf(objectOf<FoundLabel>({ kind: asString, id: asString, name: asString })),
      phrases: manyOf(phrase),
    }),
  ),
  next: maybe(asString),
});

const facets: Decoder<readonly FacetMessage[]> = manyOf(
  objectOf({ id: asString, name: asString, conversationCount: asNumber }),
);

const grouping: Decoder<ConversationGrouping> = oneOf(conversationGroupings);

const isDone: Decoder<boolean> = (value) => value === true;

export const catalogueDecoders: RequestDecoders<CatalogueRequests> = {
  openCatalogue: {
    params: location,
    result: objectOf({ conversationCount: asNumber, phraseCount: asNumber }),
  },
  ingestConversation: {
    params: objectOf({ ...locationFields, conversationId: asString, folder: asString }),
    result: isDone,
  },
  syncCatalogue: { params: task, result: synced },
  rebuildCatalogue: { params: task, result: synced },
  searchCatalogue: { params: objectOf<SearchParams>(searchFields), result: page },
  listConversations: {
    params: objectOf<ConversationsParams>({
      ...searchFields,
      group: maybe(objectOf({ by: grouping, id: asString })),
    }),
    result: page,
  },
  listGroups: {
    params: objectOf<GroupsParams>({ ...queryFields, by: grouping }),
    result: objectOf({ conversationCount: asNumber, groups: facets }),
  },
  removeConversation: {
    params: objectOf<RemoveParams>({ ...locationFields, conversationId: asString }),
    result: isDone,
  },
  countHits: {
    params: query,
    result: objectOf({ phraseCount: asNumber, conversationCount: maybe(asNumber) }),
  },
  readFacets: {
    params: query,
    result: objectOf({
      conversationCount: asNumber,
      queues: facets,
      agents: facets,
      media: facets,
      days: facets,
      wrapUps: facets,
    }),
  },
};
