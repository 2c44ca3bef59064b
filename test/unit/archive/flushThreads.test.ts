import assert from 'node:assert/strict';
import { open, readdir, readFile, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { commitBytes, syncFolder } from '../../../src/archive/durableFile.ts';
import { flush, flushBy } from '../../../src/archive/flush.ts';
import { FlushThreads, type OpenFile } from '../../../src/archive/flushThreads.ts';
import { errnoOf } from '../../../src/archive/storageError.ts';
import { isAppError } from '../../../src/base/appError.ts';
import { silentLog, type Log } from '../../../src/base/log.ts';
import { withFolder } from '../../support/archivedSample.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const scriptPath = new URL('../../../src/workers/flushWorker.ts', import.meta.url);
const servingPath = new URL('../../../src/archive/serveFlushing.ts', import.meta.url).href;

/** A file whose flushes by Node's own threads are counted, and wait until they are let through. */
class HeldFile implements OpenFile {
  readonly fd: number;
  private readonly gate = Promise.withResolvers<undefined>();
  ownCount = 0;

  constructor(fd: number) {
    this.fd = fd;
  }

  async sync(): Promise<void> {
    this.ownCount++;
    await this.gate.promise;
  }

  release(): void {
    this.gate.resolve(undefined);
  }
}

interface Bench {
  readonly threads: FlushThreads;
  readonly handle: FileHandle;
  readonly clock: FakeClock;
  readonly warnings: string[];
  /** A file that scripts can leave a trace in. */
  readonly askedPath: string;
  /** How many threads began so far. */
  readonly starts: () => Promise<number>;
}

/** @param body of the threads' script, with `serveFlushing`, `parentPort`, `appendFileSync` and `askedPath` at hand */
async function withThreads(
  task: (bench: Bench) => Promise<void>,
  body = 'serveFlushing(parentPort);',
): Promise<void> {
  await withFolder(async (folder) => {
    const script = join(folder, 'thread.mjs');
    const startsPath = join(folder, 'starts');
    const askedPath = join(folder, 'asked');
    await writeFile(startsPath, '');
    await writeFile(askedPath, '');
    await writeFile(
      script,
      `import { parentPort } from 'node:worker_threads';
import { appendFileSync } from 'node:fs';
import { serveFlushing } from ${JSON.stringify(servingPath)};
const askedPath = ${JSON.stringify(askedPath)};
appendFileSync(${JSON.stringify(startsPath)}, 'x');
${body}`,
    );
    const clock = new FakeClock();
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: (message) => void warnings.push(message) };
    const threads = new FlushThreads({ scriptPath: pathToFileURL(script), clock, log });
    const handle = await open(join(folder, 'file'), 'w');
    try {
      await handle.write('abc');
      const starts = async (): Promise<number> => (await readFile(startsPath, 'utf8')).length;
      await task({ threads, handle, clock, warnings, askedPath, starts });
    } finally {
      threads.dispose();
      await handle.close();
    }
  });
}

/** Keeps Node's own threads busy, so that what comes next goes to ours. */
function occupyOwn({ threads, handle }: Bench): {
  readonly files: readonly HeldFile[];
  readonly release: () => Promise<void>;
} {
  const files = [new HeldFile(handle.fd), new HeldFile(handle.fd)];
  const flushes = files.map((file) => threads.flush(file));
  return {
    files,
    release: async () => {
      files.forEach((file) => {
        file.release();
      });
      await Promise.all(flushes);
    },
  };
}

suite('flush threads', () => {
  leakCheck();

  test('two flushes at once need no thread', () =>
    withThreads(async (bench) => {
      for (let round = 0; round < 3; round++) {
        const own = occupyOwn(bench);
        await own.release();
        assert.deepEqual(
          own.files.map(({ ownCount }) => ownCount),
          [1, 1],
        );
      }
      assert.equal(await bench.starts(), 0);
    }));

  test('what comes beyond is flushed by threads, six at most, while the first ones still wait', () =>
    withThreads(async (bench) => {
      const own = occupyOwn(bench);
      const more = Array.from({ length: 40 }, () => new HeldFile(bench.handle.fd));
      await Promise.all(more.map((file) => bench.threads.flush(file)));
      assert.ok(more.every(({ ownCount }) => ownCount === 0));
      const started = await bench.starts();
      assert.ok(started >= 1 && started <= 6, String(started));
      await own.release();
    }));

  test('a failure in a thread is the failed system call of that file alone', () =>
    withThreads(async (bench) => {
      const own = occupyOwn(bench);
      const closed = new HeldFile(1 << 20);
      const [failed, whole] = await Promise.allSettled([
        bench.threads.flush(closed),
        bench.threads.flush(bench.handle),
      ]);
      assert.equal(whole.status, 'fulfilled');
      assert.ok(failed.status === 'rejected' && failed.reason instanceof Error);
      const { code, syscall }: NodeJS.ErrnoException = failed.reason;
      assert.deepEqual({ code, syscall }, { code: 'EBADF', syscall: 'fsync' });
      await own.release();
    }));

  test('without threads everything is flushed all the same, and it is told once', () =>
    withThreads(async (bench) => {
      const own = occupyOwn(bench);
      const more = Array.from({ length: 20 }, () => bench.threads.flush(bench.handle));
      await Promise.all(more);
      await own.release();
      await bench.threads.flush(bench.handle);
      assert.equal(bench.warnings.length, 1);
    }, 'throw new Error("not here");'));

  test('a thread that dies in the middle leaves its file unflushed, and says so', () =>
    withThreads(async (bench) => {
      const own = occupyOwn(bench);
      await assert.rejects(bench.threads.flush(bench.handle), (error) =>
        isAppError(error, 'storage'),
      );
      await bench.threads.flush(bench.handle);
      await own.release();
      assert.equal(bench.warnings.length, 1);
    }, "parentPort.once('message', () => process.exit(1)); parentPort.postMessage({});"));

  test('threads end when nobody needs them for half a minute, and start again', () =>
    withThreads(async (bench) => {
      const own = occupyOwn(bench);
      for (let round = 0; round < 3; round++) {
        await bench.threads.flush(bench.handle);
        await bench.clock.advance(30_000);
      }
      assert.equal(await bench.starts(), 1);
      await bench.clock.advance(30_000);
      await bench.threads.flush(bench.handle);
      assert.equal(await bench.starts(), 2);
      assert.deepEqual(bench.warnings, []);
      await own.release();
    }));

  test('a disk that takes minutes is waited for', () =>
    withThreads(async (bench) => {
      const own = occupyOwn(bench);
      let isDone = false;
      const slow = bench.threads.flush(bench.handle).finally(() => {
        isDone = true;
      });
      while ((await readFile(bench.askedPath, 'utf8')) === '') {
        await new Promise((resolve) => setImmediate(resolve));
      }
      await bench.clock.advance(300_000);
      assert.equal(isDone, false);
      bench.threads.dispose();
      await assert.rejects(slow, (error) => isAppError(error, 'storage'));
      await own.release();
    }, "parentPort.on('message', () => appendFileSync(askedPath, 'x')); parentPort.postMessage({});"));

  test('what waits when they are disposed of is flushed without them', () =>
    withThreads(async (bench) => {
      const own = occupyOwn(bench);
      const waiting = [1, 2, 3].map(() => bench.threads.flush(bench.handle));
      bench.threads.dispose();
      await Promise.all(waiting);
      await own.release();
      assert.deepEqual(bench.warnings, []);
    }));

  test('files of the archive are flushed by the threads while somebody lends them', () =>
    withThreads(async ({ threads, handle }) => {
      const first = new HeldFile(handle.fd);
      const second = new HeldFile(handle.fd);
      const third = new HeldFile(handle.fd);
      const lent = flushBy(threads);
      const flushes = [flush(first), flush(second)];
      await flush(third);
      assert.equal(third.ownCount, 0);
      lent.dispose();
      third.release();
      await flush(third);
      assert.equal(third.ownCount, 1);
      first.release();
      second.release();
      await Promise.all(flushes);
    }));

  test('a disk error that a thread is told of fails the file or folder that is being stored', () =>
    withThreads(
      async (bench) => {
        const own = occupyOwn(bench);
        const lent = flushBy(bench.threads);
        try {
          const isDiskError = (error: unknown): boolean => errnoOf(error) === 'EIO';
          await withFolder(async (folder) => {
            await assert.rejects(commitBytes(join(folder, 'a.json'), '{}'), isDiskError);
            await assert.rejects(syncFolder(folder), isDiskError);
            assert.deepEqual(await readdir(folder), ['a.json.partial']);
          });
        } finally {
          lent.dispose();
        }
        await own.release();
      },
      `parentPort.on('message', () => {
  const failure = { message: 'EIO: i/o error, fsync', code: 'EIO', errno: -5, syscall: 'fsync' };
  parentPort.postMessage({ failure });
});
parentPort.postMessage({});`,
    ));
});

test('the entry of the threads serves as the scripts of these tests do', async () => {
  const threads = new FlushThreads({ scriptPath, clock: new FakeClock(), log: silentLog });
  const held = [new HeldFile(0), new HeldFile(0)];
  try {
    const flushes = held.map((file) => threads.flush(file));
    const handle = await open(import.meta.filename, 'r');
    await threads.flush(handle);
    await handle.close();
    held.forEach((file) => {
      file.release();
    });
    await Promise.all(flushes);
  } finally {
    threads.dispose();
  }
});
