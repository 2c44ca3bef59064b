/** Carries faults out: those that replace an answer, and those that spoil its sending. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';

import { ApiError } from '../http/apiError.ts';
import { emptyReply, htmlReply, jsonReply, type Reply } from '../http/reply.ts';
import type { Incoming } from '../http/incoming.ts';
import { expiredReply, movedPrefix } from '../media/downloadRoutes.ts';
import type { ReplacingFault, SendingFault } from './faults.ts';

/** What a fault answers in place of the handler. */
export function replacedReply(
  fault: ReplacingFault,
  request: Incoming,
  contextId: string,
  resetSeconds: number,
): Reply {
  switch (fault.kind) {
    case 'rateLimit':
      return rateLimitReply(contextId, resetSeconds, fault.retryAfter);
    case 'status':
      return errorReply(
        new ApiError(
          fault.status,
          fault.code ?? 'internal.server.error',
          fault.message ?? 'The server encountered an unexpected condition.',
        ),
        contextId,
        fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter },
      );
    case 'html':
      return htmlReply(200, '<!doctype html><title>Proxy</title><h1>Sign in to the network</h1>');
    case 'headerOnlyWav':
      return { status: 200, headers: { 'Content-Type': 'audio/wav' }, body: headerOnlyWav() };
    case 'expiredLink':
      return expiredReply();
    case 'redirect':
      return emptyReply(302, { Location: fault.location ?? movedLocation(request) });
    case 'body':
      return {
        status: 200,
        headers: { 'Content-Type': fault.contentType },
        body: Buffer.from(fault.text),
      };
  }
}

export const errorReply = (
  error: ApiError,
  contextId: string,
  headers: Readonly<Record<string, string>> = {},
): Reply => jsonReply(error.status, error.toBody(contextId), headers);

/** `retryAfter` as in the fault `rateLimit`. */
export function rateLimitReply(
  contextId: string,
  resetSeconds: number,
  retryAfter?: string | null,
): Reply {
  const error = new ApiError(
    429,
    'too.many.requests.retry.after',
    `Rate limit exceeded the maximum. Retry the request in [${String(resetSeconds)}] seconds`,
  );
  const header = retryAfter === undefined ? String(resetSeconds) : retryAfter;
  return errorReply(error, contextId, header === null ? {} : { 'Retry-After': header });
}

const movedLocation = (request: Incoming): string =>
  `${request.path.replace(/^\/downloads/, movedPrefix)}?${request.parameters.toString()}`;

/** PCM16, 8 kHz, mono, no samples. */
function headerOnlyWav(): Uint8Array {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  return header;
}

/** Sends the answer, spoiled as the fault says. Ends early when the client or the simulator goes away. */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  fault: SendingFault | undefined,
  isHead: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (fault?.kind === 'latency') {
    await delay(fault.delayMs, undefined, { signal });
  }
  const sizeBytes = reply.body.byteLength;
  const announcedBytes = fault?.kind === 'wrongLength' ? fault.announcedBytes : sizeBytes;
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(reply.status !== 204 && { 'Content-Length': String(announcedBytes) }),
  });
  if (isHead) {
    response.end();
  } else if (fault === undefined || fault.kind === 'latency') {
    response.end(reply.body);
  } else if (fault.kind === 'corrupt') {
    response.end(corrupted(reply.body, fault.atByte));
  } else if (fault.kind === 'slow') {
    await sendSlowly(response, reply.body, fault.bytesPerSecond, signal);
  } else {
    const end = fault.kind === 'wrongLength' ? sizeBytes : fault.afterBytes;
    await sendPart(response, reply.body.subarray(0, end));
    breakOff(response, fault.kind);
  }
}

/** A copy with one byte changed; an offset past the end changes the last byte. */
function corrupted(body: Uint8Array, atByte: number): Uint8Array {
  const copy = Uint8Array.from(body);
  const at = Math.min(atByte, copy.byteLength - 1);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}

const stepsPerSecond = 20;

async function sendSlowly(
  response: ServerResponse,
  body: Uint8Array,
  bytesPerSecond: number,
  signal: AbortSignal,
): Promise<void> {
  const stepBytes = Math.max(1, Math.ceil(bytesPerSecond / stepsPerSecond));
  for (let from = 0; from < body.byteLength && !response.destroyed; from += stepBytes) {
    await sendPart(response, body.subarray(from, from + stepBytes));
    await delay(1000 / stepsPerSecond, undefined, { signal });
  }
  response.end();
}

function breakOff(
  response: ServerResponse,
  kind: 'cut' | 'truncate' | 'wrongLength' | 'stall',
): void {
  switch (kind) {
    case 'cut':
      response.socket?.resetAndDestroy();
      break;
    case 'truncate':
    case 'wrongLength':
      response.socket?.end();
      break;
    case 'stall':
      break;
  }
}

/** Resolves when the bytes are handed to the system, so that what follows comes after them. */
async function sendPart(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  response.flushHeaders();
  if (bytes.byteLength > 0) {
    await new Promise((resolve) => {
      response.write(bytes, resolve);
    });
  }
}
