import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withFolder } from '../support/archivedSample.ts';
import { ChaosBench, differences, readContents } from '../support/chaosBench.ts';
import { chaosSize } from '../support/chaosSize.ts';
import { runSync } from '../support/runSync.ts';

/** A file system of its own, in memory; false where that needs rights that this user lacks. */
function tryMount(path: string, sizeKb: number): boolean {
  try {
    const options = `size=${String(sizeKb)}k`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

suite('a sync onto a disk that gets full', () => {
  const { conversationCount } = chaosSize();

  test('stops with a clear error, keeps what it has, and goes on when there is space', () =>
    withFolder(async (base) => {
      const bench = await ChaosBench.start(conversationCount);
      const diskPath = join(base, 'disk');
      await mkdir(diskPath);
      let isMounted = false;
      try {
        const whole = bench.optionsIn(join(base, 'whole'));
        const undisturbed = await runSync(whole);
        assert.equal(undisturbed.result?.snapshot.phase, 'finished');
        const expected = await readContents(whole.rootPath, 'undisturbed');

        isMounted = tryMount(diskPath, conversationCount * 6);
        const options = bench.optionsIn(join(diskPath, 'archive'));
        const quotaBytes = isMounted ? undefined : conversationCount * 6 * 1024;
        const { result, syncId } = await runSync({ ...options, quotaBytes });
        const failure = result?.snapshot.failure;
        assert.deepEqual([result?.snapshot.phase, failure?.code], ['failed', 'storage']);
        assert.match(failure?.message ?? '', /^The disk is full\. Free some space/u);

        if (isMounted) {
          execFileSync('mount', ['-o', 'remount,size=500m', diskPath]);
        }
        const resumed = await runSync({ ...options, syncId });
        assert.equal(resumed.result?.snapshot.phase, 'finished');
        const label = isMounted ? 'a small file system' : 'a quota';
        const contents = await readContents(options.rootPath, label);
        assert.deepEqual(differences(contents, expected), [], label);
        await bench.assertSound(options.rootPath, label);
      } finally {
        if (isMounted) {
          execFileSync('umount', [diskPath]);
        }
        await bench.stop();
      }
    })).timeout(300_000);
});
