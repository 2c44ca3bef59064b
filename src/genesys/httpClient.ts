/**
 * Calls of the platform's API: bearer token, rate budget, retries, one fresh token after a 401, errors as AppErrors. Knows
 * nothing of resources.
 */
import { errors, isAppError, isCancellation } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { Limiter } from '../base/limiter.ts';
import type { Log } from '../base/log.ts';
import type { ApiMeter } from './apiMeter.ts';
import { toAppError, toCorrelationId } from './httpErrors.ts';
import { sendHttp, type HttpResponse, type SendHttp } from './httpTransport.ts';
import { RateBudget } from './rateBudget.ts';
import { defaultRetryOptions, withRetries, type RetryOptions } from './retryPolicy.ts';
import type { AccessToken, TokenSource } from './tokenSource.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** Path below the API's base, with placeholders: `/api/v2/conversations/{conversationId}/recordings`. */
  readonly pathTemplate: string;
  /** Values of the placeholders; they are encoded. */
  readonly pathParameters?: Readonly<Record<string, string>>;
  /** Query parameters in order; lists repeat their name. */
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly body?: unknown;
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

export interface HttpClientDeps {
  /** Without a slash at the end. */
  readonly apiBaseUrl: string;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent?: string | undefined;
  readonly http?: SendHttp | undefined;
  readonly retry?: RetryOptions | undefined;
  readonly meter?: ApiMeter | undefined;
}

/** Requests under way at once; enough to use the whole allowance of 300 a minute at a second each. */
const maxConcurrentRequests = 8;

export class HttpClient {
  private readonly deps: HttpClientDeps;
  private readonly limiter = new Limiter(maxConcurrentRequests);
  private lastToken: string | undefined;
  readonly rate: RateBudget;

  constructor(deps: HttpClientDeps) {
    this.deps = deps;
    this.rate = new RateBudget(deps.clock);
  }

  /**
   * Sends a request until it succeeds or fails for good.
   * @throws AppError `auth` | `forbidden` | `notFound` | `gone` | `rateLimited` | `network` | `remote` | `input` | `protocol`
   */
  async call(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    const source = `${request.method} ${request.pathTemplate}`;
    const { clock, log, retry } = this.deps;
    const waits: { dispose(): void }[] = [];
    const endWaits = (): void => {
      for (const wait of waits.splice(0)) {
        wait.dispose();
      }
    };
    try {
      return await withRetries(
        () => {
          endWaits();
          return this.limiter.run(() => this.attempt(request, source, signal), signal);
        },
        {
          clock,
          options: retry ?? defaultRetryOptions,
          onRetry: (error, waitMs) => {
            const code = isAppError(error) ? error.code : 'unknown';
            log.warn('A request is sent again after a wait', { source, code, waitMs });
            this.deps.meter?.countRetry();
            if (code === 'rateLimited') {
              waits.push(this.rate.showWait(clock.nowMs() + waitMs));
            }
          },
        },
        signal,
      );
    } catch (error) {
      this.deps.meter?.noteFailure(error, request.isProbe === true);
      throw error;
    } finally {
      endWaits();
    }
  }

  private async attempt(
    request: ApiRequest,
    source: string,
    signal: AbortSignal,
  ): Promise<ApiResponse> {
    const { tokens, clock } = this.deps;
    const token = await tokens.getToken(signal);
    let response = await this.exchange(request, source, token, signal);
    if (response.status === 401) {
      tokens.invalidate(token);
      const fresh = await tokens.getToken(signal);
      response = await this.exchange(request, source, fresh, signal);
    }
    const nowMs = clock.nowMs();
    if (response.status < 200 || response.status >= 300) {
      throw toAppError(response, source, nowMs);
    }
    return { status: response.status, text: response.text, source, receivedAtMs: nowMs };
  }

  /** One answer, whatever its status; counted against the budget. */
  private async exchange(
    request: ApiRequest,
    source: string,
    token: AccessToken,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    if (this.lastToken !== token.value) {
      this.lastToken = token.value;
      this.rate.restart();
    }
    const { clock, log, http } = this.deps;
    const place = await this.rate.acquire(signal);
    const startMs = clock.nowMs();
    try {
      const response = await (http ?? sendHttp)(
        {
          method: request.method,
          url: toUrl(this.deps.apiBaseUrl, request),
          headers: this.toHeaders(request, token),
          ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
          timeoutMs: request.timeoutMs,
        },
        signal,
      );
      if (this.lastToken === token.value) {
        this.rate.observe(response.headers);
      }
      log.debug('Request answered', {
        source,
        status: response.status,
        durationMs: clock.nowMs() - startMs,
        correlationId: toCorrelationId(response.headers['inin-correlation-id']),
      });
      return response;
    } catch (error) {
      if (!isCancellation(error)) {
        log.debug('Request without an answer', { source, durationMs: clock.nowMs() - startMs });
      }
      throw error;
    } finally {
      place.dispose();
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
