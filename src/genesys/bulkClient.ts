/**
 * The calls of the platform that only syncing needs: detail jobs, details by ids, batches of recordings. A bundle of its own
 * (`esbuild.js`); HTTP, tokens and limits are those of the client that makes it.
 */
import { errors, isAppError } from '../base/appError.ts';
import type { Log } from '../base/log.ts';
import type { ConversationId } from '../model/ids.ts';
import { toDetailsJobQuery, type ConversationQuery } from '../query/conversationQuery.ts';
import type {
  BatchItem,
  BulkApi,
  DecodedConversations,
  DetailsJob,
  DetailsJobPage,
  RecordingBatch,
} from './bulkApi.ts';
import {
  decodeAvailabilityMs,
  decodeCreatedBatch,
  decodeCreatedJob,
  decodeDetailsJob,
  decodeDetailsJobPage,
  decodeRecordingBatch,
} from './decoders/bulk.ts';
import { decodeDetailsPage } from './decoders/conversation.ts';
import { decodeConversations } from './decoders/conversationList.ts';
import type { ApiCaller } from './httpClient.ts';

const jobsPath = '/api/v2/analytics/conversations/details/jobs';
const jobPath = `${jobsPath}/{jobId}`;
const batchesPath = '/api/v2/recording/batchrequests';

/** What the platform takes at once. */
export const maxIdsPerRequest = 100;
export const maxBatchItems = 100;
/** A page of a job is large: reading one takes longer than an ordinary answer. */
const pageTimeoutMs = 120_000;

export interface BulkClientDeps {
  /** Of background priority. */
  readonly http: ApiCaller;
  readonly log: Log;
}

export class BulkClient implements BulkApi {
  private readonly deps: BulkClientDeps;

  constructor(deps: BulkClientDeps) {
    this.deps = deps;
  }

  async createDetailsJob(query: ConversationQuery, signal: AbortSignal): Promise<string> {
    const { text } = await this.deps.http.call(
      {
        method: 'POST',
        pathTemplate: jobsPath,
        body: toDetailsJobQuery(query),
        isRepeatable: false,
      },
      signal,
    );
    return decodeCreatedJob(text);
  }

  async fetchDetailsJob(jobId: string, signal: AbortSignal): Promise<DetailsJob> {
    const { text } = await this.deps.http.call(
      { method: 'GET', pathTemplate: jobPath, pathParameters: { jobId } },
      signal,
    );
    return decodeDetailsJob(text);
  }

  async fetchDetailsJobPage(
    jobId: string,
    page: { readonly cursor: string | undefined; readonly pageSize: number },
    signal: AbortSignal,
  ): Promise<DetailsJobPage> {
    const response = await this.deps.http.call(
      {
        method: 'GET',
        pathTemplate: `${jobPath}/results`,
        pathParameters: { jobId },
        query: { cursor: page.cursor, pageSize: page.pageSize },
        isDivisible: true,
        timeoutMs: pageTimeoutMs,
      },
      signal,
    );
    const { elements, cursor, dataAvailableUntilMs } = decodeDetailsJobPage(response.text);
    const decoded = decodeConversations(elements, response, this.deps.log);
    return { ...decoded, cursor, dataAvailableUntilMs };
  }

  async deleteDetailsJob(jobId: string, signal: AbortSignal): Promise<void> {
    try {
      await this.deps.http.call(
        {
          method: 'DELETE',
          pathTemplate: jobPath,
          pathParameters: { jobId },
          // Deleting twice is as good as once.
          isRepeatable: true,
        },
        signal,
      );
    } catch (error) {
      if (!isAppError(error, 'notFound') && !isAppError(error, 'gone')) {
        throw error;
      }
    }
  }

  async fetchDetailsAvailabilityMs(signal: AbortSignal): Promise<number | undefined> {
    const { text } = await this.deps.http.call(
      { method: 'GET', pathTemplate: `${jobsPath}/availability` },
      signal,
    );
    return decodeAvailabilityMs(text);
  }

  /** @throws AppError `bug` for more than 100 ids */
  async fetchConversations(
    ids: readonly ConversationId[],
    signal: AbortSignal,
  ): Promise<DecodedConversations> {
    if (ids.length > maxIdsPerRequest) {
      throw errors.bug(`Too many conversations in one request: ${String(ids.length)}`);
    }
    if (ids.length === 0) {
      return { conversations: [], undecodable: [] };
    }
    const response = await this.deps.http.call(
      {
        method: 'GET',
        pathTemplate: '/api/v2/analytics/conversations/details',
        query: { id: ids },
        isDivisible: true,
      },
      signal,
    );
    return decodeConversations(decodeDetailsPage(response.text).elements, response, this.deps.log);
  }

  /** @throws AppError `bug` for none or more than 100 items */
  async createRecordingBatch(items: readonly BatchItem[], signal: AbortSignal): Promise<string> {
    if (items.length < 1 || items.length > maxBatchItems) {
      throw errors.bug(`A batch takes 1 to 100 recordings, not: ${String(items.length)}`);
    }
    const { text } = await this.deps.http.call(
      {
        method: 'POST',
        pathTemplate: batchesPath,
        body: {
          batchDownloadRequestList: items.map(({ conversationId, recordingId }) => ({
            conversationId,
            ...(recordingId !== undefined && { recordingId }),
          })),
        },
        isRepeatable: false,
      },
      signal,
    );
    return decodeCreatedBatch(text);
  }

  async fetchRecordingBatch(batchId: string, signal: AbortSignal): Promise<RecordingBatch> {
    const { text } = await this.deps.http.call(
      {
        method: 'GET',
        pathTemplate: `${batchesPath}/{jobId}`,
        pathParameters: { jobId: batchId },
      },
      signal,
    );
    return decodeRecordingBatch(text);
  }
}
