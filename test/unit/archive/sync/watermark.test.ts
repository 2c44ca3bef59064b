import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  defaultOverlapMs,
  planNewInterval,
  type NewInterval,
} from '../../../../src/archive/sync/watermark.ts';
import { withFolder } from '../../../support/archivedSample.ts';
import { FakePlatform, fakeRequest, platformStartMs } from '../../../support/fakePlatform.ts';
import { createFastClock } from '../../../support/fastClock.ts';
import { leakCheck } from '../../../support/leakCheck.ts';
import { never, SyncBench } from '../../../support/syncBench.ts';

const hourMs = 3_600_000;
const key = { ...fakeRequest, filters: {} };
const incremental = { isIncremental: true };

suite('the watermark of Sync New', () => {
  leakCheck();
  const plan = (root: string, overlapMs = 0): Promise<NewInterval> =>
    planNewInterval(root, key, { nowMs: platformStartMs + 100 * hourMs, overlapMs }, never);

  test('moves to what discovery vouches for, and no further', () =>
    withFolder(async (root) => {
      const platform = new FakePlatform([{ recordings: ['plain'], hasTranscript: true }]);
      platform.completeUntilMs = platformStartMs + 5 * hourMs;
      const bench = new SyncBench(root, platform);
      assert.equal((await plan(root)).watermark, 'missing');
      await bench.sync(incremental);
      const { interval, watermark, message } = await plan(root, hourMs);
      assert.deepEqual([watermark, message], ['found', undefined]);
      assert.equal(interval.startMs, platformStartMs + 4 * hourMs);
      platform.completeUntilMs = undefined;
      await bench.sync(incremental);
      assert.equal((await plan(root)).interval.startMs, platformStartMs + 5 * hourMs);
    }));

  test('stays when the sync fails, is paused, or leaves a gap', () =>
    withFolder(async (root) => {
      const platform = new FakePlatform(
        Array.from({ length: 4 }, () => ({ recordings: ['plain' as const], hasTranscript: true })),
      );
      const bench = new SyncBench(root, platform);
      platform.isOffline = true;
      assert.equal((await bench.sync(incremental)).phase, 'failed');
      assert.equal((await plan(root)).watermark, 'missing');
      platform.isOffline = false;
      platform.completeUntilMs = platformStartMs + hourMs;
      await bench.sync(incremental);
      platform.completeUntilMs = platformStartMs + 9 * hourMs;
      const startMs = platformStartMs + 2 * hourMs;
      const interval = { startMs, endMs: startMs + 9 * hourMs };
      await bench.sync({ ...incremental, scope: { kind: 'query', interval, filters: {} } });
      assert.equal((await plan(root)).interval.startMs, platformStartMs + hourMs);
    }));

  test('is kept back by what is still open or to be tried again', () =>
    withFolder(async (root) => {
      const platform = new FakePlatform([
        { recordings: ['plain'], hasTranscript: true },
        { recordings: [], isOpen: true },
        { recordings: ['plain'], hasTranscript: true },
      ]);
      const snapshot = await new SyncBench(root, platform).sync(incremental);
      assert.equal(snapshot.notes[0]?.kind, 'watermarkHeld');
      assert.equal((await plan(root)).interval.startMs, platformStartMs + 60_000);
    }));

  test('is not kept back by what only waits for a transcript, and such a conversation is looked at again by the next sync', () =>
    withFolder(async (root) => {
      // The organisation transcribes nothing: an hour after their end, transcripts may still come.
      const platform = new FakePlatform([{ recordings: ['plain'] }, { recordings: ['plain'] }]);
      const syncAt = (nowMs: number): ReturnType<SyncBench['sync']> =>
        new SyncBench(root, platform, createFastClock(100, nowMs)).sync(incremental);
      const snapshot = await syncAt(platformStartMs + hourMs);
      assert.deepEqual(
        [snapshot.phase, snapshot.waitingCount, snapshot.doneCount],
        ['finished', 2, 0],
      );
      assert.deepEqual(snapshot.reasonCounts, { notTranscribed: 2 });
      assert.deepEqual(snapshot.notes, []);
      const next = await plan(root, defaultOverlapMs);
      const { scope } = fakeRequest;
      assert.ok(scope.kind === 'query');
      assert.equal(next.interval.startMs, scope.interval.endMs - defaultOverlapMs);
      assert.ok(next.interval.startMs <= platformStartMs, 'both are in what is read again');
      // A day later none is waited for any more.
      const later = await syncAt(platformStartMs + 26 * hourMs);
      assert.deepEqual([later.waitingCount, later.doneCount, later.endedCount], [0, 2, 0]);
    }));

  test('means the last 30 days when it is damaged, and says so', () =>
    withFolder(async (root) => {
      const bench = new SyncBench(
        root,
        new FakePlatform([{ recordings: [], hasTranscript: true }]),
      );
      await bench.sync(incremental);
      const names = await readdir(join(root, 'sync'));
      const name = names.find((each) => each.startsWith('watermark-')) ?? '';
      await writeFile(join(root, 'sync', name), '{"formatVersion":1,');
      const { interval, watermark, message } = await plan(root);
      assert.equal(watermark, 'damaged');
      assert.equal(interval.endMs - interval.startMs, 30 * 24 * hourMs);
      assert.match(message ?? '', /30 days/u);
    }));

  test('is one for each set of filters, in whatever order they are named', () =>
    withFolder(async (root) => {
      const filters = { queueIds: ['a', 'b'], direction: undefined };
      const bench = new SyncBench(
        root,
        new FakePlatform([{ recordings: [], hasTranscript: true }]),
      );
      const { interval } = fakeRequest.scope as { interval: NewInterval['interval'] };
      await bench.sync({ ...incremental, scope: { kind: 'query', interval, filters } });
      const at = { nowMs: platformStartMs + 100 * hourMs };
      const same = { ...fakeRequest, filters: { queueIds: ['b', 'a'] } };
      assert.equal((await planNewInterval(root, same, at, never)).watermark, 'found');
      assert.equal((await plan(root)).watermark, 'missing');
    }));
});
