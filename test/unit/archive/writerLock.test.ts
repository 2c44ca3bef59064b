import assert from 'node:assert/strict';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { lockName, staleAfterMs } from '../../../src/archive/lockFile.ts';
import { withWriterLock, type WriterTurn } from '../../../src/archive/writerLock.ts';
import { isAppError } from '../../../src/base/appError.ts';
import { silentLog } from '../../../src/base/log.ts';
import { parseConversationId } from '../../../src/model/ids.ts';
import { withFolder } from '../../support/archivedSample.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const never = new AbortController().signal;
const id = parseConversationId('one');

suite('withWriterLock', () => {
  leakCheck();
  const clock = new FakeClock();
  const deps = { clock, log: silentLog };

  const putLock = async (root: string, holder: object, ageMs: number): Promise<void> => {
    const path = join(root, lockName);
    await writeFile(path, JSON.stringify(holder));
    const seconds = (clock.nowMs() - ageMs) / 1000;
    await utimes(path, seconds, seconds);
  };
  const turnIn = (rootPath: string): WriterTurn => ({
    rootPath,
    conversationId: id,
    patienceMs: 0,
    onWaiting: () => undefined,
  });
  const take = (root: string): Promise<string> =>
    withWriterLock(turnIn(root), deps, () => Promise.resolve('mine'), never);

  test('holds the lock while the task runs, and leaves nothing behind', () =>
    withFolder(async (root) => {
      await withWriterLock(
        turnIn(root),
        deps,
        async () => {
          const holder = JSON.parse(await readFile(join(root, lockName), 'utf8'));
          assert.equal(holder.pid, process.pid);
          assert.deepEqual(await readdir(root), [lockName]);
        },
        never,
      );
      assert.deepEqual(await readdir(root), []);
    }));

  test('refuses while another live process writes, and says who and what to do', () =>
    withFolder(async (root) => {
      await putLock(root, { pid: 1, host: hostname(), token: 'other' }, 0);
      await assert.rejects(
        take(root),
        (error) => isAppError(error, 'conflict') && error.message.includes('process 1 '),
      );
      await putLock(
        root,
        { pid: 999_999_999, host: 'elsewhere', token: 'other' },
        staleAfterMs / 2,
      );
      await assert.rejects(take(root), (error) => isAppError(error, 'conflict'));
      assert.deepEqual(await readdir(root), [lockName]);
    }));

  test('takes over the lock of a dead process at once, and any lock whose heart stopped', () =>
    withFolder(async (root) => {
      await putLock(root, { pid: 999_999_999, host: hostname(), token: 'dead' }, 0);
      assert.equal(await take(root), 'mine');
      await putLock(root, { pid: 1, host: 'elsewhere', token: 'gone' }, staleAfterMs + 1);
      assert.equal(await take(root), 'mine');
      assert.deepEqual(await readdir(root), []);
    }));

  test('beats while it is held, and stops the task when another process took the lock over', () =>
    withFolder(async (root) => {
      const task = withWriterLock(
        turnIn(root),
        deps,
        (signal) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              reject(new DOMException('stopped', 'AbortError'));
            });
          }),
        never,
      );
      const failed = assert.rejects(task, (error) => isAppError(error, 'conflict'));
      while (clock.waitingCount === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      await putLock(root, { pid: 1, host: 'elsewhere', token: 'thief' }, 0);
      await clock.advance(11_000);
      await failed;
      const holder = JSON.parse(await readFile(join(root, lockName), 'utf8'));
      assert.equal(holder.token, 'thief', 'the lock of another process stays');
    }));

  test('tasks of one conversation take turns; those of others run side by side', () =>
    withFolder(async (root) => {
      const running = new Set<string>();
      let mostTogether = 0;
      const task = async (name: string): Promise<void> => {
        assert.ok(!running.has(name));
        running.add(name);
        mostTogether = Math.max(mostTogether, running.size);
        await new Promise((resolve) => setImmediate(resolve));
        running.delete(name);
      };
      const names = ['one', 'two', 'one', 'two', 'one'];
      await Promise.all(
        names.map((name) =>
          withWriterLock(
            { ...turnIn(root), conversationId: parseConversationId(name) },
            deps,
            () => task(name),
            never,
          ),
        ),
      );
      assert.equal(mostTogether, 2);
      assert.deepEqual(await readdir(root), []);
    }));

  const untilWaiting = async (): Promise<void> => {
    while (clock.waitingCount === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  /** Lets the fake time between two attempts pass, so many times. */
  const passAttempts = async (count: number): Promise<void> => {
    for (let attempt = 0; attempt < count; attempt++) {
      await untilWaiting();
      await clock.advance(100);
    }
  };

  test('waits for another process to be done, and says so meanwhile', () =>
    withFolder(async (root) => {
      await putLock(root, { pid: 1, host: hostname(), token: 'other' }, 0);
      let waits = 0;
      const taken = withWriterLock(
        { ...turnIn(root), patienceMs: 60_000, onWaiting: () => waits++ },
        deps,
        () => Promise.resolve('mine'),
        never,
      );
      await passAttempts(3);
      await untilWaiting();
      await rm(join(root, lockName));
      await passAttempts(1);
      assert.equal(await taken, 'mine');
      assert.ok(waits >= 3);
      assert.deepEqual(await readdir(root), []);
    }));

  test('loses patience in the end', () =>
    withFolder(async (root) => {
      await putLock(root, { pid: 1, host: hostname(), token: 'other' }, 0);
      const taken = withWriterLock(
        { ...turnIn(root), patienceMs: 300 },
        deps,
        () => Promise.resolve(),
        never,
      );
      const refused = assert.rejects(taken, (error) => isAppError(error, 'conflict'));
      await passAttempts(3);
      await refused;
      assert.deepEqual(await readdir(root), [lockName]);
    }));

  test('one that turns away while waiting does not end the waiting of the others', () =>
    withFolder(async (root) => {
      await putLock(root, { pid: 1, host: hostname(), token: 'other' }, 0);
      const away = new AbortController();
      const turn = { ...turnIn(root), patienceMs: 60_000 };
      const first = withWriterLock(turn, deps, () => Promise.resolve('first'), away.signal);
      const second = withWriterLock(turn, deps, () => Promise.resolve('second'), never);
      const gone = assert.rejects(first, { name: 'AbortError' });
      await passAttempts(1);
      away.abort();
      await gone;
      await untilWaiting();
      await rm(join(root, lockName));
      await passAttempts(1);
      assert.equal(await second, 'second');
      assert.equal(clock.waitingCount, 0);
    }));

  test('nothing goes on waiting when everybody has turned away', () =>
    withFolder(async (root) => {
      await putLock(root, { pid: 1, host: hostname(), token: 'other' }, 0);
      const away = new AbortController();
      const turn = { ...turnIn(root), patienceMs: 60_000 };
      const first = withWriterLock(turn, deps, () => Promise.resolve('first'), away.signal);
      const gone = assert.rejects(first, { name: 'AbortError' });
      await passAttempts(1);
      away.abort();
      await gone;
      assert.equal(clock.waitingCount, 0);
      assert.deepEqual(await readdir(root), [lockName]);
    }));
});
