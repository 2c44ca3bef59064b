import assert from 'node:assert/strict';
import { join } from 'node:path';
import { listSyncs } from '../../src/archive/sync/listSyncs.ts';
import { systemClock } from '../../src/base/clock.ts';
import { withFolder } from '../support/archivedSample.ts';
import { ChaosBench, differences, readContents } from '../support/chaosBench.ts';
import { chaosSize } from '../support/chaosSize.ts';
import { createRandom, type Random } from '../support/random.ts';
import { runSync } from '../support/runSync.ts';
import type { SyncMainOptions } from '../support/syncMain.ts';

/** Taking the lock, opening the journal and the audit log: a run has so many marks before it does anything. */
const overheadMarks = 60;
/** Time in which a run starts and does a little. */
const longestKillMs = 900;
/** The others die at a mark, which is where files change. */
const timedShare = 0.25;

suite('a sync that is killed again and again', () => {
  const { conversationCount, killCount } = chaosSize();

  test('ends with the archive of an undisturbed one, sound and without a trace of the kills', () =>
    withFolder(async (base) => {
      const random = createRandom();
      process.stdout.write(`killed at ${String(killCount)} random points, ${random.label}\n`);
      const bench = await ChaosBench.start(conversationCount);
      try {
        const whole = bench.optionsIn(join(base, 'whole'));
        const { result } = await runSync(whole);
        assert.equal(result?.snapshot.phase, 'finished');
        assert.equal(result.snapshot.foundCount, conversationCount);
        const expected = await readContents(whole.rootPath, 'undisturbed');
        await bench.assertSound(whole.rootPath, 'undisturbed');
        const marksPerRun = overheadMarks + result.markCount / killCount;
        for (let done = 0, round = 0; done < killCount; round++) {
          const options = bench.optionsIn(join(base, String(round)));
          done += await killUntilDone(random, options, {
            killCount: killCount - done,
            marksPerRun,
          });
          const label = `${random.label}, round ${String(round)}`;
          const contents = await readContents(options.rootPath, label);
          assert.deepEqual(differences(contents, expected), [], label);
          await bench.assertSound(options.rootPath, label);
        }
      } finally {
        await bench.stop();
      }
    })).timeout(900_000);
});

/** Resolves when the sync is finished, to how often it was killed: `killCount` times at most. */
async function killUntilDone(
  random: Random,
  first: SyncMainOptions,
  { killCount, marksPerRun }: { readonly killCount: number; readonly marksPerRun: number },
): Promise<number> {
  let options = first;
  for (let done = 0; ; done++) {
    const isTimed = random.next() < timedShare;
    const killAtMark = isTimed ? undefined : 1 + random.integer(Math.ceil(2 * marksPerRun));
    const killAfterMs = isTimed ? 1 + random.integer(longestKillMs) : undefined;
    const { syncId, result } =
      done < killCount
        ? await runSync({ ...options, killAtMark }, killAfterMs)
        : await runSync(options);
    const known = syncId ?? options.syncId ?? (await storedSyncId(options.rootPath));
    options = { ...options, syncId: known };
    if (result !== undefined) {
      const { phase, failure } = result.snapshot;
      const label = `${random.label}, after kill ${String(done)}: ${failure?.message ?? ''}`;
      assert.equal(phase, 'finished', label);
      return done;
    }
  }
}

/** Of a sync that was stored by a process that died before it could tell: a person sees it in the list, and goes on from there. */
async function storedSyncId(rootPath: string): Promise<string | undefined> {
  const [stored] = await listSyncs(rootPath, systemClock, new AbortController().signal);
  return stored?.syncId;
}
