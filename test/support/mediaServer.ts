/**
 * A small real HTTP server for signed media links, with ranges, expiry and faults on request, and a conversation source over
 * it that reads links by the shipped transport. For tests of the archive alone; whole flows use the simulator.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errors } from '../../src/base/appError.ts';
import { isRecord, parseJson } from '../../src/base/decode.ts';
import type { ConversationSource } from '../../src/archive/downloadConversation.ts';
import { decodeConversation } from '../../src/genesys/decoders/conversation.ts';
import { decodeRecording } from '../../src/genesys/decoders/recording.ts';
import { openMedia } from '../../src/genesys/mediaTransport.ts';
import { parseRecordingId } from '../../src/model/ids.ts';

export interface MediaFile {
  body: Buffer;
  contentType?: string;
  /** No ETag: such a file cannot be resumed. */
  hasNoValidator?: boolean;
  /** Claimed, whatever the body is. */
  contentEncoding?: string;
  /** Announces the MD5 of the body, as S3 does. */
  hasChecksum?: boolean;
  /** Each entry spoils one request. */
  faults?: MediaFault[];
}

export type MediaFault =
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'expired' }
  | { readonly kind: 'expireAfter'; readonly afterBytes: number }
  | { readonly kind: 'status'; readonly status: number }
  /** One bit flipped under way. */
  | { readonly kind: 'spoil' }
  | { readonly kind: 'ignoreRange' }
  | { readonly kind: 'refuseRange' };

export interface MediaRequestLine {
  readonly name: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly status: number;
}

const accessDenied =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>';

export class MediaServer {
  readonly files = new Map<string, MediaFile>();
  readonly requests: MediaRequestLine[] = [];
  /** Sends in steps of this many bytes, so that kills and cuts can fall in between. */
  chunkBytes = 64 * 1024;
  /** What the API answers, for the shipped client; without it there are only files. */
  api: SourceData | undefined;
  private generation = 1;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', () => {
        resolve();
      });
    });
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get origin(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${String(port)}`;
  }

  /** A link that works until the next `expireLinks`. */
  link(name: string): string {
    return `${this.origin}/${name}?Signature=s3cr3t-${String(this.generation)}&Generation=${String(this.generation)}`;
  }

  expireLinks(): void {
    this.generation++;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (this.api !== undefined && /^\/(?:oauth|api)\//u.test(url.pathname)) {
      this.answerApi(this.api, url.pathname, response);
      return;
    }
    const name = url.pathname.slice(1);
    const file = this.files.get(name);
    const fault = file?.faults?.shift();
    const isExpired = url.searchParams.get('Generation') !== String(this.generation);
    if (fault?.kind === 'expired') {
      this.expireLinks();
    }
    const status = refusal(file, fault, isExpired, request.headers.range !== undefined);
    if (status !== undefined || file === undefined) {
      this.log(name, request, status ?? 404);
      response.writeHead(status ?? 404, { 'content-type': 'application/xml' }).end(accessDenied);
      return;
    }
    await this.sendFile(request, response, { name, file, fault });
  }

  private answerApi(api: SourceData, path: string, response: ServerResponse): void {
    const communication = /communications\/([^/]+)\/transcripturls$/u.exec(path)?.[1];
    const transcripts = communication === undefined ? undefined : api.transcripts[communication];
    let body: unknown = { status: 404, code: 'not.found', message: 'Nothing here' };
    if (path === '/oauth/token') {
      body = { access_token: 'token', token_type: 'bearer', expires_in: 86_400 };
    } else if (path.endsWith('/details')) {
      body = api.detail;
    } else if (path.endsWith('/recordings')) {
      body = api.recordings;
    } else if (transcripts !== undefined) {
      const urls = transcripts.map(({ name, recordingId }) => ({
        url: `{link:${name}}`,
        recording: recordingId === undefined ? undefined : { id: recordingId },
      }));
      body = { communicationId: communication, urls };
    }
    const status = isNotFound(body) ? 404 : 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(withLinks(this, body));
  }

  private async sendFile(
    request: IncomingMessage,
    response: ServerResponse,
    { name, file, fault }: Served,
  ): Promise<void> {
    const etag = `"${createHash('sha1').update(file.body).digest('hex')}"`;
    const from = fault?.kind === 'ignoreRange' ? 0 : continuedFrom(request, etag);
    this.log(name, request, from > 0 ? 206 : 200);
    response.writeHead(from > 0 ? 206 : 200, headersOf(file, etag, from));
    if (fault?.kind !== 'cut' && fault?.kind !== 'expireAfter') {
      await this.sendBytes(response, spoilt(file.body.subarray(from), fault));
      response.end();
      return;
    }
    await this.sendBytes(response, file.body.subarray(from, from + fault.afterBytes));
    if (fault.kind === 'expireAfter') {
      this.expireLinks();
    }
    // Not destroyed: a reset could take back what is on its way.
    response.socket?.end();
  }

  private async sendBytes(response: ServerResponse, bytes: Buffer): Promise<void> {
    for (let offset = 0; offset < bytes.length; offset += this.chunkBytes) {
      if (!response.write(bytes.subarray(offset, offset + this.chunkBytes))) {
        await new Promise<void>((resolve) => {
          const go = (): void => {
            response.off('drain', go).off('close', go);
            resolve();
          };
          response.on('drain', go).on('close', go);
        });
      }
    }
  }

  private log(name: string, request: IncomingMessage, status: number): void {
    const ifRange = request.headers['if-range'];
    this.requests.push({
      name,
      range: request.headers.range,
      ifRange: typeof ifRange === 'string' ? ifRange : undefined,
      status,
    });
  }
}

/** What the platform would answer, as JSON values; `{link:name}` stands for a fresh link of the media server. */
export interface SourceData {
  detail: unknown;
  recordings: unknown[];
  /** By communication. */
  transcripts: Record<string, { name: string; recordingId?: string }[]>;
}

interface Served {
  readonly name: string;
  readonly file: MediaFile;
  readonly fault: MediaFault | undefined;
}

/** Status of an answer without the file; undefined when it may be sent. */
function refusal(
  file: MediaFile | undefined,
  fault: MediaFault | undefined,
  isExpired: boolean,
  hasRange: boolean,
): number | undefined {
  if (file === undefined) {
    return 404;
  }
  if (fault?.kind === 'expired' || isExpired) {
    return 403;
  }
  if (fault?.kind === 'status') {
    return fault.status;
  }
  return fault?.kind === 'refuseRange' && hasRange ? 416 : undefined;
}

function askedByte(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/u.exec(request.headers.range ?? '')?.[1] ?? 0);
}

function continuedFrom(request: IncomingMessage, etag: string): number {
  return request.headers['if-range'] === etag ? askedByte(request) : 0;
}

function spoilt(body: Buffer, fault: MediaFault | undefined): Buffer {
  if (fault?.kind !== 'spoil') {
    return body;
  }
  const copy = Buffer.from(body);
  copy.writeUInt8(copy.readUInt8(copy.length >> 1) ^ 1, copy.length >> 1);
  return copy;
}

function headersOf(
  file: MediaFile,
  etag: string,
  from: number,
): Readonly<Record<string, string | number>> {
  const total = file.body.length;
  return {
    'content-type': file.contentType ?? 'audio/wav',
    'content-length': total - from,
    ...(file.hasNoValidator === true ? {} : { etag }),
    ...(file.contentEncoding === undefined ? {} : { 'content-encoding': file.contentEncoding }),
    ...(file.hasChecksum === true
      ? { 'content-md5': createHash('md5').update(file.body).digest('base64') }
      : {}),
    ...(from > 0
      ? { 'content-range': `bytes ${String(from)}-${String(total - 1)}/${String(total)}` }
      : {}),
  };
}

function withLinks(server: MediaServer, value: unknown): string {
  return JSON.stringify(value).replaceAll(/\{link:([^}]+)\}/gu, (_, name: string) =>
    server.link(name),
  );
}

function isNotFound(body: unknown): boolean {
  return isRecord(body) && body['status'] === 404;
}

/** A source over fixed data whose links come from the media server. Calls can be replaced to fail. */
export function createSource(
  server: MediaServer,
  data: SourceData,
): { -readonly [Method in keyof ConversationSource]: ConversationSource[Method] } {
  return {
    fetchConversation: (id) => {
      const rawJson = JSON.stringify(data.detail);
      const value = decodeConversation(parseJson(rawJson, 'detail'));
      if (value.id !== id) {
        return Promise.reject(errors.notFound('No such conversation'));
      }
      return Promise.resolve({ value, rawJson, source: 'GET /details', fetchedAtMs: 1 });
    },
    fetchRecordings: (id) =>
      Promise.resolve(
        data.recordings.map((recording) => {
          const rawJson = withLinks(server, recording);
          const value = decodeRecording(parseJson(rawJson, 'recording'), '', id);
          return { value, rawJson, source: 'GET /recordings', fetchedAtMs: 2 };
        }),
      ),
    fetchTranscriptLinks: (_, communicationId) =>
      Promise.resolve(
        (data.transcripts[communicationId] ?? []).map(({ name, recordingId }) => ({
          url: server.link(name),
          recordingId: recordingId === undefined ? undefined : parseRecordingId(recordingId),
          expiresAtMs: undefined,
        })),
      ),
    openMedia: (url, options, signal) => openMedia(url, options, signal),
  };
}
