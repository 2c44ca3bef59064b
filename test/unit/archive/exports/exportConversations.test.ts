import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { absent } from '../../../../src/archive/absence.ts';
import type { Archive } from '../../../../src/archive/archive.ts';
import {
  exportConversations,
  type ExportedConversations,
  type ExportRequest,
} from '../../../../src/archive/exports/exportConversations.ts';
import { isCancellation } from '../../../../src/base/appError.ts';
import { idOf, openArchive, putConversation, sha256 } from '../../../support/archiveOnDisk.ts';
import { withFolder } from '../../../support/archivedSample.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

const never = new AbortController().signal;
const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 10, 4, 22);

const run = (
  archive: Archive,
  request: ExportRequest,
  signal = never,
  onProgress: (done: number) => void = () => undefined,
): Promise<ExportedConversations> =>
  exportConversations(
    { archive, clock: new FakeClock(), audit: undefined },
    request,
    onProgress,
    signal,
  );

suite('export of conversations', () => {
  const withArchive = (task: (archive: Archive, root: string) => Promise<void>): Promise<void> =>
    withFolder(async (root) => {
      const archive = await openArchive(join(root, 'archive'));
      for (const index of [1, 2, 3]) {
        const atMs = startMs + index * hourMs;
        await putConversation(archive, {
          id: idOf(index),
          startMs: atMs,
          endMs: atMs + 61_500,
          wavBytes: 444,
          phrases: ['Hello'],
          ...(index === 2 && {
            queueName: '=cmd|"/c calc"!A1, "Sales"',
            absent: [absent('transcripts/x', 'notTranscribed', 'None.')],
          }),
        });
      }
      await task(archive, root);
    });

  test('NDJSON: one row a conversation with names, sums and reasons; the proof agrees with the file', () =>
    withArchive(async (archive, root) => {
      const path = join(root, 'out.ndjson');
      const written = await run(archive, { path, format: 'ndjson', selection: { kind: 'all' } });
      const bytes = await readFile(path);
      const rows = bytes
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        rows.map(({ conversationId }) => conversationId),
        [idOf(2), idOf(3), idOf(1)],
      );
      assert.deepEqual(rows[2], {
        conversationId: idOf(1),
        startedAt: '2026-11-04T23:00:00.000Z',
        endedAt: '2026-11-04T23:01:01.500Z',
        durationSeconds: 61.5,
        mediaType: 'voice',
        direction: 'inbound',
        divisions: [],
        queues: ['Billing'],
        agents: ['Ada Lovelace'],
        wrapUpCodes: ['Resolved'],
        remote: '+12025551000',
        handleSeconds: 61.5,
        talkSeconds: 50,
        recordings: 1,
        recordedFiles: 2,
        transcripts: 1,
        files: 6,
        bytes: rows[2].bytes,
        absent: [],
        folder: `conversations/2026/11/04/${idOf(1)}`,
        tags: [],
        notes: [],
      });
      assert.deepEqual(rows[0].absent, ['transcripts/x: notTranscribed']);
      const proof = JSON.parse(await readFile(written.proofPath, 'utf8'));
      assert.deepEqual(
        [proof.rows, proof.conversations, proof.bytes, proof.sha256, proof.conversationIdsSha256],
        [3, 3, bytes.length, sha256(bytes), sha256(`${idOf(2)}\n${idOf(3)}\n${idOf(1)}\n`)],
      );
    }));

  test('CSV: quotes what must be quoted, and no cell is a formula', () =>
    withArchive(async (archive, root) => {
      const path = join(root, 'out.csv');
      await run(archive, { path, format: 'csv', selection: { kind: 'ids', ids: [idOf(2)] } });
      const [head = '', row = '', end] = (await readFile(path, 'utf8')).split('\r\n');
      assert.ok(head.startsWith('\uFEFFconversationId,startedAt,'));
      assert.ok(row.includes(`,"'=cmd|""/c calc""!A1, ""Sales""",`), row);
      assert.ok(row.includes(`,'+12025551000,`), row);
      assert.equal(end, '');
    }));

  test('notes and tags go along: as they are in NDJSON, a line each in CSV; damaged ones are told', () =>
    withArchive(async (archive, root) => {
      const time = '2026-11-05T00:00:00.000Z';
      const note = {
        text: 'Look, "here"\nand there',
        tags: ['refund'],
        fromMs: 65_000,
        toMs: 70_500,
      };
      const notes = {
        formatVersion: 1,
        tags: ['vip'],
        notes: [
          { id: 'n1', createdAt: time, updatedAt: time, ...note },
          { id: 'n2', createdAt: time, updatedAt: time, text: '=1+1' },
        ],
        legalHold: { since: time, reason: 'secret case' },
      };
      const folderOf = (index: number): string =>
        archive.conversationFolder(idOf(index), startMs + index * hourMs);
      await writeFile(join(folderOf(2), 'notes.json'), JSON.stringify(notes));
      await writeFile(join(folderOf(3), 'notes.json'), '{');
      const ids = [idOf(2), idOf(3)];
      const path = join(root, 'out.ndjson');
      await run(archive, { path, format: 'ndjson', selection: { kind: 'ids', ids } });
      const text = await readFile(path, 'utf8');
      const [second, third] = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.deepEqual([second.tags, second.notes], [['vip'], [note, { text: '=1+1', tags: [] }]]);
      assert.deepEqual(third.notes, ['The notes are damaged and cannot be read']);
      assert.equal(text.includes('secret'), false);
      const csvPath = join(root, 'out.csv');
      await run(archive, { path: csvPath, format: 'csv', selection: { kind: 'ids', ids } });
      const [, row = ''] = (await readFile(csvPath, 'utf8')).split('\r\n');
      assert.ok(
        row.endsWith(',vip,"00:01:05–00:01:10 Look, ""here"" and there #refund; overall =1+1"'),
        row,
      );
    }));

  test('a flat table of recordings has a row a file with its hash', () =>
    withArchive(async (archive, root) => {
      const path = join(root, 'recordings.csv');
      const { rowCount, conversationCount } = await run(archive, {
        path,
        format: 'recordingsCsv',
        selection: { kind: 'all' },
      });
      assert.deepEqual([rowCount, conversationCount], [6, 3]);
      const lines = (await readFile(path, 'utf8')).trim().split('\r\n');
      assert.equal(lines.length, 7);
      const [, , , , , , , , , hash] = lines[1]?.split(',') ?? [];
      const file = lines[1]?.split(',').at(-1) ?? '';
      assert.equal(sha256(await readFile(join(root, 'archive', file))), hash);
    }));

  test('takes those that started in the interval; what cannot be read is skipped and named', () =>
    withArchive(async (archive, root) => {
      const path = join(root, 'out.ndjson');
      const interval = { startMs: startMs + hourMs, endMs: startMs + 3 * hourMs };
      await rm(join(archive.conversationFolder(idOf(1), startMs + hourMs), 'manifest.json'));
      const written = await run(archive, {
        path,
        format: 'ndjson',
        selection: { kind: 'interval', interval },
      });
      assert.deepEqual([written.rowCount, written.skippedCount], [1, 1]);
      const proof = JSON.parse(await readFile(written.proofPath, 'utf8'));
      assert.equal(proof.selection, '2026-11-04T23:00:00.000Z/2026-11-05T01:00:00.000Z');
      assert.deepEqual(
        proof.skipped.map(({ conversationId }: any) => conversationId),
        [idOf(1)],
      );
    }));

  test('cancelled, it leaves nothing half and keeps what had its name', () =>
    withArchive(async (archive, root) => {
      const path = join(root, 'out.csv');
      await writeFile(path, 'before');
      const stop = new AbortController();
      await assert.rejects(
        run(archive, { path, format: 'csv', selection: { kind: 'all' } }, stop.signal, () => {
          stop.abort();
        }),
        isCancellation,
      );
      assert.deepEqual((await readdir(root)).sort(), ['archive', 'out.csv']);
      assert.equal(await readFile(path, 'utf8'), 'before');
    }));
});
