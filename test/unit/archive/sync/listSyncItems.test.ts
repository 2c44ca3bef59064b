import assert from 'node:assert/strict';
import { listSyncItems } from '../../../../src/archive/sync/listSyncItems.ts';
import { listSyncs } from '../../../../src/archive/sync/listSyncs.ts';
import { withFolder } from '../../../support/archivedSample.ts';
import {
  FakePlatform,
  fakeId,
  type FakeConversation,
  type RecordingKind,
} from '../../../support/fakePlatform.ts';
import { leakCheck } from '../../../support/leakCheck.ts';
import { never, SyncBench } from '../../../support/syncBench.ts';

const call = (...recordings: RecordingKind[]): FakeConversation => ({
  recordings,
  hasTranscript: true,
});
const conversations = [
  call('archived'),
  call('plain'),
  call('archived', 'refused'),
  call('refused'),
];

async function withSynced(
  task: (bench: SyncBench, syncId: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (root) => {
    const bench = new SyncBench(root, new FakePlatform(conversations));
    const { syncId } = await bench.sync();
    await task(bench, syncId);
  });
}

suite('what ended in a sync', () => {
  leakCheck();

  test('is listed by its reason, no more than asked for, in the order in which it was found', () =>
    withSynced(async ({ rootPath }, syncId) => {
      const list = async (reason: 'archived' | 'restoring', maxCount = 10): Promise<string[]> => {
        const selection = { state: 'ended' as const, reason, maxCount };
        const items = await listSyncItems(rootPath, syncId, selection, never);
        return items.map(({ conversationId }) => conversationId);
      };
      assert.deepEqual(await list('archived'), [fakeId(0), fakeId(2)]);
      assert.deepEqual(await list('archived', 1), [fakeId(0)]);
      assert.deepEqual(await list('restoring'), []);
      const done = await listSyncItems(rootPath, syncId, { state: 'done', maxCount: 10 }, never);
      assert.deepEqual(
        done.map(({ conversationId }) => conversationId),
        [fakeId(1)],
      );
    }));

  test('is counted by its reasons, in this window and in others', () =>
    withSynced(async ({ rootPath, clock }, syncId) => {
      const [listed] = await listSyncs(rootPath, clock, never);
      assert.equal(listed?.syncId, syncId);
      assert.deepEqual(listed.endedReasonCounts, { archived: 2, deletedByRetention: 2 });
    }));

  test('is tried again one by one, the others stay as they are', () =>
    withSynced(async (bench, syncId) => {
      const { platform, clock, rootPath } = bench;
      platform.conversations[0] = call('plain');
      platform.conversations[2] = call('plain');
      const run = await bench.start(syncId, { retriesEnded: [fakeId(0)] });
      const snapshot = await run.ended;
      assert.deepEqual([snapshot.doneCount, snapshot.endedCount], [2, 2]);
      const [listed] = await listSyncs(rootPath, clock, never);
      assert.deepEqual(listed?.endedReasonCounts, { archived: 1, deletedByRetention: 2 });
    }));

  test('is nothing in a sync that has not begun', () =>
    withFolder(async (root) => {
      const bench = new SyncBench(root, new FakePlatform(conversations));
      const syncId = await bench.create();
      const selection = { state: 'ended' as const, maxCount: 1 };
      assert.deepEqual(await listSyncItems(root, syncId, selection, never), []);
    }));
});
