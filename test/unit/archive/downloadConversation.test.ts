import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Archive } from '../../../src/archive/archive.ts';
import type { DownloadProgress } from '../../../src/archive/downloadConversation.ts';
import { silentLog } from '../../../src/base/log.ts';
import {
  chatId,
  communicationId,
  sampleFolder,
  sampleRequest,
  voiceId,
  withFolder,
} from '../../support/archivedSample.ts';
import {
  absence,
  assertSound,
  DownloadBench,
  filesOf,
  leftPath,
  never,
  paths,
  rightPath,
  transcriptPath,
} from '../../support/downloadBench.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { makeWav } from '../../support/wav.ts';

suite('downloadConversation', () => {
  leakCheck();
  const bench = new DownloadBench();
  setup(() => bench.start());
  teardown(() => bench.stop());

  test('stores detail, recordings of every channel and transcripts under the UTC day, whole and hashed', () =>
    withFolder(async (root) => {
      const report = await bench.download(root);
      assert.deepEqual(absence(report), []);
      assert.deepEqual(
        paths(report),
        [
          'conversation.json.gz',
          leftPath,
          rightPath,
          `recordings/${voiceId}.json.gz`,
          `recordings/${chatId}.json.gz`,
          transcriptPath,
        ].sort(),
      );
      const folder = join(root, sampleFolder);
      assert.deepEqual(await readFile(join(folder, leftPath)), bench.file('left').body);
      assert.deepEqual(
        gunzipSync(await readFile(join(folder, transcriptPath))),
        bench.file('words').body,
      );
      assert.equal(
        gunzipSync(await readFile(join(folder, 'conversation.json.gz'))).toString(),
        JSON.stringify(bench.data.detail),
      );
      const left = report.files.find(({ path }) => path === leftPath);
      assert.equal(
        left?.storedSha256,
        createHash('sha256').update(bench.file('left').body).digest('hex'),
      );
      assert.deepEqual(left.verifiedAgainst, [
        'ownHash',
        'size',
        'container',
        'duration',
        'outputSize',
      ]);
      await assertSound(root);
      assert.equal((await filesOf(root)).filter((name) => name.includes('.partial')).length, 0);
      assert.deepEqual(await readdir(root), [
        'archive.json',
        'audit.head.json',
        'audit.jsonl',
        'conversations',
      ]);
    }));

  test('stores no signed link, and everything else of the recording as received', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const stored = async (id: string): Promise<string> =>
        gunzipSync(await readFile(join(root, sampleFolder, `recordings/${id}.json.gz`))).toString();
      const voice = await stored(voiceId);
      assert.ok(!voice.includes('s3cr3t'), voice);
      const expected = structuredClone(bench.data.recordings[0]) as {
        mediaUris: Record<string, unknown>;
      };
      expected.mediaUris = {
        '0': { mediaUri: null, waveformData: [0.5, 0.6] },
        '1': { mediaUri: null, waveformData: [0.5, 0.4] },
      };
      assert.equal(voice, JSON.stringify(expected));
      assert.equal(await stored(chatId), JSON.stringify(bench.data.recordings[1]));
    }));

  test('reads back what it stored', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const deps = { clock: bench.clock, log: silentLog };
      const archive = await Archive.open(root, undefined, deps, never);
      const folder = await archive.find(sampleRequest.conversationId, never);
      assert.equal(folder, join(archive.rootPath, sampleFolder));
      const read = await archive.read(folder, never);
      assert.equal(read.conversation.id, sampleRequest.conversationId);
      assert.equal(read.rawJson, JSON.stringify(bench.data.detail));
      assert.deepEqual(
        read.recordings
          .map(({ recording, files }) => [recording.id, files.map(({ channel }) => channel)])
          .sort(),
        [
          [voiceId, ['0', '1']],
          [chatId, []],
        ],
      );
      assert.deepEqual(read.transcripts, [
        {
          communicationId,
          recordingId: voiceId,
          importedFrom: undefined,
          path: join(folder, transcriptPath),
        },
      ]);
      const listed: string[] = [];
      for await (const { conversationId, day } of archive.list(never)) {
        listed.push(`${day} ${conversationId}`);
      }
      assert.deepEqual(listed, [`2026-11-04 ${sampleRequest.conversationId}`]);
    }));

  test('leaves identical content alone, without fetching media whose validator is known', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const before = await stat(join(root, sampleFolder, leftPath));
      bench.server.requests.length = 0;
      const report = await bench.download(root);
      assert.equal(report.unchangedCount, report.files.length);
      const after = await stat(join(root, sampleFolder, leftPath));
      assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
      assert.equal(report.downloadedBytes, bench.file('words').body.length);
      assert.deepEqual(
        (await filesOf(root)).filter((name) => name.startsWith('history')),
        [],
      );
    }));

  test('compares by content when the storage gives no validator', () =>
    withFolder(async (root) => {
      bench.file('left').hasNoValidator = true;
      await bench.download(root);
      const before = await stat(join(root, sampleFolder, leftPath));
      const report = await bench.download(root);
      assert.equal(report.unchangedCount, report.files.length);
      assert.equal((await stat(join(root, sampleFolder, leftPath))).ino, before.ino);
    }));

  test('moves what was there to the history when a download brings different content', () =>
    withFolder(async (root) => {
      const first = bench.file('left').body;
      await bench.download(root);
      bench.file('left').body = makeWav(200_000, 77);
      await bench.download(root);
      const sha = createHash('sha256').update(first).digest('hex');
      const folder = join(root, sampleFolder);
      assert.deepEqual(await readFile(join(folder, leftPath)), bench.file('left').body);
      const kept = `history/${sha.slice(0, 8)}/${leftPath}`;
      assert.deepEqual(await readFile(join(folder, kept)), first);
      const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
      assert.equal(
        manifest.files.find(({ path }: { path: string }) => path === kept)?.storedSha256,
        sha,
      );
      assert.equal(manifest.replacing, undefined);
      await assertSound(root);
    }));

  test('keeps one current file a channel when the format changes', () =>
    withFolder(async (root) => {
      await bench.download(root);
      bench.file('left').body = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(500, 1)]);
      const report = await bench.download(root, { format: 'OGG_OPUS' });
      assert.ok(paths(report).includes(`recordings/${voiceId}.0.ogg`));
      const names = await filesOf(root);
      assert.ok(!names.includes(leftPath));
      assert.equal(names.filter((name) => name.startsWith('history/')).length, 1);
      await assertSound(root);
    }));

  test('takes over a file that a crash left between rename and manifest', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await rm(join(root, sampleFolder, 'manifest.json'));
      const report = await bench.download(root);
      assert.equal(report.unchangedCount, report.files.length);
      assert.deepEqual(
        (await filesOf(root)).filter((name) => name.startsWith('history')),
        [],
      );
      await assertSound(root);
    }));

  test('repairs a damaged file and keeps the damaged one in the history', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await writeFile(join(root, sampleFolder, leftPath), 'spoilt');
      const report = await bench.download(root);
      assert.deepEqual(await readFile(join(root, sampleFolder, leftPath)), bench.file('left').body);
      assert.equal(report.unchangedCount, report.files.length - 1);
    }));

  test('starts a damaged manifest anew and keeps it', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await writeFile(join(root, sampleFolder, 'manifest.json'), '{"formatVersion":1,');
      await bench.download(root);
      await assertSound(root);
      assert.equal(
        (await filesOf(root)).filter((name) => name.endsWith('/manifest.json')).length,
        1,
      );
    }));

  test('concurrent downloads of one conversation take turns and agree', () =>
    withFolder(async (root) => {
      const reports = await Promise.all([
        bench.download(root),
        bench.download(root),
        bench.download(root),
      ]);
      assert.deepEqual(
        reports.flatMap((report) => absence(report)),
        [],
      );
      assert.equal(
        reports.reduce((sum, { unchangedCount }) => sum + unchangedCount, 0),
        12,
      );
      await assertSound(root);
    }));

  test('reports bytes that end at the total', () =>
    withFolder(async (root) => {
      const seen: DownloadProgress[] = [];
      await bench.download(root, {}, { onProgress: (progress) => seen.push(progress) });
      const last = seen.at(-1);
      assert.equal(last?.doneBytes, last?.totalBytes);
      assert.equal(last?.doneBytes, 400_000 + bench.file('words').body.length);
      assert.ok(seen.some(({ step }) => step === 'Recording 1 of 2'));
    }));
});
