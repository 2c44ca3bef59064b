/** What a sync needs of others, and the handle on one that runs. No behaviour. */
import type { Clock } from '../../base/clock.ts';
import type { Event } from '../../base/event.ts';
import type { Log } from '../../base/log.ts';
import type { BulkApi } from '../../genesys/bulkApi.ts';
import type { DiscoveredPage } from '../../genesys/discoveredPage.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { RecordingFormat } from '../../model/recording.ts';
import type { Archive } from '../archive.ts';
import type { Packing } from '../compression.ts';
import type { ConversationSource, NameSource } from '../downloadRun.ts';
import type { SyncScope } from './syncRequest.ts';
import type { SyncSnapshot } from './syncSnapshot.ts';

/** What a sync asks of the platform: a client in the background. */
export type SyncSource = ConversationSource &
  Pick<BulkApi, 'createRecordingBatch' | 'fetchRecordingBatch'>;

/**
 * Finds the conversations of a scope from a stored position on (undefined: from the start). The next page is only asked for
 * after this one is safe. Errors and cancellation are those of the client.
 */
export type Discover = (
  scope: SyncScope,
  position: string | undefined,
  signal: AbortSignal,
) => AsyncIterable<DiscoveredPage>;

/** Where a sync leaves its traces. @see AuditLog */
export interface AuditPort {
  append(
    kind: string,
    details: Readonly<Record<string, string | number | boolean | readonly string[]>>,
    signal: AbortSignal,
  ): Promise<void>;
}

export interface SyncDeps {
  readonly archive: Archive;
  /** How new files are packed; `defaultPacking` when undefined. */
  readonly packing?: Packing | undefined;
  readonly source: SyncSource;
  /** Without it no names are stored. */
  readonly names?: NameSource | undefined;
  readonly discover: Discover;
  /** Frees what a discovery that a person cancelled left on the platform. Never rejects. @see abandonDiscovery */
  readonly abandonDiscovery: (position: string) => Promise<void>;
  readonly audit: AuditPort;
  /** Conversations that retention deleted here: they do not come back. */
  readonly deletedIds?: ReadonlySet<ConversationId> | undefined;
  /** Who is signed in: a batch can only be read by the client that made it. Not a secret. */
  readonly clientKey: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly options?: Partial<SyncOptions> | undefined;
}

export interface SyncOptions {
  /** Recordings gathered for one batch, 1 to 100. */
  readonly recordingsPerBatch: number;
  /** Chunks under way at once: while one waits for its batch, another downloads. */
  readonly parallelChunks: number;
  /** Conversations that download at once, in all chunks together. */
  readonly parallelConversations: number;
  /** Attempts of one conversation before what is missing counts as ended. */
  readonly maxAttempts: number;
  /** Pause before the second attempt after a failure; each further one is twice as long. */
  readonly retryPauseMs: number;
  /** A run stays for what becomes due within this time, and ends with the rest waiting. */
  readonly patienceMs: number;
  readonly firstPollMs: number;
  readonly longestPollMs: number;
  /** A batch that brings nothing new for this long is taken as it is. */
  readonly batchPatienceMs: number;
  /** What single requests ask for when a batch cannot bring the original. */
  readonly fallbackFormat: Exclude<RecordingFormat, 'NONE'>;
}

export const defaultSyncOptions: SyncOptions = {
  recordingsPerBatch: 100,
  parallelChunks: 3,
  parallelConversations: 8,
  maxAttempts: 4,
  retryPauseMs: 60_000,
  patienceMs: 20 * 60_000,
  firstPollMs: 5_000,
  longestPollMs: 60_000,
  batchPatienceMs: 15 * 60_000,
  fallbackFormat: 'WAV',
};

/** A sync at work in this process. */
export interface SyncRun {
  readonly syncId: string;
  readonly snapshot: SyncSnapshot;
  /** At most a few times a second; the last value always comes. */
  readonly onDidChange: Event<SyncSnapshot>;
  /** Resolves to the last snapshot: `finished`, `paused`, `cancelled` or `failed`. Rejects on abort only (AbortError). */
  readonly ended: Promise<SyncSnapshot>;
  /** Stops; `startSync` goes on later. What is downloaded so far stays. */
  pause(): void;
  /** Stops for good. What is downloaded stays. */
  cancel(): void;
  /** Conversations that ended or wait are tried again at once. Without effect before the sync holds the lock. */
  retryEnded(): Promise<void>;
}
