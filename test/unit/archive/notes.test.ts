import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LockFile } from '../../../src/archive/lockFile.ts';
import {
  createNote,
  noNotes,
  notesLimits,
  readNotes,
  updateNotes,
  type NotesPlace,
} from '../../../src/archive/notes.ts';
import { isAppError, type ErrorCode } from '../../../src/base/appError.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { parseRecordingId } from '../../../src/model/ids.ts';
import { conversationId, voiceId, withFolder } from '../../support/archivedSample.ts';
import { never } from '../../support/downloadBench.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const deps = { clock: systemClock, log: silentLog };
const nowMs = Date.UTC(2026, 10, 5);
const failsWith = (code: ErrorCode) => (error: unknown) => isAppError(error, code);
const note = (text: string): ReturnType<typeof createNote> =>
  createNote(
    {
      text,
      fromMs: 1000,
      toMs: 2500,
      recordingId: parseRecordingId(voiceId),
      tags: ['Reklamation'],
    },
    nowMs,
  );

suite('notes of a conversation', () => {
  leakCheck();

  const withPlace = (task: (place: NotesPlace) => Promise<void>): Promise<void> =>
    withFolder(async (folder) => {
      const folderPath = join(folder, conversationId);
      await mkdir(folderPath);
      await writeFile(join(folderPath, 'manifest.json'), '{}');
      await task({ conversationId, folderPath });
    });
  const write = (place: NotesPlace, content: unknown): Promise<void> =>
    writeFile(join(place.folderPath, 'notes.json'), JSON.stringify(content));

  test('are empty without a file, and come back as they were written', () =>
    withPlace(async (place) => {
      assert.deepEqual(await readNotes(place.folderPath, never), noNotes);
      const added = note('Zürich, "häppy"');
      const hold = { sinceMs: nowMs, reason: 'Case 4711', other: {} };
      const written = await updateNotes(
        place,
        (notes) => ({ ...notes, legalHold: hold, tags: ['vip'], notes: [added] }),
        deps,
        never,
      );
      assert.deepEqual(await readNotes(place.folderPath, never), written);
      assert.deepEqual(written, { legalHold: hold, tags: ['vip'], notes: [added], other: {} });
      assert.deepEqual((await readdir(place.folderPath)).sort(), ['manifest.json', 'notes.json']);
    }));

  test('keep what other versions wrote, at every level', () =>
    withPlace(async (place) => {
      const time = '2026-11-05T00:00:00.000Z';
      const content = {
        formatVersion: 1,
        legalHold: { since: time, reason: 'r', by: 'Ann' },
        tags: ['a'],
        notes: [{ id: 'n1', text: 't', tags: [], createdAt: time, updatedAt: time, colour: 'red' }],
        review: { score: 5 },
      };
      await write(place, content);
      await updateNotes(place, (notes) => ({ ...notes, tags: ['a', 'b'] }), deps, never);
      assert.deepEqual(JSON.parse(await readFile(join(place.folderPath, 'notes.json'), 'utf8')), {
        ...content,
        tags: ['a', 'b'],
      });
    }));

  test('take changes of many at once without losing one', () =>
    withPlace(async (place) => {
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          updateNotes(
            place,
            (notes) => ({ ...notes, notes: [...notes.notes, note(String(index))] }),
            deps,
            never,
          ),
        ),
      );
      const { notes } = await readNotes(place.folderPath, never);
      assert.deepEqual(
        notes.map(({ text }) => Number(text)).sort((a, b) => a - b),
        Array.from({ length: 20 }, (_, index) => index),
      );
    }));

  test('wait for another window that changes them, and see its change', () =>
    withPlace(async (place) => {
      const other = await LockFile.acquire(
        place.folderPath,
        { patienceMs: 0, onWaiting: () => undefined },
        deps,
        never,
      );
      // A lock of this very process counts as abandoned unless it is one of this process's users: it has to look like another's.
      const lockPath = join(place.folderPath, 'archive.lock');
      const held = await readFile(lockPath, 'utf8');
      await writeFile(lockPath, held.replace(/"host":"[^"]*"/u, '"host":"elsewhere"'));
      const updated = updateNotes(
        place,
        (notes) => ({ ...notes, tags: [...notes.tags, 'mine'] }),
        deps,
        never,
      );
      await write(place, { formatVersion: 1, tags: ['theirs'], notes: [] });
      await other.release();
      assert.deepEqual((await updated).tags, ['theirs', 'mine']);
    }));

  test('are not written when the change keeps them as they are', () =>
    withPlace(async (place) => {
      await updateNotes(place, (notes) => notes, deps, never);
      assert.deepEqual(await readdir(place.folderPath), ['manifest.json']);
    }));

  test('refuse a conversation that is not archived any more', () =>
    withFolder(async (folder) => {
      const place = { conversationId, folderPath: join(folder, conversationId) };
      await assert.rejects(
        updateNotes(place, () => noNotes, deps, never),
        failsWith('notFound'),
      );
    }));

  test('refuse what exceeds their bounds and keep what was there', () =>
    withPlace(async (place) => {
      await updateNotes(place, (notes) => ({ ...notes, notes: [note('kept')] }), deps, never);
      const same = note('same');
      for (const notes of [
        [note('x'.repeat(notesLimits.textLength + 1))],
        [{ ...note('id'), id: '../manifest' }],
        [same, same],
        [{ ...note('times'), fromMs: 5, toMs: 4 }],
        [{ ...note('tag'), tags: [''] }],
      ]) {
        await assert.rejects(
          updateNotes(place, (before) => ({ ...before, notes }), deps, never),
          failsWith('input'),
        );
      }
      const { notes } = await readNotes(place.folderPath, never);
      assert.deepEqual(
        notes.map(({ text }) => text),
        ['kept'],
      );
    }));

  test('say that they are damaged rather than pass for empty, so that no hold is lost', () =>
    withPlace(async (place) => {
      for (const content of [
        [],
        {},
        { formatVersion: 1, legalHold: {} },
        { formatVersion: 1, legalHold: true },
        { formatVersion: 1, legalHold: { since: 'then', reason: 'r' } },
        { formatVersion: 1, notes: {} },
        { formatVersion: 1, notes: [{ id: 'a/b' }] },
        { formatVersion: 1, tags: [1] },
      ]) {
        await write(place, content);
        await assert.rejects(readNotes(place.folderPath, never), failsWith('corrupt'));
        await assert.rejects(
          updateNotes(place, () => noNotes, deps, never),
          failsWith('corrupt'),
        );
      }
      await write(place, { formatVersion: 2 });
      await assert.rejects(readNotes(place.folderPath, never), failsWith('unsupported'));
    }));

  test('are neither read nor written through a link', () =>
    withPlace(async (place) => {
      const outside = join(place.folderPath, '..', 'outside.json');
      await writeFile(outside, '{"formatVersion":1}');
      await symlink(outside, join(place.folderPath, 'notes.json'));
      await assert.rejects(
        updateNotes(place, () => noNotes, deps, never),
        failsWith('storage'),
      );
      assert.equal(await readFile(outside, 'utf8'), '{"formatVersion":1}');
    }));
});
