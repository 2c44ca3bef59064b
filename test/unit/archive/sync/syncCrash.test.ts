import assert from 'node:assert/strict';
import { join } from 'node:path';
import { withFolder } from '../../../support/archivedSample.ts';
import {
  FakePlatform,
  type FakeConversation,
  type RecordingKind,
} from '../../../support/fakePlatform.ts';
import { FileFaults } from '../../../support/fileFaults.ts';
import { leakCheck } from '../../../support/leakCheck.ts';
import { createRandom } from '../../../support/random.ts';
import { SyncBench } from '../../../support/syncBench.ts';

const kinds = ['plain', 'plain', 'twice', 'unlisted', 'refused', 'archived'] as const;
const crashCount = 6;

suite('a sync that is interrupted', () => {
  leakCheck();
  const faults = new FileFaults();
  suiteSetup(() => faults.install());
  suiteTeardown(() => {
    faults.restore();
  });

  test('ends with the archive of an undisturbed one, wherever it broke off', () =>
    withFolder(async (base) => {
      const random = createRandom();
      const conversations: readonly FakeConversation[] = Array.from({ length: 14 }, () => ({
        recordings: Array.from({ length: random.integer(3) }, (): RecordingKind =>
          random.pick(kinds),
        ),
        hasTranscript: random.next() < 0.7,
      }));
      const benchIn = (name: string): SyncBench => {
        const platform = new FakePlatform(conversations);
        platform.pageSize = 5;
        platform.undecodable = [{ rawJson: '{}', reason: 'empty' }];
        return new SyncBench(join(base, name), platform);
      };
      const whole = benchIn('whole');
      faults.reset();
      const undisturbed = await whole.sync();
      const operationCount = faults.operationCount;
      const expected = await whole.contents();
      assert.equal(undisturbed.phase, 'finished', random.label);

      for (let crash = 0; crash < crashCount; crash++) {
        const bench = benchIn(String(crash));
        const syncId = await bench.create();
        const at: number[] = [];
        let snapshot;
        do {
          // Each further run is broken off as well, until one comes through.
          const failFrom = 1 + random.integer(operationCount);
          at.push(failFrom);
          faults.reset(at.length > 3 ? Infinity : failFrom);
          snapshot = await bench.resume(syncId);
          faults.reset();
        } while (snapshot.phase !== 'finished');
        const label = `${random.label}, broken off at ${at.join(', ')}`;
        assert.deepEqual(await bench.contents(), expected, label);
        assert.deepEqual(
          [snapshot.foundCount, snapshot.doneCount, snapshot.endedCount, snapshot.undecodableCount],
          [
            undisturbed.foundCount,
            undisturbed.doneCount,
            undisturbed.endedCount,
            undisturbed.undecodableCount,
          ],
          label,
        );
        await bench.assertSound();
      }
    })).timeout(120_000);
});
