/**
 * Calls of the platform's API: bearer token, rate budget, retries, circuit breaker, one fresh token after a 401, errors as
 * AppErrors. Knows nothing of resources.
 */
import { errors, isAppError, isCancellation } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { Limiter } from '../base/limiter.ts';
import type { Log } from '../base/log.ts';
import type { ApiMeter } from './apiMeter.ts';
import type { RateState } from './genesysApi.ts';
import { HostCircuits, isFailingStatus } from './hostCircuits.ts';
import { toAppError, toCorrelationId } from './httpErrors.ts';
import { sendHttp, type HttpResponse, type SendHttp } from './httpTransport.ts';
import type { Place, Priority } from './rateBudget.ts';
import { RateBudgets } from './rateBudgets.ts';
import { RequestWaits } from './requestWaits.ts';
import {
  defaultRetryOptions,
  interactivePatienceMs,
  isUnsent,
  withRetries,
  type RequestKind,
  type RetryOptions,
} from './retryPolicy.ts';
import { MemoryBudget, type BudgetsByToken } from './sharedBudget.ts';
import type { AccessToken, TokenSource } from './tokenSource.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path below the API's base, with placeholders: `/api/v2/conversations/{conversationId}/recordings`. */
  readonly pathTemplate: string;
  /** Values of the placeholders; they are encoded. */
  readonly pathParameters?: Readonly<Record<string, string>>;
  /** Query parameters in order; lists repeat their name. */
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly body?: unknown;
  /** Whether the platform may be asked twice when an answer is lost; by default a GET may and others may not. */
  readonly isRepeatable?: boolean;
  /** The caller can ask for less: a 504, which says that it was too much, is thrown at once. */
  readonly isDivisible?: boolean;
  readonly timeoutMs?: number;
  /** Asks whether a call is allowed: a refusal is the answer, and not told as a feature that was refused. */
  readonly isProbe?: boolean;
}

export interface ApiResponse {
  readonly status: number;
  readonly text: string;
  /** Method and path template. */
  readonly source: string;
  readonly receivedAtMs: number;
}

/** Sends requests of one priority. */
export interface ApiCaller {
  /**
   * Sends a request until it succeeds or fails for good.
   * @throws AppError `auth` | `forbidden` | `notFound` | `gone` | `rateLimited` | `network` | `remote` | `input` | `protocol`
   */
  call(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse>;
}

export interface HttpClientDeps {
  /** Without a slash at the end. */
  readonly apiBaseUrl: string;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent?: string | undefined;
  readonly http?: SendHttp | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Where budgets of tokens are shared; left out, this client has them for itself. */
  readonly budgets?: BudgetsByToken | undefined;
  readonly meter?: ApiMeter | undefined;
}

/**
 * Requests under way at once, each kind by itself, so that no interactive one stands behind background ones. Enough to use an
 * allowance of 300 a minute at a second each.
 */
const maxConcurrentRequests: Readonly<Record<Priority, number>> = { interactive: 8, background: 6 };

/** What the attempts of one call share. */
interface Call {
  readonly request: ApiRequest;
  readonly source: string;
  readonly priority: Priority;
  hasRenewedToken: boolean;
  /** When the first was sent of the requests that the platform has not answered; undefined while it answers. */
  silentSinceMs: number | undefined;
  /** Why there was no token for the last attempt. */
  tokenError: unknown;
  /** Whether an attempt may probe a host before its pause is over: once a call. */
  mayProbeEarly: boolean;
}

export class HttpClient implements ApiCaller {
  private readonly deps: HttpClientDeps;
  private readonly limiters = {
    interactive: new Limiter(maxConcurrentRequests.interactive),
    background: new Limiter(maxConcurrentRequests.background),
  };
  private readonly budgets: RateBudgets;
  readonly waits = new RequestWaits();
  readonly circuits: HostCircuits;
  /** The same client for requests that may wait for everything else. */
  readonly background: ApiCaller = {
    call: async (request, signal) => this.callAs('background', request, signal),
  };

  constructor(deps: HttpClientDeps) {
    this.deps = deps;
    const { clock, log, budgets } = deps;
    this.circuits = new HostCircuits({ clock, log });
    this.budgets = new RateBudgets({
      clock,
      waits: this.waits,
      budgets: budgets ?? (() => new MemoryBudget()),
    });
  }

  get rate(): RateState {
    return this.budgets;
  }

  async call(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    return this.callAs('interactive', request, signal);
  }

  private async callAs(
    priority: Priority,
    request: ApiRequest,
    signal: AbortSignal,
  ): Promise<ApiResponse> {
    const source = `${request.method} ${request.pathTemplate}`;
    const isInteractive = priority === 'interactive';
    const call: Call = {
      request,
      source,
      priority,
      hasRenewedToken: false,
      silentSinceMs: undefined,
      tokenError: undefined,
      mayProbeEarly: isInteractive,
    };
    const { clock, log, retry } = this.deps;
    try {
      return await withRetries(
        () => this.limiters[priority].run(() => this.attempt(call, signal), signal),
        {
          clock,
          options: retry ?? defaultRetryOptions,
          kind: kindOf(request),
          // A refresh token serves once: with a lost answer it may be used up, whatever it was wanted for.
          kindOf: (error) => (error === call.tokenError ? 'onceOnly' : kindOf(request)),
          ...(isInteractive && {
            patienceLeftMs: () =>
              interactivePatienceMs - (clock.nowMs() - (call.silentSinceMs ?? clock.nowMs())),
          }),
          waits: this.waits,
          onRetry: (error, waitMs) => {
            const code = isAppError(error) ? error.code : 'unknown';
            log.warn('A request is sent again after a wait', { source, code, waitMs });
            this.deps.meter?.countRetry();
          },
        },
        signal,
      );
    } catch (error) {
      this.deps.meter?.noteFailure(error, request.isProbe === true);
      throw error;
    }
  }

  private async attempt(call: Call, signal: AbortSignal): Promise<ApiResponse> {
    const { tokens, clock } = this.deps;
    let answer = await this.exchange(call, signal);
    if (answer.response.status === 401) {
      // Also after the second refusal: whoever asks next shall not be sent with a token that is known to be dead.
      tokens.invalidate(answer.token);
      if (!call.hasRenewedToken) {
        call.hasRenewedToken = true;
        answer = await this.exchange(call, signal);
      }
    }
    const { response } = answer;
    const nowMs = clock.nowMs();
    if (response.status < 200 || response.status >= 300) {
      throw toAppError(response, call.source, nowMs);
    }
    return {
      status: response.status,
      text: response.text,
      source: call.source,
      receivedAtMs: nowMs,
    };
  }

  /** One answer, whatever its status; counted against the budget of the token it was sent with. */
  private async exchange(
    call: Call,
    signal: AbortSignal,
  ): Promise<{ readonly response: HttpResponse; readonly token: AccessToken }> {
    const { tokens, clock } = this.deps;
    for (;;) {
      const askedAtMs = clock.nowMs();
      const token = await tokens.getToken(signal).catch((error: unknown) => {
        call.tokenError = error;
        call.silentSinceMs ??= askedAtMs;
        throw error;
      });
      const place = await this.budgets.of(token.value).acquire(call.priority, signal);
      if (place !== undefined) {
        const response = await this.send(call, token, place, signal);
        return { response, token };
      }
    }
  }

  private async send(
    call: Call,
    token: AccessToken,
    place: Place,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const { clock, log, http } = this.deps;
    const { request, source, mayProbeEarly } = call;
    call.mayProbeEarly = false;
    const startMs = clock.nowMs();
    call.silentSinceMs ??= startMs;
    try {
      const url = toUrl(this.deps.apiBaseUrl, request);
      const response = await this.circuits.run(
        url,
        async () =>
          (http ?? sendHttp)(
            {
              method: request.method,
              url,
              headers: this.toHeaders(request, token),
              ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
              timeoutMs: request.timeoutMs,
            },
            signal,
          ),
        { isHostFailure: ({ status }) => isFailingStatus(status), mayProbeEarly },
        signal,
      );
      place.answered(response);
      if (!isFailingStatus(response.status)) {
        call.silentSinceMs = undefined;
      }
      log.debug('Request answered', {
        source,
        status: response.status,
        durationMs: clock.nowMs() - startMs,
        correlationId: toCorrelationId(response.headers['inin-correlation-id']),
      });
      return response;
    } catch (error) {
      if (isUnsent(error)) {
        place.unsent();
      } else {
        place.lost();
      }
      if (!isCancellation(error)) {
        log.debug('Request without an answer', { source, durationMs: clock.nowMs() - startMs });
      }
      throw error;
    }
  }

  private toHeaders(request: ApiRequest, token: AccessToken): Record<string, string> {
    return {
      authorization: `Bearer ${token.value}`,
      accept: 'application/json',
      'user-agent': this.deps.userAgent ?? 'genesys-archive-explorer',
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
    };
  }
}

function kindOf({ method, isRepeatable = method === 'GET', isDivisible }: ApiRequest): RequestKind {
  if (!isRepeatable) {
    return 'onceOnly';
  }
  return isDivisible === true ? 'divisible' : 'repeatable';
}

function toUrl(apiBaseUrl: string, request: ApiRequest): string {
  const path = request.pathTemplate.replaceAll(/\{(\w+)\}/gu, (_match, name: string) => {
    const value = request.pathParameters?.[name];
    if (value === undefined) {
      throw errors.bug(`A path parameter has no value: ${name}`);
    }
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const item of typeof value === 'object' ? value : [value]) {
      if (item !== undefined) {
        query.append(name, String(item));
      }
    }
  }
  return `${apiBaseUrl}${path}${query.size === 0 ? '' : `?${query.toString()}`}`;
}
