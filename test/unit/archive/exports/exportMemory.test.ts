/** Memory of long exports, measured in this process after a full collection; not timed. */
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { join } from 'node:path';
import type { ListedConversation } from '../../../../src/archive/archive.ts';
import { exportConversations } from '../../../../src/archive/exports/exportConversations.ts';
import { zipStream } from '../../../../src/archive/exports/zipStream.ts';
import { writeCompletenessReport } from '../../../../src/archive/reports/completenessReport.ts';
import { idOf, openArchive, putConversation } from '../../../support/archiveOnDisk.ts';
import { withFolder } from '../../../support/archivedSample.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

const never = new AbortController().signal;
const startMs = Date.UTC(2026, 10, 4, 12);
const day = '2026-11-04';
const conversationCount = 5_000;
const maxGrowthBytes = 6e6;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Heap in use when everything that can go is gone; buffers go later, so they would tell of the moment only. */
function usedBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** Measures at a fifth and at the end; fails when it grew between. */
class Growth {
  private startBytes = 0;
  private doneBytes = 0;

  readonly onProgress = (doneCount: number): void => {
    if (doneCount === conversationCount / 5) {
      this.startBytes = usedBytes();
    } else if (doneCount === conversationCount) {
      this.doneBytes = usedBytes();
    }
  };

  assertFlat(): void {
    assert.ok(this.startBytes > 0 && this.doneBytes > 0, 'It was measured');
    const growthBytes = this.doneBytes - this.startBytes;
    assert.ok(growthBytes < maxGrowthBytes, `grew by ${String(growthBytes)} bytes`);
  }
}

suite('memory of long exports', function () {
  this.timeout(60_000);

  test('5 000 conversations as a table take no more than 1 000', () =>
    withFolder(async (root) => {
      const archive = await openArchive(join(root, 'archive'));
      const folderPath = await putConversation(archive, {
        id: idOf(1),
        startMs,
        endMs: startMs + 1,
        phrases: ['Hello'],
      });
      const growth = new Growth();
      const { rowCount } = await exportConversations(
        {
          archive: {
            rootPath: archive.rootPath,
            id: archive.id,
            listDay: (...args) => archive.listDay(...args),
            find: (...args) => archive.find(...args),
            read: (...args) => archive.read(...args),
            // One folder, read as often as there would be others.
            async *list() {
              for (let index = 0; index < conversationCount; index++) {
                yield await Promise.resolve({ conversationId: idOf(index), folderPath, day });
              }
            },
          },
          clock: new FakeClock(),
          audit: undefined,
        },
        { path: join(root, 'out.ndjson'), format: 'ndjson', selection: { kind: 'all' } },
        growth.onProgress,
        never,
      );
      assert.equal(rowCount, conversationCount);
      growth.assertFlat();
    }));

  test('a completeness report over days holds one day', () =>
    withFolder(async (root) => {
      const archive = await openArchive(root);
      const dayMs = 86_400_000;
      const dayCount = 50;
      const growth = new Growth();
      const { summary } = await writeCompletenessReport(
        {
          archive: {
            rootPath: archive.rootPath,
            id: archive.id,
            list: (...args) => archive.list(...args),
            find: (...args) => archive.find(...args),
            read: (...args) => archive.read(...args),
            readDetail: (...args) => archive.readDetail(...args),
            listDay: (): AsyncIterable<ListedConversation> => archive.listDay('1999-01-01', never),
          },
          platform: {
            async *pages(interval) {
              for (let index = 0; index < conversationCount / dayCount; index++) {
                yield await Promise.resolve({
                  conversations: [
                    {
                      conversationId: idOf(interval.startMs / dayMs + index * 1000),
                      startMs: interval.startMs,
                      endMs: interval.startMs + 1,
                      label: 'Voice · Billing · Ada Lovelace',
                    },
                  ],
                  undecodableCount: 0,
                });
              }
            },
          },
          clock: new FakeClock(),
          audit: undefined,
        },
        { startMs: 20_000 * dayMs, endMs: (20_000 + dayCount) * dayMs },
        growth.onProgress,
        never,
      );
      assert.equal(summary.states.missing, conversationCount);
      growth.assertFlat();
    }));

  test('a file of 300 MB passes through the zip in pieces', async () => {
    const piece = Buffer.alloc(1 << 20, 7);
    const pieceCount = 300;
    let sizeBytes = 0;
    let mostBytes = 0;
    const before = usedBytes();
    async function* pieces(): AsyncIterable<Uint8Array> {
      for (let index = 0; index < pieceCount; index++) {
        yield await Promise.resolve(piece);
      }
    }
    for await (const chunk of zipStream(async (entries) => {
      await entries.add('big', pieceCount * piece.length, pieces());
    })) {
      sizeBytes += chunk.length;
      if (sizeBytes % (50 << 20) < chunk.length) {
        mostBytes = Math.max(mostBytes, usedBytes() - before);
      }
    }
    assert.ok(sizeBytes > pieceCount * piece.length);
    assert.ok(mostBytes < 20e6, `held ${String(mostBytes)} bytes`);
  });
});
