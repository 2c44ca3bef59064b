import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Archive } from '../../../src/archive/archive.ts';
import {
  downloadConversation,
  type ConversationSource,
  type DownloadProgress,
  type DownloadReport,
  type DownloadRequest,
} from '../../../src/archive/downloadConversation.ts';
import { verifyConversation } from '../../../src/archive/verifyConversation.ts';
import { errors, isAppError, isCancellation } from '../../../src/base/appError.ts';
import { silentLog } from '../../../src/base/log.ts';
import { parseRecordingId } from '../../../src/model/ids.ts';
import {
  chatId,
  communicationId,
  sampleFolder,
  sampleIdentity,
  sampleRequest,
  serveSample,
  voiceId,
  withFolder,
} from '../../support/archivedSample.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { createSource, MediaServer, type SourceData } from '../../support/mediaServer.ts';
import { makeWav } from '../../support/wav.ts';

const never = new AbortController().signal;
const leftPath = `recordings/${voiceId}.0.wav`;
const rightPath = `recordings/${voiceId}.1.wav`;
const transcriptPath = `transcripts/${communicationId}.${voiceId}.json.gz`;

suite('downloadConversation', () => {
  leakCheck();
  let server: MediaServer;
  let data: SourceData;
  let source: ReturnType<typeof createSource>;
  let clock: FakeClock;

  setup(async () => {
    server = await new MediaServer().start();
    data = serveSample(server);
    source = createSource(server, data);
    clock = new FakeClock();
    clock.isAutomatic = true;
  });
  teardown(async () => {
    await server.stop();
  });

  /** Automatic clocks would beat the lock's heart without end: only waits of the download end at once. */
  const patientClock = (): FakeClock => {
    const beats = new FakeClock();
    const own = clock;
    return Object.assign(beats, {
      nowMs: () => own.nowMs(),
      delay: (durationMs: number, signal: AbortSignal) =>
        durationMs === 10_000
          ? FakeClock.prototype.delay.call(beats, durationMs, signal)
          : own.delay(durationMs, signal),
    });
  };

  const download = async (
    root: string,
    request: Partial<DownloadRequest> = {},
    options: { signal?: AbortSignal; onProgress?: (progress: DownloadProgress) => void } = {},
  ): Promise<DownloadReport> => {
    const deps = { clock: patientClock(), log: silentLog };
    const archive = await Archive.open(root, sampleIdentity, deps, never);
    return await downloadConversation(
      { ...deps, source: source satisfies ConversationSource, archive },
      { ...sampleRequest, ...request },
      options.onProgress ?? (() => undefined),
      options.signal ?? never,
    );
  };

  const absence = (report: DownloadReport): readonly string[] =>
    report.absent.map(({ item, reason }) => `${item}: ${reason}`);
  const paths = (report: DownloadReport): readonly string[] =>
    report.files.map(({ path }) => path).sort();
  const filesOf = async (root: string): Promise<readonly string[]> => {
    const entries = await readdir(join(root, sampleFolder), {
      recursive: true,
      withFileTypes: true,
    });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(root, sampleFolder).length + 1))
      .sort();
  };
  const assertSound = async (root: string): Promise<void> => {
    const verified = await verifyConversation(join(root, sampleFolder), never);
    assert.deepEqual(verified.problems, []);
  };
  const file = (name: string): NonNullable<ReturnType<typeof server.files.get>> => {
    const found = server.files.get(name);
    assert.ok(found !== undefined);
    return found;
  };

  test('stores detail, recordings of every channel and transcripts under the UTC day, whole and hashed', () =>
    withFolder(async (root) => {
      const report = await download(root);
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
      assert.deepEqual(await readFile(join(folder, leftPath)), file('left').body);
      assert.deepEqual(
        gunzipSync(await readFile(join(folder, transcriptPath))),
        file('words').body,
      );
      assert.equal(
        gunzipSync(await readFile(join(folder, 'conversation.json.gz'))).toString(),
        JSON.stringify(data.detail),
      );
      const left = report.files.find(({ path }) => path === leftPath);
      assert.equal(
        left?.storedSha256,
        createHash('sha256').update(file('left').body).digest('hex'),
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
      assert.deepEqual(await readdir(root), ['archive.json', 'conversations']);
    }));

  test('stores no signed link, and everything else of the recording as received', () =>
    withFolder(async (root) => {
      await download(root);
      const stored = async (id: string): Promise<string> =>
        gunzipSync(await readFile(join(root, sampleFolder, `recordings/${id}.json.gz`))).toString();
      const voice = await stored(voiceId);
      assert.ok(!voice.includes('s3cr3t'), voice);
      const expected = structuredClone(data.recordings[0]) as {
        mediaUris: Record<string, unknown>;
      };
      expected.mediaUris = {
        '0': { mediaUri: null, waveformData: [0.5, 0.6] },
        '1': { mediaUri: null, waveformData: [0.5, 0.4] },
      };
      assert.equal(voice, JSON.stringify(expected));
      assert.equal(await stored(chatId), JSON.stringify(data.recordings[1]));
    }));

  test('reads back what it stored', () =>
    withFolder(async (root) => {
      await download(root);
      const deps = { clock, log: silentLog };
      const archive = await Archive.open(root, undefined, deps, never);
      const folder = await archive.find(sampleRequest.conversationId, never);
      assert.equal(folder, join(archive.rootPath, sampleFolder));
      const read = await archive.read(folder, never);
      assert.equal(read.conversation.id, sampleRequest.conversationId);
      assert.equal(read.rawJson, JSON.stringify(data.detail));
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
        { communicationId, recordingId: voiceId, path: join(folder, transcriptPath) },
      ]);
      const listed: string[] = [];
      for await (const { conversationId, day } of archive.list(never)) {
        listed.push(`${day} ${conversationId}`);
      }
      assert.deepEqual(listed, [`2026-11-04 ${sampleRequest.conversationId}`]);
    }));

  test('leaves identical content alone, without fetching media whose validator is known', () =>
    withFolder(async (root) => {
      await download(root);
      const before = await stat(join(root, sampleFolder, leftPath));
      server.requests.length = 0;
      const report = await download(root);
      assert.equal(report.unchangedCount, report.files.length);
      const after = await stat(join(root, sampleFolder, leftPath));
      assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
      assert.equal(report.downloadedBytes, file('words').body.length);
      assert.deepEqual(
        (await filesOf(root)).filter((name) => name.startsWith('history')),
        [],
      );
    }));

  test('compares by content when the storage gives no validator', () =>
    withFolder(async (root) => {
      file('left').hasNoValidator = true;
      await download(root);
      const before = await stat(join(root, sampleFolder, leftPath));
      const report = await download(root);
      assert.equal(report.unchangedCount, report.files.length);
      assert.equal((await stat(join(root, sampleFolder, leftPath))).ino, before.ino);
    }));

  test('moves what was there to the history when a download brings different content', () =>
    withFolder(async (root) => {
      const first = file('left').body;
      await download(root);
      file('left').body = makeWav(200_000, 77);
      await download(root);
      const sha = createHash('sha256').update(first).digest('hex');
      const folder = join(root, sampleFolder);
      assert.deepEqual(await readFile(join(folder, leftPath)), file('left').body);
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
      await download(root);
      file('left').body = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(500, 1)]);
      const report = await download(root, { format: 'OGG_OPUS' });
      assert.ok(paths(report).includes(`recordings/${voiceId}.0.ogg`));
      const names = await filesOf(root);
      assert.ok(!names.includes(leftPath));
      assert.equal(names.filter((name) => name.startsWith('history/')).length, 1);
      await assertSound(root);
    }));

  test('takes over a file that a crash left between rename and manifest', () =>
    withFolder(async (root) => {
      await download(root);
      await rm(join(root, sampleFolder, 'manifest.json'));
      const report = await download(root);
      assert.equal(report.unchangedCount, report.files.length);
      assert.deepEqual(
        (await filesOf(root)).filter((name) => name.startsWith('history')),
        [],
      );
      await assertSound(root);
    }));

  test('repairs a damaged file and keeps the damaged one in the history', () =>
    withFolder(async (root) => {
      await download(root);
      await writeFile(join(root, sampleFolder, leftPath), 'spoilt');
      const report = await download(root);
      assert.deepEqual(await readFile(join(root, sampleFolder, leftPath)), file('left').body);
      assert.equal(report.unchangedCount, report.files.length - 1);
    }));

  test('starts a damaged manifest anew and keeps it', () =>
    withFolder(async (root) => {
      await download(root);
      await writeFile(join(root, sampleFolder, 'manifest.json'), '{"formatVersion":1,');
      await download(root);
      await assertSound(root);
      assert.equal(
        (await filesOf(root)).filter((name) => /^history\/.*manifest\.json$/u.test(name)).length,
        1,
      );
    }));

  test('goes on by range and fresh link when the link expires in the middle', () =>
    withFolder(async (root) => {
      file('left').faults = [{ kind: 'expireAfter', afterBytes: 100_000 }];
      const report = await download(root);
      assert.deepEqual(absence(report), []);
      const resumed = server.requests.filter(
        ({ name, status }) => name === 'left' && status === 206,
      );
      assert.equal(resumed.length, 1);
      assert.match(resumed[0]?.range ?? '', /^bytes=\d{4,}-$/u);
      assert.ok(resumed[0]?.ifRange !== undefined);
      await assertSound(root);
    }));

  test('gives a part up when fresh links expire again and again', () =>
    withFolder(async (root) => {
      file('left').faults = Array.from({ length: 20 }, () => ({ kind: 'expired' }) as const);
      const report = await download(root);
      assert.ok(
        absence(report).includes(`recordings/${voiceId}/0: platformError`),
        absence(report).join(),
      );
      assert.ok(server.requests.filter(({ name }) => name === 'left').length <= 6);
    }));

  test('goes on after cut connections, and starts again where ranges are refused or ignored', () =>
    withFolder(async (root) => {
      file('left').faults = [{ kind: 'cut', afterBytes: 50_000 }, { kind: 'refuseRange' }];
      file('right').faults = [{ kind: 'cut', afterBytes: 50_000 }, { kind: 'ignoreRange' }];
      const report = await download(root);
      assert.deepEqual(absence(report), []);
      await assertSound(root);
    }));

  test('never appends to other content: a changed file is fetched from its start', () =>
    withFolder(async (root) => {
      const { body } = file('left');
      file('left').faults = Array.from(
        { length: 5 },
        () => ({ kind: 'cut', afterBytes: 30_000 }) as const,
      );
      const first = await download(root);
      assert.deepEqual(absence(first), [`recordings/${voiceId}/0: platformError`]);
      assert.ok((await filesOf(root)).includes(`recordings/${voiceId}.0.partial`));
      file('left').body = makeWav(body.length, 99);
      const second = await download(root);
      assert.deepEqual(absence(second), []);
      assert.deepEqual(await readFile(join(root, sampleFolder, leftPath)), file('left').body);
      assert.ok(!(await filesOf(root)).some((name) => name.includes('.partial')));
    }));

  test('an aborted download stops, keeps what is whole, and the next one goes on from its bytes', () =>
    withFolder(async (root) => {
      data = serveSample(server, 3_000_000);
      source = createSource(server, data);
      const stop = new AbortController();
      const aborted = download(
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
      assert.deepEqual(await readdir(root), ['archive.json', 'conversations']);
      const report = await download(root);
      assert.deepEqual(absence(report), []);
      assert.ok(report.downloadedBytes < 6_000_000, String(report.downloadedBytes));
      await assertSound(root);
    }));

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
        file('left').body = body;
        const report = await download(root);
        assert.deepEqual(absence(report), [`recordings/${voiceId}/0: unusable`]);
        assert.ok(
          !(await filesOf(root)).some((name) => name.startsWith(`recordings/${voiceId}.0.`)),
        );
        await assertSound(root);
      }));
  }

  test('a bad second download leaves the good first one in place', () =>
    withFolder(async (root) => {
      await download(root);
      const { body } = file('left');
      file('left').body = Buffer.from('<html></html>');
      await download(root);
      assert.deepEqual(await readFile(join(root, sampleFolder, leftPath)), body);
      await assertSound(root);
    }));

  test('refuses malformed transcript JSON', () =>
    withFolder(async (root) => {
      file('words').body = Buffer.from('{"transcripts": [');
      const report = await download(root);
      assert.deepEqual(absence(report), [`transcripts/${communicationId}/${voiceId}: unusable`]);
      assert.ok(!(await filesOf(root)).some((name) => name.startsWith('transcripts/')));
    }));

  test('names the missing permission and goes on with the rest', () =>
    withFolder(async (root) => {
      source.fetchRecordings = () =>
        Promise.reject(errors.forbidden('Missing permission: recording:recording:view'));
      data.transcripts = { [communicationId]: [{ name: 'words' }] };
      const report = await download(root);
      assert.deepEqual(absence(report), ['recordings: noPermission']);
      assert.match(report.absent[0]?.message ?? '', /recording:recording:view/u);
      assert.ok(paths(report).includes(`transcripts/${communicationId}.json.gz`));
      source = createSource(server, data);
      await download(root);
      const manifest = JSON.parse(
        await readFile(join(root, sampleFolder, 'manifest.json'), 'utf8'),
      );
      assert.deepEqual(manifest.absent, [], 'a later success clears the reason');
    }));

  test('says why recordings have no media, by their state', () =>
    withFolder(async (root) => {
      const states = ['ARCHIVED', 'RESTORING', 'DELETED', 'UPLOADING', 'ERROR', 'AVAILABLE'];
      data.recordings = states.map((fileState, index) => ({
        id: `r${String(index)}`,
        media: 'audio',
        fileState,
      }));
      data.transcripts = {};
      const report = await download(root);
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
      const list = source.fetchRecordings;
      source.fetchRecordings = (id, options, signal) =>
        options.format === 'NONE'
          ? list(id, options, signal)
          : Promise.reject(errors.remote('Still transcoding', { details: { status: 202 } }));
      const report = await download(root);
      assert.deepEqual(absence(report), [`recordings/${voiceId}: transcoding`]);
      assert.ok(paths(report).includes(`recordings/${chatId}.json.gz`));
      assert.ok(paths(report).includes(transcriptPath));
    }));

  test('downloads only the recording that was asked for', () =>
    withFolder(async (root) => {
      const report = await download(root, {
        parts: ['recordings'],
        recordingIds: [parseRecordingId(chatId), parseRecordingId('unknown')],
      });
      assert.deepEqual(paths(report), ['conversation.json.gz', `recordings/${chatId}.json.gz`]);
      assert.deepEqual(absence(report), ['recordings/unknown: notRecorded']);
    }));

  test('a channel key with path tricks is refused and nothing is written outside', () =>
    withFolder(async (root) => {
      const list = source.fetchRecordings;
      source.fetchRecordings = async (id, options, signal) =>
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
      const report = await download(join(root, 'archive'));
      assert.equal(report.absent.filter(({ reason }) => reason === 'unusable').length, 2);
      assert.deepEqual(await readdir(root), ['archive']);
    }));

  test('an expired sign-in ends the download with a clear error', () =>
    withFolder(async (root) => {
      source.fetchTranscriptLinks = () => Promise.reject(errors.auth('Sign in again'));
      await assert.rejects(download(root), (error) => isAppError(error, 'auth'));
      await assertSound(root);
      source = createSource(server, data);
      assert.deepEqual(absence(await download(root)), []);
    }));

  for (const place of ['conversations', join(sampleFolder, 'recordings')]) {
    test(`does not write through a symbolic link in place of ${place.split('/').at(-1) ?? ''}`, () =>
      withFolder(async (root) => {
        const outside = join(root, 'outside');
        const archive = join(root, 'archive');
        await mkdir(outside);
        await mkdir(join(archive, place, '..'), { recursive: true });
        await symlink(outside, join(archive, place));
        await assert.rejects(download(archive), (error) => isAppError(error, 'storage'));
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
      await download(join(root, 'archive'));
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
        this.skip();
      }
      try {
        await assert.rejects(
          download(join(disk, 'archive')),
          (error) => isAppError(error, 'storage') && /disk is full.*safe/u.test(error.message),
        );
        await assertSound(join(disk, 'archive'));
        execFileSync('mount', ['-o', 'remount,size=4m', disk]);
        assert.deepEqual(absence(await download(join(disk, 'archive'))), []);
        await assertSound(join(disk, 'archive'));
        execFileSync('mount', ['-o', 'remount,ro', disk]);
        file('left').body = makeWav(200_000, 5);
        await assert.rejects(
          download(join(disk, 'archive')),
          (error) => isAppError(error, 'storage') && /read-only/u.test(error.message),
        );
        await assertSound(join(disk, 'archive'));
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
    });
  });

  test('concurrent downloads of one conversation take turns and agree', () =>
    withFolder(async (root) => {
      const reports = await Promise.all([download(root), download(root), download(root)]);
      assert.deepEqual(reports.flatMap(absence), []);
      assert.equal(
        reports.reduce((sum, { unchangedCount }) => sum + unchangedCount, 0),
        12,
      );
      await assertSound(root);
    }));

  test('reports bytes that end at the total', () =>
    withFolder(async (root) => {
      const seen: DownloadProgress[] = [];
      await download(root, {}, { onProgress: (progress) => seen.push(progress) });
      const last = seen.at(-1);
      assert.equal(last?.doneBytes, last?.totalBytes);
      assert.equal(last?.doneBytes, 400_000 + file('words').body.length);
      assert.ok(seen.some(({ step }) => step === 'Recording 1 of 2'));
    }));
});
