import assert from 'node:assert/strict';
import { chmod, cp, mkdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AuditLog } from '../../../src/archive/audit/auditLog.ts';
import {
  deleteConversations,
  resumeDeletions,
  type DeletionOutcome,
} from '../../../src/archive/retention/deleteConversations.ts';
import { realDisk, type DeletionDisk } from '../../../src/archive/retention/deletionPorts.ts';
import { readDeletedIds } from '../../../src/archive/retention/deletionRecord.ts';
import { isCancellation } from '../../../src/base/appError.ts';
import { never } from '../../support/downloadBench.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import {
  briefly,
  byCommand,
  byPolicy,
  dayMs,
  deleteAll,
  errno,
  idOf,
  placeHold,
  withBench,
} from '../../support/retentionBench.ts';

suite('deleting a conversation', () => {
  leakCheck();
  const startMs = Date.UTC(2026, 0, 2);
  const made = { startMs, endMs: startMs + 1000 };

  test('removes all of its files and empty folders, and nobody finds it any more', () =>
    withBench(async (bench) => {
      await bench.add({ number: 1, ...made });
      await bench.add({ number: 2, startMs: startMs + 40 * dayMs, endMs: startMs + 40 * dayMs });
      assert.deepEqual(briefly(await deleteAll(bench, [idOf(1)])), { 1: 'deleted' });
      const left = await bench.paths();
      assert.ok(left.every((path) => path.startsWith('2026/') && !path.startsWith('2026/01')));
      assert.deepEqual(await bench.listed(), [idOf(2)]);
      assert.equal(await bench.archive.find(idOf(1), never), undefined);
      assert.deepEqual(await readDeletedIds(bench.rootPath), new Set([idOf(1)]));
      assert.deepEqual(bench.told, [idOf(1)]);
      assert.deepEqual(briefly(await deleteAll(bench, [idOf(1)])), { 1: 'notFound' });
    }));

  test('leaves a receipt with every file and its hash', () =>
    withBench(async (bench) => {
      const folder = await bench.add({ number: 1, ...made });
      const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as {
        files: { path: string; storedBytes: number; storedSha256: string }[];
      };
      await deleteAll(bench, [idOf(1)], byPolicy);
      const [event] = bench.events;
      assert.equal(event?.kind, 'conversation.deleted');
      const { files, ...details } = event.details;
      assert.ok(Array.isArray(files));
      const hashed = files.filter(
        (file: unknown) => (file as { sha256: string | null }).sha256 !== null,
      ) as unknown[];
      assert.deepEqual(
        hashed,
        manifest.files.map(({ path, storedBytes, storedSha256 }) => ({
          path,
          bytes: storedBytes,
          sha256: storedSha256,
        })),
      );
      assert.ok(manifest.files.some(({ path }) => path.startsWith('history/')));
      assert.equal(files.length, manifest.files.length + 4, 'manifest, peaks, two partial files');
      assert.equal(details['reason'], 'retention');
      assert.equal(details['policy'], 'days=30');
      assert.equal(bench.events.length, 1);
    }));

  test('writes the receipt of very many files into the real audit log in parts', () =>
    withBench(async (bench) => {
      const folder = await bench.add({ number: 1, ...made });
      const name = 'x'.repeat(100);
      for (let index = 0; index < 700; index++) {
        await writeFile(join(folder, 'transcripts', `${name}${String(index)}.partial`), '');
      }
      const deps = {
        ...bench.deps,
        openAudit: (rootPath: string, signal: AbortSignal) =>
          AuditLog.open(rootPath, bench, signal),
      };
      const outcomes: string[] = [];
      await deleteConversations(
        bench.archive,
        [idOf(1)],
        byCommand,
        deps,
        (_id, { kind }) => outcomes.push(kind),
        never,
      );
      assert.deepEqual(outcomes, ['deleted']);
      const lines = (await readFile(join(bench.rootPath, 'audit.jsonl'), 'utf8'))
        .trim()
        .split('\n');
      assert.equal(lines.length, 12);
      assert.equal(lines.join('').split('.partial').length - 1, 702);
    }));

  test('leaves what it did not write, and says so', () =>
    withBench(async (bench) => {
      const folder = await bench.add({ number: 1, ...made });
      const foreign = ['recordings/mine.wav', 'recordings/x.dat', 'notes.txt', 'own/deep/a.json'];
      for (const path of foreign) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), 'mine');
      }
      const outcome = (await deleteAll(bench, [idOf(1)])).get(idOf(1));
      assert.ok(outcome?.kind === 'deleted');
      assert.deepEqual(outcome.foreign, [
        'notes.txt',
        'own',
        'recordings/mine.wav',
        'recordings/x.dat',
      ]);
      assert.deepEqual(
        (await bench.paths()).filter((path) => !path.endsWith('/')),
        foreign.map((path) => join('2026/01/02', idOf(1), path)).sort(),
      );
      assert.deepEqual(await bench.listed(), []);
      assert.equal(await bench.archive.find(idOf(1), never), undefined);
    }));

  test('never follows a link: not of a file, not of a folder, not of the conversation or its day', () =>
    withBench(async (bench, folder) => {
      const outside = join(folder, 'outside');
      await mkdir(outside);
      const inner = await bench.add({ number: 1, ...made });
      const recording = `recordings/b${idOf(1).slice(1)}.0.wav`;
      await rename(join(inner, recording), join(outside, 'precious.wav'));
      await symlink(join(outside, 'precious.wav'), join(inner, recording));
      await rename(join(inner, 'transcripts'), join(outside, 'transcripts'));
      await symlink(join(outside, 'transcripts'), join(inner, 'transcripts'));
      const outcome = (await deleteAll(bench, [idOf(1)])).get(idOf(1));
      assert.ok(outcome?.kind === 'deleted');
      assert.deepEqual(outcome.foreign, [recording, 'transcripts']);
      assert.equal(await readFile(join(outside, 'precious.wav'), 'utf8'), 'second');
      await stat(join(outside, 'transcripts', `a${idOf(1).slice(1)}.json.gz`));

      const linked = await bench.add({ number: 2, ...made });
      await rename(linked, join(outside, 'conversation'));
      await symlink(join(outside, 'conversation'), linked);
      assert.deepEqual(briefly(await deleteAll(bench, [idOf(2)])), { 2: 'notFound' });
      await stat(join(outside, 'conversation', 'manifest.json'));

      // A link that takes the folder's place after the deletion began.
      const third = await bench.add({ number: 3, ...made });
      bench.disk = { ...realDisk, removeFile: () => Promise.reject(errno('EBUSY')) };
      assert.deepEqual(briefly(await deleteAll(bench, [idOf(3)])), { 3: 'incomplete' });
      bench.disk = realDisk;
      await rename(third, join(outside, 'third'));
      await symlink(join(outside, 'third'), third);
      assert.deepEqual(briefly(await resumeDeletions(bench.archive, bench.deps, never)), {
        3: 'incomplete',
      });
      await stat(join(outside, 'third', 'manifest.json'));
    }));

  test('takes read-only files', () =>
    withBench(async (bench) => {
      const folder = await bench.add({ number: 1, ...made });
      await chmod(join(folder, 'manifest.json'), 0o444);
      await chmod(join(folder, 'conversation.json.gz'), 0o444);
      await deleteAll(bench, [idOf(1)]);
      assert.deepEqual(await bench.paths(), []);
    }));

  test('reports what it cannot remove and tries again on the next run', () =>
    withBench(async (bench) => {
      await bench.add({ number: 1, ...made });
      bench.disk = {
        ...realDisk,
        removeFile: (path) =>
          path.endsWith('.wav') ? Promise.reject(errno('EACCES')) : realDisk.removeFile(path),
      };
      const path = `recordings/b${idOf(1).slice(1)}.0.wav`;
      const first = (await deleteAll(bench, [idOf(1)])).get(idOf(1));
      assert.ok(first?.kind === 'incomplete');
      assert.deepEqual(
        first.remaining.filter(({ item }) => item.startsWith('recordings/')),
        [{ item: path, problem: 'EACCES' }],
      );
      assert.deepEqual(await bench.listed(), [], 'it is no conversation any more');
      assert.equal(await bench.archive.find(idOf(1), never), undefined);
      assert.deepEqual(bench.told, [], 'its rows stay until the files are gone');
      await resumeDeletions(bench.archive, bench.deps, never);
      assert.deepEqual(
        bench.events.map(({ kind }) => kind),
        ['conversation.deletionIncomplete'],
        'the same obstacle is told once',
      );
      bench.disk = realDisk;
      assert.deepEqual(briefly(await resumeDeletions(bench.archive, bench.deps, never)), {
        1: 'deleted',
      });
      assert.deepEqual(await bench.paths(), []);
      const ids = bench.events.map(({ details }) => details['deletionId']);
      assert.deepEqual([bench.events.length, new Set(ids).size], [2, 1]);
      assert.equal((await resumeDeletions(bench.archive, bench.deps, never)).size, 0);
    }));

  test('keeps a conversation whole whose manifest cannot be removed', () =>
    withBench(async (bench) => {
      await bench.add({ number: 1, ...made });
      const before = await bench.paths();
      bench.disk = {
        ...realDisk,
        removeFile: (path) =>
          path.endsWith('manifest.json')
            ? Promise.reject(errno('EPERM'))
            : realDisk.removeFile(path),
      };
      assert.deepEqual(briefly(await deleteAll(bench, [idOf(1)])), { 1: 'incomplete' });
      assert.deepEqual(await bench.paths(), before);
    }));

  test('asks again whoever could not remove its part', () =>
    withBench(async (bench) => {
      await bench.add({ number: 1, ...made });
      const { deps } = bench;
      const failing = {
        ...deps,
        listeners: [
          { name: 'exports', conversationDeleted: () => Promise.reject(new Error('locked')) },
        ],
      };
      let outcome: DeletionOutcome | undefined;
      await deleteConversations(
        bench.archive,
        [idOf(1)],
        byCommand,
        failing,
        (_id, told) => {
          outcome = told;
        },
        never,
      );
      assert.ok(outcome?.kind === 'incomplete');
      assert.deepEqual(
        outcome.remaining.map(({ item }) => item),
        ['exports'],
      );
      assert.deepEqual(briefly(await resumeDeletions(bench.archive, deps, never)), {
        1: 'deleted',
      });
      assert.deepEqual(bench.told, [idOf(1)]);
    }));

  test('crashes at every step without leaving half a conversation that looks whole; the next run ends it', () =>
    withBench(async (original) => {
      const template = await original.add({ number: 1, ...made });
      await writeFile(join(template, 'notes.json'), '{"formatVersion":1}');
      let steps = 0;
      for (let crashAt = 0; crashAt <= steps; crashAt++) {
        await withBench(async (bench) => {
          const folder = join(bench.rootPath, 'conversations/2026/01/02', idOf(1));
          await cp(template, folder, { recursive: true });
          const before = await bench.paths();
          let count = 0;
          const step = async (work: () => Promise<void>): Promise<void> => {
            if (count++ === crashAt) {
              throw new Error('killed');
            }
            await work();
          };
          const crashing: DeletionDisk = {
            commit: (path, text) => step(() => realDisk.commit(path, text)),
            removeFile: (path) => step(() => realDisk.removeFile(path)),
            removeEmptyFolder: (path) => step(() => realDisk.removeEmptyFolder(path)),
            syncFolder: (path) => step(() => realDisk.syncFolder(path)),
          };
          bench.disk = crashing;
          const where = `crash at step ${String(crashAt)}`;
          const crashed = await deleteAll(bench, [idOf(1)]).then(
            () => false,
            () => true,
          );
          steps = Math.max(steps, count);
          assert.equal(crashed, crashAt < count, where);
          if ((await bench.listed()).length > 0) {
            assert.deepEqual(await bench.paths(), before, `${where}: whole`);
            await bench.archive.read(folder, never);
          }
          bench.disk = realDisk;
          const resumed = await resumeDeletions(bench.archive, bench.deps, never);
          if (resumed.size === 0) {
            await deleteAll(bench, [idOf(1)]);
          }
          assert.deepEqual(await bench.paths(), [], where);
          assert.deepEqual(bench.events.at(-1)?.kind, 'conversation.deleted', where);
          assert.equal(new Set(bench.events.map(({ details }) => details['deletionId'])).size, 1);
          assert.ok(bench.told.length >= 1, where);
        });
      }
      assert.ok(steps > 20, `steps: ${String(steps)}`);
    }));

  test('stops between two conversations when cancelled', () =>
    withBench(async (bench) => {
      await bench.add({ number: 1, ...made });
      await bench.add({ number: 2, ...made });
      const stop = new AbortController();
      await assert.rejects(
        deleteConversations(
          bench.archive,
          [idOf(1), idOf(2)],
          byCommand,
          bench.deps,
          () => {
            stop.abort();
          },
          stop.signal,
        ),
        isCancellation,
      );
      assert.deepEqual(await bench.listed(), [idOf(2)]);
      await bench.archive.read((await bench.archive.find(idOf(2), never)) ?? '', never);
      assert.equal((await resumeDeletions(bench.archive, bench.deps, never)).size, 0);
    }));

  test('keeps what has a damaged manifest or damaged notes', () =>
    withBench(async (bench) => {
      await writeFile(join(await bench.add({ number: 1, ...made }), 'manifest.json'), '{');
      await writeFile(join(await bench.add({ number: 2, ...made }), 'notes.json'), '{');
      const before = await bench.paths();
      assert.deepEqual(briefly(await deleteAll(bench, [idOf(1), idOf(2)])), {
        1: 'kept',
        2: 'kept',
      });
      assert.deepEqual(await bench.paths(), before);
    }));

  test('takes nothing from a planted record but its own conversation, and no conversation on hold', () =>
    withBench(async (bench, folder) => {
      await bench.add({ number: 1, ...made });
      await placeHold(bench, idOf(1));
      const outside = join(folder, 'outside.txt');
      await writeFile(outside, 'precious');
      await mkdir(join(bench.rootPath, 'deletions'));
      const record = {
        formatVersion: 1,
        conversationId: idOf(1),
        deletionId: 'x',
        requestedAt: '2026-01-01T00:00:00Z',
        reason: 'command',
        folder: `conversations/2026/01/02/${idOf(1)}`,
        files: [{ path: '../../../../../../outside.txt', bytes: 1 }],
        remaining: [],
      };
      const path = join(bench.rootPath, 'deletions', `${idOf(1)}.json`);
      const before = await bench.paths();
      for (const [content, expected] of [
        [record, 'kept'],
        [{ ...record, files: [], folder: '..' }, 'kept'],
        [{ ...record, files: [], conversationId: idOf(2) }, 'kept'],
        [{ ...record, files: [] }, 'held'],
      ] as const) {
        await writeFile(path, JSON.stringify(content));
        const outcomes = await resumeDeletions(bench.archive, bench.deps, never);
        assert.deepEqual(briefly(outcomes), { 1: expected });
      }
      assert.deepEqual(await bench.paths(), before);
      await stat(outside);
    }));
});
