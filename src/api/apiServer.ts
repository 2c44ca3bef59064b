/**
 * The loopback HTTP API: listens on 127.0.0.1, turns strangers away, finds the route, sends the answer, notes each request. Knows
 * nothing of what the routes do.
 */
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errors, isAppError, isCancellation, messageOf, type ErrorCode } from '../base/appError.ts';
import {
  defaultLimits,
  RateGate,
  refuseForeign,
  refuseStranger,
  refuseWriting,
  type RateLimits,
  type Refusal,
} from './admission.ts';
import { readParameters, type ApiAnswer } from './apiRequest.ts';
import { findRoute, type ApiRoute } from './apiRoute.ts';
import { parseRange } from './byteRange.ts';

/** One line of the request log. No query text: people look for what others said. */
export interface RequestNote {
  readonly atMs: number;
  readonly method: string;
  /** Path template of the route; `-` when there is none. */
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly interactionId?: string;
}

export interface ApiServerOptions {
  readonly routes: readonly ApiRoute[];
  /** 0 for any that is free. */
  readonly port: number;
  readonly token: string;
  readonly note: (request: RequestNote) => void;
  readonly limits?: RateLimits;
}

const statusOf: Readonly<Record<ErrorCode, number>> = {
  input: 400,
  auth: 401,
  forbidden: 403,
  notFound: 404,
  gone: 410,
  conflict: 409,
  rateLimited: 429,
  unsupported: 501,
  network: 502,
  remote: 502,
  protocol: 500,
  storage: 500,
  corrupt: 500,
  bug: 500,
};

const fixedHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

const maxUrlLength = 4096;
const closeAfterMs = 2000;
/** Each costs about 20 KB. */
const maxConnectionCount = 128;
const turnAwayMs = 1000;
/** A crowd is turned away at once instead of waiting in the kernel, seconds at a time. */
const backlogCount = 4096;

/** A server that listens. `stop` it. */
export class ApiServer {
  private readonly options: ApiServerOptions;
  private readonly server: Server;
  private readonly gate: RateGate;
  private readonly lifetime = new AbortController();
  private token: string;
  private portNumber = 0;

  private constructor(options: ApiServerOptions) {
    this.options = options;
    this.token = options.token;
    this.gate = new RateGate(options.limits ?? defaultLimits, () => performance.now());
    this.server = createServer(
      { maxHeaderSize: 8192, keepAliveTimeout: 5000, requestTimeout: 10_000, headersTimeout: 5000 },
      (request, response) => {
        void this.answer(request, response);
      },
    );
    // Who asks before sending a body is told at once instead of being invited to.
    this.server.on('checkContinue', (request, response) => {
      void this.answer(request, response);
    });
    this.server.on('clientError', (_error, socket) => {
      // No stack and no echo of what was sent.
      socket.end(bareAnswer('400 Bad Request', 'input', 'This is no request that HTTP knows'));
    });
    boundConnections(this.server, maxConnectionCount);
  }

  /** @throws AppError `conflict` when the port is taken, `storage` when it may not be listened on */
  static async start(options: ApiServerOptions): Promise<ApiServer> {
    const api = new ApiServer(options);
    const { server } = api;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: Error & { code?: string }) => {
        reject(
          error.code === 'EADDRINUSE'
            ? errors.conflict(
                `Another program listens on this port. Choose another one in the settings, or 0 for any: ${String(options.port)}`,
                { cause: error },
              )
            : errors.storage(`The local API cannot listen on this port: ${messageOf(error)}`, {
                cause: error,
              }),
        );
      });
      server.listen(
        { host: '127.0.0.1', port: options.port, exclusive: true, backlog: backlogCount },
        resolve,
      );
    });
    const address = server.address();
    api.portNumber = typeof address === 'object' && address !== null ? address.port : 0;
    return api;
  }

  get port(): number {
    return this.portNumber;
  }

  /** Requests with the token before are refused from now on. */
  setToken(token: string): void {
    this.token = token;
  }

  /** Takes no more requests, lets those under way end for two seconds, then cuts them. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) =>
      this.server.close(() => {
        resolve();
      }),
    );
    this.server.closeIdleConnections();
    const timer = setTimeout(() => {
      this.lifetime.abort();
      this.server.closeAllConnections();
    }, closeAfterMs);
    await closed;
    clearTimeout(timer);
    this.lifetime.abort();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAtMs = performance.now();
    const stop = new AbortController();
    response.on('close', () => {
      stop.abort();
    });
    const refused = refuseForeign(request, this.portNumber) ?? this.gate.enter();
    const asked: Asked = { path: '-' };
    try {
      if (refused === undefined) {
        const signal = AbortSignal.any([stop.signal, this.lifetime.signal]);
        await this.serve(request, response, asked, signal);
      } else {
        refuse(response, refused);
      }
    } catch (error) {
      fail(response, error);
    } finally {
      if (refused === undefined) {
        this.gate.leave();
      }
      this.options.note({
        atMs: Date.now(),
        method: (request.method ?? '').slice(0, 10),
        path: asked.path,
        status: response.statusCode,
        durationMs: Math.round(performance.now() - startedAtMs),
        ...(asked.interactionId === undefined
          ? {}
          : { interactionId: asked.interactionId.slice(0, 128) }),
      });
    }
  }

  /** @param asked is told what is asked for as soon as that is known */
  private async serve(
    request: IncomingMessage,
    response: ServerResponse,
    asked: Asked,
    signal: AbortSignal,
  ): Promise<void> {
    const url = readUrl(request.url);
    const found = url === undefined ? undefined : findRoute(this.options.routes, url.pathname);
    asked.path = found?.route.path ?? '-';
    const query = url?.searchParams ?? new URLSearchParams();
    const refused =
      refuseWriting(request.method, request.headers) ??
      (found?.route.isOpen === true
        ? undefined
        : refuseStranger(request.headers, query, this.token));
    if (refused !== undefined) {
      refuse(response, refused);
      return;
    }
    if (found === undefined) {
      throw errors.notFound('There is nothing at this address; /openapi.json lists what there is');
    }
    const parameters = readParameters(found.route.parameters, found.path, query);
    asked.interactionId = parameters.text['interactionId'] ?? parameters.text['id'];
    const { range } = request.headers;
    await send(
      request,
      response,
      await found.route.answer({ ...parameters, range }, signal),
      signal,
    );
  }
}

/** What a request turned out to be about. */
interface Asked {
  path: string;
  interactionId?: string | undefined;
}

/**
 * Beyond `maxCount` connections are told to come back before HTTP is spoken with them, which costs next to nothing. Node's own
 * `maxConnections` would cut them without a word.
 */
function boundConnections(server: Server, maxCount: number): void {
  const accepting = server.listeners('connection');
  server.removeAllListeners('connection');
  let count = 0;
  server.on('connection', (socket: Socket) => {
    if (count >= maxCount) {
      turnAway(socket);
      return;
    }
    count++;
    socket.once('close', () => {
      count--;
    });
    for (const accept of accepting) {
      Reflect.apply(accept, server, [socket]);
    }
  });
}

/** What was asked is read and thrown away: closing on unread bytes would lose the answer. */
function turnAway(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.setTimeout(turnAwayMs, () => socket.destroy());
  socket.resume();
  socket.end(crowdAnswer);
}

/** An answer where there is no request yet: as those of the routes, and of fixed text. */
function bareAnswer(status: string, code: string, message: string, header = ''): string {
  const body = `${JSON.stringify({ code, message })}\n`;
  const headers = Object.entries({
    ...fixedHeaders,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(body.length),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${headers.join('')}${header}\r\n${body}`;
}

const crowdAnswer = bareAnswer(
  '503 Service Unavailable',
  'busy',
  'Too many connections at once',
  'Retry-After: 1\r\n',
);

function readUrl(text = ''): URL | undefined {
  if (text.length > maxUrlLength || !text.startsWith('/') || text.startsWith('//')) {
    return undefined;
  }
  return URL.parse(text, 'http://127.0.0.1') ?? undefined;
}

function refuse(response: ServerResponse, { status, code, message, headers }: Refusal): void {
  // What was turned away keeps no connection: many of them would cost memory.
  sendJson(response, status, { code, message }, { ...headers, Connection: 'close' });
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || isCancellation(error)) {
    response.destroy();
    return;
  }
  const known = isAppError(error)
    ? { status: statusOf[error.code], code: error.code, message: error.message }
    : {
        status: 500,
        code: 'bug',
        message: 'The request failed; the log of the extension says why',
      };
  sendJson(response, known.status, { code: known.code, message: known.message });
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`);
  response.writeHead(status, {
    ...fixedHeaders,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': bytes.length,
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ApiAnswer,
  signal: AbortSignal,
): Promise<void> {
  const isHead = request.method === 'HEAD';
  switch (answer.kind) {
    case 'json':
      sendJson(response, answer.status, answer.body);
      return;
    case 'stream':
      response.writeHead(200, {
        ...fixedHeaders,
        'Content-Type': 'application/json; charset=utf-8',
      });
      if (isHead) {
        response.end();
      } else {
        await pipeline(Readable.from(answer.pieces), response, { signal });
      }
      return;
    case 'file':
      await sendFile(request, response, answer, signal);
  }
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: Extract<ApiAnswer, { kind: 'file' }>,
  signal: AbortSignal,
): Promise<void> {
  const headers = {
    ...fixedHeaders,
    'Content-Type': file.mediaType,
    'Content-Disposition': `attachment; filename="${file.fileName}"`,
  };
  if (file.through.length > 0) {
    const through = file.through.map((create) => create());
    response.writeHead(200, headers);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    await pipeline([createReadStream(file.path), ...through, response], { signal });
    return;
  }
  const range = parseRange(request.headers.range, file.sizeBytes);
  if (range === 'unsatisfiable') {
    sendJson(
      response,
      416,
      { code: 'rangeNotSatisfiable', message: 'The file has no such bytes' },
      { 'Content-Range': `bytes */${String(file.sizeBytes)}` },
    );
    return;
  }
  const { start, end } = range ?? { start: 0, end: file.sizeBytes };
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    'Accept-Ranges': 'bytes',
    'Content-Length': end - start,
    ...(range === undefined
      ? {}
      : { 'Content-Range': `bytes ${String(start)}-${String(end - 1)}/${String(file.sizeBytes)}` }),
  });
  if (request.method === 'HEAD' || end === start) {
    response.end();
    return;
  }
  await pipeline(createReadStream(file.path, { start, end: end - 1 }), response, { signal });
}
