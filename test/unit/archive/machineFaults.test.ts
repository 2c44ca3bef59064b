/** Downloads on machines whose clock is wrong, whose zone is odd, or that do not let everybody write. */
import assert from 'node:assert/strict';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAppError } from '../../../src/base/appError.ts';
import { sampleFolder, voiceId, withFolder } from '../../support/archivedSample.ts';
import { absence, assertSound, DownloadBench, filesOf } from '../../support/downloadBench.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { inTimeZone, withoutRoot } from '../../support/machine.ts';
import { skipBecause } from '../../support/runMocha.ts';
import { makeWav } from '../../support/wav.ts';

const hourMs = 3_600_000;

suite('downloadConversation on a machine with faults', () => {
  leakCheck();
  const bench = new DownloadBench();
  setup(() => bench.start());
  teardown(() => bench.stop());

  const setLinkLife = (lifeMs: number): void => {
    const list = bench.source.fetchRecordings;
    bench.source.fetchRecordings = async (id, options, signal) =>
      (await list(id, options, signal)).map((fetched) => ({
        ...fetched,
        value: {
          ...fetched.value,
          files: fetched.value.files.map((file) => ({
            ...file,
            expiresAtMs: bench.clock.nowMs() + lifeMs,
          })),
        },
      }));
  };

  for (const [what, lifeMs] of [
    ['ahead: every link seems to have expired', -hourMs],
    ['behind: every link seems to live for days', 72 * hourMs],
  ] as const) {
    test(`a clock that is ${what}, costs at most one more listing a file`, () =>
      withFolder(async (root) => {
        let listings = 0;
        setLinkLife(lifeMs);
        const list = bench.source.fetchRecordings;
        bench.source.fetchRecordings = (...asked) => {
          listings++;
          return list(...asked);
        };
        // The link of one file has truly expired, whatever the clock says.
        bench.file('left').faults = [{ kind: 'expired' }];
        assert.deepEqual(absence(await bench.download(root)), []);
        assert.ok(listings <= 5, String(listings));
        await assertSound(root);
      }));
  }

  test('files by the UTC day, in every time zone', () =>
    withFolder(async (root) => {
      for (const zone of ['Pacific/Kiritimati', 'America/Los_Angeles', 'Asia/Kathmandu']) {
        await inTimeZone(zone, async () => {
          await bench.download(join(root, zone));
          assert.ok((await stat(join(root, zone, sampleFolder))).isDirectory());
        });
      }
    }));

  test('files what begins in the hour that a change of clocks skips or repeats', () =>
    withFolder(async (root) => {
      // In Berlin 02:30 does not exist on the first of these days, and exists twice on the second.
      for (const [start, day] of [
        ['2026-03-29T01:30:00.000Z', '2026/03/29'],
        ['2026-10-25T00:30:00.000Z', '2026/10/25'],
        ['2026-10-25T01:30:00.000Z', '2026/10/25'],
      ] as const) {
        await inTimeZone('Europe/Berlin', async () => {
          bench.data.detail = { ...(bench.data.detail as object), conversationStart: start };
          bench.restoreSource();
          const { folderPath } = await bench.download(join(root, start.replaceAll(':', '')));
          assert.ok(folderPath.split('\\').join('/').includes(`conversations/${day}/`), folderPath);
        });
      }
    }));

  for (const [what, place] of [
    ['the archive', '.'],
    ['its conversations', 'conversations'],
    ['the recordings of a conversation', join(sampleFolder, 'recordings')],
  ] as const) {
    test(`says what to do where writing to ${what} is not permitted, and goes on when it is`, async function () {
      if (process.platform === 'win32') {
        skipBecause(this, 'permissions of folders are another matter on Windows');
      }
      await withFolder(async (root) => {
        await withoutRoot(root, async () => {
          const archive = join(root, 'archive');
          await mkdir(join(archive, place), { recursive: true });
          await chmod(join(archive, place), 0o555);
          try {
            await assert.rejects(
              bench.download(archive),
              (error) => isAppError(error, 'storage') && error.message.includes('No permission'),
            );
          } finally {
            await chmod(join(archive, place), 0o755);
          }
          assert.deepEqual(absence(await bench.download(archive)), []);
          await assertSound(archive);
        });
      });
    });
  }

  test('a recording that may not be read ends the download, and the next one replaces it', async function () {
    if (process.platform === 'win32') {
      skipBecause(this, 'permissions of files are another matter on Windows');
    }
    await withFolder(async (root) => {
      await withoutRoot(root, async () => {
        await bench.download(root);
        const [left = ''] = (await filesOf(root)).filter((path) => path.includes(`${voiceId}.0.`));
        const path = join(root, sampleFolder, left);
        await chmod(path, 0o000);
        bench.file('left').body = makeWav(200_000, 8);
        await assert.rejects(bench.download(root), (error) => isAppError(error, 'storage'));
        await chmod(path, 0o644);
        assert.deepEqual(absence(await bench.download(root)), []);
        await assertSound(root);
      });
    });
  });
});
