/** Sets up downloads of the sample conversation for tests: real server, real files, a clock whose waits end at once. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Archive } from '../../src/archive/archive.ts';
import type { AuditPort } from '../../src/archive/mismatch.ts';
import type { Packing } from '../../src/archive/compression.ts';
import {
  downloadConversation,
  type DownloadProgress,
  type DownloadReport,
  type DownloadRequest,
} from '../../src/archive/downloadConversation.ts';
import { verifyConversation } from '../../src/archive/verifyConversation.ts';
import type { NameSource } from '../../src/archive/downloadRun.ts';
import type { Clock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import {
  communicationId,
  sampleFolder,
  sampleIdentity,
  sampleRequest,
  serveSample,
  voiceId,
} from './archivedSample.ts';
import { FakeClock } from './fakeClock.ts';
import { createSource, MediaServer, type MediaFile, type SourceData } from './mediaServer.ts';

export const never = new AbortController().signal;
export const leftPath = `recordings/${voiceId}.0.wav`;
export const rightPath = `recordings/${voiceId}.1.wav`;
export const transcriptPath = `transcripts/${communicationId}.${voiceId}.json.gz`;

const heartbeatMs = 10_000;

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** The archive's own when left out. */
  readonly audit?: AuditPort;
}

export class DownloadBench {
  server = new MediaServer();
  data: SourceData = { detail: {}, recordings: [], transcripts: {} };
  source = createSource(this.server, this.data);
  clock: Clock = new FakeClock();
  names: NameSource | undefined;
  packing: Packing | undefined;

  async start(): Promise<void> {
    this.server = await new MediaServer().start();
    this.serve();
    const retries = new FakeClock();
    retries.isAutomatic = true;
    const beats = new FakeClock();
    // An automatic clock would beat the heart of the lock without end.
    this.clock = {
      nowMs: () => retries.nowMs(),
      delay: (durationMs, signal) =>
        (durationMs === heartbeatMs ? beats : retries).delay(durationMs, signal),
    };
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  serve(wavBytes?: number): void {
    this.data = serveSample(this.server, wavBytes);
    this.restoreSource();
  }

  restoreSource(): void {
    this.source = createSource(this.server, this.data);
  }

  file(name: string): MediaFile {
    const found = this.server.files.get(name);
    assert.ok(found !== undefined);
    return found;
  }

  async download(
    root: string,
    request: Partial<DownloadRequest> = {},
    { onProgress, signal, audit }: DownloadOptions = {},
  ): Promise<DownloadReport> {
    const deps = { clock: this.clock, log: silentLog };
    const archive = await Archive.open(root, sampleIdentity, deps, never);
    return await downloadConversation(
      { ...deps, source: this.source, names: this.names, packing: this.packing, archive, audit },
      { ...sampleRequest, ...request },
      onProgress ?? (() => undefined),
      signal ?? never,
    );
  }
}

export function absence(report: DownloadReport): readonly string[] {
  return report.absent.map(({ item, reason }) => `${item}: ${reason}`);
}

export function paths(report: DownloadReport): readonly string[] {
  return report.files.map(({ path }) => path).sort();
}

/** Relative paths of everything in the sample's folder that is no folder. */
export async function filesOf(root: string): Promise<readonly string[]> {
  const folder = join(root, sampleFolder);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export async function assertSound(root: string): Promise<void> {
  const verified = await verifyConversation(join(root, sampleFolder), never);
  assert.deepEqual(verified.problems, []);
}
