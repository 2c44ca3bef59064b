/** Runs syncs of the platform in memory into real folders, and reads what they left. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Archive } from '../../src/archive/archive.ts';
import { startSync, type StartOptions } from '../../src/archive/sync/startSync.ts';
import { createSync } from '../../src/archive/sync/syncFolder.ts';
import type { SyncDeps, SyncOptions, SyncRun } from '../../src/archive/sync/syncPorts.ts';
import type { SyncRequest } from '../../src/archive/sync/syncRequest.ts';
import type { SyncSnapshot } from '../../src/archive/sync/syncSnapshot.ts';
import { verifyConversation } from '../../src/archive/verifyConversation.ts';
import type { Clock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { sampleIdentity } from './archivedSample.ts';
import { createFastClock } from './fastClock.ts';
import { fakeRequest, type FakePlatform } from './fakePlatform.ts';
import { lastingManifest } from './lastingManifest.ts';

export const never = new AbortController().signal;

export class SyncBench {
  readonly rootPath: string;
  readonly platform: FakePlatform;
  readonly clock: Clock;
  options: Partial<SyncOptions> = { recordingsPerBatch: 10 };
  clientKey = 'client';
  deletedIds: SyncDeps['deletedIds'];

  constructor(rootPath: string, platform: FakePlatform, clock = createFastClock()) {
    this.rootPath = rootPath;
    this.platform = platform;
    this.clock = clock;
  }

  async deps(): Promise<SyncDeps> {
    const { platform, clock, options, clientKey, deletedIds } = this;
    const base = { clock, log: silentLog };
    const archive = await Archive.open(this.rootPath, sampleIdentity, base, never);
    const { discover, abandonDiscovery, audit } = platform;
    const ports = { source: platform, discover, abandonDiscovery, audit };
    return { ...base, ...ports, archive, clientKey, options, deletedIds };
  }

  async create(request: Partial<SyncRequest> = {}): Promise<string> {
    const { archive } = await this.deps();
    return await createSync(archive.rootPath, { ...fakeRequest, ...request }, this.clock);
  }

  async start(
    syncId: string,
    options: StartOptions = {},
    signal: AbortSignal = never,
  ): Promise<SyncRun> {
    return await startSync(await this.deps(), syncId, options, signal);
  }

  /** Runs to the end. */
  async sync(
    request: Partial<SyncRequest> = {},
    options: StartOptions = {},
  ): Promise<SyncSnapshot> {
    const run = await this.start(await this.create(request), options);
    return await run.ended;
  }

  async resume(syncId: string, options: StartOptions = {}): Promise<SyncSnapshot> {
    return await (
      await this.start(syncId, options)
    ).ended;
  }

  /** Every file below `conversations/` with the hash of its content; times in manifests are left out. */
  async contents(): Promise<ReadonlyMap<string, string>> {
    const root = join(this.rootPath, 'conversations');
    const found = new Map<string, string>();
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) {
        const stored = await readFile(path);
        const content = path.endsWith('.gz') ? gunzipSync(stored) : stored;
        const lasting = entry.name === 'manifest.json' ? lastingManifest(content) : content;
        const hash = createHash('sha256').update(lasting).digest('hex');
        found.set(path.slice(root.length + 1), hash);
      }
    }
    return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async assertSound(): Promise<void> {
    const { archive } = await this.deps();
    for await (const { folderPath } of archive.list(never)) {
      assert.deepEqual((await verifyConversation(folderPath, never)).problems, []);
    }
  }
}
