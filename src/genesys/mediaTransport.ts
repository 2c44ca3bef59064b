/**
 * Opens signed links to media and transcripts over node:http(s), which VS Code patches for proxies and certificates. It never
 * sends credentials, and no part of a link reaches an error or a log.
 */
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import {
  cancellation,
  errors,
  isAppError,
  throwIfCancelled,
  type AppError,
} from '../base/appError.ts';
import type { MediaResponse, OpenMediaOptions } from './genesysApi.ts';
import { decodeChecksum, decodeContentRange } from './mediaHeaders.ts';
import { isLoopback } from './regions.ts';
import { parseRetryAfter } from './retryPolicy.ts';

export interface MediaTransportOptions {
  /** How long the server may send nothing before the connection counts as broken. */
  readonly idleTimeoutMs: number;
}

const defaultOptions: MediaTransportOptions = { idleTimeoutMs: 30_000 };
const maxRedirects = 5;
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Opens a link and follows up to five redirects. The body is read once; stopping early or aborting closes the socket.
 * @throws AppError `gone` (the link expired: fetch a fresh one), `notFound`, `conflict` (the range does not fit the file: begin
 * anew), `rateLimited`, `remote`, `network`, `protocol`
 */
export async function openMedia(
  url: string,
  options: OpenMediaOptions,
  signal: AbortSignal,
  transport: MediaTransportOptions = defaultOptions,
): Promise<MediaResponse> {
  throwIfCancelled(signal);
  let target = parseLink(url, undefined);
  for (let redirects = 0; ; redirects++) {
    const response = await send(target, options, signal, transport);
    const status = response.statusCode ?? 0;
    if (!redirectStatuses.has(status)) {
      try {
        return toMediaResponse(response, options, signal, transport);
      } catch (error) {
        response.destroy();
        throw error;
      }
    }
    response.destroy();
    if (redirects === maxRedirects) {
      throw errors.protocol('The link to a file redirects too often; try again with a fresh link');
    }
    target = parseLink(response.headers.location ?? '', target);
  }
}

function parseLink(text: string, from: URL | undefined): URL {
  const url = text === '' ? null : URL.parse(text, from?.href);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw errors.protocol('The link to a file is no web address');
  }
  if (from?.protocol === 'https:' && url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw errors.protocol('The link to a file redirects from https to http, which is not followed');
  }
  // node:http would turn these into an Authorization header.
  url.username = '';
  url.password = '';
  return url;
}

/** Resolves with the head of the answer. */
function send(
  url: URL,
  options: OpenMediaOptions,
  signal: AbortSignal,
  transport: MediaTransportOptions,
): Promise<IncomingMessage> {
  const headers: Record<string, string> = { accept: '*/*', 'accept-encoding': 'identity' };
  if (options.fromByte !== undefined && options.fromByte > 0) {
    headers['range'] = `bytes=${String(options.fromByte)}-`;
    if (options.ifRange !== undefined) {
      headers['if-range'] = options.ifRange;
    }
  }
  return new Promise<IncomingMessage>((resolve, reject) => {
    const start = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = start(url, { method: 'GET', headers, signal });
    const timer = setTimeout(() => {
      request.destroy(stalled());
    }, transport.idleTimeoutMs);
    request.on('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    // Stays for the life of the request: an error after the head is told by the response as well.
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(toNetworkError(error, signal));
    });
    request.end();
  });
}

function toMediaResponse(
  response: IncomingMessage,
  options: OpenMediaOptions,
  signal: AbortSignal,
  transport: MediaTransportOptions,
): MediaResponse {
  const { headers } = response;
  const part = decodePart(response, options.fromByte ?? 0);
  const contentLengthBytes = toLength(headers['content-length']);
  return {
    status: part.status,
    contentType: headers['content-type'],
    contentLengthBytes,
    fromByte: part.fromByte,
    totalBytes: part.status === 206 ? part.totalBytes : contentLengthBytes,
    validator: headers.etag ?? headers['last-modified'],
    checksum: decodeChecksum(headers, part.status),
    body: new MediaBody(response, contentLengthBytes, signal, transport.idleTimeoutMs),
  };
}

/** Which part of the file an answer brings. @throws AppError when it brings none, or another than was asked for. */
function decodePart(
  response: IncomingMessage,
  askedByte: number,
): {
  readonly status: 200 | 206;
  readonly fromByte: number;
  readonly totalBytes: number | undefined;
} {
  const status = response.statusCode ?? 0;
  const range = decodeContentRange(response.headers['content-range']);
  if (status === 200) {
    return { status, fromByte: 0, totalBytes: undefined };
  }
  if (status !== 206) {
    const retryAfterMs = parseRetryAfter(response.headers['retry-after'], Date.now());
    throw toStatusError(status, range?.totalBytes, retryAfterMs);
  }
  if (askedByte === 0 || range?.fromByte !== askedByte) {
    throw errors.protocol('The server sent another part of the file than was asked for');
  }
  return { status, fromByte: askedByte, totalBytes: range.totalBytes };
}

function toStatusError(
  status: number,
  totalBytes: number | undefined,
  retryAfterMs: number | undefined,
): AppError {
  const details = { status, totalBytes };
  switch (status) {
    case 401:
    case 403:
    case 410:
      return errors.gone('The link expired; a fresh one is needed', { details });
    case 404:
      return errors.notFound('The file behind the link does not exist', { details });
    case 416:
      return errors.conflict(
        'The part that is already here does not fit the file on the server; begin the download anew',
        { details },
      );
    case 429:
      return errors.rateLimited('Too many downloads at once; wait before trying again', {
        details,
        retryAfterMs,
      });
    default:
      return status === 408 || status >= 500
        ? errors.remote(`The file server has a problem; try again later: ${String(status)}`, {
            details,
            retryAfterMs,
          })
        : errors.protocol(`The file server answered in an unexpected way: ${String(status)}`, {
            details,
          });
  }
}

/** The bytes of an answer. Reading ends with AppError `network` when they end before their announced length. */
class MediaBody implements AsyncIterable<Uint8Array> {
  private readonly response: IncomingMessage;
  private readonly expectedBytes: number | undefined;
  private readonly signal: AbortSignal;
  private readonly idleTimeoutMs: number;

  constructor(
    response: IncomingMessage,
    expectedBytes: number | undefined,
    signal: AbortSignal,
    idleTimeoutMs: number,
  ) {
    this.response = response;
    this.expectedBytes = expectedBytes;
    this.signal = signal;
    this.idleTimeoutMs = idleTimeoutMs;
    // A break before anybody reads is told to the reader; without a listener it would end the process.
    response.on('error', () => undefined);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const chunks: AsyncIterator<unknown, unknown> = this.response.iterator({
      destroyOnReturn: true,
    });
    let receivedBytes = 0;
    let isWaiting = false;
    // One for the whole body: a new one for each chunk costs more than the chunk.
    const timer = setTimeout(() => {
      // Only waiting for the server counts as idle, not a reader that takes its time.
      if (isWaiting) {
        this.response.destroy(stalled());
      }
    }, this.idleTimeoutMs);
    const stop = (): void => {
      clearTimeout(timer);
      this.response.destroy();
    };
    return {
      next: async () => {
        isWaiting = true;
        timer.refresh();
        try {
          throwIfCancelled(this.signal);
          const { done, value } = await chunks.next();
          if (done !== true) {
            if (!(value instanceof Uint8Array)) {
              throw errors.bug('A media stream yielded something else than bytes');
            }
            receivedBytes += value.length;
            return { done: false, value };
          }
          throwIfCancelled(this.signal);
          if (!this.response.complete || receivedBytes < (this.expectedBytes ?? 0)) {
            throw errors.network('The connection ended before the whole file was here; try again', {
              details: { receivedBytes, expectedBytes: this.expectedBytes },
            });
          }
          clearTimeout(timer);
          return { done: true, value: undefined };
        } catch (error) {
          stop();
          throw toNetworkError(error, this.signal);
        } finally {
          isWaiting = false;
        }
      },
      return: () => {
        stop();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}

function stalled(): AppError {
  return errors.network('The file server stopped sending; try again');
}

function toNetworkError(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) {
    return cancellation();
  }
  if (isAppError(error)) {
    return error;
  }
  const cause = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return errors.network(
    `The connection to the file server broke; check the network and try again: ${cause}`,
    { details: { cause } },
  );
}

function toLength(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/u.test(text) ? Number(text) : undefined;
}
