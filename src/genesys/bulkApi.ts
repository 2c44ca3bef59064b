/**
 * What syncing thousands of conversations asks of Genesys Cloud beside `GenesysApi`: asynchronous detail jobs, details by ids,
 * batches of recordings. Errors and cancellation are those of `GenesysApi`.
 */
import type { Conversation } from '../model/conversation.ts';
import type { Fetched } from '../model/fetched.ts';
import type { ConversationId, RecordingId } from '../model/ids.ts';
import type { ConversationQuery } from '../query/conversationQuery.ts';

export interface BulkApi {
  /**
   * Starts a job over the data lake and returns its id. Never sent twice.
   * @see POST /api/v2/analytics/conversations/details/jobs
   */
  createDetailsJob(query: ConversationQuery, signal: AbortSignal): Promise<string>;
  /** @throws AppError `notFound` when the platform forgot the job */
  fetchDetailsJob(jobId: string, signal: AbortSignal): Promise<DetailsJob>;
  /** @see GET /api/v2/analytics/conversations/details/jobs/{jobId}/results */
  fetchDetailsJobPage(
    jobId: string,
    page: { readonly cursor: string | undefined; readonly pageSize: number },
    signal: AbortSignal,
  ): Promise<DetailsJobPage>;
  /** Frees the platform's storage; a job that is gone already is no error. */
  deleteDetailsJob(jobId: string, signal: AbortSignal): Promise<void>;
  /** Up to when jobs have data; undefined when the platform does not say. */
  fetchDetailsAvailabilityMs(signal: AbortSignal): Promise<number | undefined>;
  /** Up to 100 conversations; those that the platform does not know are missing in the answer. */
  fetchConversations(
    ids: readonly ConversationId[],
    signal: AbortSignal,
  ): Promise<DecodedConversations>;
  /**
   * Asks for the original media of 1 to 100 recordings and returns the id of the batch. Never sent twice.
   * @see POST /api/v2/recording/batchrequests
   */
  createRecordingBatch(items: readonly BatchItem[], signal: AbortSignal): Promise<string>;
  /** @throws AppError `notFound` when the platform forgot the batch, `forbidden` when another client made it */
  fetchRecordingBatch(batchId: string, signal: AbortSignal): Promise<RecordingBatch>;
}

export interface DetailsJob {
  /** QUEUED, PENDING, FAILED, CANCELLED, FULFILLED, EXPIRED (open set: others are polled on). */
  readonly state: string;
  readonly errorMessage: string | undefined;
  readonly expiresAtMs: number | undefined;
}

export interface DecodedConversations {
  readonly conversations: readonly Fetched<Conversation>[];
  /** Conversations that could not be decoded: their raw text and what was wrong. They never fail the page. */
  readonly undecodable: readonly { readonly rawJson: string; readonly reason: string }[];
}

export interface DetailsJobPage extends DecodedConversations {
  /** Undefined on the last page. */
  readonly cursor: string | undefined;
  /** The job knows nothing that happened later. */
  readonly dataAvailableUntilMs: number | undefined;
}

export interface BatchItem {
  readonly conversationId: ConversationId;
  /** All recordings of the conversation when undefined. */
  readonly recordingId: RecordingId | undefined;
}

/** A batch as it is now: results arrive while it runs, and `expectedResultCount` may grow. */
export interface RecordingBatch {
  readonly isCompleted: boolean;
  readonly expectedResultCount: number;
  readonly resultCount: number;
  readonly errorCount: number;
  /** Nothing here is to be trusted to belong to what was asked for. */
  readonly results: readonly BatchResult[];
}

export interface BatchResult {
  readonly conversationId: ConversationId | undefined;
  readonly recordingId: RecordingId | undefined;
  /** Signed: never logged, never stored, fetched without the bearer token. */
  readonly url: string | undefined;
  readonly expiresAtMs: number | undefined;
  readonly contentType: string | undefined;
  readonly errorMessage: string | undefined;
}
