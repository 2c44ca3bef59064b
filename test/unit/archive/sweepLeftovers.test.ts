import assert from 'node:assert/strict';
import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConversationWriter } from '../../../src/archive/conversationWriter.ts';
import { silentLog } from '../../../src/base/log.ts';
import { conversationId, withFolder } from '../../support/archivedSample.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const never = new AbortController().signal;
const hourMs = 3_600_000;

suite('leftovers of killed processes', () => {
  leakCheck();
  const clock = new FakeClock();

  /** Opens a writer over files of these ages and tells what is left. */
  const left = async (
    folder: string,
    ageHours: Readonly<Record<string, number>>,
  ): Promise<readonly string[]> => {
    for (const [name, hours] of Object.entries(ageHours)) {
      const path = join(folder, name);
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, '{}');
      const seconds = (clock.nowMs() - hours * hourMs) / 1000;
      await utimes(path, seconds, seconds);
    }
    await ConversationWriter.open(folder, conversationId, { clock, log: silentLog }, never);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  };

  test('go when they are older than a day; younger and resumable ones stay, and every final name', () =>
    withFolder(async (folder) => {
      assert.deepEqual(
        await left(folder, {
          'recordings/a.0.dat.0a1b2c3d.partial': 25,
          'recordings/b.0.dat.0a1b2c3d.partial': 23,
          'recordings/c.0.partial': 100,
          'recordings/c.0.partial.json': 100,
          'recordings/d.0.partial': 25,
          'recordings/e.0.partial.json': 25,
          'recordings/f.0.wav': 1000,
          'transcripts/g.json.gz.partial': 25,
          'history/01234567/recordings/h.0.wav.partial': 25,
          'history/01234567/recordings/h.0.wav': 25,
          'conversation.json.gz.partial': 25,
        }),
        [
          'history/01234567/recordings/h.0.wav',
          'recordings/b.0.dat.0a1b2c3d.partial',
          'recordings/c.0.partial',
          'recordings/c.0.partial.json',
          'recordings/f.0.wav',
        ],
      );
    }));

  test('are not looked for behind links', () =>
    withFolder(async (base) => {
      const folder = join(base, 'conversation');
      const elsewhere = join(base, 'elsewhere');
      await mkdir(folder);
      await mkdir(elsewhere);
      const path = join(elsewhere, 'x.0.partial');
      await writeFile(path, '');
      await utimes(path, 0, 0);
      await symlink(elsewhere, join(folder, 'recordings'));
      await symlink(path, join(folder, 'y.partial'));
      assert.deepEqual(await left(folder, {}), ['recordings', 'y.partial']);
      assert.deepEqual(await readdir(elsewhere), ['x.0.partial']);
    }));
});
