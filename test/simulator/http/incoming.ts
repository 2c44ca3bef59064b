/** One request as handlers see it, and the reading of its body under a size limit. */
import type { IncomingMessage } from 'node:http';

import { apiErrors } from './apiError.ts';
import { QueryReader } from './queryReader.ts';

export const maximumBodyBytes = 1_000_000;

export interface Incoming {
  readonly method: string;
  /** Path without a gateway's prefix, still percent-encoded. */
  readonly path: string;
  readonly query: QueryReader;
  readonly parameters: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Scheme, host and port by which the client reached the simulator. */
  readonly origin: string;
}

/** A gateway puts one path segment of its own before `/oauth` and `/api`. */
const gatewayPrefix = /^\/[\w.-]+(?=\/(?:oauth|api\/v2)(?:\/|$))/;

export function toIncoming(message: IncomingMessage, body: Buffer, origin: string): Incoming {
  const url = new URL(message.url ?? '/', origin);
  const path = url.pathname.replace(gatewayPrefix, '');
  return {
    method: message.method ?? 'GET',
    path,
    query: new QueryReader(url.searchParams),
    parameters: url.searchParams,
    headers: message.headers,
    body,
    origin,
  };
}

/** @throws ApiError 413 */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of message) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.byteLength;
    if (sizeBytes > maximumBodyBytes) {
      throw apiErrors.requestTooLarge(maximumBodyBytes);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** @throws ApiError 415 for another content type, 400 for text that is no JSON */
export function readJson(request: Incoming): unknown {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw apiErrors.unsupportedMediaType();
  }
  try {
    return JSON.parse(request.body.toString('utf8'));
  } catch {
    throw apiErrors.badRequest();
  }
}

/** The bearer token, `undefined` when there is none. */
export function bearerToken(headers: IncomingMessage['headers']): string | undefined {
  return /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
