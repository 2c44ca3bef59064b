import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { verifyAudit } from '../../../src/archive/audit/verifyAudit.ts';
import { readManifest } from '../../../src/archive/manifest.ts';
import { errors, isAppError, isCancellation } from '../../../src/base/appError.ts';
import { parseRecordingId } from '../../../src/model/ids.ts';
import {
  chatId,
  communicationId,
  conversationId,
  sampleFolder,
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
  transcriptPath,
} from '../../support/downloadBench.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { skipBecause } from '../../support/runMocha.ts';
import { makeWav } from '../../support/wav.ts';

suite('downloadConversation with faults', () => {
  leakCheck();
  const bench = new DownloadBench();
  setup(() => bench.start());
  teardown(() => bench.stop());

  test('goes on by range and fresh link when the link expires in the middle', () =>
    withFolder(async (root) => {
      // Large enough for bytes to reach the disk before the reader hears of the break.
      bench.serve(3_000_000);
      bench.file('left').faults = [{ kind: 'expireAfter', afterBytes: 2_000_000 }];
      const report = await bench.download(root);
      assert.deepEqual(absence(report), []);
      const resumed = bench.server.requests.filter(
        ({ name, status }) => name === 'left' && status === 206,
      );
      assert.equal(resumed.length, 1);
      assert.match(resumed[0]?.range ?? '', /^bytes=\d{4,}-$/u);
      assert.ok(resumed[0]?.ifRange !== undefined);
      await assertSound(root);
    }));

  test('gives a part up when fresh links expire again and again', () =>
    withFolder(async (root) => {
      bench.file('left').faults = Array.from({ length: 20 }, () => ({ kind: 'expired' }) as const);
      const report = await bench.download(root);
      assert.ok(
        absence(report).includes(`recordings/${voiceId}/0: platformError`),
        absence(report).join(),
      );
      assert.ok(bench.server.requests.filter(({ name }) => name === 'left').length <= 6);
    }));

  test('goes on after cut connections, and starts again where ranges are refused or ignored', () =>
    withFolder(async (root) => {
      bench.file('left').faults = [{ kind: 'cut', afterBytes: 50_000 }, { kind: 'refuseRange' }];
      bench.file('right').faults = [{ kind: 'cut', afterBytes: 50_000 }, { kind: 'ignoreRange' }];
      const report = await bench.download(root);
      assert.deepEqual(absence(report), []);
      await assertSound(root);
    }));

  test('never appends to other content: a changed file is fetched from its start', () =>
    withFolder(async (root) => {
      const { body } = bench.file('left');
      bench.file('left').faults = Array.from(
        { length: 5 },
        () => ({ kind: 'cut', afterBytes: 30_000 }) as const,
      );
      const first = await bench.download(root);
      assert.deepEqual(absence(first), [`recordings/${voiceId}/0: platformError`]);
      assert.ok((await filesOf(root)).includes(`recordings/${voiceId}.0.partial`));
      bench.file('left').body = makeWav(body.length, 99);
      const second = await bench.download(root);
      assert.deepEqual(absence(second), []);
      assert.deepEqual(await readFile(join(root, sampleFolder, leftPath)), bench.file('left').body);
      assert.ok(!(await filesOf(root)).some((name) => name.includes('.partial')));
    }));

  test('an aborted download stops, keeps what is whole, and the next one goes on from its bytes', () =>
    withFolder(async (root) => {
      bench.serve(3_000_000);
      const stop = new AbortController();
      const aborted = bench.download(
        root,
        {},
        {
          signal: stop.signal,
          onProgress: ({ doneBytes }) => {
            if (doneBytes > 1_000_000) {
              stop.abort();
            }
          },
        },
      );
      await assert.rejects(aborted, isCancellation);
      await assertSound(root);
      assert.deepEqual(await readdir(root), [
        'archive.json',
        'audit.head.json',
        'audit.jsonl',
        'conversations',
      ]);
      const report = await bench.download(root);
      assert.deepEqual(absence(report), []);
      assert.ok(report.downloadedBytes < 6_000_000, String(report.downloadedBytes));
      await assertSound(root);
    }));

  const abortsAfter: Record<string, (answered: <T>(answer: T) => Promise<T>) => void> = {
    'the detail': (answered) => {
      const { fetchConversation } = bench.source;
      bench.source.fetchConversation = async (...args) =>
        answered(await fetchConversation(...args));
    },
    'the recordings are listed': (answered) => {
      const { fetchRecordings } = bench.source;
      bench.source.fetchRecordings = async (...args) => answered(await fetchRecordings(...args));
    },
    'the transcripts are listed': (answered) => {
      const { fetchTranscriptLinks } = bench.source;
      bench.source.fetchTranscriptLinks = async (...args) =>
        answered(await fetchTranscriptLinks(...args));
    },
  };
  for (const [what, wrap] of Object.entries(abortsAfter)) {
    test(`a download that is aborted just after ${what} never says that nothing is missing`, () =>
      withFolder(async (root) => {
        const stop = new AbortController();
        wrap((answer) => {
          stop.abort();
          return Promise.resolve(answer);
        });
        await assert.rejects(bench.download(root, {}, { signal: stop.signal }), isCancellation);
        const manifest = await readManifest(join(root, sampleFolder), never).catch(() => undefined);
        assert.equal(manifest?.settled, undefined);
      }));
  }

  const badBodies: readonly (readonly [string, Buffer])[] = [
    ['a web page', Buffer.from('<!DOCTYPE html><html><body>Sign in</body></html>')],
    ['an XML error', Buffer.from('<?xml version="1.0"?><Error/>')],
    ['an empty file', Buffer.alloc(0)],
    ['a WAV that is only a header', makeWav(44, 1)],
    ['a truncated WAV', makeWav(4000, 1).subarray(0, 1000)],
    ['random bytes', Buffer.alloc(500, 0x11)],
  ];
  for (const [what, body] of badBodies) {
    test(`refuses ${what} as a recording: absent with a reason, nothing under a final name`, () =>
      withFolder(async (root) => {
        bench.file('left').body = body;
        const report = await bench.download(root);
        assert.deepEqual(absence(report), [`recordings/${voiceId}/0: unusable`]);
        assert.ok(
          !(await filesOf(root)).some((name) => name.startsWith(`recordings/${voiceId}.0.`)),
        );
        await assertSound(root);
      }));
  }

  for (const [name, item] of [
    ['left', `recordings/${voiceId}/0`],
    ['words', `transcripts/${communicationId}/${voiceId}`],
  ] as const) {
    test(`fetches ${name} once more from zero when it is not what was announced`, () =>
      withFolder(async (root) => {
        bench.file(name).hasChecksum = true;
        bench.file(name).faults = [{ kind: 'spoil' }];
        assert.deepEqual(absence(await bench.download(root)), []);
        const asked = bench.server.requests.filter((request) => request.name === name);
        assert.deepEqual(
          asked.map(({ status, range }) => [status, range]),
          [
            [200, undefined],
            [200, undefined],
          ],
        );
        await assertSound(root);
      }));

    test(`ends with both hashes in the audit log when ${name} is never what was announced`, () =>
      withFolder(async (root) => {
        bench.file(name).hasChecksum = true;
        bench.file(name).faults = Array.from({ length: 9 }, () => ({ kind: 'spoil' }) as const);
        assert.deepEqual(absence(await bench.download(root)), [`${item}: checksumMismatch`]);
        const asked = bench.server.requests.filter((request) => request.name === name);
        assert.equal(asked.length, 2);
        assert.ok(!(await filesOf(root)).some((path) => path.includes('.partial')));
        const events: unknown[] = [];
        const { problems } = await verifyAudit(root, never, ({ kind, details }) => {
          if (kind === 'checksumMismatch') {
            events.push(details);
          }
        });
        assert.deepEqual(problems, []);
        const { body } = bench.file(name);
        const spoilt = Buffer.from(body);
        spoilt[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
        assert.deepEqual(events, [
          {
            conversationId,
            item,
            algorithm: 'md5',
            expected: createHash('md5').update(body).digest('hex'),
            computed: createHash('md5').update(spoilt).digest('hex'),
            sizeBytes: body.length,
            sha256: createHash('sha256').update(spoilt).digest('hex'),
          },
        ]);
        assert.deepEqual(absence(await bench.download(root)).length, 1);
      }));
  }

  test('believes the bytes, not the claim, when the storage lies about gzip', () =>
    withFolder(async (root) => {
      const { body } = bench.file('left');
      bench.file('left').contentEncoding = 'gzip';
      bench.file('right').body = gzipSync(bench.file('right').body);
      bench.file('words').body = gzipSync(bench.file('words').body);
      const report = await bench.download(root);
      assert.deepEqual(await readFile(join(root, sampleFolder, leftPath)), body);
      assert.deepEqual(absence(report), [
        `recordings/${voiceId}/1: unusable`,
        `transcripts/${communicationId}/${voiceId}: unusable`,
      ]);
      await assertSound(root);
    }));

  test('a bad second download leaves the good first one in place', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const { body } = bench.file('left');
      bench.file('left').body = Buffer.from('<html></html>');
      await bench.download(root);
      assert.deepEqual(await readFile(join(root, sampleFolder, leftPath)), body);
      await assertSound(root);
    }));

  test('refuses malformed transcript JSON', () =>
    withFolder(async (root) => {
      bench.file('words').body = Buffer.from('{"transcripts": [');
      const report = await bench.download(root);
      assert.deepEqual(absence(report), [`transcripts/${communicationId}/${voiceId}: unusable`]);
      assert.ok(!(await filesOf(root)).some((name) => name.startsWith('transcripts/')));
    }));

  test('names the missing permission and goes on with the rest', () =>
    withFolder(async (root) => {
      bench.source.fetchRecordings = () =>
        Promise.reject(errors.forbidden('Missing permission: recording:recording:view'));
      bench.data.transcripts = { [communicationId]: [{ name: 'words' }] };
      const report = await bench.download(root);
      assert.deepEqual(absence(report), ['recordings: noPermission']);
      assert.match(report.absent[0]?.message ?? '', /recording:recording:view/u);
      assert.ok(paths(report).includes(`transcripts/${communicationId}.json.gz`));
      bench.restoreSource();
      await bench.download(root);
      const manifest = JSON.parse(
        await readFile(join(root, sampleFolder, 'manifest.json'), 'utf8'),
      );
      assert.deepEqual(manifest.absent, [], 'a later success clears the reason');
    }));

  test('says why recordings have no media, by their state', () =>
    withFolder(async (root) => {
      const states = ['ARCHIVED', 'RESTORING', 'DELETED', 'UPLOADING', 'ERROR', 'AVAILABLE'];
      bench.data.recordings = states.map((fileState, index) => ({
        id: `r${String(index)}`,
        media: 'audio',
        fileState,
      }));
      bench.data.transcripts = {};
      const report = await bench.download(root);
      assert.deepEqual(absence(report), [
        'recordings/r0: archived',
        'recordings/r1: restoring',
        'recordings/r2: deletedByRetention',
        'recordings/r3: uploading',
        'recordings/r4: platformError',
        'recordings/r5: platformError',
        `transcripts/${communicationId}: notTranscribed`,
      ]);
    }));

  test('stores what needs no transcoding when the platform is not done in time', () =>
    withFolder(async (root) => {
      const list = bench.source.fetchRecordings;
      bench.source.fetchRecordings = (id, options, signal) =>
        options.format === 'NONE'
          ? list(id, options, signal)
          : Promise.reject(errors.remote('Still transcoding', { details: { status: 202 } }));
      const report = await bench.download(root);
      assert.deepEqual(absence(report), [`recordings/${voiceId}: transcoding`]);
      assert.ok(paths(report).includes(`recordings/${chatId}.json.gz`));
      assert.ok(paths(report).includes(transcriptPath));
    }));

  test('downloads only the recording that was asked for', () =>
    withFolder(async (root) => {
      const report = await bench.download(root, {
        parts: ['recordings'],
        recordingIds: [parseRecordingId(chatId), parseRecordingId('unknown')],
      });
      assert.deepEqual(paths(report), ['conversation.json.gz', `recordings/${chatId}.json.gz`]);
      assert.deepEqual(absence(report), ['recordings/unknown: notRecorded']);
    }));

  test('a channel key with path tricks is refused and nothing is written outside', () =>
    withFolder(async (root) => {
      const list = bench.source.fetchRecordings;
      bench.source.fetchRecordings = async (id, options, signal) =>
        (await list(id, options, signal)).map((fetched) => ({
          ...fetched,
          value: {
            ...fetched.value,
            files: fetched.value.files.map((each) => ({
              ...each,
              channel: `../../../../${each.channel}`,
            })),
          },
        }));
      const report = await bench.download(join(root, 'archive'));
      assert.equal(report.absent.filter(({ reason }) => reason === 'unusable').length, 2);
      assert.deepEqual(await readdir(root), ['archive']);
    }));

  test('an expired sign-in ends the download with a clear error', () =>
    withFolder(async (root) => {
      bench.source.fetchTranscriptLinks = () => Promise.reject(errors.auth('Sign in again'));
      await assert.rejects(bench.download(root), (error) => isAppError(error, 'auth'));
      await assertSound(root);
      bench.restoreSource();
      assert.deepEqual(absence(await bench.download(root)), []);
    }));

  for (const place of ['conversations', join(sampleFolder, 'recordings')]) {
    test(`does not write through a symbolic link in place of ${place.split('/').at(-1) ?? ''}`, () =>
      withFolder(async (root) => {
        const outside = join(root, 'outside');
        const archive = join(root, 'archive');
        await mkdir(outside);
        await mkdir(join(archive, place, '..'), { recursive: true });
        await symlink(outside, join(archive, place));
        await assert.rejects(bench.download(archive), (error) => isAppError(error, 'storage'));
        assert.deepEqual(await readdir(outside), []);
      }));
  }

  test('does not write through links that wait under the names of partial and final files', () =>
    withFolder(async (root) => {
      const outside = join(root, 'outside.txt');
      await writeFile(outside, 'mine');
      const recordings = join(root, 'archive', sampleFolder, 'recordings');
      await mkdir(recordings, { recursive: true });
      await symlink(outside, join(recordings, `${voiceId}.0.partial`));
      await symlink(outside, join(recordings, `${voiceId}.0.partial.json`));
      await symlink(outside, join(root, 'archive', sampleFolder, 'manifest.json.partial'));
      await bench.download(join(root, 'archive'));
      assert.equal(await readFile(outside, 'utf8'), 'mine');
    }));

  const mountTmpfs = (path: string): boolean => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };

  test('a full disk ends the download with advice and leaves no broken file', async function () {
    await withFolder(async (root) => {
      const disk = join(root, 'disk');
      await mkdir(disk);
      if (!mountTmpfs(disk)) {
        skipBecause(this, 'no small disk can be mounted here');
      }
      try {
        await assert.rejects(
          bench.download(join(disk, 'archive')),
          (error) => isAppError(error, 'storage') && /disk is full.*safe/u.test(error.message),
        );
        await assertSound(join(disk, 'archive'));
        execFileSync('mount', ['-o', 'remount,size=4m', disk]);
        assert.deepEqual(absence(await bench.download(join(disk, 'archive'))), []);
        await assertSound(join(disk, 'archive'));
        execFileSync('mount', ['-o', 'remount,ro', disk]);
        bench.file('left').body = makeWav(200_000, 5);
        await assert.rejects(
          bench.download(join(disk, 'archive')),
          (error) => isAppError(error, 'storage') && error.message.includes('read-only'),
        );
        await assertSound(join(disk, 'archive'));
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
    });
  });
});
