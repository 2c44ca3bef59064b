/**
 * What the rest of the product may ask of Genesys Cloud. `GenesysClient` implements it; tests and features depend on it.
 * Every call takes a signal last; an aborted call rejects with AbortError and leaves no open socket.
 * Errors are AppErrors: `auth` (sign in again), `forbidden` (names the permission), `notFound`, `rateLimited`, `network`,
 * `remote`, `protocol`, `input`.
 */
import type { AppError } from '../base/appError.ts';
import type { Event } from '../base/event.ts';
import type { Conversation } from '../model/conversation.ts';
import type { Fetched } from '../model/fetched.ts';
import type {
  CommunicationId,
  ConversationId,
  DivisionId,
  OrganisationId,
  QueueId,
  RecordingId,
  UserId,
  WrapUpCodeId,
} from '../model/ids.ts';
import type { Recording, RecordingFormat } from '../model/recording.ts';
import type { ConversationQuery } from '../query/conversationQuery.ts';
import type { BulkApi } from './bulkApi.ts';
import type { PermissionReport } from './permissions.ts';

export interface GenesysApi {
  readonly rate: RateState;
  /**
   * The same client for work that may take its time, such as syncing: its requests leave room for everybody else's. It shares
   * tokens, budget and names with this one.
   */
  background(): GenesysApi;
  readonly activity: ApiActivity;
  fetchOrganisation(signal: AbortSignal): Promise<Organisation>;
  /** One page, newest first. At most one request. @see POST /api/v2/analytics/conversations/details/query */
  listConversations(
    query: ConversationQuery,
    page: PageRequest,
    signal: AbortSignal,
  ): Promise<ConversationPage>;
  /** @see GET /api/v2/analytics/conversations/{conversationId}/details */
  fetchConversation(id: ConversationId, signal: AbortSignal): Promise<Fetched<Conversation>>;
  /**
   * All recordings of a conversation. Polls while the platform answers 202, by its estimate, until `maxWaitMs`.
   * Empty when the conversation was not recorded.
   * @throws AppError `remote` when transcoding is not done after `maxWaitMs`
   * @see GET /api/v2/conversations/{conversationId}/recordings
   */
  fetchRecordings(
    id: ConversationId,
    options: FetchRecordingsOptions,
    signal: AbortSignal,
  ): Promise<readonly Fetched<Recording>[]>;
  /**
   * Signed links to the transcript files of a communication: one per recording, or one without a recording id.
   * Empty when there is none, not yet or not any more (the platform does not tell these apart).
   * @see GET /api/v2/speechandtextanalytics/conversations/{conversationId}/communications/{communicationId}/transcripturls
   */
  fetchTranscriptLinks(
    id: ConversationId,
    communicationId: CommunicationId,
    signal: AbortSignal,
  ): Promise<readonly TranscriptLink[]>;
  /** Opens a signed link: no bearer token, redirects followed. The caller reads or cancels the body. */
  openMedia(url: string, options: OpenMediaOptions, signal: AbortSignal): Promise<MediaResponse>;
  readonly names: NameDirectory;
  /**
   * Which features the signed-in client may use, by at most eight requests that change nothing.
   * @throws AppError `auth` | `network` when nothing could be found out
   * @see GET /api/v2/tokens/me
   */
  fetchPermissionReport(signal: AbortSignal): Promise<PermissionReport>;
  /** What syncing needs beside this, always with the priority of `background()`. Its code is loaded on first use. */
  bulk(): Promise<BulkApi>;
}

export interface Organisation {
  readonly id: OrganisationId;
  readonly name: string;
}

export interface PageRequest {
  /** From 1. */
  readonly pageNumber: number;
  /** 1 to 100. */
  readonly pageSize: number;
  /** The caller asks for smaller pages when the platform takes too long: then a 504 is thrown at once. */
  readonly isDivisible?: boolean | undefined;
}

export interface ConversationPage {
  readonly conversations: readonly Fetched<Conversation>[];
  /** Conversations that could not be decoded: their raw text and what was wrong. They never fail the page. */
  readonly undecodable: readonly { readonly rawJson: string; readonly reason: string }[];
  readonly totalHits: number;
  readonly hasMore: boolean;
}

export interface FetchRecordingsOptions {
  /** `NONE` never waits and brings no media. */
  readonly format: RecordingFormat;
  /** How long to poll in all. */
  readonly maxWaitMs: number;
  /** Told before each wait. */
  readonly onTranscoding?: ((waitMs: number) => void) | undefined;
  /** Told of each recording that is left out because it does not decode; it never fails the others. */
  readonly onUndecodable?: ((recording: UndecodableRecording) => void) | undefined;
}

export interface UndecodableRecording {
  /** Undefined when not even its id can be read. */
  readonly recordingId: RecordingId | undefined;
  /** From 0, in the list as the platform sent it. */
  readonly index: number;
  /** Which value was wrong, without the value. */
  readonly reason: string;
}

export interface TranscriptLink {
  readonly url: string;
  readonly recordingId: RecordingId | undefined;
  readonly expiresAtMs: number | undefined;
}

export interface OpenMediaOptions {
  /** First byte wanted; sends `Range`. */
  readonly fromByte?: number | undefined;
  /** Validator of what is already there; sends `If-Range`. */
  readonly ifRange?: string | undefined;
}

/** The answer to a media request: status 200 (whole) or 206 (from `fromByte`); anything else was thrown. */
export interface MediaResponse {
  readonly status: 200 | 206;
  readonly contentType: string | undefined;
  /** Bytes of this body as the server announces them. */
  readonly contentLengthBytes: number | undefined;
  /** First byte of this body within the file. */
  readonly fromByte: number;
  /** Size of the whole file when the server says it. */
  readonly totalBytes: number | undefined;
  /** ETag or Last-Modified, for `ifRange`. */
  readonly validator: string | undefined;
  /** Checksum the storage states for the whole file, when it does. */
  readonly checksum: { readonly algorithm: 'md5' | 'sha256'; readonly hex: string } | undefined;
  /** Ends with AppError `network` when the connection breaks or the body is shorter than announced. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The rate budget as the platform's headers tell it; all undefined until the first answer. */
export interface RateState {
  readonly current: RateSnapshot;
  readonly onDidChange: Event<RateSnapshot>;
}

export interface RateSnapshot {
  readonly usedCount: number | undefined;
  readonly allowedCount: number | undefined;
  readonly resetAtMs: number | undefined;
  /** Set while requests wait for the limit: the latest end of `waits` for `rateLimit` and `retryAfter`. */
  readonly waitingUntilMs: number | undefined;
  /** What waits now and why, one entry a reason; empty when nothing does. */
  readonly waits: readonly RequestWait[];
}

/**
 * Why a request is not under way: `rateLimit` the allowance of this window is spent, `retryAfter` the platform asked for a pause,
 * `backoff` an attempt failed and the next one is due later, `circuitOpen` a host fails again and again and is left alone.
 */
export type WaitReason = 'rateLimit' | 'retryAfter' | 'backoff' | 'circuitOpen';

export interface RequestWait {
  readonly reason: WaitReason;
  /** When the last of them goes on, as far as is known now. */
  readonly untilMs: number;
  readonly count: number;
}

export interface ActivityCounts {
  /** Answers by the first digit of their status, `2xx` to `5xx`; `none` counts requests without an answer. */
  readonly answers: Readonly<Record<string, number>>;
  /** Of those, answers 429. */
  readonly rateLimitedCount: number;
  readonly retryCount: number;
  /** Files that were opened, and their bytes that arrived. */
  readonly downloadCount: number;
  readonly downloadedBytes: number;
}

/** What the connection has done so far; for the status bar and diagnostics. */
export interface ApiActivity {
  readonly counts: ActivityCounts;
  /** True while the last request got no answer; the next answer ends it. */
  readonly isOffline: boolean;
  readonly onDidChangeOffline: Event<boolean>;
  /** A feature met a 403: the error's details name feature and permission. Not for requests that only probe. */
  readonly onDidForbid: Event<AppError>;
}

/** Names for ids, cached. A missing permission leaves ids: these calls never reject but for cancellation. */
export interface NameDirectory {
  /** Fetches what is not known yet in as few requests as the platform allows, at most one per kind for 100 ids. */
  resolve(wanted: NamesWanted, signal: AbortSignal): Promise<void>;
  /** The name, or the id itself. From memory. */
  queueName(id: QueueId): string;
  userName(id: UserId): string;
  wrapUpName(id: WrapUpCodeId): string;
  divisionName(id: DivisionId): string;
  /** For filter pickers: entries whose name holds `text`, up to 100, ordered by name. @throws AppError `forbidden` */
  searchQueues(text: string, signal: AbortSignal): Promise<readonly NamedEntry<QueueId>[]>;
  searchUsers(text: string, signal: AbortSignal): Promise<readonly NamedEntry<UserId>[]>;
  searchWrapUpCodes(
    text: string,
    signal: AbortSignal,
  ): Promise<readonly NamedEntry<WrapUpCodeId>[]>;
}

export interface NamesWanted {
  readonly queueIds?: readonly QueueId[];
  readonly userIds?: readonly UserId[];
  readonly wrapUpCodeIds?: readonly WrapUpCodeId[];
  readonly divisionIds?: readonly DivisionId[];
}

export interface NamedEntry<Id> {
  readonly id: Id;
  readonly name: string;
}
