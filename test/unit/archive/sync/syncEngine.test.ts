import assert from 'node:assert/strict';
import { errors } from '../../../../src/base/appError.ts';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { SyncJournal } from '../../../../src/archive/sync/syncJournal.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { downloadConversation } from '../../../../src/archive/downloadConversation.ts';
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
const calls = (count: number): FakeConversation[] =>
  Array.from({ length: count }, () => call('plain'));

async function withBench(
  conversations: readonly FakeConversation[],
  task: (bench: SyncBench, platform: FakePlatform) => Promise<void>,
): Promise<void> {
  await withFolder(async (root) => {
    const platform = new FakePlatform(conversations);
    await task(new SyncBench(root, platform), platform);
  });
}

suite('a sync', () => {
  leakCheck();

  test('brings every conversation with its recordings and transcripts, a batch at a time', () =>
    withBench(calls(35), async (bench, platform) => {
      const snapshot = await bench.sync();
      assert.equal(snapshot.phase, 'finished');
      assert.deepEqual(
        [snapshot.foundCount, snapshot.doneCount, snapshot.recordingCount],
        [35, 35, 35],
      );
      assert.equal(snapshot.queuedCount + snapshot.waitingCount + snapshot.endedCount, 0);
      assert.equal(platform.singleGetCount, 0);
      const asked = platform.made.map(({ items }) => items.length);
      assert.ok(
        asked.every((count) => count <= 10),
        String(asked),
      );
      assert.equal(
        asked.reduce((sum, count) => sum + count, 0),
        35,
      );
      const files = [...(await bench.contents()).keys()];
      assert.equal(files.filter((path) => path.endsWith('.all.wav')).length, 35);
      assert.equal(files.filter((path) => path.includes('/transcripts/')).length, 35);
      assert.deepEqual(
        files.filter((path) => path.includes('partial')),
        [],
      );
      await bench.assertSound();
    }));

  test('reconciles by id: duplicates once, strangers ignored, refusals with their reason, the unlisted singly', () =>
    withBench(
      [call('twice', 'refused'), call('unlisted'), call('archived'), call('screen')],
      async (bench, platform) => {
        const snapshot = await bench.sync();
        assert.equal(snapshot.phase, 'finished');
        assert.equal(snapshot.strayResultCount, platform.made.length);
        assert.equal(platform.singleGetCount, 1);
        assert.deepEqual(snapshot.reasonCounts, {
          deletedByRetention: 1,
          archived: 1,
          notWanted: 1,
        });
        assert.deepEqual([snapshot.doneCount, snapshot.endedCount], [2, 2]);
        const names = [...(await bench.contents()).keys()]
          .filter((path) => path.endsWith('.wav'))
          .map((path) => path.replace(/.*\.(?=[^.]+\.wav$)/u, ''));
        assert.deepEqual(names.sort(), ['0.wav', '1.wav', 'all.wav']);
      },
    ));

  test('makes a forgotten batch again once, then asks singly', () =>
    withBench(calls(5), async (bench, platform) => {
      platform.forgetCount = 1;
      assert.equal((await bench.sync()).doneCount, 5);
      assert.deepEqual([platform.made.length, platform.singleGetCount], [2, 0]);
    }).then(() =>
      withBench(calls(5), async (bench, platform) => {
        platform.forgetCount = 2;
        assert.equal((await bench.sync()).doneCount, 5);
        assert.deepEqual([platform.made.length, platform.singleGetCount], [2, 5]);
      }),
    ));

  test('asks again when the page of a proxy came in place of a batch', () =>
    withBench(calls(5), async (bench, platform) => {
      const garbled = new Set(['makeBatch', 'pollBatch']);
      platform.onCall = (name) => {
        if (garbled.delete(name)) {
          throw errors.protocol('Not valid JSON');
        }
      };
      assert.equal((await bench.sync()).doneCount, 5);
      assert.equal(garbled.size, 0);
      assert.deepEqual([platform.made.length, platform.singleGetCount], [1, 0]);
    }));

  test('passes over what the archive holds already, without a request', () =>
    withBench(calls(12), async (bench, platform) => {
      await bench.sync();
      const before = await bench.contents();
      const openCount = platform.openCount;
      const asked: string[] = [];
      platform.onCall = (name) => asked.push(name);
      const again = await bench.sync();
      assert.deepEqual([again.doneCount, again.unchangedCount], [12, 12]);
      assert.deepEqual([...new Set(asked)], ['discover']);
      assert.equal(platform.openCount, openCount);
      assert.deepEqual(await bench.contents(), before);
    }));

  test('asks for converted media by conversation when a format is wanted', () =>
    withBench(calls(3), async (bench, platform) => {
      assert.equal((await bench.sync({ media: 'WAV' })).doneCount, 3);
      assert.deepEqual([platform.made.length, platform.singleGetCount], [0, 3]);
      assert.equal(
        [...(await bench.contents()).keys()].filter((path) => path.endsWith('.wav')).length,
        6,
      );
    }));

  test('stores a conversation that goes on, and leaves it waiting to be read again', () =>
    withBench([call('plain'), { recordings: [], isOpen: true }], async (bench, platform) => {
      const snapshot = await bench.sync();
      assert.equal(snapshot.phase, 'finished');
      assert.deepEqual([snapshot.doneCount, snapshot.waitingCount], [1, 1]);
      assert.equal(snapshot.reasonCounts.stillOpen, 1);
      assert.ok(snapshot.nextAttemptAtMs !== undefined);
      platform.conversations[1] = call('plain');
      const later = await bench.resume(snapshot.syncId, { retriesEnded: true });
      assert.deepEqual([later.doneCount, later.waitingCount], [2, 0]);
      assert.equal(platform.detailCount, 1);
    }));

  test('stores the text of what it cannot read, and counts it', () =>
    withBench(calls(2), async (bench, platform) => {
      platform.undecodable = [{ rawJson: '{"conversationId":"../x"}', reason: 'bad id' }];
      const { undecodableCount, syncId } = await bench.sync();
      assert.equal(undecodableCount, 1);
      const stored = await readFile(
        join(bench.rootPath, 'sync', syncId, 'undecodable', '1.json.gz'),
      );
      assert.equal(gunzipSync(stored).toString(), '{"conversationId":"../x"}');
    }));

  test('tries again what failed for a moment, and ends with a reason what fails for good', () =>
    withBench(calls(4), async (bench, platform) => {
      // The download itself tries each file five times.
      platform.brokenMediaCount = 5;
      const snapshot = await bench.sync({ parts: ['recordings'] });
      assert.deepEqual([snapshot.doneCount, snapshot.endedCount], [4, 0]);
      platform.conversations.push(call('plain'));
      platform.brokenMediaCount = Infinity;
      const failing = await bench.sync({ parts: ['recordings'] });
      assert.equal(failing.phase, 'finished');
      assert.deepEqual([failing.doneCount, failing.endedCount], [4, 1]);
      assert.deepEqual(failing.reasonCounts, { platformError: 1 });
      platform.brokenMediaCount = 0;
      const mended = await bench.resume(failing.syncId, { retriesEnded: true });
      assert.deepEqual([mended.doneCount, mended.endedCount], [5, 0]);
    }));

  test('fails as a whole without a network, and goes on where it was', () =>
    withBench(calls(30), async (bench, platform) => {
      platform.onCall = (name) => {
        platform.isOffline ||= name === 'media' && platform.openCount >= 12;
      };
      const failed = await bench.sync();
      assert.equal(failed.phase, 'failed');
      assert.equal(failed.failure?.code, 'network');
      assert.equal(failed.endedCount, 0);
      platform.onCall = () => undefined;
      platform.isOffline = false;
      const resumed = await bench.resume(failed.syncId);
      assert.deepEqual([resumed.phase, resumed.doneCount], ['finished', 30]);
    }));

  test('fails when the sign-in ends, and loses nothing of what was done', () =>
    withBench(calls(30), async (bench, platform) => {
      const { errors } = await import('../../../../src/base/appError.ts');
      platform.onCall = () => {
        if (platform.openCount > 10) {
          throw errors.auth('Sign in again');
        }
      };
      const failed = await bench.sync();
      assert.deepEqual([failed.phase, failed.failure?.code], ['failed', 'auth']);
      platform.onCall = () => undefined;
      assert.equal((await bench.resume(failed.syncId)).doneCount, 30);
    }));

  test('pauses, goes on, and is cancelled for good', () =>
    withBench(calls(40), async (bench, platform) => {
      const syncId = await bench.create();
      const run = await bench.start(syncId);
      platform.onCall = (name) => {
        if (name === 'media' && platform.openCount === 15) {
          run.pause();
        }
      };
      const paused = await run.ended;
      assert.equal(paused.phase, 'paused');
      assert.ok(paused.doneCount < 40);
      platform.onCall = () => undefined;
      assert.equal((await bench.resume(syncId)).doneCount, 40);
      const cancelled = await bench.start(await bench.create());
      cancelled.cancel();
      assert.equal((await cancelled.ended).phase, 'cancelled');
      assert.deepEqual(platform.abandonedPositions, []);
    }));

  test('cancelled while it finds conversations, leaves nothing of the discovery on the platform', () =>
    withBench(calls(40), async (bench, platform) => {
      platform.pageSize = 10;
      const run = await bench.start(await bench.create());
      platform.onCall = (name) => {
        if (name === 'discover' && platform.discoveredPages.length === 2) {
          run.cancel();
        }
      };
      assert.equal((await run.ended).phase, 'cancelled');
      // The page that came is not stored any more, but says what is to be freed.
      assert.deepEqual(platform.abandonedPositions, ['30']);
    }));

  test('says of a file from a batch that the batch led to it', () =>
    withBench([call('plain')], async (bench) => {
      await bench.sync();
      const { archive } = await bench.deps();
      for await (const { folderPath } of archive.list(never)) {
        const { manifest } = await archive.read(folderPath, never);
        const sound = manifest.files.find(({ channel }) => channel === 'all');
        assert.equal(sound?.source, 'GET /api/v2/recording/batchrequests/{jobId}');
      }
    }));

  test('seals what a killed run may have left without its seal, and nothing else', () =>
    withBench(calls(3), async (bench, platform) => {
      await bench.sync();
      const syncId = await bench.create();
      const folder = join(bench.rootPath, 'sync', syncId);
      const journal = await SyncJournal.open(folder, syncId, silentLog, never);
      await journal.append({ kind: 'run', atMs: 0 });
      await journal.close();
      platform.audits.length = 0;
      await bench.resume(syncId);
      await bench.sync();
      assert.deepEqual(
        platform.audits.map(({ kind }) => kind).filter((kind) => !kind.startsWith('sync.')),
        ['conversationFound', 'conversationFound', 'conversationFound'],
      );
    }));

  test('lets one sync at a time work on an archive', () =>
    withBench(calls(20), async (bench) => {
      const first = await bench.start(await bench.create());
      const second = await (await bench.start(await bench.create())).ended;
      assert.deepEqual([second.phase, second.failure?.code], ['failed', 'conflict']);
      assert.equal((await first.ended).phase, 'finished');
    }));

  test('lets single downloads of the same window in between', () =>
    withBench(calls(20), async (bench, platform) => {
      const deps = await bench.deps();
      const run = await bench.start(await bench.create());
      const started = Promise.withResolvers<undefined>();
      platform.onCall = (name) => {
        if (name === 'media') {
          started.resolve(undefined);
        }
      };
      await started.promise;
      const report = await downloadConversation(
        deps,
        {
          conversationId: fakeId(19),
          parts: ['transcripts'],
          format: 'NONE',
          maxTranscodeWaitMs: 0,
        },
        () => undefined,
        never,
      );
      assert.notEqual(run.snapshot.phase, 'finished');
      assert.deepEqual(report.absent, []);
      assert.equal((await run.ended).doneCount, 20);
      await bench.assertSound();
    }));

  test('writes to the audit how it began, what ended with which reasons, and how it came out', () =>
    withBench([call('plain'), call('archived')], async (bench, platform) => {
      await bench.sync();
      assert.deepEqual(
        platform.audits.map(({ kind }) => kind),
        ['sync.started', 'conversationStored', 'conversationStored', 'sync.ended', 'sync.finished'],
      );
      assert.deepEqual((platform.audits[3]?.details as { items: unknown }).items, [
        `${fakeId(1)}: archived`,
      ]);
    }));

  test('does not bring back what retention deleted', () =>
    withBench(calls(3), async (bench) => {
      bench.deletedIds = new Set([fakeId(1)]);
      const snapshot = await bench.sync();
      assert.deepEqual([snapshot.doneCount, snapshot.reasonCounts.notWanted], [2, 1]);
      assert.ok(![...(await bench.contents()).keys()].some((path) => path.includes(fakeId(1))));
    }));

  test('removes what is left of a sync that was killed while it was made', () =>
    withBench(calls(1), async (bench) => {
      const unborn = join(bench.rootPath, 'sync', '20260101T000000-00000000');
      await mkdir(unborn, { recursive: true });
      await writeFile(join(unborn, 'request.json.partial'), '{');
      const waiting = await bench.create();
      const { syncId } = await bench.sync();
      const names = await readdir(join(bench.rootPath, 'sync'));
      assert.ok(names.includes('20260101T000000-00000000'), 'somebody may be making it');
      await utimes(unborn, 0, 0);
      await bench.resume(syncId);
      assert.deepEqual(
        (await readdir(join(bench.rootPath, 'sync'))).sort(),
        [waiting, syncId].sort(),
      );
    }));

  test('leaves only its request and its journal when it is done', () =>
    withBench(calls(3), async (bench) => {
      const { syncId } = await bench.sync();
      const names = await readdir(join(bench.rootPath, 'sync', syncId));
      assert.deepEqual(names.sort(), ['journal.jsonl', 'request.json']);
      assert.deepEqual((await readdir(bench.rootPath)).sort(), [
        'archive.json',
        'conversations',
        'sync',
      ]);
      assert.equal(never.aborted, false);
    }));
});
