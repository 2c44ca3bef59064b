/** Downloads, verification, playing and evidence of archives that are packed in every way. */
import assert from 'node:assert/strict';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { Archive } from '../../../src/archive/archive.ts';
import { defaultPacking, type Packing } from '../../../src/archive/compression.ts';
import type { DownloadReport } from '../../../src/archive/downloadConversation.ts';
import { exportEvidencePackage } from '../../../src/archive/exports/evidencePackage.ts';
import { isHistory } from '../../../src/archive/history.ts';
import { checkConversation } from '../../../src/archive/integrity/checkConversation.ts';
import { readIndexedConversation } from '../../../src/archive/indexing/indexedConversation.ts';
import { readManifest, type ManifestFile } from '../../../src/archive/manifest.ts';
import { prepareRecording } from '../../../src/archive/prepareRecording.ts';
import { verifyConversation } from '../../../src/archive/verifyConversation.ts';
import { silentLog } from '../../../src/base/log.ts';
import { sha256 } from '../../support/archiveOnDisk.ts';
import {
  chatId,
  conversationId,
  sampleFolder,
  sampleIdentity,
  voiceId,
  withFolder,
} from '../../support/archivedSample.ts';
import {
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
import { createRandom } from '../../support/random.ts';
import { readZip } from '../../support/readZip.ts';
import { makeWav } from '../../support/wav.ts';

const packed: Packing = { json: 'zstd', isWavPacked: true };
const detailPaths = { gzip: 'conversation.json.gz', zstd: 'conversation.json.zst' } as const;

suite('an archive that is packed', () => {
  leakCheck();
  const bench = new DownloadBench();
  setup(() => bench.start());
  teardown(() => bench.stop());

  const download = async (
    root: string,
    packing: Packing,
    request: { readonly isForced?: boolean } = {},
  ): Promise<DownloadReport> => {
    bench.packing = packing;
    return await bench.download(root, request);
  };
  const inSample = (root: string, path: string): string => join(root, sampleFolder, path);
  const manifestFiles = async (root: string): Promise<readonly ManifestFile[]> =>
    (await readManifest(join(root, sampleFolder), never))?.files ?? [];
  /** Kinds and paths of what a deep check of the whole folder finds. */
  const findings = async (root: string): Promise<readonly string[]> => {
    const folderPath = join(root, sampleFolder);
    const checked = await checkConversation(
      { conversationId, folderPath, seal: undefined, depth: 'deep' },
      never,
    );
    return checked.findings.map(({ kind, path }) => `${kind} ${path}`);
  };
  const setDetail = (note: string): void => {
    bench.data.detail = { ...(bench.data.detail as object), note };
    bench.restoreSource();
  };

  test('holds JSON as zstd, transcripts and messages as gzip and WAV as gzip, all of it as it came', () =>
    withFolder(async (root) => {
      const report = await download(root, packed);
      assert.deepEqual(
        paths(report),
        [
          'conversation.json.zst',
          `recordings/${voiceId}.0.wav.gz`,
          `recordings/${voiceId}.1.wav.gz`,
          `recordings/${voiceId}.json.zst`,
          `recordings/${chatId}.json.gz`,
          transcriptPath,
        ].sort(),
      );
      assert.deepEqual(await filesOf(root), [...paths(report), 'manifest.json'].sort());
      const detail = await readFile(inSample(root, 'conversation.json.zst'));
      assert.equal(zstdDecompressSync(detail).toString(), JSON.stringify(bench.data.detail));
      const wav = await readFile(inSample(root, `${leftPath}.gz`));
      const { body } = bench.file('left');
      assert.deepEqual(gunzipSync(wav), body);
      const entry = report.files.find(({ path }) => path === `${leftPath}.gz`);
      assert.deepEqual(
        [entry?.storedBytes, entry?.storedSha256, entry?.contentBytes, entry?.contentSha256],
        [wav.length, sha256(wav), body.length, sha256(body)],
      );
      assert.deepEqual(entry?.verifiedAgainst, [
        'ownHash',
        'size',
        'container',
        'duration',
        'outputSize',
      ]);
      assert.deepEqual(await findings(root), []);
      await assertSound(root);
    }));

  test('reads back for the player and for the index as an archive of gzip does', () =>
    withFolder(async (root) => {
      const read = async (name: string, packing: Packing): Promise<readonly unknown[]> => {
        const folder = join(root, name);
        await download(folder, packing);
        const deps = { clock: bench.clock, log: silentLog };
        const archive = await Archive.open(folder, undefined, deps, never);
        const found = await archive.read(join(archive.rootPath, sampleFolder), never);
        const indexed = await readIndexedConversation(join(folder, sampleFolder), never);
        const items: unknown[] = [];
        for await (const list of indexed.items) {
          items.push(...list);
        }
        const links = /Signature=[^"\\]+/gu;
        return JSON.parse(
          JSON.stringify([
            found.rawJson,
            found.conversation,
            found.recordings.map(({ recording }) => recording),
            found.recordings.map(({ files }) => files.map(({ channel }) => channel)),
            indexed.recordings,
            items,
          ]).replaceAll(links, ''),
        ) as readonly unknown[];
      };
      const plain = await read('plain', defaultPacking);
      assert.deepEqual(await read('packed', packed), plain);
      assert.ok(JSON.stringify(plain).includes('Hello, what is'));
    }));

  test('stays as it is when the setting changes and the content does not', () =>
    withFolder(async (root) => {
      for (const [before, after] of [
        [defaultPacking, packed],
        [packed, defaultPacking],
      ] as const) {
        for (const hasNoValidator of [false, true]) {
          bench.file('left').hasNoValidator = hasNoValidator;
          bench.file('right').hasNoValidator = hasNoValidator;
          const folder = join(root, `${before.json}-${String(hasNoValidator)}`);
          await download(folder, before);
          const files = await filesOf(folder);
          const states = await Promise.all(files.map((path) => stat(inSample(folder, path))));
          const report = await download(folder, after);
          assert.equal(report.unchangedCount, report.files.length);
          assert.deepEqual(await filesOf(folder), files);
          for (const [index, path] of files.entries()) {
            const isRewritten = path === 'manifest.json';
            const { ino } = await stat(inSample(folder, path));
            assert.ok(isRewritten || ino === states[index]?.ino, path);
          }
          assert.deepEqual(await findings(folder), []);
        }
      }
    }));

  test('keeps different content in the history as it was packed, and the new one as the setting says', () =>
    withFolder(async (root) => {
      await download(root, defaultPacking);
      const oldDetail = await readFile(inSample(root, detailPaths.gzip));
      const oldLeft = await readFile(inSample(root, leftPath));
      setDetail('changed');
      bench.file('left').body = makeWav(200_000, 9);
      await download(root, packed);
      const newDetail = await readFile(inSample(root, detailPaths.zstd));
      assert.ok(zstdDecompressSync(newDetail).toString().includes('changed'));
      const kept = (await manifestFiles(root)).filter(isHistory);
      assert.deepEqual(
        kept.map(({ path }) => path).sort(),
        [
          `history/${sha256(oldDetail).slice(0, 8)}/${detailPaths.gzip}`,
          `history/${sha256(oldLeft).slice(0, 8)}/${leftPath}`,
        ].sort(),
      );
      const current = await filesOf(root);
      assert.ok(!current.includes(detailPaths.gzip) && !current.includes(leftPath));
      // The right channel is the same still, and so is how it is kept.
      assert.ok(current.includes(rightPath) && current.includes(`${leftPath}.gz`));
      assert.deepEqual(await findings(root), []);
      setDetail('again');
      bench.file('left').body = makeWav(200_000, 10);
      await download(root, defaultPacking);
      assert.equal((await manifestFiles(root)).filter(isHistory).length, 4);
      assert.deepEqual(await findings(root), []);
    }));

  test('is packed anew when everything is fetched anew, without a history of the same content', () =>
    withFolder(async (root) => {
      await download(root, defaultPacking);
      await download(root, packed, { isForced: true });
      const files = (await filesOf(root)).filter((path) => !path.endsWith('manifest.json'));
      assert.deepEqual(
        files.filter((path) => /\.(?:json\.gz|wav)$/u.test(path)),
        [`recordings/${chatId}.json.gz`, transcriptPath],
      );
      assert.deepEqual((await manifestFiles(root)).filter(isHistory), []);
      assert.deepEqual(await findings(root), []);
    }));

  test('loses nothing when a download is killed between a new file and its manifest', () =>
    withFolder(async (root) => {
      // On disk: the manifest of before, and under the other name what the killed download had brought.
      await download(root, defaultPacking);
      const manifest = await readFile(inSample(root, 'manifest.json'));
      const left = await readFile(inSample(root, leftPath));
      const detail = await readFile(inSample(root, detailPaths.gzip));
      setDetail('changed');
      bench.file('left').body = makeWav(200_000, 9);
      await download(root, packed);
      await writeFile(inSample(root, 'manifest.json'), manifest);
      await writeFile(inSample(root, leftPath), left);
      await writeFile(inSample(root, detailPaths.gzip), detail);
      await download(root, packed);
      const current = await filesOf(root);
      assert.ok(!current.includes(leftPath) && !current.includes(detailPaths.gzip));
      assert.deepEqual(
        gunzipSync(await readFile(inSample(root, `${leftPath}.gz`))),
        bench.file('left').body,
      );
      const kept = (await manifestFiles(root))
        .filter(isHistory)
        .map(({ storedSha256 }) => storedSha256);
      assert.deepEqual(kept.toSorted(), [sha256(left), sha256(detail)].sort());
      assert.deepEqual(await findings(root), []);
    }));

  test('any order of settings, changes and repeats leaves one current copy and every older one', () =>
    withFolder(async (root) => {
      const random = createRandom();
      const seenDetails = new Set<string>();
      const seenLefts = new Set<string>();
      for (let run = 0; run < 14; run++) {
        if (run === 0 || random.integer(2) === 0) {
          setDetail(`note ${String(random.integer(4))}`);
          bench.file('left').body = makeWav(200_000, random.integer(4));
        }
        bench.file('left').hasNoValidator = random.integer(2) === 0;
        const packing = {
          json: random.pick(['gzip', 'zstd'] as const),
          isWavPacked: random.integer(2) === 0,
        };
        await download(root, packing, { isForced: random.integer(5) === 0 });
        const detailSha256 = sha256(JSON.stringify(bench.data.detail));
        const leftSha256 = sha256(bench.file('left').body);
        seenDetails.add(detailSha256);
        seenLefts.add(leftSha256);
        const files = await manifestFiles(root);
        const contents = (name: string): readonly string[] =>
          files.filter(({ path }) => path.startsWith(name)).map((file) => file.contentSha256);
        assert.deepEqual(contents('conversation.json'), [detailSha256], random.label);
        assert.deepEqual(contents(leftPath), [leftSha256], random.label);
        const all = new Set(files.map(({ contentSha256 }) => contentSha256));
        for (const one of [...seenDetails, ...seenLefts]) {
          assert.ok(all.has(one), random.label);
        }
        assert.deepEqual(await findings(root), [], random.label);
      }
    }));

  test('verifies what is inside a packed recording: hashes, container and duration', () =>
    withFolder(async (root) => {
      await download(root, packed);
      const path = `${leftPath}.gz`;
      const whole = await readFile(inSample(root, path));
      const lie = async (content: Buffer): Promise<readonly string[]> => {
        const bytes = gzipSync(content);
        await writeFile(inSample(root, path), bytes);
        const manifestPath = inSample(root, 'manifest.json');
        const before = await readFile(manifestPath, 'utf8');
        const manifest = JSON.parse(before);
        const file = manifest.files.find((each: { path: string }) => each.path === path);
        Object.assign(file, {
          storedBytes: bytes.length,
          storedSha256: sha256(bytes),
          contentBytes: content.length,
          contentSha256: sha256(content),
        });
        await writeFile(manifestPath, JSON.stringify(manifest));
        const found = await findings(root);
        await writeFile(manifestPath, before);
        return found;
      };
      assert.deepEqual(await lie(Buffer.from('<html></html>')), [`container ${path}`]);
      assert.deepEqual(await lie(makeWav(200_000, 1).subarray(0, 90_000)), [`container ${path}`]);
      assert.deepEqual(await lie(makeWav(44, 1)), [`container ${path}`]);
      assert.deepEqual(await lie(makeWav(80_000, 1)), [`duration ${path}`]);
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(flipped.readUInt8(whole.length >> 1) ^ 1, whole.length >> 1);
      await writeFile(inSample(root, path), flipped);
      assert.deepEqual(await findings(root), [`hash ${path}`]);
      await download(root, packed);
      assert.deepEqual(await readFile(inSample(root, path)), whole);
      assert.deepEqual(await findings(root), []);
    }));

  test('goes into an evidence package byte for byte, and counts as sound', () =>
    withFolder(async (root) => {
      await download(root, packed);
      const deps = { clock: bench.clock, log: silentLog };
      const archive = await Archive.open(root, sampleIdentity, deps, never);
      const path = join(root, 'evidence.zip');
      await exportEvidencePackage(
        { archive, clock: bench.clock, audit: undefined, verify: verifyConversation },
        path,
        [conversationId],
        () => undefined,
        never,
      );
      const entries = new Map((await readZip(path)).map(({ name, bytes }) => [name, bytes]));
      for (const file of await filesOf(root)) {
        assert.deepEqual(
          entries.get(`conversations/${conversationId}/original/${file}`),
          await readFile(inSample(root, file)),
          file,
        );
      }
      assert.match(String(entries.get('README.md')), /\*\*Sound: all 6 original files/u);
      assert.match(
        String(entries.get(`conversations/${conversationId}/transcript.md`)),
        /transcripts\//u,
      );
    }));

  test('keeps attachments as they came, whatever they are called', () =>
    withFolder(async (root) => {
      const bodies = {
        'backup.json.gz': gzipSync('a backup'),
        'notes.json': Buffer.from('no JSON'),
        'memo.wav': makeWav(2_000, 3),
      };
      const attachments = Object.entries(bodies).map(([name, body]) => {
        bench.server.files.set(name, { body });
        return { name, contentPath: `{link:${name}}`, attachmentId: name };
      });
      bench.data.recordings.push({
        id: 'b0000000-0000-4000-8000-000000000011',
        conversationId,
        media: 'email',
        fileState: 'AVAILABLE',
        emailTranscript: [{ id: 'mail-1', attachments }],
      });
      for (const packing of [defaultPacking, packed]) {
        await download(root, packing);
        const kept = (await manifestFiles(root))
          .filter(({ path }) => path.startsWith('attachments/'))
          .map(({ contentSha256, storedSha256 }) => [contentSha256, storedSha256]);
        const hashes = Object.values(bodies).map((body) => [sha256(body), sha256(body)]);
        assert.deepEqual(kept.toSorted(), hashes.toSorted());
        assert.deepEqual(await findings(root), []);
      }
    }));

  test('plays as the plain recording does', () =>
    withFolder(async (root) => {
      const prepare = async (name: string, packing: Packing): Promise<readonly unknown[]> => {
        const folder = join(root, name);
        await download(folder, packing);
        const deps = { clock: bench.clock, log: silentLog };
        const archive = await Archive.open(folder, undefined, deps, never);
        const found = await archive.read(join(archive.rootPath, sampleFolder), never);
        const files = found.recordings.flatMap((each) => each.files);
        const cache = join(root, `${name}-cache`);
        await mkdir(cache);
        const playablePath = join(cache, `${voiceId}.0123.wav`);
        const { playablePath: path, ...prepared } = await prepareRecording(
          { files, playablePath },
          never,
        );
        assert.deepEqual(await findings(folder), [], 'waveforms belong there');
        const peaks = await Promise.all(files.map(({ peaksPath }) => readFile(peaksPath)));
        return [
          prepared.durationMs,
          prepared.problems,
          prepared.channels.map(({ fileChannel, indexInFile }) => [fileChannel, indexInFile]),
          sha256(await readFile(path ?? '')),
          peaks.map((bytes) => sha256(bytes)),
        ];
      };
      assert.deepEqual(await prepare('packed', packed), await prepare('plain', defaultPacking));
    }));

  test('a file that was renamed to another packing is damaged, not believed', () =>
    withFolder(async (root) => {
      await download(root, defaultPacking);
      await rename(inSample(root, detailPaths.gzip), inSample(root, detailPaths.zstd));
      assert.deepEqual((await findings(root)).toSorted(), [
        `missing ${detailPaths.gzip}`,
        `unknownFile ${detailPaths.zstd}`,
      ]);
      await download(root, defaultPacking);
      assert.ok((await filesOf(root)).includes(detailPaths.gzip));
      assert.ok(!(await filesOf(root)).includes(detailPaths.zstd));
      assert.deepEqual(await findings(root), []);
    }));
});
