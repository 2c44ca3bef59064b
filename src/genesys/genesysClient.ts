/** The Genesys Cloud client: resources of the platform as models. Knows endpoints; HTTP, tokens and limits are below it. */
import { errors, isAppError, type AppError } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { parseJson } from '../base/decode.ts';
import type { Log } from '../base/log.ts';
import type { Conversation } from '../model/conversation.ts';
import type { Fetched } from '../model/fetched.ts';
import type { CommunicationId, ConversationId, UserId } from '../model/ids.ts';
import type { Recording } from '../model/recording.ts';
import { toDetailsQuery, type ConversationQuery } from '../query/conversationQuery.ts';
import { ApiMeter } from './apiMeter.ts';
import type { BulkApi } from './bulkApi.ts';
import { decodeConversation, decodeDetailsPage } from './decoders/conversation.ts';
import { decodeConversations, toFetched } from './decoders/conversationList.ts';
import {
  decodeRecording,
  decodeRecordingId,
  decodeTranscodeEstimateMs,
} from './decoders/recording.ts';
import {
  decodeOrganisation,
  decodePerson,
  decodeTranscriptUrl,
  decodeTranscriptUrls,
} from './decoders/resources.ts';
import type {
  ApiActivity,
  ConversationPage,
  FetchRecordingsOptions,
  GenesysApi,
  MediaResponse,
  NamedEntry,
  OpenMediaOptions,
  Organisation,
  PageRequest,
  RateState,
  TranscriptLink,
} from './genesysApi.ts';
import { HttpClient, type ApiCaller, type ApiResponse } from './httpClient.ts';
import { sendHttp, type SendHttp } from './httpTransport.ts';
import { sliceElements } from './jsonSlicer.ts';
import { openMedia } from './mediaTransport.ts';
import { CachingNameDirectory } from './nameDirectory.ts';
import { featureNeeds, type PermissionReport } from './permissions.ts';
import {
  defaultRetryOptions,
  interactivePatienceMs,
  withRetries,
  type RetryOptions,
} from './retryPolicy.ts';
import type { BudgetsByToken } from './sharedBudget.ts';
import type { TokenSource } from './tokenSource.ts';

export interface GenesysClientDeps {
  readonly apiBaseUrl: string;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent?: string | undefined;
  readonly http?: SendHttp | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Where budgets of tokens are shared; left out, this client has them for itself. */
  readonly budgets?: BudgetsByToken | undefined;
  /** Counts what the client does; one of its own when left out. */
  readonly meter?: ApiMeter | undefined;
}

/** What a client and its background view have in common. */
interface Core {
  readonly http: HttpClient;
  readonly names: CachingNameDirectory;
  readonly meter: ApiMeter;
}

const recordingsPath = '/api/v2/conversations/{conversationId}/recordings';
const communicationPath =
  '/api/v2/speechandtextanalytics/conversations/{conversationId}/communications/{communicationId}';
/** How long the platform itself may hold a recordings request while it transcodes. */
const serverWaitMs = 5_000;
const firstPollMs = 1_000;
const longestPollMs = 10_000;
/** Fewer than of the API: who reads the file goes on by itself when a connection breaks. */
const maxMediaRetries = 3;

export class GenesysClient implements GenesysApi {
  private readonly deps: GenesysClientDeps;
  private readonly core: Core;
  private readonly http: ApiCaller;
  readonly rate: RateState;
  readonly names: CachingNameDirectory;

  constructor(deps: GenesysClientDeps, background?: Core) {
    this.deps = deps;
    this.core = background ?? createCore(deps);
    this.http = background === undefined ? this.core.http : this.core.http.background;
    this.rate = this.core.http.rate;
    this.names = this.core.names;
  }

  background(): GenesysApi {
    return new GenesysClient(this.deps, this.core);
  }

  get activity(): ApiActivity {
    return this.core.meter;
  }

  /** @see GET /api/v2/organizations/me */
  async fetchOrganisation(signal: AbortSignal): Promise<Organisation> {
    const response = await this.http.call(
      { method: 'GET', pathTemplate: '/api/v2/organizations/me' },
      signal,
    );
    return decodeOrganisation(response.text);
  }

  /** Who a person's token belongs to. @see GET /api/v2/users/me */
  async fetchPerson(signal: AbortSignal): Promise<NamedEntry<UserId>> {
    const response = await this.http.call(
      { method: 'GET', pathTemplate: '/api/v2/users/me' },
      signal,
    );
    return decodePerson(response.text);
  }

  async listConversations(
    query: ConversationQuery,
    page: PageRequest,
    signal: AbortSignal,
  ): Promise<ConversationPage> {
    const { pageNumber, pageSize } = page;
    const response = await this.http.call(
      {
        method: 'POST',
        pathTemplate: '/api/v2/analytics/conversations/details/query',
        body: toDetailsQuery(query, { pageSize, pageNumber }),
        // A query: asking twice changes nothing.
        isRepeatable: true,
        isDivisible: page.isDivisible === true,
      },
      signal,
    );
    const { elements, totalHits } = decodeDetailsPage(response.text);
    const { conversations, undecodable } = decodeConversations(elements, response, this.deps.log);
    const { startMs, endMs } = query.interval;
    return {
      // The platform matches whole days, so it also sends what started before or after the interval.
      conversations: conversations.filter(
        ({ value }) => value.startMs >= startMs && value.startMs < endMs,
      ),
      undecodable,
      totalHits: totalHits ?? 0,
      hasMore:
        elements.length >= pageSize &&
        (totalHits === undefined || pageNumber * pageSize < totalHits),
    };
  }

  async fetchConversation(id: ConversationId, signal: AbortSignal): Promise<Fetched<Conversation>> {
    const response = await this.http.call(
      {
        method: 'GET',
        pathTemplate: '/api/v2/analytics/conversations/{conversationId}/details',
        pathParameters: { conversationId: id },
      },
      signal,
    );
    const value = decodeConversation(parseJson(response.text, 'the conversation'));
    if (value.id !== id) {
      throw errors.protocol('Genesys Cloud sent another conversation than the one asked for', {
        details: { source: response.source },
      });
    }
    return toFetched(value, response.text, response);
  }

  async fetchRecordings(
    id: ConversationId,
    options: FetchRecordingsOptions,
    signal: AbortSignal,
  ): Promise<readonly Fetched<Recording>[]> {
    const { clock } = this.deps;
    const patienceMs = options.format === 'NONE' ? 0 : options.maxWaitMs;
    const deadlineMs = clock.nowMs() + patienceMs;
    for (let poll = 0; ; poll++) {
      const leftMs = Math.max(0, deadlineMs - clock.nowMs());
      const response = await this.http.call(
        {
          method: 'GET',
          pathTemplate: recordingsPath,
          pathParameters: { conversationId: id },
          query: { formatId: options.format, maxWaitMs: Math.min(serverWaitMs, leftMs) },
        },
        signal,
      );
      if (response.status !== 202) {
        return decodeRecordings(response, id, options.onUndecodable);
      }
      const waitMs = pollWaitMs(response.text, poll, deadlineMs - clock.nowMs());
      if (waitMs === undefined) {
        throw errors.remote(
          'Genesys Cloud is still preparing the recordings; try again in a few minutes',
          { details: { status: 202, source: response.source } },
        );
      }
      options.onTranscoding?.(waitMs);
      await clock.delay(waitMs, signal);
    }
  }

  async fetchTranscriptLinks(
    id: ConversationId,
    communicationId: CommunicationId,
    signal: AbortSignal,
  ): Promise<readonly TranscriptLink[]> {
    const fetchLinks = async (
      name: 'transcripturls' | 'transcripturl',
      decode: (text: string) => readonly TranscriptLink[],
    ): Promise<LinksAnswer> => {
      try {
        const response = await this.http.call(
          {
            method: 'GET',
            pathTemplate: `${communicationPath}/${name}`,
            pathParameters: { conversationId: id, communicationId },
          },
          signal,
        );
        return { links: decode(response.text), refusal: undefined };
      } catch (error) {
        if (isAppError(error, 'notFound')) {
          return { links: [], refusal: undefined };
        }
        if (isAppError(error, 'forbidden')) {
          return { links: [], refusal: error };
        }
        throw error;
      }
    };
    const byRecording = await fetchLinks('transcripturls', decodeTranscriptUrls);
    if (byRecording.links.length > 0) {
      return byRecording.links;
    }
    // A conversation that was transcribed without being recorded has only this one.
    const single = await fetchLinks('transcripturl', decodeTranscriptUrl);
    if (single.links.length === 0 && byRecording.refusal !== undefined) {
      const { refusal } = byRecording;
      throw errors.forbidden(
        `The signed-in client may not read transcripts; ask an administrator to add to a role of the OAuth client: ${featureNeeds.unrecordedTranscripts.allPermissions.join(' and ')}`,
        { cause: refusal, details: refusal.details },
      );
    }
    return single.links;
  }

  async fetchPermissionReport(signal: AbortSignal): Promise<PermissionReport> {
    const { fetchPermissionReport } = await import('./permissionReport.ts');
    const { clock } = this.deps;
    return fetchPermissionReport({ http: this.http, nowMs: () => clock.nowMs() }, signal);
  }

  async bulk(): Promise<BulkApi> {
    const { BulkClient } = await import('./bulkClient.ts');
    return new BulkClient({ http: this.core.http.background, log: this.deps.log });
  }

  /** Links are outside the rate budget; a body that breaks off is the reader's to go on from. */
  async openMedia(
    url: string,
    options: OpenMediaOptions,
    signal: AbortSignal,
  ): Promise<MediaResponse> {
    const { clock, retry } = this.deps;
    const { circuits, waits } = this.core.http;
    const isInteractive = this.http === this.core.http;
    const startMs = clock.nowMs();
    let mayProbeEarly = isInteractive;
    const open = async (): Promise<MediaResponse> => {
      const circuit = { isHostFailure: () => false, mayProbeEarly };
      mayProbeEarly = false;
      return circuits.run(url, async () => openMedia(url, options, signal), circuit, signal);
    };
    const media = await withRetries(
      open,
      {
        clock,
        options: { ...(retry ?? defaultRetryOptions), maxRetries: maxMediaRetries },
        kind: 'media',
        ...(isInteractive && {
          patienceLeftMs: () => interactivePatienceMs - (clock.nowMs() - startMs),
        }),
        waits,
      },
      signal,
    );
    return this.core.meter.countMedia(media);
  }
}

function createCore(deps: GenesysClientDeps): Core {
  const meter = deps.meter ?? new ApiMeter();
  const http = new HttpClient({
    ...deps,
    meter,
    http: meter.countHttp(deps.http ?? sendHttp),
  });
  return {
    http,
    meter,
    names: new CachingNameDirectory({ http, clock: deps.clock, log: deps.log }),
  };
}

interface LinksAnswer {
  readonly links: readonly TranscriptLink[];
  readonly refusal: AppError | undefined;
}

/** One recording that does not decode is told and left out: the others are as good as without it. */
function decodeRecordings(
  response: ApiResponse,
  conversationId: ConversationId,
  onUndecodable: FetchRecordingsOptions['onUndecodable'],
): readonly Fetched<Recording>[] {
  // Some answers without recordings have an empty body.
  if (response.text.trim() === '') {
    return [];
  }
  return sliceElements(response.text).flatMap((rawJson, index) => {
    const path = `recordings[${String(index)}]`;
    try {
      const value = decodeRecording(parseJson(rawJson, path), path, conversationId);
      return [toFetched(value, rawJson, response)];
    } catch (error) {
      if (!isAppError(error, 'protocol')) {
        throw error;
      }
      onUndecodable?.({
        recordingId: decodeRecordingId(rawJson),
        index,
        reason: error.message,
      });
      return [];
    }
  });
}

/** The platform's estimate, else a doubling wait, never past the deadline; undefined when no time is left. */
function pollWaitMs(text: string, poll: number, leftMs: number): number | undefined {
  if (leftMs <= 0) {
    return undefined;
  }
  const backoffMs = Math.min(longestPollMs, firstPollMs * 2 ** poll);
  const estimateMs = decodeTranscodeEstimateMs(text) ?? backoffMs;
  return Math.min(leftMs, Math.max(firstPollMs, Math.min(estimateMs, 6 * longestPollMs)));
}
