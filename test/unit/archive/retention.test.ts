import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resumeDeletions } from '../../../src/archive/retention/deleteConversations.ts';
import { realDisk } from '../../../src/archive/retention/deletionPorts.ts';
import { readDeletedIds } from '../../../src/archive/retention/deletionRecord.ts';
import { changeLegalHolds, readHeldIds } from '../../../src/archive/retention/legalHold.ts';
import {
  planRetention,
  type PlannedConversation,
} from '../../../src/archive/retention/planRetention.ts';
import {
  formatRetentionFilter,
  parseRetentionFilter,
  type RetentionPolicy,
} from '../../../src/archive/retention/policy.ts';
import { isAppError } from '../../../src/base/appError.ts';
import type { ConversationId } from '../../../src/model/ids.ts';
import { conversationId as sampleId } from '../../support/archivedSample.ts';
import { DownloadBench, never } from '../../support/downloadBench.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import {
  briefly,
  byPolicy,
  dayMs,
  deleteAll,
  errno,
  idOf,
  placeHold,
  thirtyDays,
  withBench,
  type RetentionBench,
} from '../../support/retentionBench.ts';

async function plan(
  bench: RetentionBench,
  policy: RetentionPolicy = thirtyDays,
): Promise<readonly PlannedConversation[]> {
  const planned: PlannedConversation[] = [];
  for await (const one of planRetention(
    bench.archive,
    policy,
    bench.clock,
    () => undefined,
    never,
  )) {
    planned.push(one);
  }
  return planned;
}

suite('a retention policy', () => {
  leakCheck();

  test('takes what ended exactly its days ago and not a millisecond less, over a change of clocks too', () =>
    withBench(async (bench) => {
      const nowMs = bench.clock.nowMs();
      // 5 November back to 6 October crosses the end of summer time in Europe (25 October) and in America (1 November).
      const cutoffMs = nowMs - 30 * dayMs;
      const hour = 3_600_000;
      await bench.add({ number: 1, startMs: cutoffMs - hour, endMs: cutoffMs });
      await bench.add({ number: 2, startMs: cutoffMs - hour, endMs: cutoffMs + 1 });
      await bench.add({ number: 3, startMs: cutoffMs - 5 * dayMs, endMs: cutoffMs - 1 });
      await bench.add({ number: 4, startMs: nowMs - 40 * dayMs, endMs: nowMs - dayMs });
      assert.deepEqual(
        (await plan(bench)).map(({ kind, conversationId }) => [kind, conversationId]),
        [
          ['due', idOf(1)],
          ['due', idOf(3)],
        ],
      );
    }));

  test('shows what would go with its bytes, what a hold keeps, and what nobody can decide', () =>
    withBench(async (bench) => {
      const old = bench.clock.nowMs() - 100 * dayMs;
      const made = { startMs: old, endMs: old + 1000 };
      const folder = await bench.add({ number: 1, ...made });
      await writeFile(join(folder, 'letter.txt'), 'mine');
      await bench.add({ number: 2, ...made });
      await placeHold(bench, idOf(2));
      await bench.add({ number: 3, startMs: old, endMs: undefined });
      await writeFile(join(await bench.add({ number: 4, ...made }), 'manifest.json'), '{');
      await writeFile(join(await bench.add({ number: 5, ...made }), 'notes.json'), '{');
      await rm(join(await bench.add({ number: 6, ...made }), 'manifest.json'));
      await writeFile(
        join(await bench.add({ number: 7, ...made }), 'manifest.json'),
        '{"formatVersion":2}',
      );
      const swapped = await bench.add({ number: 8, ...made });
      await writeFile(
        join(swapped, 'manifest.json'),
        await readFile(join(folder, 'manifest.json'), 'utf8'),
      );
      const planned = await plan(bench);
      assert.deepEqual(
        planned.map((one) => [
          Number(one.conversationId.slice(-12)),
          one.kind,
          one.kind === 'undecidable' ? one.reason : one.kind === 'due' ? one.foreign : one.reason,
        ]),
        [
          [1, 'due', ['letter.txt']],
          [2, 'held', 'Case 1'],
          [3, 'undecidable', 'open'],
          [4, 'undecidable', 'damaged'],
          [5, 'undecidable', 'damaged'],
          [6, 'undecidable', 'incomplete'],
          [7, 'undecidable', 'newer'],
          [8, 'undecidable', 'damaged'],
        ],
      );
      const [first] = planned;
      assert.ok(first?.kind === 'due');
      const outcomes = await deleteAll(bench, [idOf(1)], byPolicy);
      const outcome = outcomes.get(idOf(1));
      assert.deepEqual(outcome, {
        kind: 'deleted',
        freedBytes: first.bytes,
        foreign: ['letter.txt'],
      });
    }));

  test('takes only what its filter names, by the names that were stored', () =>
    withBench(async (bench) => {
      const old = bench.clock.nowMs() - 100 * dayMs;
      await bench.add({ number: 1, startMs: old, endMs: old });
      await bench.add({ number: 2, startMs: old, endMs: old, media: 'chat' });
      await bench.add({ number: 3, startMs: old, endMs: old, direction: 'outbound' });
      const taken = async (text: string): Promise<readonly number[]> =>
        (await plan(bench, { days: 30, filter: parseRetentionFilter(text) })).map((one) =>
          Number(one.conversationId.slice(-12)),
        );
      assert.deepEqual(await taken(''), [1, 2, 3]);
      assert.deepEqual(await taken('media=Chat'), [2]);
      assert.deepEqual(await taken('media=chat,voice direction=INBOUND'), [1, 2]);
      assert.deepEqual(await taken('queue="sales desk"'), [1, 2, 3]);
      assert.deepEqual(await taken('queue=Support'), []);
    }));

  test('that is not understood is refused, not taken for one without a filter', () => {
    for (const text of [
      'media',
      'media=',
      'media=voice queu=x',
      'media=a media=b',
      'x=1',
      '=',
      'media="',
      'queue=""',
      'media=a,,b',
      'media=voice;chat x',
    ]) {
      assert.throws(
        () => parseRetentionFilter(text),
        (error) => isAppError(error, 'input'),
        text,
      );
    }
    for (const text of [
      '',
      'media=voice',
      'media=voice,chat direction=inbound queue="sales desk",b',
    ]) {
      assert.equal(formatRetentionFilter(parseRetentionFilter(text)), text);
    }
  });

  test('is looked at again right before each conversation goes', () =>
    withBench(async (bench) => {
      const nowMs = bench.clock.nowMs();
      await bench.add({ number: 1, startMs: nowMs - 40 * dayMs, endMs: nowMs - dayMs });
      await bench.add({ number: 2, startMs: nowMs - 40 * dayMs, endMs: nowMs - 40 * dayMs });
      const outcomes = await deleteAll(bench, [idOf(1), idOf(2)], byPolicy);
      assert.deepEqual(briefly(outcomes), { 1: 'kept', 2: 'deleted' });
    }));
});

suite('a legal hold', () => {
  leakCheck();
  const startMs = Date.UTC(2026, 0, 2);

  test('keeps a conversation from policy and command until it is lifted, and both are in the audit log', () =>
    withBench(async (bench) => {
      await bench.add({ number: 1, startMs, endMs: startMs });
      assert.deepEqual(await placeHold(bench, idOf(1)), [idOf(1)]);
      assert.deepEqual(await placeHold(bench, idOf(1)), [], 'a hold stands already');
      assert.deepEqual(await readHeldIds(bench.archive, never), new Set([idOf(1)]));
      const before = await bench.paths();
      assert.deepEqual(briefly(await deleteAll(bench, [idOf(1)], byPolicy)), { 1: 'held' });
      assert.deepEqual(briefly(await deleteAll(bench, [idOf(1)])), { 1: 'held' });
      assert.deepEqual(await bench.paths(), before);
      const lift = { action: 'lift', reason: ' Case closed ' } as const;
      await changeLegalHolds(bench.archive, [idOf(1)], lift, bench.deps, never);
      assert.deepEqual(bench.events, [
        { kind: 'legalHold.placed', details: { conversationId: idOf(1), reason: 'Case 1' } },
        { kind: 'legalHold.lifted', details: { conversationId: idOf(1), reason: 'Case closed' } },
      ]);
      assert.deepEqual(await readHeldIds(bench.archive, never), new Set());
      assert.deepEqual(briefly(await deleteAll(bench, [idOf(1)])), { 1: 'deleted' });
    }));

  test('is not lifted unless the audit log has taken it', () =>
    withBench(async (bench) => {
      await bench.add({ number: 1, startMs, endMs: startMs });
      await placeHold(bench, idOf(1));
      const deps = { ...bench.deps, openAudit: () => Promise.reject(new Error('disk full')) };
      const lift = { action: 'lift', reason: 'over' } as const;
      await assert.rejects(changeLegalHolds(bench.archive, [idOf(1)], lift, deps, never));
      assert.equal((await readHeldIds(bench.archive, never)).size, 1);
    }));

  test('needs a reason, an archived conversation, and one that is not being deleted', () =>
    withBench(async (bench) => {
      const change = (id: ConversationId, reason: string): Promise<unknown> =>
        changeLegalHolds(bench.archive, [id], { action: 'place', reason }, bench.deps, never);
      await bench.add({ number: 1, startMs, endMs: startMs });
      await assert.rejects(change(idOf(1), '  '), (error) => isAppError(error, 'input'));
      await assert.rejects(change(idOf(2), 'why'), (error) => isAppError(error, 'notFound'));
      bench.disk = { ...realDisk, removeFile: () => Promise.reject(errno('EBUSY')) };
      await deleteAll(bench, [idOf(1)]);
      await assert.rejects(change(idOf(1), 'why'), (error) => isAppError(error, 'conflict'));
    }));
});

suite('downloading a deleted conversation again', () => {
  leakCheck();
  const downloads = new DownloadBench();
  setup(() => downloads.start());
  teardown(() => downloads.stop());

  test('brings it back as if it had never been deleted', () =>
    withBench(async (bench) => {
      await downloads.download(bench.rootPath);
      assert.deepEqual(briefly(await deleteAll(bench, [sampleId])), { 1: 'deleted' });
      assert.deepEqual(await bench.listed(), []);
      await downloads.download(bench.rootPath);
      assert.deepEqual(await bench.listed(), [sampleId]);
      assert.deepEqual(await readDeletedIds(bench.rootPath), new Set());
      assert.equal((await resumeDeletions(bench.archive, bench.deps, never)).size, 0);
    }));
});
