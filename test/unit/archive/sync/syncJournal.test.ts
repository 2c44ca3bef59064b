import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processName } from '../../../../src/archive/lockFile.ts';
import { ItemTable } from '../../../../src/archive/sync/itemTable.ts';
import { listSyncs, watchSync } from '../../../../src/archive/sync/listSyncs.ts';
import type { ItemRecord } from '../../../../src/archive/sync/syncEvents.ts';
import { SyncJournal } from '../../../../src/archive/sync/syncJournal.ts';
import { withWriterLock } from '../../../../src/archive/writerLock.ts';
import { isAppError } from '../../../../src/base/appError.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { withFolder } from '../../../support/archivedSample.ts';
import { FakePlatform, fakeId } from '../../../support/fakePlatform.ts';
import { leakCheck } from '../../../support/leakCheck.ts';
import { never, SyncBench } from '../../../support/syncBench.ts';

const item = (number: number): ItemRecord => ({
  conversationId: fakeId(number),
  startMs: number,
  page: 1,
  slot: number,
  isOpen: false,
  state: 'queued',
  attempts: 0,
  nextAttemptAtMs: 0,
  reasons: [],
  isUnchanged: false,
  isAskedAgain: false,
});
const page = (...numbers: number[]): Parameters<SyncJournal['append']>[0] => ({
  kind: 'page',
  position: String(numbers.at(-1)),
  estimatedTotal: 10,
  completeUntilMs: 5,
  undecodableCount: 1,
  items: numbers.map(item),
});
const outcome = (number: number): Parameters<SyncJournal['append']>[0] => ({
  kind: 'outcome',
  atMs: 7,
  outcome: {
    conversationId: fakeId(number),
    state: 'waiting',
    nextAttemptAtMs: 99,
    reasons: ['transcoding', 'stillOpen'],
    countsAsAttempt: true,
    isOpen: true,
    isUnchanged: false,
    downloadedBytes: 10,
    recordingCount: 2,
  },
});
const open = (folder: string, minLines?: number): Promise<SyncJournal> =>
  SyncJournal.open(folder, 'sync', silentLog, never, minLines);
const stateOf = ({ queue }: SyncJournal): unknown => ({
  items: [...queue.items.items()],
  position: queue.position,
  totals: queue.totals,
  undecodable: queue.undecodableCount,
  batches: [...queue.batches.values()],
  completeUntilMs: queue.completeUntilMs,
  isDone: queue.isDiscoveryDone,
  stop: queue.stop,
});

suite('the journal of a sync', () => {
  leakCheck();

  test('brings back what was appended, in far fewer flushes than lines', () =>
    withFolder(async (folder) => {
      const journal = await open(folder);
      await Promise.all(Array.from({ length: 200 }, (_, index) => journal.append(page(index))));
      await journal.append(outcome(3));
      await journal.close();
      const again = await open(folder);
      assert.deepEqual(stateOf(again), stateOf(journal));
      assert.equal(again.queue.items.count, 200);
      assert.deepEqual(again.queue.items.reasonCounts, { transcoding: 1, stillOpen: 1 });
      await again.close();
    }));

  test('drops a torn end wherever it is torn, and goes on behind it', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'journal.jsonl');
      const journal = await open(folder);
      await journal.append(page(1, 2));
      const soundBytes = (await stat(path)).size;
      await journal.append(page(3));
      await journal.close();
      const wholeBytes = (await stat(path)).size;
      for (let cutBytes = wholeBytes - 1; cutBytes >= soundBytes; cutBytes -= 7) {
        await truncate(path, cutBytes);
        const torn = await open(folder);
        assert.equal(torn.queue.items.count, 2, String(cutBytes));
        await torn.append(page(4));
        await torn.close();
        const next = await open(folder);
        assert.deepEqual([next.queue.items.count, next.queue.position], [3, '4']);
        await next.close();
        await truncate(path, soundBytes);
        const refill = await open(folder);
        await refill.append(page(3));
        await refill.close();
      }
    }));

  test('refuses a line that was changed in the middle, and says what is safe', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'journal.jsonl');
      const journal = await open(folder);
      await journal.append(page(1));
      await journal.append(page(2));
      await journal.close();
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace('"position":"1"', '"position":"9"'));
      await assert.rejects(
        open(folder),
        (error) =>
          isAppError(error, 'corrupt') && /downloaded is safe.*recover/u.test(error.message),
      );
      assert.equal((await readFile(path, 'utf8')).length, text.length);
    }));

  test('is shortened on opening when it is long, to the same state', () =>
    withFolder(async (folder) => {
      const journal = await open(folder);
      await journal.append(page(1, 2, 3));
      await journal.append({ kind: 'discovered', completeUntilMs: 77 });
      for (let times = 0; times < 40; times++) {
        await journal.append(outcome(2));
      }
      await journal.append({
        kind: 'stop',
        atMs: 9,
        phase: 'failed',
        failure: { code: 'network', message: 'No network' },
      });
      await journal.close();
      const before = (await stat(join(folder, 'journal.jsonl'))).size;
      const shortened = await open(folder, 20);
      assert.deepEqual(stateOf(shortened), stateOf(journal));
      await shortened.append(page(4));
      await shortened.close();
      assert.ok((await stat(join(folder, 'journal.jsonl'))).size < before / 3);
      const again = await open(folder);
      assert.deepEqual(stateOf(again), stateOf(shortened));
      await again.close();
    }));

  test('refuses a journal of a newer version', () =>
    withFolder(async (folder) => {
      const journal = await open(folder);
      await journal.append({ kind: 'sync', version: 2, syncId: 'x' }).catch(() => undefined);
      await journal.close();
      await assert.rejects(open(folder), (error) => isAppError(error, 'unsupported'));
    }));

  test('holds ten thousand conversations in less than 250 bytes each', () => {
    const table = new ItemTable();
    const collect = (globalThis as { gc?: () => void }).gc ?? ((): void => undefined);
    collect();
    const before = process.memoryUsage();
    for (let number = 0; number < 100_000; number++) {
      table.set(item(number));
    }
    collect();
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    if ('gc' in globalThis) {
      assert.ok(grown / 100_000 < 250, String(grown / 100_000));
    }
    assert.equal(table.count, 100_000);
    assert.equal(table.take(0)?.conversationId, fakeId(0));
  });
});

suite('syncs seen from other windows', () => {
  leakCheck();

  test('are listed with their counts; one that a crash left shows as interrupted', () =>
    withFolder(async (root) => {
      const bench = new SyncBench(
        root,
        new FakePlatform([{ recordings: ['plain'], hasTranscript: true }]),
      );
      const { syncId } = await bench.sync();
      const stop = new AbortController();
      const run = await bench.start(await bench.create(), {}, stop.signal);
      stop.abort();
      await assert.rejects(run.ended, { name: 'AbortError' });
      const listed = await listSyncs(root, bench.clock, never);
      assert.deepEqual(listed.map(({ phase }) => phase).sort(), ['finished', 'interrupted']);
      assert.equal(listed.find((each) => each.syncId === syncId)?.doneCount, 1);
    }));

  test('that were killed show as interrupted while another window downloads something', () =>
    withFolder(async (root) => {
      const bench = new SyncBench(root, new FakePlatform([]));
      const syncId = await bench.create();
      const journal = await SyncJournal.open(join(root, 'sync', syncId), syncId, silentLog, never);
      const { archive } = await bench.deps();
      const turn = {
        rootPath: archive.rootPath,
        conversationId: undefined,
        patienceMs: 0,
        onWaiting: () => undefined,
      };
      const phase = (): Promise<string | undefined> =>
        withWriterLock(
          turn,
          { clock: bench.clock, log: silentLog },
          async () => (await listSyncs(archive.rootPath, bench.clock, never))[0]?.phase,
          never,
        );
      await journal.append({ kind: 'run', atMs: 0, worker: processName(1, 'gone.example') });
      assert.equal(await phase(), 'interrupted');
      await journal.append({ kind: 'run', atMs: 1, worker: processName() });
      assert.equal(await phase(), 'discovering');
      await journal.close();
    }));

  test('can be followed while they run, to their end', () =>
    withFolder(async (root) => {
      const platform = new FakePlatform(
        Array.from({ length: 20 }, () => ({ recordings: ['plain' as const], hasTranscript: true })),
      );
      const bench = new SyncBench(root, platform);
      const run = await bench.start(await bench.create());
      while (run.snapshot.foundCount === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      const phases = new Set<string>();
      let last;
      for await (const snapshot of watchSync(root, run.syncId, bench.clock, never)) {
        phases.add(snapshot.phase);
        last = snapshot;
      }
      assert.equal(last?.phase, 'finished');
      assert.equal(last.doneCount, 20);
      assert.ok(phases.size > 1, [...phases].join(' '));
      await run.ended;
    }));

  test('with a damaged journal are told as such, and recovered by finding everything anew', () =>
    withFolder(async (root) => {
      const bench = new SyncBench(
        root,
        new FakePlatform(
          Array.from({ length: 3 }, () => ({
            recordings: ['plain' as const],
            hasTranscript: true,
          })),
        ),
      );
      const { syncId } = await bench.sync();
      const folder = join(root, 'sync', syncId);
      const path = join(folder, 'journal.jsonl');
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace('"kind":"discovered"', '"kind":"discovexed"'));
      const [listed] = await listSyncs(root, bench.clock, never);
      assert.deepEqual([listed?.phase, listed?.failure?.code], ['failed', 'corrupt']);
      assert.equal((await bench.resume(syncId)).failure?.code, 'corrupt');
      const recovered = await bench.resume(syncId, { recovers: true });
      assert.deepEqual(
        [recovered.phase, recovered.doneCount, recovered.unchangedCount],
        ['finished', 3, 3],
      );
      assert.ok((await readdir(folder)).some((name) => name.includes('damaged')));
    }));

  test('that have only a folder are passed over', () =>
    withFolder(async (root) => {
      await mkdir(join(root, 'sync', 'empty'), { recursive: true });
      const bench = new SyncBench(root, new FakePlatform([]));
      assert.deepEqual(await listSyncs(root, bench.clock, never), []);
    }));
});
