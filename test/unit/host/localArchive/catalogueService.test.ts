import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Archive } from '../../../../src/archive/archive.ts';
import { errors, isAppError, isCancellation } from '../../../../src/base/appError.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { ArchiveIndex } from '../../../../src/host/archives/archiveIndex.ts';
import { CatalogueClient } from '../../../../src/host/archives/catalogueClient.ts';
import {
  CatalogueService,
  type CatalogueState,
} from '../../../../src/host/localArchive/catalogueService.ts';
import { parseConversationId } from '../../../../src/model/ids.ts';
import {
  benchConversation,
  writeBenchArchiveFile,
  writeBenchConversation,
} from '../../../support/benchArchive.ts';
import { leakCheck } from '../../../support/leakCheck.ts';
import { createRandom } from '../../../support/random.ts';
import { createSpeechCorpus } from '../../../support/speechCorpus.ts';

const never = new AbortController().signal;
const script = new URL('../../../../src/workers/archiveWorker.ts', import.meta.url);
const corpus = createSpeechCorpus(createRandom(1));
const calls = [0, 1, 2, 3].map((index) => benchConversation(corpus, index, 5));
const [first = assert.fail(), second = assert.fail(), third = assert.fail()] = calls;
const last = calls[3] ?? assert.fail();

suite('CatalogueService', () => {
  leakCheck();
  // The threads of the inner suite end before the check looks.
  suite('over an archive on disk', keepsInStep);
});

function keepsInStep(): void {
  let root = '';
  let archivePath = '';
  let openForReading: () => Promise<Archive | undefined>;
  let index: ArchiveIndex;
  let client: CatalogueClient;
  let service: CatalogueService;

  setup(async () => {
    root = await mkdtemp(join(tmpdir(), 'catalogue-service-'));
    archivePath = join(root, 'archive');
    await writeBenchArchiveFile(archivePath, 'a1');
    for (const call of [first, second, third]) {
      await writeBenchConversation(archivePath, call);
    }
    openForReading = () =>
      Archive.open(archivePath, undefined, { clock: systemClock, log: silentLog }, never);
    index = new ArchiveIndex();
    client = new CatalogueClient(script, silentLog);
    service = new CatalogueService({
      archives: { openForReading: () => openForReading(), index },
      client,
      storagePath: join(root, 'storage'),
      log: silentLog,
      noArchiveText: () => 'There is no archive',
    });
  });

  teardown(async () => {
    service.dispose();
    client.dispose();
    index.dispose();
    await rm(root, { recursive: true, force: true });
  });

  /** Resolves with the state after a change that fits; asks nothing in between. */
  const changeTo = (kind: CatalogueState['kind']): Promise<CatalogueState> =>
    new Promise((resolve) => {
      const subscription = service.onDidChange((state) => {
        if (state.kind === kind) {
          subscription.dispose();
          resolve(state);
        }
      });
    });
  const found = async (query = ''): Promise<readonly string[]> =>
    (await service.request('searchCatalogue', { query, limit: 50 }, never)).conversations.map(
      ({ conversationId }) => conversationId,
    );
  const started = async (): Promise<void> => {
    const ready = changeTo('ready');
    service.start();
    await ready;
  };

  test('does nothing before it is started, then takes in what the archive holds', async () => {
    assert.deepEqual(service.state, { kind: 'idle' });
    const ready = changeTo('ready');
    service.start();
    assert.equal(service.state.kind, 'filling');
    service.start();
    await ready;
    assert.deepEqual(await found(), [third.id, second.id, first.id]);
  });

  test('tries again after a failure when a person asks for it, and not by itself', async () => {
    const open = openForReading;
    let openedCount = 0;
    openForReading = () => {
      openedCount++;
      return Promise.reject(errors.storage('The folder is gone'));
    };
    const failed = changeTo('failed');
    service.startOrRetry();
    await failed;
    service.start();
    assert.equal(service.state.kind, 'failed');
    assert.equal(openedCount, 1);
    openForReading = open;
    const ready = changeTo('ready');
    service.startOrRetry();
    assert.equal(service.state.kind, 'filling');
    service.startOrRetry();
    await ready;
    assert.equal((await found()).length, 3);
  });

  test('takes in what this window stores, and what it finds when folders are read again', async () => {
    await started();
    await writeBenchConversation(archivePath, last);
    const taken = changeTo('ready');
    index.add(parseConversationId(last.id));
    await taken;
    assert.deepEqual(await found(), [last.id, third.id, second.id, first.id]);
    await rm(join(archivePath, second.folder), { recursive: true });
    const followed = changeTo('ready');
    index.replace(new Set());
    await followed;
    assert.deepEqual(await found(), [last.id, third.id, first.id]);
  });

  test('says when there is no archive, and follows the one that comes', async () => {
    const open = openForReading;
    openForReading = () => Promise.resolve(undefined);
    const missing = changeTo('noArchive');
    service.start();
    await missing;
    await assert.rejects(
      found(),
      (error) => isAppError(error, 'notFound') && error.message === 'There is no archive',
    );
    openForReading = open;
    const ready = changeTo('ready');
    index.replace(new Set());
    await ready;
    assert.equal((await found()).length, 3);
  });

  test('says why it failed, and tries again at the next look', async () => {
    const open = openForReading;
    openForReading = () => Promise.reject(errors.storage('The disk is away'));
    const failed = changeTo('failed');
    service.start();
    const state = await failed;
    assert.ok(state.kind === 'failed' && isAppError(state.error, 'storage'));
    openForReading = open;
    const ready = changeTo('ready');
    service.follow();
    await ready;
    assert.equal((await found()).length, 3);
  });

  test('drops a deleted conversation so that not even its words stay, started or not', async () => {
    // A window that never looked at its archive deletes too: another one may have filled the catalogue.
    await service.remove(parseConversationId(first.id), never);
    await started();
    const word = first.phrases[0]?.words.join(' ') ?? assert.fail();
    const path = join(root, 'storage', 'a1.sqlite');
    const changed = changeTo('ready');
    await service.remove(parseConversationId(first.id), never);
    await changed;
    assert.deepEqual(await found(), [third.id, second.id]);
    assert.ok(!readFileSync(path, 'latin1').includes(word));
    let changeCount = 0;
    service.onDidChange(() => {
      changeCount++;
    });
    await service.remove(parseConversationId(first.id), never);
    assert.equal(changeCount, 0, 'nothing changed');
  });

  test('rebuilds with progress; after a cancelled one it follows what is missing', async () => {
    await started();
    const counts: number[] = [];
    const rebuilt = await service.rebuild(({ doneCount }) => counts.push(doneCount), never);
    assert.equal(rebuilt.addedCount, 3);
    assert.equal(counts.at(-1), 3);
    const controller = new AbortController();
    const ready = changeTo('ready');
    const cancelled = service.rebuild(() => {
      controller.abort();
    }, controller.signal);
    await assert.rejects(cancelled, isCancellation);
    await ready;
    assert.equal((await found()).length, 3);
  });

  test('hears nothing after it was disposed of', async () => {
    await started();
    service.dispose();
    index.add(parseConversationId(last.id));
    index.replace(new Set());
    assert.deepEqual(service.state, { kind: 'ready' });
  });
}
