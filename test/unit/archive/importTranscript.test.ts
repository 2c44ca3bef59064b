import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Archive } from '../../../src/archive/archive.ts';
import {
  importTranscript,
  inspectTranscript,
  type TranscriptImport,
} from '../../../src/archive/importTranscript.ts';
import { readIndexedConversation } from '../../../src/archive/indexing/indexedConversation.ts';
import { checkConversation } from '../../../src/archive/integrity/checkConversation.ts';
import { readManifest, type ManifestFile } from '../../../src/archive/manifest.ts';
import { isAppError, isCancellation } from '../../../src/base/appError.ts';
import { silentLog } from '../../../src/base/log.ts';
import { parseCommunicationId, parseRecordingId } from '../../../src/model/ids.ts';
import {
  idOf,
  openArchive,
  putConversation,
  recordingOf,
  sha256,
} from '../../support/archiveOnDisk.ts';
import { withFolder } from '../../support/archivedSample.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const never = new AbortController().signal;
const startMs = Date.UTC(2026, 10, 4, 22);
const id = idOf(1);
const communicationId = parseCommunicationId(id.replace('c0000000', 'a0000000'));
const recordingId = parseRecordingId(recordingOf(id));
const importedPath = `transcripts/${communicationId}.${recordingId}.imported.json.gz`;
const deps = { clock: new FakeClock(), log: silentLog };

const older = (texts: readonly string[], more: object = {}): string =>
  JSON.stringify({
    conversation: { id },
    participants: [
      { id: 'a', name: 'Ada', role: 'agent' },
      { id: 'c', name: 'Cy', role: 'customer' },
    ],
    transcript: texts.map((text, index) => ({
      start_time: index * 2,
      end_time: index * 2 + 1.5,
      text,
      speaker_id: index % 2 === 0 ? 'c' : 'a',
      confidence: 0.8,
    })),
    ...more,
  });
const platform = (texts: readonly string[]): string =>
  JSON.stringify({
    conversationId: id,
    transcripts: [
      {
        startTime: startMs,
        phrases: texts.map((text, index) => ({
          text,
          participantPurpose: 'external',
          startTimeMs: startMs + index * 1000,
          duration: { milliseconds: 900 },
        })),
      },
    ],
  });

suite('import of a transcript', () => {
  leakCheck();

  interface Bench {
    readonly archive: Archive;
    readonly folderPath: string;
    /** Writes a person's file. @returns its path */
    readonly file: (content: string | Uint8Array, name?: string) => Promise<string>;
    readonly take: (path: string, change?: Partial<TranscriptImport>) => Promise<ManifestFile>;
    readonly said: () => Promise<readonly string[]>;
  }
  const withBench = (task: (bench: Bench) => Promise<void>): Promise<void> =>
    withFolder(async (root) => {
      const archive = await openArchive(join(root, 'archive'));
      const folderPath = await putConversation(archive, {
        id,
        startMs,
        endMs: startMs + 60_000,
        wavBytes: 444,
        phrases: ['of the platform'],
      });
      await task({
        archive,
        folderPath,
        file: async (content, name = 'words.json') => {
          await writeFile(join(root, name), content);
          return join(root, name);
        },
        take: (path, change) =>
          importTranscript(
            archive,
            { conversationId: id, path, communicationId, recordingId, ...change },
            deps,
            never,
          ),
        said: async () => {
          const { items } = await readIndexedConversation(folderPath, never);
          const texts: string[] = [];
          for await (const list of items) {
            texts.push(...list.flatMap((item) => (item.kind === 'phrase' ? [item.text] : [])));
          }
          return texts;
        },
      });
    });

  test('both formats, packed or with a byte order mark, are stored with their origin and found to be sound', () =>
    withBench(async ({ archive, folderPath, file, take, said }) => {
      const variants: readonly (readonly [string, string | Uint8Array])[] = [
        ['older.json', older(['Guten Tag', '你好 👋'])],
        ['marked.json', `\uFEFF${older(['with a mark'])}`],
        ['packed.json.gz', gzipSync(platform(['packed']))],
        ['plain.json', platform(['Zürich', '<b>bold</b>'])],
      ];
      for (const [name, content] of variants) {
        const path = await file(content, name);
        const stored = await take(path);
        assert.equal(stored.path, importedPath);
        assert.equal(stored.source, `Import Transcript: ${name}`);
        assert.equal(stored.communicationId, communicationId);
        assert.equal(stored.recordingId, recordingId);
        const text = gunzipSync(await readFile(join(folderPath, importedPath)));
        assert.equal(stored.contentSha256, sha256(text));
      }
      const { transcripts } = await archive.read(folderPath, never);
      assert.deepEqual(
        transcripts.map(({ importedFrom }) => importedFrom),
        [undefined, 'plain.json'],
        'the one of the platform names no recording: it may be of others',
      );
      assert.ok((await said()).includes('Zürich'));
      const manifest = await readManifest(folderPath, never);
      const history = manifest?.files.filter(({ path }) => path.startsWith('history/')) ?? [];
      assert.equal(history.length, variants.length - 1, 'what was imported before is kept');
      const sealed = sha256(await readFile(join(folderPath, 'manifest.json')));
      const audit = await readFile(join(archive.rootPath, 'audit.jsonl'), 'utf8');
      assert.ok(audit.includes(sealed), 'the manifest is sealed');
      const { findings } = await checkConversation(
        { conversationId: id, folderPath, seal: sealed, depth: 'deep' },
        never,
      );
      assert.deepEqual(
        findings.filter(({ path }) => path === importedPath || path === 'manifest.json'),
        [],
      );
    }));

  test('one of the whole communication stands for that of the platform, which stays', () =>
    withBench(async ({ archive, folderPath, file, take, said }) => {
      await take(await file(older(['mine'])), { recordingId: undefined });
      const { transcripts, manifest } = await archive.read(folderPath, never);
      assert.deepEqual(
        transcripts.map(({ importedFrom }) => importedFrom),
        ['words.json'],
      );
      assert.deepEqual(await said(), ['mine']);
      assert.ok(
        manifest.files.some(({ path }) => path === `transcripts/${communicationId}.json.gz`),
      );
    }));

  test('tells what a file says of itself, in the times of the recording', () =>
    withBench(async ({ file }) => {
      assert.deepEqual(
        await inspectTranscript(
          await file(older(['a', 'b'])),
          { recordingStartMs: startMs },
          never,
        ),
        {
          phraseCount: 2,
          firstMs: startMs,
          lastMs: startMs + 3_500,
          namedConversationId: id,
        },
      );
      const other = older(['a'], { conversation: 'somebody-else' });
      const { namedConversationId } = await inspectTranscript(
        await file(other),
        { recordingStartMs: 0 },
        never,
      );
      assert.equal(namedConversationId, 'somebody-else');
    }));

  test('nonsense is refused with what is wrong with it, and nothing is changed', () =>
    withBench(async ({ archive, folderPath, file, take }) => {
      const before = await readFile(join(folderPath, 'manifest.json'), 'utf8');
      const wrong: readonly (readonly [string | Uint8Array, RegExp])[] = [
        ['', /ends too early/u],
        ['hello', /not an object/u],
        ['[1, 2]', /not an object/u],
        ['{"a": 1}', /no phrases/u],
        [older([]), /no phrases/u],
        ['{"status": "processing"}', /not made yet \(processing\)/u],
        [older(['x']).slice(0, -3), /ends too early/u],
        [new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), /UTF-8/u],
        [gzipSync(older(['x'])).subarray(0, 60), /gzip/u],
        [new Uint8Array(50_000).map((_, index) => (index * 7919) % 256), /no transcript/u],
        [older(['x'], { conversation: '"'.padEnd(20_000_000, 'y') }), /no transcript/u],
        ['['.repeat(100_000), /no transcript/u],
      ];
      for (const [content, message] of wrong) {
        const path = await file(content);
        for (const attempt of [
          (): Promise<unknown> => inspectTranscript(path, { recordingStartMs: 0 }, never),
          (): Promise<unknown> => take(path),
        ]) {
          await assert.rejects(attempt, (error) => {
            assert.ok(isAppError(error, 'input'), String(error));
            assert.match(error.message, message);
            return true;
          });
        }
      }
      await assert.rejects(take(join(archive.rootPath, 'not-there.json')), (error) =>
        isAppError(error, 'storage'),
      );
      const path = await file(older(['x']));
      await assert.rejects(take(path, { conversationId: idOf(9) }), (error) =>
        isAppError(error, 'notFound'),
      );
      await assert.rejects(
        importTranscript(
          archive,
          { conversationId: id, path, communicationId, recordingId },
          deps,
          AbortSignal.abort(),
        ),
        isCancellation,
      );
      assert.equal(await readFile(join(folderPath, 'manifest.json'), 'utf8'), before);
      assert.deepEqual(await readdir(join(folderPath, 'transcripts')), [
        `${communicationId}.json.gz`,
      ]);
    }));

  test('a gzip that unpacks to more than any transcript is stopped on the way', () =>
    withBench(async ({ file }) => {
      const bomb = gzipSync(Buffer.alloc(8 << 20, ' '));
      const limits = { recordingStartMs: 0, maxContentBytes: 1 << 20 };
      await assert.rejects(inspectTranscript(await file(bomb), limits, never), (error) => {
        assert.match(String(error), /larger than any transcript/u);
        assert.ok(isAppError(error, 'input'), String(error));
        return true;
      });
    }));
});
