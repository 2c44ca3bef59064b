import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, utimes, writeFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Archive } from '../../../src/archive/archive.ts';
import { ConversationCache } from '../../../src/archive/conversationCache.ts';
import { readManifest } from '../../../src/archive/manifest.ts';
import { verifyConversation } from '../../../src/archive/verifyConversation.ts';
import { isAppError, type ErrorCode } from '../../../src/base/appError.ts';
import { silentLog } from '../../../src/base/log.ts';
import { parseConversationId, parseOrganisationId } from '../../../src/model/ids.ts';
import { sampleFolder, sampleIdentity, voiceId, withFolder } from '../../support/archivedSample.ts';
import { DownloadBench, leftPath, never, transcriptPath } from '../../support/downloadBench.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const deps = { clock: new FakeClock(), log: silentLog };
const code = (wanted: ErrorCode) => (error: unknown) => isAppError(error, wanted);
const otherIdentity = { organisationId: parseOrganisationId('other'), region: 'mypurecloud.ie' };

suite('Archive', () => {
  test('is made once, and opened with the same id by everyone who comes at the same time', () =>
    withFolder(async (base) => {
      const root = join(base, 'new', 'archive');
      const opened = await Promise.all(
        Array.from({ length: 5 }, () => Archive.open(root, sampleIdentity, deps, never)),
      );
      assert.equal(new Set(opened.map(({ id }) => id)).size, 1);
      assert.deepEqual(await readdir(root), ['archive.json']);
      assert.equal((await Archive.open(root, undefined, deps, never)).id, opened[0]?.id);
    }));

  test('refuses the folder of another organisation and names both', () =>
    withFolder(async (root) => {
      await Archive.open(root, sampleIdentity, deps, never);
      await assert.rejects(
        Archive.open(root, otherIdentity, deps, never),
        (error) =>
          isAppError(error, 'conflict') &&
          error.message.includes(sampleIdentity.organisationId) &&
          error.message.includes('other'),
      );
    }));

  test('says when there is none, when it is damaged, and when a newer version wrote it', () =>
    withFolder(async (root) => {
      await assert.rejects(Archive.open(root, undefined, deps, never), code('notFound'));
      await writeFile(join(root, 'archive.json'), '{"formatVersion":2}');
      await assert.rejects(Archive.open(root, sampleIdentity, deps, never), code('unsupported'));
      await writeFile(join(root, 'archive.json'), '{"formatVersion":1');
      await assert.rejects(Archive.open(root, sampleIdentity, deps, never), code('corrupt'));
    }));

  test('lists newest days first and passes over links and strange names', () =>
    withFolder(async (root) => {
      const archive = await Archive.open(root, sampleIdentity, deps, never);
      const made: string[] = [];
      for (const [id, day] of [
        ['a', 1],
        ['c', 2],
        ['b', 2],
      ] as const) {
        made.push(
          await archive.createConversationFolder(parseConversationId(id), Date.UTC(2026, 0, day)),
        );
      }
      await symlink(root, join(root, 'conversations/2026/01/02/link'));
      await mkdir(join(root, 'conversations/2026/01/02/not ok'));
      const listed: string[] = [];
      for await (const { day, conversationId } of archive.list(never)) {
        listed.push(`${day} ${conversationId}`);
      }
      assert.deepEqual(listed, ['2026-01-02 b', '2026-01-02 c', '2026-01-01 a']);
      assert.equal(await archive.find(parseConversationId('a'), never), made[0]);
      assert.equal(await archive.find(parseConversationId('link'), never), undefined);
    }));

  test('files nothing under a start that is no date', () =>
    withFolder(async (root) => {
      const archive = await Archive.open(root, sampleIdentity, deps, never);
      for (const startMs of [NaN, -1, Infinity, 9e15]) {
        assert.throws(
          () => archive.conversationFolder(parseConversationId('a'), startMs),
          code('protocol'),
        );
      }
    }));
});

suite('verifyConversation', () => {
  leakCheck();
  const bench = new DownloadBench();
  setup(() => bench.start());
  teardown(() => bench.stop());

  test('finds what is missing, changed, cut or no gzip any more', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const folder = join(root, sampleFolder);
      const wav = await readFile(join(folder, leftPath));
      wav[1000] = (wav[1000] ?? 0) ^ 1;
      await writeFile(join(folder, leftPath), wav);
      await writeFile(join(folder, `recordings/${voiceId}.1.wav`), wav.subarray(0, 99));
      await rm(join(folder, 'conversation.json.gz'));
      await writeFile(join(folder, transcriptPath), 'not gzip');
      const { problems, fileCount } = await verifyConversation(folder, never);
      assert.equal(fileCount, 6);
      const found = Object.fromEntries(problems.map(({ path, problem }) => [path, problem]));
      assert.match(found[leftPath] ?? '', /SHA-256/u);
      assert.match(found[`recordings/${voiceId}.1.wav`] ?? '', /99 bytes/u);
      assert.match(found['conversation.json.gz'] ?? '', /missing/u);
      assert.match(found[transcriptPath] ?? '', /bytes/u);
      assert.equal(problems.length, 4);
    }));

  test('never leaves the folder, whatever the manifest says', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const path = join(root, sampleFolder, 'manifest.json');
      const text = await readFile(path, 'utf8');
      for (const trick of ['../../x', '/etc/passwd', 'a\\\\b', 'recordings/../../x', '']) {
        await writeFile(path, text.replace(leftPath, trick));
        await assert.rejects(readManifest(join(root, sampleFolder), never), code('corrupt'));
        const { problems } = await verifyConversation(join(root, sampleFolder), never);
        assert.deepEqual(
          problems.map((each) => each.path),
          ['manifest.json'],
        );
      }
    }));
});

suite('ConversationCache', () => {
  const day = 86_400_000;
  const fill = async (cache: ConversationCache, id: string, ageMs: number): Promise<string> => {
    const folder = await cache.archive.createConversationFolder(
      parseConversationId(id),
      Date.UTC(2026, 0, 1),
    );
    await writeFile(join(folder, 'manifest.json'), 'x'.repeat(1000));
    const seconds = (deps.clock.nowMs() - ageMs) / 1000;
    await utimes(join(folder, 'manifest.json'), seconds, seconds);
    return folder;
  };
  const names = async (cache: ConversationCache): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { conversationId } of cache.archive.list(never)) {
      found.push(conversationId);
    }
    return found;
  };

  test('drops what is old, then the least recently used until it fits, and keeps what is open', () =>
    withFolder(async (root) => {
      const cache = await ConversationCache.open(root, sampleIdentity, deps, never);
      await fill(cache, 'a', 9 * day);
      await fill(cache, 'b', 8 * day);
      const used = await fill(cache, 'c', 3 * day);
      await fill(cache, 'd', 2 * day);
      await fill(cache, 'e', day);
      await cache.markUsed(used);
      await cache.prune({ maxBytes: 3000, maxAgeMs: 7 * day }, new Set(['a']), never);
      assert.deepEqual(await names(cache), ['a', 'c', 'e']);
    }));

  test('is emptied when it belongs to another organisation', () =>
    withFolder(async (base) => {
      const root = join(base, 'cache');
      await fill(await ConversationCache.open(root, sampleIdentity, deps, never), 'a', 0);
      assert.deepEqual(
        await names(await ConversationCache.open(root, otherIdentity, deps, never)),
        [],
      );
    }));

  test('wipes itself without following links', () =>
    withFolder(async (base) => {
      const outside = join(base, 'outside');
      await mkdir(outside);
      await writeFile(join(outside, 'precious'), 'x');
      const root = join(base, 'cache');
      const cache = await ConversationCache.open(root, sampleIdentity, deps, never);
      const folder = await fill(cache, 'a', 0);
      await symlink(outside, join(folder, 'link'));
      await symlink(outside, join(root, 'link'));
      await cache.wipe();
      await cache.wipe();
      assert.deepEqual(await readdir(base), ['outside']);
      assert.deepEqual(await readdir(outside), ['precious']);
    }));
});
