/**
 * The HTTP server: which part of the simulator answers a request, and what every answer of the API carries. Order of checks
 * as on the platform: token, rate, route, permission, then the handler.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import type { ApiContext, SimulatorParts } from './apiContext.ts';
import { controlRoutes } from './control/controlRoutes.ts';
import { errorReply, rateLimitReply, replacedReply, sendReply } from './control/faultyReply.ts';
import { isSendingFault, type FaultStore, type SendingFault } from './control/faults.ts';
import type { RequestLog } from './control/requestLog.ts';
import type { SimulatorControl } from './control/simulatorControl.ts';
import { detailsRoutes } from './details/detailsRoutes.ts';
import { ApiError, apiErrors } from './http/apiError.ts';
import { bearerToken, readBody, toIncoming, type Incoming } from './http/incoming.ts';
import type { Reply } from './http/reply.ts';
import { Router, type Matched } from './http/router.ts';
import { refuse } from './identity/access.ts';
import { identityRoutes } from './identity/identityRoutes.ts';
import { loginRoutes, type LoginContext } from './identity/oauthRoutes.ts';
import { rateHeaders, type RateState, type RateWindow } from './identity/rateWindow.ts';
import type { Token } from './identity/tokenStore.ts';
import { jobRoutes } from './jobs/jobRoutes.ts';
import { lookupRoutes } from './lookups/lookupRoutes.ts';
import { batchRoutes } from './media/batchRoutes.ts';
import { downloadRoutes, movedPrefix } from './media/downloadRoutes.ts';
import { recordingRoutes } from './media/recordingRoutes.ts';
import { transcriptRoutes } from './media/transcriptRoutes.ts';

export interface ServerDeps {
  readonly parts: SimulatorParts;
  readonly login: LoginContext;
  readonly control: SimulatorControl;
  readonly faults: FaultStore;
  readonly log: RequestLog;
  readonly rate: RateWindow;
}

/** What a request comes to: the answer, and what was found out on the way. */
interface Outcome {
  readonly reply: Reply;
  readonly template: string | undefined;
  readonly fault: SendingFault | undefined;
  readonly correlationId: string | undefined;
}

const apiRouter = new Router<ApiContext>([
  ...identityRoutes,
  ...detailsRoutes,
  ...jobRoutes,
  ...recordingRoutes,
  ...batchRoutes,
  ...transcriptRoutes,
  ...lookupRoutes,
]);
const loginRouter = new Router(loginRoutes);
const downloadRouter = new Router(downloadRoutes);
const controlRouter = new Router(controlRoutes);

/** Requests without a live token share one window. */
const strangers = 'strangers';

export class SimulatorServer {
  private readonly deps: ServerDeps;
  private readonly stopping = new AbortController();
  private readonly server = createServer((message, response) => {
    void this.answer(message, response);
  });

  constructor(deps: ServerDeps) {
    this.deps = deps;
  }

  /** The port, on the loopback interface only. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    const address = this.server.address();
    if (address === null || typeof address === 'string') {
      throw new Error('The simulator has no port');
    }
    return address.port;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    if (!this.server.listening) {
      return;
    }
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
      this.server.closeAllConnections();
    });
  }

  /** Never rejects: when sending fails, the connection is closed. */
  private async answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const port = String(message.socket.localPort ?? '');
    const origin = `http://${message.headers.host ?? `127.0.0.1:${port}`}`;
    const signal = this.stopping.signal;
    try {
      const body = await readBody(message).catch((error: unknown) => {
        if (error instanceof ApiError) {
          return error;
        }
        throw error;
      });
      const request = toIncoming(message, body instanceof ApiError ? emptyBody : body, origin);
      const isControl = request.path.startsWith('/control/');
      if (!isControl && this.deps.control.latencyMs > 0) {
        await delay(this.deps.control.latencyMs, undefined, { signal });
      }
      const outcome = await this.decide(request, body instanceof ApiError ? body : undefined);
      if (!isControl) {
        this.record(request, outcome);
      }
      const isHead = request.method === 'HEAD';
      await sendReply(response, outcome.reply, outcome.fault, isHead, signal);
    } catch {
      response.destroy();
    }
  }

  private async decide(request: Incoming, bodyError: ApiError | undefined): Promise<Outcome> {
    const { parts, login, control } = this.deps;
    if (request.path.startsWith('/api/v2/') || request.path === '/api/v2') {
      return this.answerApi(request, bodyError);
    }
    if (request.path.startsWith('/control/')) {
      const matched = controlRouter.match(request.method, request.path);
      const reply = await runHandler(matched, request, control, '');
      return { reply, template: undefined, fault: undefined, correlationId: undefined };
    }
    if (request.path.startsWith('/downloads/')) {
      const path = request.path.replace(movedPrefix, '/downloads');
      return this.answerPlain(downloadRouter.match(request.method, path), request, path, parts);
    }
    const matched = loginRouter.match(request.method, request.path);
    return this.answerPlain(matched, request, request.path, login);
  }

  /** Login and downloads: no token, no rate window. */
  private async answerPlain<Context>(
    matched: Matched<Context> | ApiError,
    request: Incoming,
    path: string,
    context: Context,
  ): Promise<Outcome> {
    const template = matched instanceof ApiError ? undefined : matched.route.template;
    const fault = this.deps.faults.take(request.method, request.path, template);
    const contextId = randomUUID();
    if (fault !== undefined && !isSendingFault(fault)) {
      const reply = replacedReply(fault, request, contextId, 1);
      return { reply, template, fault: undefined, correlationId: undefined };
    }
    const reply = await runHandler(matched, { ...request, path }, context, contextId);
    return { reply, template, fault, correlationId: undefined };
  }

  private async answerApi(request: Incoming, bodyError: ApiError | undefined): Promise<Outcome> {
    const { rate, faults, parts } = this.deps;
    const correlationId = randomUUID();
    const token = parts.tokens.find(bearerToken(request.headers) ?? '');
    const state = rate.count(token?.value ?? strangers);
    const matched = apiRouter.match(request.method, request.path);
    const template = matched instanceof ApiError ? undefined : matched.route.template;
    const fault = faults.take(request.method, request.path, template);
    const isReplaced = fault !== undefined && !isSendingFault(fault);
    const reply = isReplaced
      ? replacedReply(fault, request, correlationId, state.resetSeconds)
      : await this.handleApi(request, matched, token, state, bodyError, correlationId);
    return {
      reply: { ...reply, headers: { ...reply.headers, ...apiHeaders(state, correlationId) } },
      template,
      fault: isReplaced ? undefined : fault,
      correlationId,
    };
  }

  private async handleApi(
    request: Incoming,
    matched: Matched<ApiContext> | ApiError,
    token: Token | undefined,
    state: RateState,
    bodyError: ApiError | undefined,
    correlationId: string,
  ): Promise<Reply> {
    if (token === undefined) {
      const hasBearer = bearerToken(request.headers) !== undefined;
      return errorReply(
        hasBearer ? apiErrors.badCredentials() : apiErrors.authenticationRequired(),
        correlationId,
      );
    }
    if (state.isExceeded) {
      return rateLimitReply(correlationId, state.resetSeconds);
    }
    const refusal =
      bodyError ?? (matched instanceof ApiError ? matched : refuse(token, matched.route.access));
    return refusal === undefined
      ? runHandler(matched, request, { ...this.deps.parts, token }, correlationId)
      : errorReply(refusal, correlationId);
  }

  private record(request: Incoming, outcome: Outcome): void {
    const { headers } = request;
    this.deps.log.add({
      method: request.method,
      path: request.path,
      template: outcome.template,
      query: request.parameters.toString(),
      host: headers.host,
      hasBearer: bearerToken(headers) !== undefined,
      range: headers.range,
      ifRange: textOf(headers['if-range']),
      userAgent: headers['user-agent'],
      contentType: headers['content-type'],
      body: request.path.startsWith('/api/') ? request.body.toString('utf8') : '',
      status: outcome.reply.status,
      atMs: this.deps.parts.clock.nowMs(),
      correlationId: outcome.correlationId,
    });
  }
}

const emptyBody = Buffer.alloc(0);

const textOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.join(', ');

const apiHeaders = (state: RateState, correlationId: string): Readonly<Record<string, string>> => ({
  ...rateHeaders(state),
  'ININ-Correlation-Id': correlationId,
  'Cache-Control': 'no-cache, no-store, must-revalidate',
});

/** What a handler throws becomes an error answer; what it did not mean to throw, a 500. */
async function runHandler<Context>(
  matched: Matched<Context> | ApiError,
  request: Incoming,
  context: Context,
  contextId: string,
): Promise<Reply> {
  if (matched instanceof ApiError) {
    return errorReply(matched, contextId);
  }
  try {
    return await matched.route.handle(request, matched.path, context);
  } catch (error) {
    return errorReply(error instanceof ApiError ? error : apiErrors.internal(), contextId);
  }
}
