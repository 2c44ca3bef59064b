/** What is flushed before what gets its name, seen at the calls to the file system: a power cut leaves no other trace of it. */
import assert from 'node:assert/strict';
import fileSystem, { mkdir, type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { ConversationWriter } from '../../../src/archive/conversationWriter.ts';
import { syncFolder } from '../../../src/archive/durableFile.ts';
import { FolderNames } from '../../../src/archive/folderNames.ts';
import { manifestName } from '../../../src/archive/manifest.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { conversationId, withFolder } from '../../support/archivedSample.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const never = new AbortController().signal;

interface Call {
  readonly name: 'begin flush' | 'flush' | 'rename';
  /** Of the file or folder that was flushed, or the new name. */
  readonly path: string;
  readonly fromPath?: string;
}

/** Runs the task and tells its flushes and renames, each when it was done. */
async function recordCalls(task: () => Promise<void>): Promise<readonly Call[]> {
  const calls: Call[] = [];
  const paths = new Map<FileHandle, string>();
  const probe = await fileSystem.open(process.execPath);
  const methods = Object.getPrototypeOf(probe) as Pick<FileHandle, 'sync'>;
  await probe.close();
  const before = { open: fileSystem.open, rename: fileSystem.rename, sync: methods.sync };
  fileSystem.open = async (path, ...rest) => {
    const handle = await before.open(path, ...rest);
    paths.set(handle, String(path));
    return handle;
  };
  fileSystem.rename = async (from, to) => {
    await before.rename(from, to);
    calls.push({ name: 'rename', path: String(to), fromPath: String(from) });
  };
  methods.sync = async function (this: FileHandle) {
    const path = paths.get(this) ?? '';
    calls.push({ name: 'begin flush', path });
    await before.sync.call(this);
    // Folders take their time, so that who does not wait for them is seen.
    await new Promise((resolve) => setTimeout(resolve, path.endsWith('.partial') ? 0 : 50));
    calls.push({ name: 'flush', path });
  };
  syncBuiltinESMExports();
  try {
    await task();
  } finally {
    fileSystem.open = before.open;
    fileSystem.rename = before.rename;
    methods.sync = before.sync;
    syncBuiltinESMExports();
  }
  return calls;
}

suite('the order of a commit', () => {
  leakCheck();

  test('a manifest gets its name after every file that it names is flushed, renamed, and its folder flushed since', () =>
    withFolder(async (folder) => {
      const names = ['conversation.json', 'recordings/one.json', 'recordings/two.json'];
      const calls = await recordCalls(async () => {
        const deps = { clock: systemClock, log: silentLog };
        const writer = await ConversationWriter.open(folder, conversationId, deps, never);
        await writer.folder('recordings');
        for (const path of names) {
          const origin = {
            ...{ path, source: 'test', fetchedAtMs: 0, verifiedAgainst: [] },
            ...{ recordingId: undefined, communicationId: undefined },
            ...{ channel: undefined, validator: undefined },
          };
          await writer.storeJson(origin, JSON.stringify({ path }), never);
        }
        await writer.commit();
      });
      const manifestPath = join(folder, manifestName);
      const manifestAt = calls.findIndex(({ path }) => path === manifestPath);
      assert.notEqual(manifestAt, -1);
      const isBefore = (wanted: Call, from: number): boolean =>
        calls
          .slice(from, manifestAt)
          .some(({ name, path }) => name === wanted.name && path === wanted.path);
      for (const name of [...names.map((each) => `${each}.gz`), manifestName]) {
        const path = join(folder, ...name.split('/'));
        const renamedAt = calls.findIndex((call) => call.name === 'rename' && call.path === path);
        const flushedAt = calls.findIndex(
          (call) => call.name === 'flush' && call.path === calls[renamedAt]?.fromPath,
        );
        assert.ok(flushedAt !== -1 && flushedAt < renamedAt, `Flushed before its name: ${name}`);
        if (name !== manifestName) {
          assert.ok(renamedAt < manifestAt, `Named before the manifest: ${name}`);
          assert.ok(
            isBefore({ name: 'begin flush', path: dirname(path) }, renamedAt) &&
              isBefore({ name: 'flush', path: dirname(path) }, renamedAt),
            `Its folder is flushed in between: ${name}`,
          );
        }
      }
      const madeAt = calls.findIndex(({ path }) => path === folder);
      assert.ok(madeAt !== -1 && madeAt < manifestAt, 'The new folder is durable before');
      assert.deepEqual(calls.at(-1), { name: 'flush', path: folder });
    }));

  test('a flush of a folder serves everybody who came before it began, and nobody who came after', () =>
    withFolder(async (folder) => {
      const calls = await recordCalls(async () => {
        const first = syncFolder(folder);
        // While the first one is under way.
        const shared = [syncFolder(folder), syncFolder(folder), syncFolder(folder)];
        await first;
        await Promise.all(shared);
        await syncFolder(folder);
      });
      assert.equal(calls.filter(({ name }) => name === 'flush').length, 3);
    }));

  test('a flush that fails is told to everybody who waited for it, and the next one is tried anew', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'later');
      const outcomes = await Promise.allSettled([
        syncFolder(path),
        syncFolder(path),
        syncFolder(path),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['rejected', 'rejected', 'rejected'],
      );
      await mkdir(path);
      await syncFolder(path);
    }));
});

suite('the names in a folder', () => {
  test('are the same in any case and any form of Unicode', () => {
    const names = new FolderNames(['Recordings/A.wav', 'e\u0301.json']);
    assert.ok(names.mayHave('recordings/a.WAV'));
    assert.ok(names.mayHave('\u00e9.json'));
    assert.ok(!names.mayHave('recordings/b.wav'));
    names.add('recordings/B.wav');
    assert.ok(names.mayHave('recordings/b.wav'));
  });

  test('may be anything when the folder could not be listed', () => {
    assert.ok(new FolderNames(undefined).mayHave('recordings/a.wav'));
  });
});
