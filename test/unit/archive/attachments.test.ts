import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readManifest } from '../../../src/archive/manifest.ts';
import { parseRecordingId } from '../../../src/model/ids.ts';
import { conversationId, sampleFolder, withFolder } from '../../support/archivedSample.ts';
import {
  absence,
  assertSound,
  DownloadBench,
  filesOf,
  never,
  paths,
} from '../../support/downloadBench.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { makeWav } from '../../support/wav.ts';

const mailId = 'b0000000-0000-4000-8000-000000000011';
const chatId = 'b0000000-0000-4000-8000-000000000012';
const screenId = 'b0000000-0000-4000-8000-000000000013';

const recording = (id: string, media: string, rest: object): object => ({
  id,
  conversationId,
  media,
  fileState: 'AVAILABLE',
  ...rest,
});
const mail = (attachments: readonly object[], id = 'mail-1'): object =>
  recording(mailId, 'email', { emailTranscript: [{ id, attachments }] });
const messages = (messageMediaAttachments: readonly object[], id = 'message-1'): object =>
  recording(chatId, 'messaging', { messagingTranscript: [{ id, messageMediaAttachments }] });

suite('attachments of messages and e-mails', () => {
  leakCheck();
  const bench = new DownloadBench();
  setup(async () => {
    await bench.start();
    bench.server.files.set('invoice', { body: Buffer.from('%PDF-1.7 invoice') });
    bench.server.files.set('photo', { body: Buffer.alloc(300_000, 7), contentType: 'image/png' });
    bench.data.transcripts = {};
  });
  teardown(() => bench.stop());
  const attachmentsOf = async (root: string): Promise<readonly string[]> =>
    (await filesOf(root)).filter((path) => path.startsWith('attachments'));
  const pathsOf = (list: readonly string[]): readonly string[] =>
    list.filter((path) => path.startsWith('attachments'));

  test('are stored under their message with safe names, hashed, and without their links', () =>
    withFolder(async (root) => {
      const link = '{link:invoice}';
      bench.data.recordings = [
        mail([
          { name: '../../invoice.pdf', contentPath: link, attachmentId: 'a', contentLength: 16 },
        ]),
        messages([{ id: 'p', name: 'photo.png', url: '{link:photo}', contentLength: 5 }]),
      ];
      const report = await bench.download(root);
      assert.deepEqual(absence(report), [
        'transcripts/a0000000-0000-4000-8000-000000000001: notTranscribed',
      ]);
      const expected = ['attachments/mail-1/invoice.pdf', 'attachments/message-1/photo.png'];
      assert.deepEqual(pathsOf(paths(report)), expected);
      assert.deepEqual(await attachmentsOf(root), expected);
      const folder = join(root, sampleFolder);
      const stored = await readFile(join(folder, 'attachments', 'message-1', 'photo.png'));
      assert.deepEqual(stored, bench.file('photo').body);
      const manifest = await readManifest(folder, never);
      const entry = manifest?.files.find(({ path }) => path === expected[0]);
      assert.deepEqual(entry?.verifiedAgainst, ['ownHash', 'size', 'outputSize']);
      assert.equal(entry.recordingId, mailId);
      const photo = manifest?.files.find(({ path }) => path === expected[1]);
      assert.deepEqual(photo?.verifiedAgainst, ['ownHash', 'size'], 'the stated size is another');
      const object = gunzipSync(await readFile(join(folder, 'recordings', `${mailId}.json.gz`)));
      assert.ok(!object.toString().includes('Signature'), 'links are not stored');
      await assertSound(root);
    }));

  test('are not taken from the web page of a proxy, but a page that was sent is', () =>
    withFolder(async (root) => {
      const page = Buffer.from('<!doctype html><title>Proxy</title>');
      bench.server.files.set('page', { body: page, contentType: 'text/html; charset=utf-8' });
      bench.data.recordings = [
        mail([
          { name: 'offer.pdf', contentPath: '{link:page}', attachmentId: 'a', contentLength: 16 },
          { name: 'saved.html', contentPath: '{link:page}', attachmentId: 'b' },
          {
            name: 'page',
            contentPath: '{link:page}',
            attachmentId: 'c',
            contentLength: page.length,
          },
        ]),
      ];
      const report = await bench.download(root, { parts: ['recordings'] });
      assert.deepEqual(absence(report), ['attachments/mail-1/offer.pdf: unusable']);
      assert.deepEqual(await attachmentsOf(root), [
        'attachments/mail-1/page',
        'attachments/mail-1/saved.html',
      ]);
    }));

  test('are not taken from an answer of another kind and size than stated', () =>
    withFolder(async (root) => {
      const sound = Buffer.alloc(44);
      bench.server.files.set('sound', { body: sound, contentType: 'audio/wav' });
      bench.server.files.set('plain', { body: sound, contentType: 'application/octet-stream' });
      const of = (id: string, contentLength: number | undefined, contentType: string): object => ({
        ...{ name: `${id}.png`, contentPath: '{link:sound}', attachmentId: id },
        ...{ contentLength, contentType },
      });
      bench.data.recordings = [
        mail([
          of('other', 900, 'image/png'),
          of('asLarge', 44, 'image/png'),
          of('unstated', undefined, 'image/png'),
          of('ofTheKind', 900, 'audio/x-wav'),
          { ...of('anyKind', 900, 'image/png'), contentPath: '{link:plain}' },
        ]),
      ];
      const report = await bench.download(root, { parts: ['recordings'] });
      assert.deepEqual(absence(report), ['attachments/mail-1/other.png: unusable']);
      assert.equal((await attachmentsOf(root)).length, 4);
    }));

  test('are left alone by a second download, and replaced with history when they change', () =>
    withFolder(async (root) => {
      bench.data.recordings = [
        mail([{ name: 'invoice.pdf', contentPath: '{link:invoice}', attachmentId: 'a' }]),
      ];
      await bench.download(root);
      const again = await bench.download(root);
      assert.equal(again.unchangedCount, again.files.length);
      assert.equal(again.downloadedBytes, 0, 'the same strong ETag is not read again');
      bench.server.files.set('invoice', { body: Buffer.from('%PDF-1.7 another') });
      await bench.download(root);
      const files = await filesOf(root);
      assert.ok(
        files.some((path) => /^history\/\w{8}\/attachments\/mail-1\/invoice\.pdf$/u.test(path)),
      );
      await assertSound(root);
    }));

  test('that share a name get names of their own, the same ones each time, whatever is asked for', () =>
    withFolder(async (root) => {
      const twins = [
        { name: 'Invoice.pdf', contentPath: '{link:invoice}', attachmentId: 'a' },
        { name: 'invoice.PDF', contentPath: '{link:photo}', attachmentId: 'b' },
      ];
      // The same message in two recordings is one.
      bench.data.recordings = [mail(twins), { ...mail(twins), id: chatId }];
      const first = pathsOf(paths(await bench.download(root)));
      assert.equal(first.length, 2);
      assert.equal(new Set(first.map((path) => path.toLowerCase())).size, 2);
      bench.data.recordings.reverse();
      const recordingIds = [parseRecordingId(mailId), parseRecordingId(chatId)];
      assert.deepEqual(pathsOf(paths(await bench.download(root, { recordingIds }))), first);
      assert.deepEqual(await attachmentsOf(root), first);
    }));

  test('are absent with a reason when they have no link, no usable message or are gone', () =>
    withFolder(async (root) => {
      bench.data.recordings = [
        messages([{ id: 'p', name: 'photo.png' }]),
        { ...mail([{ name: 'x.pdf', contentPath: 'file:///etc/passwd' }], '../mail'), id: mailId },
        recording(screenId, 'email', {
          emailTranscript: [
            { id: 'm', attachments: [{ name: 'gone.pdf', contentPath: '{link:gone}' }, 'x'] },
          ],
        }),
      ];
      const report = await bench.download(root, { parts: ['recordings'] });
      assert.deepEqual(absence(report), [
        'attachments/#2: unusable',
        'attachments/m/gone.pdf: deletedByRetention',
        'attachments/message-1/photo.png: platformError',
      ]);
      assert.deepEqual(await attachmentsOf(root), []);
      bench.server.files.set('gone', { body: Buffer.from('back') });
      const again = await bench.download(root, { parts: ['recordings'] });
      assert.ok(!absence(again).some((line) => line.includes('gone.pdf')));
      const manifest = await readManifest(join(root, sampleFolder), never);
      assert.equal(manifest?.absent.length, 2, 'what came is not absent any more');
    }));

  test('go on with a fresh link when theirs expires, and where a connection broke', () =>
    withFolder(async (root) => {
      bench.file('photo').faults = [
        { kind: 'expired' },
        { kind: 'cut', afterBytes: 200_000 },
        { kind: 'expireAfter', afterBytes: 10_000 },
      ];
      bench.data.recordings = [
        messages([
          { id: 'q', name: 'other.png', url: '{link:invoice}' },
          { id: 'p', name: 'photo.png', url: '{link:photo}' },
        ]),
      ];
      const report = await bench.download(root, { parts: ['recordings'] });
      assert.deepEqual(absence(report), []);
      const stored = await readFile(
        join(root, sampleFolder, 'attachments', 'message-1', 'photo.png'),
      );
      assert.deepEqual(stored, bench.file('photo').body);
      assert.ok((await attachmentsOf(root)).every((path) => !path.includes('partial')));
    }));

  test('a recording of a screen is left out on purpose unless it is wanted or named', () =>
    withFolder(async (root) => {
      bench.server.files.set('screen', { body: makeWav(20_000, 3) });
      bench.data.recordings = [
        recording(screenId, 'screen', { mediaUris: { '0': { mediaUri: '{link:screen}' } } }),
      ];
      const parts = ['recordings'] as const;
      assert.deepEqual(absence(await bench.download(root, { parts })), [
        `recordings/${screenId}: notWanted`,
      ]);
      assert.ok((await filesOf(root)).includes(`recordings/${screenId}.json.gz`));
      assert.ok(!(await filesOf(root)).includes(`recordings/${screenId}.0.wav`));
      const named = await bench.download(root, {
        parts,
        recordingIds: [parseRecordingId(screenId)],
      });
      assert.deepEqual(absence(named), []);
      const wanted = await bench.download(root, { parts, includeScreen: true });
      assert.ok(paths(wanted).includes(`recordings/${screenId}.0.wav`));
    }));
});
