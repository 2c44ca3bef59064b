/**
 * Process entry of the kill test: runs the shipped download against a server, and kills itself with SIGKILL when it has come
 * to the mark that it was told. Marks are file operations (before and after each) and reports of progress.
 * Argument: JSON of `DownloadMainOptions`. Last line on stdout: JSON of `DownloadMainResult`.
 */
import fileSystem, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

export interface DownloadMainOptions {
  readonly apiBaseUrl: string;
  readonly loginBaseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly organisationId: string;
  readonly region: string;
  readonly rootPath: string;
  readonly conversationId: string;
  /** Undefined to run to the end. */
  readonly killAtMark?: number | undefined;
}

export interface DownloadMainResult {
  readonly markCount: number;
  readonly absent: readonly string[];
  readonly unchangedCount: number;
  /** Each step that was reported, once. */
  readonly steps: readonly string[];
}

const options = JSON.parse(process.argv[2] ?? '{}') as DownloadMainOptions;
let markCount = 0;

function mark(): void {
  markCount++;
  if (markCount === options.killAtMark) {
    process.kill(process.pid, 'SIGKILL');
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
        const result = await original.apply(this, parameters);
        mark();
        return result;
      };
    }
  }
}

const probe: FileHandle = await fileSystem.open(process.execPath);
markCalls(Object.getPrototypeOf(probe) as object, ['write', 'sync', 'truncate', 'writeFile']);
await probe.close();
markCalls(fileSystem, ['open', 'rename', 'link', 'mkdir', 'rm', 'writeFile']);
syncBuiltinESMExports();

// After the marks are in place, so that the product's imports see them.
const { Archive } = await import('../../src/archive/archive.ts');
const { downloadConversation } = await import('../../src/archive/downloadConversation.ts');
const { systemClock: clock } = await import('../../src/base/clock.ts');
const { silentLog: log } = await import('../../src/base/log.ts');
const { GenesysClient } = await import('../../src/genesys/genesysClient.ts');
const { ClientCredentialsTokenSource } = await import('../../src/genesys/tokenSource.ts');
const { parseConversationId, parseOrganisationId } = await import('../../src/model/ids.ts');

const { apiBaseUrl, loginBaseUrl, clientId, clientSecret, rootPath, region } = options;
const { signal } = new AbortController();
const tokens = new ClientCredentialsTokenSource({ loginBaseUrl, clientId, clientSecret, clock });
const source = new GenesysClient({ apiBaseUrl, tokens, clock, log });
const identity = { organisationId: parseOrganisationId(options.organisationId), region };
const archive = await Archive.open(rootPath, identity, { clock, log }, signal);
const steps = new Set<string>();
const report = await downloadConversation(
  { source, archive, clock, log },
  {
    conversationId: parseConversationId(options.conversationId),
    parts: ['recordings', 'transcripts'],
    format: 'WAV',
    maxTranscodeWaitMs: 60_000,
  },
  ({ step }) => {
    steps.add(step);
    mark();
  },
  signal,
);
const result: DownloadMainResult = {
  markCount,
  absent: report.absent.map(({ item, reason }) => `${item}: ${reason}`),
  unchangedCount: report.unchangedCount,
  steps: [...steps],
};
console.log(JSON.stringify(result));
