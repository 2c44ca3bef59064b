import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { absent } from '../../../../src/archive/absence.ts';
import type { Archive } from '../../../../src/archive/archive.ts';
import {
  exportEvidencePackage,
  type EvidencePackage,
} from '../../../../src/archive/exports/evidencePackage.ts';
import { zipStream } from '../../../../src/archive/exports/zipStream.ts';
import { verifyConversation } from '../../../../src/archive/verifyConversation.ts';
import type { AuditPort } from '../../../../src/archive/reports/reportPorts.ts';
import { isAppError, isCancellation } from '../../../../src/base/appError.ts';
import type { ConversationId } from '../../../../src/model/ids.ts';
import {
  idOf,
  openArchive,
  putConversation,
  recordingOf,
  sha256,
} from '../../../support/archiveOnDisk.ts';
import { withFolder } from '../../../support/archivedSample.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { leakCheck } from '../../../support/leakCheck.ts';
import { readZip } from '../../../support/readZip.ts';

const never = new AbortController().signal;
const startMs = Date.UTC(2026, 10, 4, 22);
const one = {
  id: idOf(1),
  startMs,
  endMs: startMs + 60_000,
  wavBytes: 400_044,
  phrases: ['Hello, *who* is <b>there</b>?', 'Ada speaking.'],
  absent: [absent('recordings/x', 'archived', 'It is in the cold archive.')],
};

async function pack(
  archive: Archive,
  path: string,
  ids: readonly ConversationId[],
  options: { audit?: AuditPort; nowMs?: number; signal?: AbortSignal } = {},
): Promise<EvidencePackage> {
  return await exportEvidencePackage(
    {
      archive,
      clock: new FakeClock(options.nowMs),
      audit: options.audit,
      verify: verifyConversation,
    },
    path,
    ids,
    () => undefined,
    options.signal ?? never,
  );
}

suite('evidence package', () => {
  leakCheck();

  test('holds the originals byte for byte with sums that another program confirms', () =>
    withFolder(async (root) => {
      const archive = await openArchive(join(root, 'archive'));
      const folder = await putConversation(archive, one);
      const path = join(root, 'evidence.zip');
      const events: unknown[] = [];
      const audit: AuditPort = {
        append: (kind, details) => Promise.resolve(void events.push([kind, details])),
      };
      const written = await pack(archive, path, [one.id], { audit });
      const entries = new Map((await readZip(path)).map((entry) => [entry.name, entry]));
      const original = `conversations/${one.id}/original/`;
      const originals = [...entries.keys()].filter((name) => name.startsWith(original));
      assert.deepEqual(originals.map((name) => name.slice(original.length)).sort(), [
        'conversation.json.gz',
        'manifest.json',
        'names.json.gz',
        `recordings/${recordingOf(one.id)}.0.wav`,
        `recordings/${recordingOf(one.id)}.1.wav`,
        `recordings/${recordingOf(one.id)}.json.gz`,
        `transcripts/${one.id.replace('c', 'a')}.json.gz`,
      ]);
      for (const name of originals) {
        const stored = await readFile(join(folder, name.slice(original.length)));
        assert.ok(entries.get(name)?.bytes.equals(stored), name);
      }
      const sums = entries.get('SHA256SUMS')?.bytes.toString() ?? '';
      const lines = sums.trim().split('\n');
      assert.equal(lines.length, entries.size - 1);
      for (const line of lines) {
        const [hash, name = ''] = line.split('  ');
        assert.equal(sha256(entries.get(name)?.bytes ?? ''), hash, name);
      }
      const proof = JSON.parse(await readFile(`${path}.proof.json`, 'utf8'));
      assert.equal(proof.sha256, sha256(await readFile(path)));
      assert.deepEqual(
        [proof.conversations, proof.problems, proof.files, proof.exportedAt],
        [1, 0, 11, '2026-11-05T12:00:00.000Z'],
      );
      assert.deepEqual(
        events.map(([kind, details]: any) => [kind, details.sha256]),
        [['exportEvidence', written.sha256]],
      );
      assert.deepEqual((await readdir(root)).sort(), [
        'archive',
        'evidence.zip',
        'evidence.zip.proof.json',
      ]);
    }));

  test('has the notes of people on a page of their own, without the reason of a hold', () =>
    withFolder(async (root) => {
      const archive = await openArchive(join(root, 'archive'));
      const folder = await putConversation(archive, one);
      const time = '2026-11-05T00:00:00.000Z';
      const notesPath = join(folder, 'notes.json');
      const path = join(root, 'evidence.zip');
      const page = async (): Promise<string | undefined> => {
        await pack(archive, path, [one.id]);
        return (await readZip(path))
          .find(({ name }) => name === `conversations/${one.id}/notes.md`)
          ?.bytes.toString();
      };
      assert.equal(await page(), undefined);
      const notes = [
        { id: 'b', text: 'Later', fromMs: 9000, createdAt: time, updatedAt: time },
        { id: 'a', text: '<b>', tags: ['x'], createdAt: time, updatedAt: time },
      ];
      const legalHold = { since: time, reason: 'secret case' };
      await writeFile(notesPath, JSON.stringify({ formatVersion: 1, tags: [], notes, legalHold }));
      const text = (await page()) ?? '';
      assert.match(text, /\*\*overall\*\* \\<b\\> \\#x .*\n\n- \*\*00:00:09\*\* Later /u);
      assert.doesNotMatch(text, /secret/u);
      await writeFile(notesPath, '{');
      assert.match((await page()) ?? '', /damaged/u);
    }));

  test('unzip and Python find it sound, where they are installed', async function () {
    await withFolder(async (root) => {
      const archive = await openArchive(join(root, 'archive'));
      await putConversation(archive, one);
      const path = join(root, 'evidence.zip');
      await pack(archive, path, [one.id]);
      const run = promisify(execFile);
      let checkedCount = 0;
      for (const [command, ...args] of [
        ['unzip', '-tq', path],
        ['python3', '-m', 'zipfile', '-t', path],
      ] as const) {
        try {
          const { stdout } = await run(command, args);
          assert.match(stdout, /No errors detected|Done testing/u);
          checkedCount++;
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
            throw error;
          }
        }
      }
      if (checkedCount === 0) {
        this.skip();
      }
    });
  });

  test('tells who said what and when by name, as text and never as markup', () =>
    withFolder(async (root) => {
      const archive = await openArchive(join(root, 'archive'));
      await putConversation(archive, one);
      await pack(archive, join(root, 'e.zip'), [one.id]);
      const text = new Map(
        (await readZip(join(root, 'e.zip'))).map(({ name, bytes }) => [
          name.split('/').at(-1),
          bytes.toString(),
        ]),
      );
      const transcript = text.get('transcript.md') ?? '';
      assert.match(
        transcript,
        /\*\*00:00:00 \\\+12025551000 \\\(Customer\\\):\*\* Hello, \\\*who/u,
      );
      assert.match(transcript, /\*\*00:00:05 Ada Lovelace \\\(Agent\\\):\*\* Ada speaking\./u);
      assert.ok(!transcript.includes('<b>'));
      const sheet = text.get('metadata.md') ?? '';
      assert.match(sheet, /\| Agents \| Ada Lovelace \|/u);
      assert.match(sheet, /\| recordings\/x \| archived \| It is in the cold archive\. \|/u);
      assert.match(text.get('README.md') ?? '', /\*\*Sound: all 6 original files of 1 conv/u);
    }));

  test('is the same for the same content, whenever it is made and in whatever order it is asked for', () =>
    withFolder(async (root) => {
      const archive = await openArchive(join(root, 'archive'));
      await putConversation(archive, one);
      await putConversation(archive, { ...one, id: idOf(2), startMs: startMs + 1 });
      const first = await pack(archive, join(root, 'a.zip'), [idOf(1), idOf(2)]);
      const second = await pack(archive, join(root, 'b.zip'), [idOf(2), idOf(1), idOf(2)], {
        nowMs: Date.UTC(2030, 5, 1),
      });
      assert.equal(first.sha256, second.sha256);
      assert.equal(first.conversationCount, 2);
    }));

  test('a changed, a missing and a broken original are packed as they are, and the first page says so', () =>
    withFolder(async (root) => {
      const archive = await openArchive(join(root, 'archive'));
      const folder = await putConversation(archive, one);
      const recording = join(folder, `recordings/${recordingOf(one.id)}`);
      await appendFile(`${recording}.0.wav`, 'x');
      await rm(`${recording}.1.wav`);
      await writeFile(join(folder, 'conversation.json.gz'), 'no gzip');
      const { problemCount } = await pack(archive, join(root, 'e.zip'), [one.id]);
      assert.equal(problemCount, 3);
      const entries = await readZip(join(root, 'e.zip'));
      const textOf = (name: string): string =>
        entries.find((entry) => entry.name.endsWith(name))?.bytes.toString() ?? '';
      assert.match(textOf('README.md'), /\*\*Not sound: 3 problems in 6 original files/u);
      const verification = JSON.parse(textOf('verification.json'));
      assert.equal(verification.isSound, false);
      assert.deepEqual(
        verification.files
          .filter(({ state }: any) => state !== 'same')
          .map(({ path, state }: any) => [path.replace(/^.*\./u, ''), state]),
        [
          ['gz', 'changed'],
          ['wav', 'changed'],
          ['wav', 'missing'],
        ],
      );
    }));

  test('cancelled or failed, it leaves nothing and keeps what had its name', () =>
    withFolder(async (root) => {
      const archive = await openArchive(join(root, 'archive'));
      await putConversation(archive, one);
      const path = join(root, 'out.zip');
      await writeFile(path, 'before');
      await assert.rejects(pack(archive, path, [one.id, idOf(9)]), (error) =>
        isAppError(error, 'notFound'),
      );
      const stop = new AbortController();
      await assert.rejects(
        exportEvidencePackage(
          {
            archive,
            clock: new FakeClock(),
            audit: undefined,
            verify: async (folder, signal) => {
              stop.abort();
              return await verifyConversation(folder, signal);
            },
          },
          path,
          [one.id],
          () => undefined,
          stop.signal,
        ),
        isCancellation,
      );
      assert.deepEqual((await readdir(root)).sort(), ['archive', 'out.zip']);
      assert.equal(await readFile(path, 'utf8'), 'before');
    }));
});

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
  }
  return sizeBytes;
}

suite('zip stream', () => {
  test('a file that grows while it is read fails the zip instead of breaking it', async () => {
    const zip = zipStream(async (entries) => {
      await entries.add(
        'a',
        2,
        (async function* () {
          yield await Promise.resolve(Buffer.from('abc'));
        })(),
      );
    });
    await assert.rejects(drain(zip), (error) => isAppError(error, 'corrupt'));
  });

  test('who stops reading ends the filling', async () => {
    let isEnded = false;
    const endless = async function* (): AsyncIterable<Uint8Array> {
      try {
        for (;;) {
          yield await Promise.resolve(Buffer.alloc(1 << 16));
        }
      } finally {
        isEnded = true;
      }
    };
    for await (const chunk of zipStream(async (entries) => {
      await entries.add('endless', Number.MAX_SAFE_INTEGER, endless());
    })) {
      assert.ok(chunk.length > 0);
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isEnded, true);
  });
});
