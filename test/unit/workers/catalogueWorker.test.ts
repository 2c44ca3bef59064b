import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isAppError, isCancellation } from '../../../src/base/appError.ts';
import { silentLog } from '../../../src/base/log.ts';
import { CatalogueClient } from '../../../src/host/archives/catalogueClient.ts';
import type { CatalogueLocation } from '../../../src/protocol/catalogue.ts';
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
const corpus = createSpeechCorpus(createRandom(1));
const callOf = (index: number): BenchConversation => benchConversation(corpus, index, 5);

suite('catalogue worker', () => {
  leakCheck();
  // The threads of the inner suite end before the check looks.
  suite('over an archive on disk', followsTheFiles);
});

function followsTheFiles(): void {
  let root = '';
  let client: CatalogueClient;
  let location: CatalogueLocation;

  setup(async () => {
    root = await mkdtemp(join(tmpdir(), 'catalogue-worker-'));
    location = {
      storagePath: join(root, 'storage'),
      archiveId: 'a1',
      archivePath: join(root, 'archive'),
    };
    await writeBenchArchiveFile(location.archivePath, 'a1');
    for (let index = 0; index < 3; index++) {
      await writeBenchConversation(location.archivePath, callOf(index));
    }
    client = new CatalogueClient(script, silentLog);
  });

  teardown(async () => {
    client.dispose();
    await rm(root, { recursive: true, force: true });
  });

  const fill = (
    method: 'syncCatalogue' | 'rebuildCatalogue',
  ): ReturnType<CatalogueClient['fill']> => client.fill(method, location, () => undefined, never);
  const found = async (query: string): Promise<readonly string[]> =>
    (
      await client.request('searchCatalogue', { ...location, query, limit: 50 }, never)
    ).conversations.map(({ conversationId }) => conversationId);
  const folderOf = (index: number): string => join(location.archivePath, callOf(index).folder);
  const transcriptOf = (index: number): string =>
    join(folderOf(index), 'transcripts', `${callOf(index).id.replace('c', 'a')}.json.gz`);
  const phrase = (text: string): string =>
    JSON.stringify({ participantPurpose: 'external', text, startTimeMs: 1_800_000_000_000 });

  test('finds what the files say, tells its progress, and follows changes made by hand', async () => {
    const told: (number | undefined)[] = [];
    const first = await client.fill(
      'syncCatalogue',
      location,
      ({ doneCount }) => told.push(doneCount),
      never,
    );
    assert.deepEqual(first, {
      addedCount: 3,
      changedCount: 0,
      removedCount: 0,
      unchangedCount: 0,
      problems: [],
    });
    assert.equal(told.at(-1), 3);
    assert.deepEqual(await client.request('openCatalogue', location, never), {
      conversationCount: 3,
      phraseCount: 15,
    });

    await writeFile(
      transcriptOf(0),
      gzipSync(`{"transcripts":[{"phrases":[${phrase('xylophone')}]}]}`),
    );
    await writeFile(
      join(folderOf(1), 'notes.json'),
      JSON.stringify({ formatVersion: 1, tags: ['vip'], notes: [{ text: 'call back tomorrow' }] }),
    );
    await rm(folderOf(2), { recursive: true });
    await writeBenchConversation(location.archivePath, callOf(3));
    const second = await fill('syncCatalogue');
    assert.deepEqual(second, {
      addedCount: 1,
      changedCount: 2,
      removedCount: 1,
      unchangedCount: 0,
      problems: [],
    });
    assert.deepEqual(await found('speaker:customer xylophone'), [callOf(0).id]);
    assert.deepEqual(await found('tomorrow'), [callOf(1).id]);
    assert.deepEqual(await found('tag:vip'), [callOf(1).id]);
    assert.deepEqual(await found(`id:${callOf(2).id}`), []);
    assert.equal((await fill('syncCatalogue')).unchangedCount, 3);
  });

  test('takes in one conversation that was just committed, and drops one that is gone', async () => {
    const { id: conversationId, folder } = callOf(0);
    const ingest = (): Promise<boolean> =>
      client.request('ingestConversation', { ...location, conversationId, folder }, never);
    assert.equal(await ingest(), true);
    assert.deepEqual(await found('media:voice'), [conversationId]);
    await rm(folderOf(0), { recursive: true });
    assert.equal(await ingest(), true);
    assert.deepEqual(await found(''), []);
    await assert.rejects(
      client.request('ingestConversation', { ...location, conversationId, folder: '../x' }, never),
      (error) => isAppError(error, 'input'),
    );
  });

  test('rebuilds over a damaged database, and keeps what damaged files still say', async () => {
    await mkdir(location.storagePath);
    await writeFile(join(location.storagePath, 'a1.sqlite'), Buffer.alloc(5000, 'x'));
    await assert.rejects(found('x'), (error) => isAppError(error, 'corrupt'));
    const cut = Buffer.from(`{"transcripts":[{"phrases":[${phrase('zeppelin')},{"text":"lo`);
    await writeFile(transcriptOf(0), gzipSync(cut));
    await writeFile(transcriptOf(1), (await readFile(transcriptOf(1))).subarray(0, 50));
    await writeFile(join(folderOf(2), 'conversation.json.gz'), 'no gzip');
    const rebuilt = await fill('rebuildCatalogue');
    assert.equal(rebuilt.addedCount, 3);
    assert.deepEqual(
      rebuilt.problems.map(({ conversationId }) => conversationId),
      [callOf(2).id],
    );
    assert.deepEqual(await found('zeppelin'), [callOf(0).id]);
    assert.deepEqual(
      [...(await found(''))].sort(),
      [0, 1, 2].map((index) => callOf(index).id),
    );
    assert.equal((await fill('syncCatalogue')).unchangedCount, 3, 'and tries them no more');
  });

  test('goes on after its database was deleted', async () => {
    await fill('syncCatalogue');
    assert.equal((await found('')).length, 3);
    await rm(location.storagePath, { recursive: true });
    assert.deepEqual(await found(''), []);
    assert.equal((await fill('syncCatalogue')).addedCount, 3);
    assert.equal((await found('')).length, 3);
  });

  test('stops a rebuild when asked to, and the next one goes on', async () => {
    const controller = new AbortController();
    await assert.rejects(
      client.fill(
        'rebuildCatalogue',
        location,
        () => {
          controller.abort();
        },
        controller.signal,
      ),
      isCancellation,
    );
    await fill('syncCatalogue');
    assert.equal((await found('')).length, 3);
  });

  test('drops a search that was typed over, and explains a broken one', async () => {
    await fill('syncCatalogue');
    const controller = new AbortController();
    const dropped = client.request(
      'searchCatalogue',
      { ...location, query: 'media:voice', limit: 5 },
      controller.signal,
    );
    controller.abort();
    await assert.rejects(dropped, isCancellation);
    await assert.rejects(
      found('a OR'),
      (error) => isAppError(error, 'input') && error.message.endsWith('(at character 5)'),
    );
  });

  test('refuses a folder in which another archive lies now', async () => {
    await assert.rejects(
      client.fill('syncCatalogue', { ...location, archiveId: 'a2' }, () => undefined, never),
      (error) => isAppError(error, 'conflict'),
    );
  });
}
