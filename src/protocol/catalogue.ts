/**
 * Contract of the catalogue in its worker threads: opening, filling, searching. Every request names the catalogue it means, so
 * that a restarted worker goes on where the last one stopped.
 */
import {
  asArray,
  asNumber,
  asRecord,
  asString,
  failDecode,
  isRecord,
  listOf,
  optional,
  required,
  type JsonRecord,
} from '../base/decode.ts';
import type { Decoder, RequestDecoders } from './rpc.ts';

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

export const decodeCatalogueProgress: Decoder<CatalogueProgress> = (value, path) => {
  const record = asRecord(value, path);
  return {
    kind:
      record['kind'] === 'catalogueProgress'
        ? 'catalogueProgress'
        : failDecode(path, 'progress of a catalogue'),
    taskId: required(record, 'taskId', path, asNumber),
    doneCount: required(record, 'doneCount', path, asNumber),
    totalCount: optional(record, 'totalCount', path, asNumber),
  };
};

function locationOf(record: JsonRecord, path: string): CatalogueLocation {
  return {
    storagePath: required(record, 'storagePath', path, asString),
    archiveId: required(record, 'archiveId', path, asString),
    archivePath: required(record, 'archivePath', path, asString),
  };
}

const location: Decoder<CatalogueLocation> = (value, path) =>
  locationOf(asRecord(value, path), path);

const task: Decoder<CatalogueTaskParams> = (value, path) => {
  const record = asRecord(value, path);
  return { ...locationOf(record, path), taskId: required(record, 'taskId', path, asNumber) };
};

const query: Decoder<QueryParams> = (value, path) => {
  const record = asRecord(value, path);
  return { ...locationOf(record, path), query: required(record, 'query', path, asString) };
};

const synced: Decoder<SyncedCatalogue> = (value, path) => {
  const record = asRecord(value, path);
  return {
    addedCount: required(record, 'addedCount', path, asNumber),
    changedCount: required(record, 'changedCount', path, asNumber),
    removedCount: required(record, 'removedCount', path, asNumber),
    unchangedCount: required(record, 'unchangedCount', path, asNumber),
    problems: listOf(record, 'problems', path, (item, itemPath) => {
      const problem = asRecord(item, itemPath);
      return {
        conversationId: required(problem, 'conversationId', itemPath, asString),
        message: required(problem, 'message', itemPath, asString),
      };
    }),
  };
};

const phrase: Decoder<FoundPhrase> = (value, path) => {
  const record = asRecord(value, path);
  return {
    text: required(record, 'text', path, asString),
    highlights: listOf(record, 'highlights', path, (item, itemPath): readonly [number, number] => {
      const [start, end] = asArray(item, itemPath);
      return [asNumber(start, itemPath), asNumber(end, itemPath)];
    }),
    source: required(record, 'source', path, asString),
    side: required(record, 'side', path, asString),
    startMs: required(record, 'startMs', path, asNumber),
    durationMs: required(record, 'durationMs', path, asNumber),
    communicationId: optional(record, 'communicationId', path, asString),
    recordingId: optional(record, 'recordingId', path, asString),
  };
};

const label: Decoder<FoundLabel> = (value, path) => {
  const record = asRecord(value, path);
  return {
    kind: required(record, 'kind', path, asString),
    id: required(record, 'id', path, asString),
    name: required(record, 'name', path, asString),
  };
};

const conversation: Decoder<FoundConversation> = (value, path) => {
  const record = asRecord(value, path);
  return {
    conversationId: required(record, 'conversationId', path, asString),
    folder: required(record, 'folder', path, asString),
    startMs: required(record, 'startMs', path, asNumber),
    endMs: optional(record, 'endMs', path, asNumber),
    media: required(record, 'media', path, asString),
    direction: optional(record, 'direction', path, asString),
    labels: listOf(record, 'labels', path, label),
    phrases: listOf(record, 'phrases', path, phrase),
  };
};

const facet: Decoder<FacetMessage> = (value, path) => {
  const record = asRecord(value, path);
  return {
    id: required(record, 'id', path, asString),
    name: required(record, 'name', path, asString),
    conversationCount: required(record, 'conversationCount', path, asNumber),
  };
};

const grouping: Decoder<ConversationGrouping> = (value, path) =>
  conversationGroupings.find((known) => known === value) ?? failDecode(path, 'a grouping');

const group: Decoder<ConversationsParams['group']> = (value, path) => {
  const record = asRecord(value, path);
  return {
    by: required(record, 'by', path, grouping),
    id: required(record, 'id', path, asString),
  };
};

const search: Decoder<SearchParams> = (value, path) => {
  const record = asRecord(value, path);
  return {
    ...query(value, path),
    limit: required(record, 'limit', path, asNumber),
    after: optional(record, 'after', path, asString),
  };
};

const page: Decoder<FoundPage> = (value, path) => {
  const record = asRecord(value, path);
  return {
    conversations: listOf(record, 'conversations', path, conversation),
    next: optional(record, 'next', path, asString),
  };
};

export const catalogueDecoders: RequestDecoders<CatalogueRequests> = {
  openCatalogue: {
    params: location,
    result: (value, path) => {
      const record = asRecord(value, path);
      return {
        conversationCount: required(record, 'conversationCount', path, asNumber),
        phraseCount: required(record, 'phraseCount', path, asNumber),
      };
    },
  },
  ingestConversation: {
    params: (value, path) => {
      const record = asRecord(value, path);
      return {
        ...locationOf(record, path),
        conversationId: required(record, 'conversationId', path, asString),
        folder: required(record, 'folder', path, asString),
      };
    },
    result: (value) => value === true,
  },
  syncCatalogue: { params: task, result: synced },
  rebuildCatalogue: { params: task, result: synced },
  searchCatalogue: { params: search, result: page },
  listConversations: {
    params: (value, path) => ({
      ...search(value, path),
      group: optional(asRecord(value, path), 'group', path, group),
    }),
    result: page,
  },
  listGroups: {
    params: (value, path) => ({
      ...query(value, path),
      by: required(asRecord(value, path), 'by', path, grouping),
    }),
    result: (value, path) => {
      const record = asRecord(value, path);
      return {
        conversationCount: required(record, 'conversationCount', path, asNumber),
        groups: listOf(record, 'groups', path, facet),
      };
    },
  },
  removeConversation: {
    params: (value, path) => ({
      ...location(value, path),
      conversationId: required(asRecord(value, path), 'conversationId', path, asString),
    }),
    result: (value) => value === true,
  },
  countHits: {
    params: query,
    result: (value, path) => {
      const record = asRecord(value, path);
      return {
        phraseCount: required(record, 'phraseCount', path, asNumber),
        conversationCount: optional(record, 'conversationCount', path, asNumber),
      };
    },
  },
  readFacets: {
    params: query,
    result: (value, path) => {
      const record = asRecord(value, path);
      return {
        conversationCount: required(record, 'conversationCount', path, asNumber),
        queues: listOf(record, 'queues', path, facet),
        agents: listOf(record, 'agents', path, facet),
        media: listOf(record, 'media', path, facet),
        days: listOf(record, 'days', path, facet),
        wrapUps: listOf(record, 'wrapUps', path, facet),
      };
    },
  },
};
