/** A local API over a small real archive, in a process of its own, and a client that sends whatever it is told to. */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import { CatalogueClient } from '../../src/host/archives/catalogueClient.ts';
import { idOf, putConversation } from './archiveOnDisk.ts';
import { Archive } from '../../src/archive/archive.ts';
import { FakeClock } from './fakeClock.ts';
import {
  benchConversation,
  writeBenchArchiveFile,
  writeBenchConversation,
  type BenchConversation,
} from './benchArchive.ts';
import { createRandom } from './random.ts';
import { createSpeechCorpus } from './speechCorpus.ts';

export const apiToken = 'a-token-of-the-test-0123456789';

/** Has a recording of two channels and a transcript; the others have no recording. */
export const recordedId = idOf(77);

export interface ApiReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** Of a whole JSON body. */
  readonly json: any;
}

export interface ApiAsk {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: string;
}

export class LocalApiBench {
  /** Conversations without recordings, which were said by nobody in particular. */
  readonly calls: readonly BenchConversation[];
  readonly root: string;
  readonly archivePath: string;
  readonly port: number;
  private readonly server: ChildProcess;

  private constructor(
    root: string,
    calls: readonly BenchConversation[],
    server: ChildProcess,
    port: number,
  ) {
    this.root = root;
    this.archivePath = join(root, 'archive');
    this.calls = calls;
    this.server = server;
    this.port = port;
  }

  static async start(): Promise<LocalApiBench> {
    const root = await mkdtemp(join(tmpdir(), 'local-api-'));
    const archivePath = join(root, 'archive');
    const storagePath = join(root, 'storage');
    const corpus = createSpeechCorpus(createRandom(1));
    const calls = [0, 1, 2].map((index) => benchConversation(corpus, index, 5));
    await writeBenchArchiveFile(archivePath, 'a1');
    for (const call of calls) {
      await writeBenchConversation(archivePath, call);
    }
    const deps = { clock: new FakeClock(), log: silentLog };
    const archive = await Archive.open(archivePath, undefined, deps, AbortSignal.timeout(10_000));
    const startMs = Date.UTC(2026, 5, 2);
    const phrases = ['Hello, my parcel is late.', 'Let me look.'];
    const times = { startMs, endMs: startMs + 60_000 };
    await putConversation(archive, { id: recordedId, ...times, wavBytes: 20_000, phrases });
    const script = new URL('../../src/workers/archiveWorker.ts', import.meta.url);
    const client = new CatalogueClient(script, silentLog);
    const location = { storagePath, archiveId: 'a1', archivePath };
    await client.fill('syncCatalogue', location, () => undefined, AbortSignal.timeout(30_000));
    client.dispose();
    const server = fork(
      new URL('./apiServerMain.ts', import.meta.url),
      [archivePath, storagePath, apiToken],
      { stdio: 'inherit' },
    );
    const [{ port }] = await once(server, 'message');
    return new LocalApiBench(root, calls, server, port);
  }

  get origin(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  /** With the token, unless the headers say another. */
  ask(path: string, what: ApiAsk = {}): Promise<ApiReply> {
    return askApi(this.port, path, what);
  }

  /** Of the server's process. */
  async readRssBytes(): Promise<number> {
    this.server.send('rss');
    const [message] = await once(this.server, 'message');
    return message.rssBytes;
  }

  /** Stops the server as the extension does; it must end by itself. */
  async stop(): Promise<void> {
    const exited = once(this.server, 'exit');
    this.server.send('stop');
    const [code] = await exited;
    await rm(this.root, { recursive: true, force: true });
    assert.equal(code, 0);
  }
}

/** One request over a connection of its own. */
export function askApi(
  port: number,
  path: string,
  { headers = {}, method = 'GET', body }: ApiAsk = {},
): Promise<ApiReply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        agent: false,
        headers: { authorization: `Bearer ${apiToken}`, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const isJson = response.headers['content-type']?.startsWith('application/json');
          const isWhole = isJson === true && bytes.length > 0 && response.statusCode !== 206;
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            bytes,
            json: isWhole ? JSON.parse(bytes.toString()) : undefined,
          });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
