import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DownloadReport } from '../../../src/archive/downloadConversation.ts';
import { HashThread, type ThreadHash } from '../../../src/archive/hashThread.ts';
import { isCancellation } from '../../../src/base/appError.ts';
import { silentLog, type Log } from '../../../src/base/log.ts';
import { withFolder } from '../../support/archivedSample.ts';
import {
  assertSound,
  DownloadBench,
  filesOf,
  leftPath,
  rightPath,
} from '../../support/downloadBench.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { createRandom } from '../../support/random.ts';

const scriptPath = new URL('../../../src/workers/hashWorker.ts', import.meta.url);
const servingPath = new URL('../../../src/archive/serveHashing.ts', import.meta.url).href;
/** Large enough for the thread, and no whole number of slots. */
const largeWavBytes = 9 * 1024 * 1024 + 334;

const hexOf = (algorithm: string, bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest('hex');

async function withThread<T>(
  options: Partial<ConstructorParameters<typeof HashThread>[0]>,
  task: (thread: HashThread) => Promise<T>,
): Promise<T> {
  const thread = new HashThread({ scriptPath, clock: new FakeClock(), log: silentLog, ...options });
  try {
    return await task(thread);
  } finally {
    thread.dispose();
  }
}

/** Writes a thread's script that says that it began, then does what `body` says with `serveHashing` and `parentPort` at hand. */
async function writeScript(
  folder: string,
  body: string,
): Promise<{ scriptPath: URL; starts: () => Promise<number> }> {
  const path = join(folder, 'thread.mjs');
  const startsPath = join(folder, 'starts');
  await appendFile(startsPath, '');
  const head = `import { parentPort } from 'node:worker_threads';
import { appendFileSync } from 'node:fs';
import { serveHashing } from ${JSON.stringify(servingPath)};
appendFileSync(${JSON.stringify(startsPath)}, 'x');
`;
  await writeFile(path, head + body);
  return {
    scriptPath: pathToFileURL(path),
    starts: async () => (await readFile(startsPath, 'utf8')).length,
  };
}

function begin(thread: HashThread, other?: 'md5'): ThreadHash {
  const hash = thread.begin(other);
  assert.ok(hash !== undefined);
  return hash;
}

async function sumsOf(
  hash: ThreadHash,
  chunks: Iterable<Uint8Array>,
): ReturnType<ThreadHash['finish']> {
  for (const chunk of chunks) {
    await hash.update(chunk);
    // The chunk is ours again.
    chunk.fill(0);
  }
  return await hash.finish();
}

suite('hash thread', () => {
  leakCheck();

  test('hashes bodies side by side, whatever their chunks, as hashing at once does', () =>
    withThread({}, async (thread) => {
      const random = createRandom();
      const bodies = [0, 1, 700_000, 5_000_000, 256 * 1024 * 9].map((sizeBytes) => {
        const bytes = Buffer.alloc(sizeBytes);
        for (let at = 0; at < sizeBytes; at += 1 + random.integer(50)) {
          bytes[at] = random.integer(256);
        }
        const chunks: Buffer[] = [];
        for (let at = 0; at < sizeBytes;) {
          const next = at + random.integer(400_000);
          chunks.push(Buffer.from(bytes.subarray(at, next)));
          at = next;
        }
        return { bytes, chunks };
      });
      const sums = await Promise.all(
        bodies.map(({ chunks }, index) =>
          sumsOf(begin(thread, index % 2 === 0 ? 'md5' : undefined), chunks),
        ),
      );
      assert.deepEqual(
        sums,
        bodies.map(({ bytes }, index) => ({
          sha256: hexOf('sha256', bytes),
          other: index % 2 === 0 ? hexOf('md5', bytes) : undefined,
        })),
        random.label,
      );
    }));

  test('asks to wait when the thread is two megabytes behind', () =>
    withThread({}, async (thread) => {
      const hash = begin(thread);
      const chunk = Buffer.alloc(64 * 1024, 7);
      let aheadBytes = 0;
      let waiting: Promise<void> | undefined;
      while (waiting === undefined && aheadBytes < 1 << 30) {
        waiting = hash.update(chunk);
        aheadBytes += chunk.length;
      }
      assert.equal(aheadBytes, 2 * 1024 * 1024 + chunk.length);
      await waiting;
      assert.equal((await hash.finish())?.sha256, hexOf('sha256', Buffer.alloc(aheadBytes, 7)));
    }));

  test('forgets a body that is dropped while it waits, and goes on with others', () =>
    withThread({}, async (thread) => {
      const dropped = begin(thread);
      const waiting = dropped.update(Buffer.alloc(4 * 1024 * 1024));
      assert.ok(waiting !== undefined);
      dropped.drop();
      await waiting;
      assert.equal(await dropped.finish(), undefined);
      const sums = await sumsOf(begin(thread), [Buffer.from('abc')]);
      assert.equal(sums?.sha256, hexOf('sha256', Buffer.from('abc')));
    }));

  test('ends when nobody has needed it for half a minute, and starts again when needed', () =>
    withFolder(async (folder) => {
      const script = await writeScript(folder, 'serveHashing(parentPort);');
      const clock = new FakeClock();
      await withThread({ ...script, clock }, async (thread) => {
        await sumsOf(begin(thread), [Buffer.from('a')]);
        await clock.advance(29_000);
        await sumsOf(begin(thread), [Buffer.from('b')]);
        await clock.advance(29_000);
        assert.equal(await script.starts(), 1);
        const long = begin(thread);
        await clock.advance(100_000);
        assert.equal((await sumsOf(long, []))?.sha256, hexOf('sha256', Buffer.alloc(0)));
        assert.equal(await script.starts(), 1);
        await clock.advance(30_000);
        const sums = await sumsOf(begin(thread), [Buffer.from('c')]);
        assert.equal(sums?.sha256, hexOf('sha256', Buffer.from('c')));
        assert.equal(await script.starts(), 2);
      });
    }));

  for (const [title, body] of [
    ['dies on the way', 'parentPort.once("message", () => process.exit(3));'],
    ['cannot start', 'throw new Error("not here");'],
  ] as const) {
    test(`a thread that ${title} is told once and never tried again`, () =>
      withFolder(async (folder) => {
        const warnings: string[] = [];
        const log: Log = { ...silentLog, warn: (message) => void warnings.push(message) };
        const script = await writeScript(folder, body);
        await withThread({ ...script, log }, async (thread) => {
          const hashes = [begin(thread), begin(thread)];
          const chunks = Array.from({ length: 50 }, () => Buffer.alloc(100_000));
          assert.deepEqual(await Promise.all(hashes.map((hash) => sumsOf(hash, chunks))), [
            undefined,
            undefined,
          ]);
          assert.equal(thread.begin(undefined), undefined);
        });
        assert.equal(await script.starts(), 1);
        assert.equal(warnings.length, 1);
      }));
  }
});

suite('downloads hashed beside', () => {
  leakCheck();
  const bench = new DownloadBench();
  setup(async () => {
    await bench.start();
    bench.serve(largeWavBytes);
  });
  teardown(async () => {
    bench.hashThread?.dispose();
    await bench.stop();
  });

  async function useThread(
    folder: string,
    body = 'serveHashing(parentPort);',
  ): Promise<() => Promise<number>> {
    const script = await writeScript(folder, body);
    bench.hashThread = new HashThread({ ...script, clock: new FakeClock(), log: silentLog });
    return script.starts;
  }

  const hashesOf = (): Readonly<Record<string, string>> => ({
    [leftPath]: hexOf('sha256', bench.file('left').body),
    [rightPath]: hexOf('sha256', bench.file('right').body),
  });

  async function assertStored(root: string, { files, absent }: DownloadReport): Promise<void> {
    await assertSound(root);
    assert.deepEqual(absent, []);
    const wav = files.filter(({ path }) => path.endsWith('.wav'));
    assert.deepEqual(
      Object.fromEntries(wav.map(({ path, contentSha256 }) => [path, contentSha256])),
      hashesOf(),
    );
    assert.deepEqual(
      (await filesOf(root)).filter((path) => path.includes('.partial')),
      [],
    );
  }

  test('both channels of a long recording are hashed by one thread', () =>
    withFolder(async (folder) => {
      const starts = await useThread(folder);
      bench.file('right').hasChecksum = true;
      const root = join(folder, 'archive');
      await assertStored(root, await bench.download(root));
      assert.equal(await starts(), 1);
    }));

  test('short recordings need no thread', () =>
    withFolder(async (folder) => {
      const starts = await useThread(folder);
      bench.serve(1_000_000);
      const root = join(folder, 'archive');
      await assertStored(root, await bench.download(root));
      assert.equal(await starts(), 0);
    }));

  test('a resumed download has the hash of the whole', () =>
    withFolder(async (folder) => {
      const starts = await useThread(folder);
      bench.file('left').faults = [{ kind: 'cut', afterBytes: 8_000_000 }];
      const root = join(folder, 'archive');
      await assertStored(root, await bench.download(root));
      const left = bench.server.requests.filter(({ name }) => name === 'left');
      assert.deepEqual(
        left.map(({ status }) => status),
        [200, 206],
      );
      assert.equal(await starts(), 1);
    }));

  test('what was not announced is fetched again from zero', () =>
    withFolder(async (folder) => {
      await useThread(folder);
      bench.file('left').hasChecksum = true;
      bench.file('left').faults = [{ kind: 'spoil' }];
      const root = join(folder, 'archive');
      await assertStored(root, await bench.download(root));
      const left = bench.server.requests.filter(({ name }) => name === 'left');
      assert.deepEqual(
        left.map(({ status }) => status),
        [200, 200],
      );
    }));

  test('a thread that dies in the middle costs a second reading, and no second download', () =>
    withFolder(async (folder) => {
      await useThread(
        folder,
        `serveHashing(parentPort);
let count = 0;
parentPort.on('message', () => { if (++count === 9) process.exit(1); });`,
      );
      bench.file('left').hasChecksum = true;
      const root = join(folder, 'archive');
      await assertStored(root, await bench.download(root));
      const media = bench.server.requests.filter(({ name }) => name === 'left' || name === 'right');
      assert.deepEqual(
        media.map(({ status }) => status),
        [200, 200],
      );
    }));

  test('a cancelled download leaves the thread to others', () =>
    withFolder(async (folder) => {
      const starts = await useThread(folder);
      const root = join(folder, 'archive');
      const stop = new AbortController();
      await assert.rejects(
        bench.download(
          root,
          {},
          {
            signal: stop.signal,
            onProgress: ({ doneBytes }) => {
              if (doneBytes > 2_000_000) {
                stop.abort();
              }
            },
          },
        ),
        isCancellation,
      );
      await assertStored(root, await bench.download(root));
      assert.equal(await starts(), 1);
    }));
});
