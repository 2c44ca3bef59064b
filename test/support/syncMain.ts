/**
 * Process entry of chaos runs: runs the shipped sync against a server, and kills itself with SIGKILL when it has come to the mark
 * that it was told. Marks are file operations (before and after each).
 * Argument: JSON of `SyncMainOptions`. Last line on stdout: JSON of `SyncMainResult`.
 */
import fileSystem, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import type { SyncOptions } from '../../src/archive/sync/syncPorts.ts';
import type { SyncSnapshot } from '../../src/archive/sync/syncSnapshot.ts';
import type { AnchoredClock } from './anchoredClock.ts';

export interface SyncMainOptions {
  readonly apiBaseUrl: string;
  readonly loginBaseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly organisationId: string;
  readonly region: string;
  readonly rootPath: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Goes on with this one; makes a new one when undefined. */
  readonly syncId?: string | undefined;
  readonly media?: 'original' | 'WAV' | undefined;
  readonly retriesEnded?: boolean | undefined;
  readonly options?: Partial<SyncOptions> | undefined;
  /** The time when left out. */
  readonly clock?: AnchoredClock | undefined;
  /** So many bytes can be written, then the disk is full. */
  readonly quotaBytes?: number | undefined;
  /** Takes `rssSamples`, each after a collection of garbage: V8 collects when it likes, which says nothing of what is held. */
  readonly samplesMemory?: boolean | undefined;
  /** Undefined to run to the end. */
  readonly killAtMark?: number | undefined;
}

export interface SyncMainResult {
  readonly markCount: number;
  readonly snapshot: SyncSnapshot;
  /** About one a second. */
  readonly rssSamples: readonly RssSample[];
}

export interface RssSample {
  readonly settledCount: number;
  readonly rssBytes: number;
  /** What objects and buffers take: RSS without what V8 and the allocator keep for later. */
  readonly heldBytes: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as SyncMainOptions;
let markCount = 0;

function mark(): void {
  markCount++;
  if (markCount === options.killAtMark) {
    process.kill(process.pid, 'SIGKILL');
  }
}

let writtenBytes = 0;

/** Fails like a full disk once the quota is used up. */
function spend(parameters: readonly unknown[]): void {
  const [first] = parameters;
  for (const chunk of Array.isArray(first) ? (first as unknown[]) : [first]) {
    writtenBytes += chunk instanceof Uint8Array ? chunk.byteLength : 0;
  }
  if (writtenBytes > (options.quotaBytes ?? Infinity)) {
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
  }
}

type AsyncMethod = (...parameters: unknown[]) => Promise<unknown>;

function markCalls(target: object, names: readonly string[]): void {
  const methods = target as Record<string, AsyncMethod>;
  for (const name of names) {
    const original = methods[name];
    if (original !== undefined) {
      methods[name] = async function (this: unknown, ...parameters: unknown[]) {
        mark();
        if (name.startsWith('write')) {
          spend(parameters);
        }
        const result = await original.apply(this, parameters);
        mark();
        return result;
      };
    }
  }
}

const probe: FileHandle = await fileSystem.open(process.execPath);
markCalls(Object.getPrototypeOf(probe) as object, [
  'write',
  'writev',
  'sync',
  'datasync',
  'truncate',
]);
await probe.close();
markCalls(fileSystem, ['open', 'rename', 'link', 'mkdir', 'rm', 'truncate', 'writeFile']);
syncBuiltinESMExports();

// After the marks are in place, so that the product's imports see them.
const { Archive } = await import('../../src/archive/archive.ts');
const { startSync } = await import('../../src/archive/sync/startSync.ts');
const { createSync } = await import('../../src/archive/sync/syncFolder.ts');
const { abandonDiscovery, discoverConversations } =
  await import('../../src/genesys/conversationDiscovery.ts');
const { createAnchoredClock } = await import('./anchoredClock.ts');
const { AuditLog } = await import('../../src/archive/audit/auditLog.ts');
const { silentLog: log } = await import('../../src/base/log.ts');
const { GenesysClient } = await import('../../src/genesys/genesysClient.ts');
const { ClientCredentialsTokenSource } = await import('../../src/genesys/tokenSource.ts');
const { parseOrganisationId } = await import('../../src/model/ids.ts');
const { noFilters } = await import('../../src/query/conversationQuery.ts');

const { apiBaseUrl, loginBaseUrl, clientId, clientSecret, rootPath, region } = options;
const { signal } = new AbortController();
const clock = createAnchoredClock(options.clock ?? { realMs: 0, nowMs: 0, speed: 1 });
const tokens = new ClientCredentialsTokenSource({ loginBaseUrl, clientId, clientSecret, clock });
const api = new GenesysClient({ apiBaseUrl, tokens, clock, log }).background();
const bulk = await api.bulk();
const identity = { organisationId: parseOrganisationId(options.organisationId), region };
const archive = await Archive.open(rootPath, identity, { clock, log }, signal);
const interval = { startMs: options.startMs, endMs: options.endMs };
const syncId =
  options.syncId ??
  (await createSync(
    archive.rootPath,
    {
      title: 'Everything',
      scope: { kind: 'query', interval, filters: { ...noFilters } },
      parts: ['recordings', 'transcripts'],
      media: options.media ?? 'original',
      includesScreenRecordings: false,
      maxTranscodeWaitMs: 60_000,
      isIncremental: false,
    },
    clock,
  ));
// For whoever kills this process: what to go on with.
console.log(JSON.stringify({ syncId }));
/** Opened by the first event: the sync has the lock then. */
let auditLog: ReturnType<typeof AuditLog.open> | undefined;
const run = await startSync(
  {
    archive,
    source: {
      fetchConversation: (id, each) => api.fetchConversation(id, each),
      fetchRecordings: (id, how, each) => api.fetchRecordings(id, how, each),
      fetchTranscriptLinks: (id, part, each) => api.fetchTranscriptLinks(id, part, each),
      openMedia: (url, how, each) => api.openMedia(url, how, each),
      createRecordingBatch: (items, each) => bulk.createRecordingBatch(items, each),
      fetchRecordingBatch: (id, each) => bulk.fetchRecordingBatch(id, each),
    },
    discover: (_, position, each) =>
      discoverConversations(
        { api, bulk, clock, log },
        { interval, filters: noFilters },
        position,
        each,
      ),
    abandonDiscovery: (position) => abandonDiscovery({ bulk, log }, position),
    audit: {
      append: async (kind, details, each) => {
        auditLog ??= AuditLog.open(archive.rootPath, { clock }, signal);
        await (await auditLog).append(kind, details, each);
      },
    },
    clientKey: clientId,
    clock,
    log,
    options: options.options,
  },
  syncId,
  { retriesEnded: options.retriesEnded ?? false },
  signal,
);
const rssSamples: RssSample[] = [];
const sampling = setInterval(() => {
  if (options.samplesMemory !== true) {
    return;
  }
  globalThis.gc?.();
  const { doneCount, waitingCount, endedCount } = run.snapshot;
  const settledCount = doneCount + waitingCount + endedCount;
  const { rss, heapUsed, external } = process.memoryUsage();
  rssSamples.push({ settledCount, rssBytes: rss, heldBytes: heapUsed + external });
}, 1000);
const result: SyncMainResult = { snapshot: await run.ended, markCount, rssSamples };
clearInterval(sampling);
console.log(JSON.stringify(result));
