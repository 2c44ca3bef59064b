/**
 * Syncs of an organisation in a simulator of its own process, by processes that get killed, and what must be true of the archives
 * they leave. The simulator's clock and theirs run fast, so that the product waits as it always does and nobody else does.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { startSimulator, type RunningSimulator } from '../../scripts/runningSimulator.mjs';
import { verifyArchive } from '../../src/archive/integrity/verifyArchive.ts';
import { silentLog as log } from '../../src/base/log.ts';
import { createAnchoredClock, type AnchoredClock } from './anchoredClock.ts';
import { lastingManifest } from './lastingManifest.ts';
import type { SyncMainOptions } from './syncMain.ts';
import { sampleIdentity } from './archivedSample.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;
const days = 7;
const speed = 40;

/** Path below the archive's folder → hash of what is in it, without what differs from one run to the next. */
export type ArchiveContents = ReadonlyMap<string, string>;

export class ChaosBench {
  readonly simulator: RunningSimulator;
  private readonly clock: AnchoredClock;
  private readonly beganAtMs: number;

  private constructor(simulator: RunningSimulator, clock: AnchoredClock) {
    this.simulator = simulator;
    this.clock = clock;
    this.beganAtMs = clock.nowMs;
  }

  static async start(conversationCount: number): Promise<ChaosBench> {
    const nowMs = Date.now();
    const simulator = await startSimulator([
      ...['--organisation', 'varied', '--conversations', String(conversationCount)],
      ...['--days', String(days), '--recording-bytes', '12000', '--rate-allowed', '10000000'],
      ...['--now-ms', String(nowMs), '--clock-speed', String(speed)],
    ]);
    return new ChaosBench(simulator, { realMs: nowMs, nowMs, speed });
  }

  async stop(): Promise<void> {
    await this.simulator.stop();
  }

  /** A request to the simulator's control, such as `POST faults`. */
  async control(method: string, path: string, body?: unknown): Promise<void> {
    const response = await fetch(`${this.simulator.apiBaseUrl}/control/${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    assert.ok(response.ok, `${method} ${path}: ${await response.text()}`);
  }

  optionsIn(rootPath: string): SyncMainOptions {
    const { simulator, clock, beganAtMs } = this;
    const { apiBaseUrl, loginBaseUrl, clientId, clientSecret, organisationId = '' } = simulator;
    return {
      ...{ apiBaseUrl, loginBaseUrl, clientId, clientSecret, organisationId, rootPath, clock },
      region: sampleIdentity.region,
      startMs: beganAtMs - (days + 1) * dayMs,
      endMs: beganAtMs,
    };
  }

  /** As if they had expired, again and again until the signal. */
  async revokeTokensEvery(pauseMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined);
      await this.control('DELETE', 'tokens');
    }
  }

  /** Deep verification finds nothing, every conversation is sealed, the chain of the audit log is whole. Leaves no report. */
  async assertSound(rootPath: string, label: string): Promise<void> {
    const clock = createAnchoredClock(this.clock);
    const { audit, reportPath, ...summary } = await verifyArchive(
      { rootPath, deepPercent: 100, sampleSeed: label },
      { clock, log },
      () => undefined,
      never,
    );
    const { problemCount, unrecordedCount } = summary;
    const found = await readFile(reportPath, 'utf8');
    await rm(dirname(reportPath), { recursive: true });
    assert.deepEqual(
      { problemCount, unrecordedCount, audit: audit.problems },
      { problemCount: 0, unrecordedCount: 0, audit: [] },
      `${label}\n${found}`,
    );
  }
}

/** Files that an archive has beside its conversations when nobody works on it, but for those of each sync. */
const archiveFiles = ['archive.json', 'audit.head.json', 'audit.jsonl'];
const syncFiles = ['journal.jsonl', 'request.json'];

/** @throws AssertionError when something is there that belongs nowhere: partial files, spools, locks */
export async function readContents(rootPath: string, label: string): Promise<ArchiveContents> {
  const found = new Map<string, string>();
  const beside: string[] = [];
  for (const entry of await readdir(rootPath, { recursive: true, withFileTypes: true })) {
    const absolute = join(entry.parentPath, entry.name);
    const path = relative(rootPath, absolute).split(sep).join('/');
    if (path.startsWith('conversations/')) {
      found.set(path, entry.isFile() ? await readLasting(absolute) : 'folder');
    } else if (entry.isFile()) {
      beside.push(path.replace(/^sync\/[^/]+\//u, 'sync/*/'));
    }
  }
  const expected = [...archiveFiles, ...syncFiles.map((name) => `sync/*/${name}`)];
  assert.deepEqual(beside.sort(), expected.sort(), label);
  const paths = [...found.keys()].filter((path) => path.includes('.partial'));
  assert.deepEqual(paths, [], label);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Paths of which the contents differ: two maps of a thousand hashes would tell nobody anything. */
export function differences(actual: ArchiveContents, expected: ArchiveContents): readonly string[] {
  const paths = new Set([...actual.keys(), ...expected.keys()]);
  return [...paths].filter((path) => actual.get(path) !== expected.get(path));
}

/** Folders of conversations that the paths lie in. */
export function conversationsOf(paths: readonly string[]): ReadonlySet<string> {
  return new Set(
    paths.flatMap((path) => {
      const folder = /^conversations\/(?:[^/]+\/){3}[^/]+/u.exec(path)?.[0];
      return folder === undefined ? [] : [folder];
    }),
  );
}

/**
 * Paths that differ, but for recordings that came in other files: a file of a batch holds all channels (`all`), those of a single
 * request hold one each (`0`, `1`), and which way led to them depends on the faults met. What they hold is verified apart.
 */
export function lastingDifferences(
  actual: ArchiveContents,
  expected: ArchiveContents,
): readonly string[] {
  const differing = differences(actual, expected);
  const cameOtherwise = [...conversationsOf(differing)].filter((folder) =>
    isInOtherFiles(channelsOf(actual, folder), channelsOf(expected, folder)),
  );
  return differing.filter(
    (path) =>
      !cameOtherwise.some((folder) => path.startsWith(`${folder}/`)) ||
      !(mediaPattern.test(path) || path.endsWith('/manifest.json')),
  );
}

const mediaPattern = /\/recordings\/([^/.]+)\.(all(?:-\d+)?|\d+)\.[a-z0-9]+$/u;

/** Recording → the channels that it has files of. */
function channelsOf(contents: ArchiveContents, folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const path of [...contents.keys()].sort()) {
    const [, id, channel] = mediaPattern.exec(path) ?? [];
    if (path.startsWith(`${folder}/`) && id !== undefined && channel !== undefined) {
      found.set(id, `${found.get(id) ?? ''} ${channel}`);
    }
  }
  return found;
}

function isInOtherFiles(
  actual: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): boolean {
  const ids = [...actual.keys()];
  return (
    actual.size === expected.size &&
    ids.every((id) => expected.has(id)) &&
    ids.some((id) => actual.get(id) !== expected.get(id))
  );
}

/** What the manifests say that are among the paths: the reason of a difference is mostly in there. */
export async function tellManifests(
  rootPaths: readonly string[],
  paths: readonly string[],
): Promise<string> {
  const manifests = paths.filter((path) => path.endsWith('/manifest.json'));
  const told = await Promise.all(
    manifests.flatMap((path) =>
      rootPaths.map((rootPath) => readFile(join(rootPath, path), 'utf8').catch(String)),
    ),
  );
  return told.join('\n');
}

async function readLasting(path: string): Promise<string> {
  const stored = await readFile(path);
  const content = path.endsWith('.gz') ? gunzipSync(stored) : stored;
  const lasting = path.endsWith('manifest.json') ? lastingManifest(content) : content;
  return createHash('sha256').update(lasting).digest('hex');
}
