/** Where a sync is, as user interfaces of this and of other windows show it. No behaviour. */
import type { ConversationId } from '../../model/ids.ts';
import type { ReasonCode } from '../absence.ts';
import type { SyncRequest } from './syncRequest.ts';

/**
 * `waitingForLock` another window writes to the archive; `discovering` conversations are still being found (and downloaded);
 * `downloading` all are found; `waiting` the rest is not due before `nextAttemptAtMs`. Nobody works on the others:
 * `interrupted` whoever did is gone (a crash, a closed window): resume it; `paused` by a person; `failed` by `failure`: resume
 * it when that is mended; `cancelled` by a person, final; `finished`.
 */
export const syncPhases = [
  'waitingForLock',
  'discovering',
  'downloading',
  'waiting',
  'interrupted',
  'paused',
  'failed',
  'cancelled',
  'finished',
] as const;
export type SyncPhase = (typeof syncPhases)[number];

export interface SyncSnapshot {
  readonly syncId: string;
  readonly request: SyncRequest;
  readonly phase: SyncPhase;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Wanted conversations; the sum of the four below. */
  readonly foundCount: number;
  readonly queuedCount: number;
  /** Everything there is of them is in the archive. */
  readonly doneCount: number;
  /** Something will be tried again. */
  readonly waitingCount: number;
  /** Something is missing and will not be tried again; the reasons are in the conversation's manifest. */
  readonly endedCount: number;
  /** Of those done, how many the archive held already. */
  readonly unchangedCount: number;
  /** Conversations whose text could not be read; it is stored under the sync. */
  readonly undecodableCount: number;
  /** As the platform says; undefined while it does not, or when discovery is done. */
  readonly estimatedTotal: number | undefined;
  readonly isDiscoveryDone: boolean;
  /** Over the network, repeated ones included; of all runs. */
  readonly downloadedBytes: number;
  /** Over the last seconds of this run; 0 when nobody works on it, or another window does. */
  readonly bytesPerSecond: number;
  readonly recordingCount: number;
  readonly calls: SyncCalls;
  /** How many waiting and ended conversations have each reason; reasons that nobody has are missing. */
  readonly reasonCounts: Readonly<Partial<Record<ReasonCode, number>>>;
  /** Conversations on their way, oldest first; empty when nobody works on it, or another window does. */
  readonly currentItems: readonly SyncItem[];
  /** When the next waiting conversation is due. */
  readonly nextAttemptAtMs: number | undefined;
  /** Why it failed. */
  readonly failure: SyncFailure | undefined;
  /** The last few failures of single conversations, newest first. */
  readonly recentFailures: readonly SyncFailure[];
  /** Results of batches that nobody asked for: ignored. */
  readonly strayResultCount: number;
  /** What people should know of how it came out: a missing watermark, conversations still open. */
  readonly notes: readonly SyncNote[];
}

/** Requests to the platform in this run, by what they were for. */
export interface SyncCalls {
  readonly batchesMade: number;
  readonly batchPolls: number;
  /** Recordings that no batch brought, asked for by conversation. */
  readonly singleGets: number;
  readonly recordingLists: number;
  readonly transcriptLinks: number;
  readonly details: number;
}

export interface SyncItem {
  readonly conversationId: ConversationId;
  /** For people: `Recording 1 of 2`. */
  readonly step: string;
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
}

export interface SyncFailure {
  readonly atMs: number;
  /** Undefined when it concerns the whole sync. */
  readonly conversationId: ConversationId | undefined;
  /** Code of the AppError. */
  readonly code: string;
  readonly message: string;
}

/** Of this run. */
export interface SyncNote {
  /** A kind of the discovery's notices, `unknownIds`, or `watermarkHeld` when conversations that are not done keep it back. */
  readonly kind: string;
  readonly message: string;
}
