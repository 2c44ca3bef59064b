/**
 * What it costs to bring media into the archive, through the shipped download: one large file against reading and discarding the
 * same bytes, the growth of memory with the size of a file, and many small files against a bare durable loop.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Archive } from '../../src/archive/archive.ts';
import { AuditLog } from '../../src/archive/audit/auditLog.ts';
import {
  downloadConversation,
  type ConversationSource,
} from '../../src/archive/downloadConversation.ts';
import { systemClock } from '../../src/base/clock.ts';
import { parseJson } from '../../src/base/decode.ts';
import { Limiter } from '../../src/base/limiter.ts';
import { silentLog } from '../../src/base/log.ts';
import { decodeConversation } from '../../src/genesys/decoders/conversation.ts';
import { decodeRecording } from '../../src/genesys/decoders/recording.ts';
import { openMedia } from '../../src/genesys/mediaTransport.ts';
import { parseConversationId, parseOrganisationId } from '../../src/model/ids.ts';
import { median, report } from '../support/measurement.ts';
import { discardBody } from './references/discardBody.ts';
import { saveFiles, type FileToSave } from './references/saveFiles.ts';

const bigBytes = 512 << 20;
const bigRunCount = 5;
/** Memory of files this small and this large is compared. */
const memoryBytes = [16 << 20, 1 << 30] as const;
const smallCount = 2_000;
const smallBytes = 50_000;
const smallRunCount = 3;
const concurrency = 8;
const never = new AbortController().signal;

/** Conversations that begin a minute apart, each with one recording of one file. */
function sourceOf(origin: string, sizeBytes: number): ConversationSource {
  const startOf = (index: number): string =>
    new Date(Date.UTC(2026, 10, 4) + index * 60_000).toISOString();
  const fetched = <T>(rawJson: string, value: T): ReturnType<typeof toFetched<T>> =>
    toFetched(rawJson, value);
  return {
    fetchConversation: (id) => {
      const index = indexOf(id);
      const rawJson = JSON.stringify({
        conversationId: id,
        conversationStart: startOf(index),
        conversationEnd: startOf(index + 1),
        participants: [{ participantId: `p-${id}`, purpose: 'customer', sessions: [] }],
      });
      return Promise.resolve(fetched(rawJson, decodeConversation(parseJson(rawJson, 'detail'))));
    },
    fetchRecordings: (id) => {
      const index = indexOf(id);
      const rawJson = JSON.stringify({
        id: `recording-${String(index)}`,
        conversationId: id,
        media: 'audio',
        fileState: 'AVAILABLE',
        startTime: startOf(index),
        mediaUris: {
          '0': { mediaUri: `${origin}/${String(sizeBytes)}/${String(index)}?Signature=x` },
        },
      });
      const value = decodeRecording(parseJson(rawJson, 'recording'), '', id);
      return Promise.resolve([fetched(rawJson, value)]);
    },
    fetchTranscriptLinks: () => Promise.resolve([]),
    openMedia: (url, options, signal) => openMedia(url, options, signal),
  };
}

function toFetched<T>(
  rawJson: string,
  value: T,
): { readonly value: T; readonly rawJson: string; readonly source: string; fetchedAtMs: number } {
  return { value, rawJson, source: 'bench', fetchedAtMs: Date.now() };
}

const idOf = (index: number): ReturnType<typeof parseConversationId> =>
  parseConversationId(`conversation-${String(index)}`);

function indexOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('-') + 1));
}

/** @param indexes of the conversations; each brings one recording. */
async function download(
  origin: string,
  rootPath: string,
  indexes: readonly number[],
  sizeBytes: number,
): Promise<void> {
  const deps = { clock: systemClock, log: silentLog };
  const identity = { organisationId: parseOrganisationId('organisation'), region: 'bench' };
  const archive = await Archive.open(rootPath, identity, deps, never);
  const audit = await AuditLog.open(archive.rootPath, deps, never);
  const source = sourceOf(origin, sizeBytes);
  const limiter = new Limiter(concurrency);
  await Promise.all(
    indexes.map((index) =>
      limiter.run(async () => {
        const { absent, files } = await downloadConversation(
          { ...deps, source, archive, audit },
          {
            conversationId: idOf(index),
            parts: ['recordings'],
            format: 'WAV',
            maxTranscodeWaitMs: 0,
          },
          () => undefined,
          never,
        );
        if (absent.length > 0 || !files.some((file) => file.contentBytes === sizeBytes)) {
          throw new Error(`A download is not whole: ${JSON.stringify(absent)}`);
        }
      }, never),
    ),
  );
}

async function withFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'download-bench-'));
  try {
    return await task(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await task();
  return performance.now() - startedMs;
}

async function measureBig(origin: string): Promise<void> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < bigRunCount; run++) {
    ours.push(await withFolder((folder) => timed(() => download(origin, folder, [run], bigBytes))));
    bare.push(
      await timed(async () => {
        const receivedBytes = await discardBody(`${origin}/${String(bigBytes)}/${String(run)}`);
        if (receivedBytes !== bigBytes) {
          throw new Error('The reference did not get the whole file');
        }
      }),
    );
  }
  const perSecond = (timesMs: readonly number[]): number =>
    Math.round((bigBytes / median(timesMs)) * 1000);
  const value = perSecond(ours);
  const reference = perSecond(bare);
  report({ bench: 'download', metric: 'bytesPerSecond', value, unit: 'B/s', reference });
  report({ bench: 'download', metric: 'throughputRatio', value: value / reference, unit: 'ratio' });
}

/** Peak memory of a process of its own that downloads one file of the size. */
function rssOf(origin: string, sizeBytes: number): number {
  const text = execFileSync(
    process.execPath,
    [import.meta.filename, '--rss', origin, String(sizeBytes)],
    { encoding: 'utf8' },
  );
  return Number(text);
}

function measureMemory(origin: string): Promise<void> {
  const [smallest, largest] = memoryBytes;
  const reference = rssOf(origin, smallest);
  const value = rssOf(origin, largest);
  report({ bench: 'download', metric: 'rssPeakBytes', value, unit: 'bytes', reference });
  report({ bench: 'download', metric: 'rssGrowthBytes', value: value - reference, unit: 'bytes' });
  return Promise.resolve();
}

/** The same number of files by the bare loop: media from the server, what is JSON at its own size. */
async function plainFiles(origin: string, from: string, to: string): Promise<FileToSave[]> {
  const files: FileToSave[] = [];
  await mkdir(to);
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) {
      continue;
    }
    const path = join(to, String(files.length));
    if (entry.name.endsWith('.wav')) {
      const url = `${origin}/${String(smallBytes)}/${String(indexOf(entry.name.split('.')[0] ?? ''))}`;
      files.push({ path, url });
    } else {
      const { size } = await stat(join(entry.parentPath, entry.name));
      files.push({ path, content: Buffer.alloc(size, 'x') });
    }
  }
  return files;
}

async function measureSmall(origin: string): Promise<void> {
  const ours: number[] = [];
  const bare: number[] = [];
  let fileCount = 0;
  for (let run = 0; run < smallRunCount; run++) {
    await withFolder(async (folder) => {
      const archivePath = join(folder, 'archive');
      await mkdir(archivePath);
      const indexes = Array.from({ length: smallCount }, (_, index) => index);
      ours.push(await timed(() => download(origin, archivePath, indexes, smallBytes)));
      const files = await plainFiles(origin, archivePath, join(folder, 'plain'));
      fileCount = files.length;
      bare.push(await timed(() => saveFiles(files, concurrency)));
    });
  }
  const perSecond = (timesMs: readonly number[]): number =>
    Math.round((smallCount / median(timesMs)) * 1000);
  const value = perSecond(ours);
  const reference = perSecond(bare);
  report({ bench: 'download', metric: 'smallFileCount', value: fileCount, unit: 'files' });
  report({ bench: 'download', metric: 'recordingsPerSecond', value, unit: '1/s', reference });
  report({ bench: 'download', metric: 'smallFilesRatio', value: value / reference, unit: 'ratio' });
}

async function startServer(): Promise<{ child: ChildProcess; origin: string }> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../support/wavStreamMain.ts')],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  for await (const port of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    return { child, origin: `http://127.0.0.1:${port}` };
  }
  throw new Error('The server of the benchmark did not start');
}

const [mode, givenOrigin = '', size] = process.argv.slice(2);
if (mode === '--rss') {
  await withFolder((folder) => download(givenOrigin, folder, [0], Number(size)));
  process.stdout.write(String(process.resourceUsage().maxRSS * 1024));
} else {
  const { child, origin } = await startServer();
  try {
    const only = process.argv.find((arg) => arg.startsWith('--only='))?.slice('--only='.length);
    for (const [name, measure] of Object.entries({
      throughput: measureBig,
      memory: measureMemory,
      small: measureSmall,
    })) {
      if (only === undefined || only === name) {
        await measure(origin);
      }
    }
  } finally {
    child.kill();
  }
}
