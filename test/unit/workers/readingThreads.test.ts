import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isAppError, isCancellation } from '../../../src/base/appError.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import type {
  CatalogueContent,
  CatalogueSource,
} from '../../../src/catalogue/catalogueDocument.ts';
import { CatalogueClient } from '../../../src/host/archives/catalogueClient.ts';
import { openArchiveSource } from '../../../src/workers/archiveSource.ts';
import { ReadingThreads } from '../../../src/workers/readingThreads.ts';
import {
  benchConversation,
  writeBenchArchiveFile,
  writeBenchConversation,
  type BenchConversation,
} from '../../support/benchArchive.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { createRandom } from '../../support/random.ts';
import { createSpeechCorpus } from '../../support/speechCorpus.ts';

const never = new AbortController().signal;
const script = new URL('../../../src/workers/archiveWorker.ts', import.meta.url);
const dyingScript = new URL('../../support/dyingReaderMain.ts', import.meta.url);
const conversationCount = 70;
/** More than one part of words. */
const longIndex = 3;
const corpus = createSpeechCorpus(createRandom(1));
const calls = Array.from({ length: conversationCount }, (_, index) =>
  benchConversation(corpus, index, index === longIndex ? 4500 : 5),
);

suite('reading threads', () => {
  leakCheck();
  // The threads of the inner suite end before the check looks.
  suite('over an archive on disk', readInThreads);
});

function readInThreads(): void {
  let root = '';
  let archivePath = '';
  let threads: ReadingThreads | undefined;
  let local: CatalogueSource;

  const callAt = (index: number): BenchConversation => calls[index] ?? assert.fail();
  const transcriptOf = (index: number): string => {
    const { folder, id } = callAt(index);
    return join(archivePath, folder, 'transcripts', `${id.replace('c', 'a')}.json.gz`);
  };

  suiteSetup(async () => {
    root = await mkdtemp(join(tmpdir(), 'reading-threads-'));
    archivePath = join(root, 'archive');
    await writeBenchArchiveFile(archivePath, 'a1');
    for (const call of calls) {
      await writeBenchConversation(archivePath, call);
    }
    const analytics = {
      sentiment: [
        { participant: 'external', sentiment: -1, startTimeMs: 5, duration: { milliseconds: 7 } },
      ],
      topics: [
        {
          topicName: 'Refund',
          participant: 'internal',
          startTimeMs: 9,
          duration: { milliseconds: 3 },
        },
      ],
    };
    const phrases = [{ participantPurpose: 'external', text: 'zeppelin é😀', startTimeMs: 5 }];
    await writeFile(
      transcriptOf(0),
      gzipSync(JSON.stringify({ transcripts: [{ phrases, analytics }] })),
    );
    await writeFile(transcriptOf(1), gzipSync('{"transcripts":[{"phrases":[{"text":"lo'));
    await writeFile(join(archivePath, callAt(2).folder, 'conversation.json.gz'), 'no gzip');
    local = await openArchiveSource(
      archivePath,
      'a1',
      { clock: systemClock, log: silentLog },
      never,
    );
  });

  teardown(() => {
    threads?.dispose();
  });

  suiteTeardown(async () => {
    await rm(root, { recursive: true, force: true });
  });

  const over = (scriptPath: URL): CatalogueSource => {
    threads = new ReadingThreads({ scriptPath, threadCount: 2, aloneCount: 0 });
    return threads.over(local, archivePath);
  };

  /** Of marks only what they are typed to have: where they come from does not cross. */
  const toText = (item: CatalogueContent): string =>
    JSON.stringify(
      Object.entries(item)
        .filter(([key]) => item.kind === 'phrase' || !key.endsWith('Id'))
        .sort(),
    );

  /** All there is, or why there is nothing; words and marks may come in another order. */
  const readAll = async (source: CatalogueSource): Promise<readonly unknown[]> => {
    const all: unknown[] = [];
    for await (const listed of source.list(never)) {
      try {
        const { content, ...head } = await source.read(listed, never);
        const items: CatalogueContent[] = [];
        for await (const list of content) {
          items.push(...list);
        }
        all.push({
          head,
          items: items.map(toText).sort(),
        });
      } catch (error) {
        all.push(isAppError(error, 'corrupt') ? error.message : error);
      }
    }
    return all;
  };

  test('reads what the owner reads itself, damaged and long conversations too', async () => {
    const expected = await readAll(local);
    assert.equal(expected.length, conversationCount);
    assert.ok(JSON.stringify(expected).includes('Refund'));
    assert.deepEqual(await readAll(over(script)), expected);
  });

  test('loses nothing when a thread dies, between conversations or in the middle of one', async () => {
    assert.deepEqual(await readAll(over(dyingScript)), await readAll(local));
  });

  test('lets go of a conversation that is not read to its end', async () => {
    const source = over(script);
    // More than may be open at once: were one kept, the last would never be read.
    for (let round = 0; round < 6; round++) {
      for await (const listed of source.list(never)) {
        if (listed.conversationId === callAt(longIndex).id) {
          const { content } = await source.read(listed, never);
          for await (const items of content) {
            assert.ok(items.length > 0);
            break;
          }
        }
      }
    }
  });

  test('fills a catalogue with the same as without threads, and stops when asked to', async () => {
    const client = new CatalogueClient(script, silentLog);
    try {
      const location = { storagePath: join(root, 'storage'), archiveId: 'a1', archivePath };
      const controller = new AbortController();
      const stopped = client.fill(
        'rebuildCatalogue',
        location,
        ({ doneCount }) => {
          if (doneCount > 0) {
            controller.abort();
          }
        },
        controller.signal,
      );
      await assert.rejects(stopped, isCancellation);
      const { problems } = await client.fill('rebuildCatalogue', location, () => undefined, never);
      assert.deepEqual(
        problems.map(({ conversationId }) => conversationId),
        [callAt(2).id],
      );
      const wordOf = (index: number): string => callAt(index).phrases[0]?.words[0] ?? '';
      const { phraseCount } = await client.request('openCatalogue', location, never);
      assert.equal(phraseCount, 1 + 4500 + (conversationCount - 4) * 5);
      for (const [query, index] of [
        ['zeppelin', 0],
        [wordOf(longIndex), longIndex],
        [wordOf(conversationCount - 1), conversationCount - 1],
      ] as const) {
        const count = await client.request(
          'countHits',
          { ...location, query: `${query} id:${callAt(index).id}` },
          never,
        );
        assert.ok(count.phraseCount > 0, query);
      }
    } finally {
      client.dispose();
    }
  });
}
