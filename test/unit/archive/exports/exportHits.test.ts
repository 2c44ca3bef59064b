import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportHits, type SearchHit } from '../../../../src/archive/exports/exportHits.ts';
import { isCancellation } from '../../../../src/base/appError.ts';
import { sha256 } from '../../../support/archiveOnDisk.ts';
import { withFolder } from '../../../support/archivedSample.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

const startMs = Date.UTC(2026, 10, 5, 10);
const deps = { clock: new FakeClock(), audit: undefined };
const never = new AbortController().signal;

const hitOf = (excerpt: string, queue = 'Billing'): SearchHit => ({
  conversationId: 'c1',
  startMs,
  endMs: startMs + 60_000,
  media: 'voice',
  direction: 'inbound',
  queues: [queue, 'Second'],
  agents: [],
  wrapUpCodes: ['Solved'],
  phrase: {
    source: 'speech',
    speaker: 'customer',
    startMs: startMs + 1500,
    excerpt,
    recordingId: 'r1',
  },
  link: 'vscode://x.y/conversation/c1?t=1500',
});

async function* pagesOf(
  ...pages: readonly (readonly SearchHit[])[]
): AsyncIterable<readonly SearchHit[]> {
  await Promise.resolve();
  yield* pages;
}

suite('export of search hits', () => {
  test('one row a hit; what a spreadsheet would run is text, and the proof agrees with the file', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'hits.csv');
      const told: number[] = [];
      const { rowCount } = await exportHits(
        deps,
        {
          path,
          archiveId: 'a1',
          query: 'refund',
          pages: pagesOf(
            [hitOf('my "refund", please\nnow'), hitOf('=HYPERLINK("http://evil")', '@SUM(A1)')],
            [{ ...hitOf(''), phrase: undefined, endMs: undefined }],
          ),
        },
        (count) => told.push(count),
        never,
      );
      const text = await readFile(path, 'utf8');
      const facts = '2026-11-05T10:00:00.000Z,2026-11-05T10:01:00.000Z,voice,inbound';
      const place = 'speech,customer,2026-11-05T10:00:01.500Z,1.5';
      const link = 'vscode://x.y/conversation/c1?t=1500';
      assert.deepEqual(text.slice(1).split('\r\n'), [
        'conversationId,startedAt,endedAt,mediaType,direction,queues,agents,wrapUpCodes,source,speaker,saidAt,offsetSeconds,excerpt,recordingId,link',
        `c1,${facts},Billing; Second,,Solved,${place},"my ""refund"", please\nnow",r1,${link}`,
        `c1,${facts},'@SUM(A1); Second,,Solved,${place},"'=HYPERLINK(""http://evil"")",r1,${link}`,
        `c1,2026-11-05T10:00:00.000Z,,voice,inbound,Billing; Second,,Solved,,,,,,,${link}`,
        '',
      ]);
      assert.deepEqual([rowCount, told], [3, [2, 3]]);
      const proof = JSON.parse(await readFile(`${path}.proof.json`, 'utf8'));
      assert.deepEqual(
        [proof.kind, proof.rows, proof.query, proof.sha256, proof.bytes],
        ['searchHits', 3, 'refund', sha256(text), Buffer.byteLength(text)],
      );
    }));

  test('cancelled half-way, or failed, it leaves what was there', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'hits.csv');
      await writeFile(path, 'before');
      const stop = new AbortController();
      const request = {
        path,
        archiveId: 'a1',
        query: 'x',
        pages: pagesOf([hitOf('a')], [hitOf('b')]),
      };
      await assert.rejects(
        exportHits(
          deps,
          request,
          () => {
            stop.abort();
          },
          stop.signal,
        ),
        (error) => isCancellation(error),
      );
      async function* broken(): AsyncIterable<readonly SearchHit[]> {
        yield* pagesOf([hitOf('a')]);
        throw new Error('the catalogue is gone');
      }
      await assert.rejects(
        exportHits(deps, { ...request, pages: broken() }, () => undefined, never),
        /the catalogue is gone/u,
      );
      assert.deepEqual(await readdir(folder), ['hits.csv']);
      assert.equal(await readFile(path, 'utf8'), 'before');
    }));
});
