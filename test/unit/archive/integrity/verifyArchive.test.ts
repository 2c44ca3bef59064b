import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Archive } from '../../../../src/archive/archive.ts';
import { AuditLog } from '../../../../src/archive/audit/auditLog.ts';
import { repairConversation } from '../../../../src/archive/integrity/repairConversation.ts';
import { verifyArchive } from '../../../../src/archive/integrity/verifyArchive.ts';
import type { VerifiedArchive } from '../../../../src/archive/integrity/verifyArchive.ts';
import { iterateFindings } from '../../../../src/archive/integrity/verifyReport.ts';
import { deleteConversations } from '../../../../src/archive/retention/deleteConversations.ts';
import { realDisk } from '../../../../src/archive/retention/deletionPorts.ts';
import { errors, isCancellation } from '../../../../src/base/appError.ts';
import { silentLog } from '../../../../src/base/log.ts';
import {
  conversationId,
  sampleFolder,
  sampleIdentity,
  sampleRequest,
  withFolder,
} from '../../../support/archivedSample.ts';
import {
  assertSound,
  DownloadBench,
  leftPath,
  never,
  rightPath,
  transcriptPath,
} from '../../../support/downloadBench.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { leakCheck } from '../../../support/leakCheck.ts';
import { createRandom } from '../../../support/random.ts';

const clock = new FakeClock();

suite('verifyArchive', () => {
  leakCheck();
  const bench = new DownloadBench();
  setup(() => bench.start());
  teardown(() => bench.stop());

  const verify = async (
    root: string,
    { deepPercent = 100, signal = never } = {},
  ): Promise<VerifiedArchive> => {
    // Reports are named by the second.
    await clock.advance(1_000);
    const request = { rootPath: root, deepPercent, sampleSeed: 'seed' };
    return await verifyArchive(request, { clock, log: silentLog }, () => undefined, signal);
  };

  const found = async (root: string, deepPercent = 100): Promise<readonly string[]> => {
    const { reportPath } = await verify(root, { deepPercent });
    const lines: string[] = [];
    for await (const { findings } of iterateFindings(reportPath, never)) {
      lines.push(...findings.map(({ severity, kind, path }) => `${severity} ${kind} ${path}`));
    }
    return lines;
  };

  const repair = async (root: string): Promise<readonly string[]> => {
    const { reportPath } = await verify(root);
    const deps = { clock: bench.clock, log: silentLog };
    const archive = await Archive.open(root, sampleIdentity, deps, never);
    const left: string[] = [];
    for await (const damaged of iterateFindings(reportPath, never)) {
      const { unmended } = await repairConversation(
        { ...deps, source: bench.source, archive },
        damaged,
        sampleRequest,
        () => undefined,
        never,
      );
      left.push(...unmended.map(({ path, reason }) => `${path}: ${reason}`));
    }
    return left;
  };

  const inSample = (root: string, path: string): string => join(root, sampleFolder, path);

  const flipBit = async (path: string, position: number): Promise<void> => {
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position);
    await writeFile(path, bytes);
  };

  const editManifest = async (root: string, edit: (text: string) => string): Promise<void> => {
    const path = inSample(root, 'manifest.json');
    const text = await readFile(path, 'utf8');
    const edited = edit(text);
    assert.notEqual(edited, text);
    await writeFile(path, edited);
  };

  test('does not miss what was deleted on purpose', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const archive = await Archive.open(root, undefined, { clock, log: silentLog }, never);
      await deleteConversations(
        archive,
        [conversationId],
        { reason: 'command' },
        {
          clock,
          log: silentLog,
          disk: realDisk,
          listeners: [],
          openAudit: (rootPath, signal) => AuditLog.open(rootPath, { clock }, signal),
        },
        () => undefined,
        never,
      );
      const verified = await verify(root);
      assert.equal(verified.problemCount, 0);
      assert.equal(verified.conversationCount, 0);
    }));

  test('finds nothing in a sound archive, and writes a report that says what was looked at', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const { reportPath, reportSha256, ...summary } = await verify(root);
      const text = await readFile(reportPath, 'utf8');
      const report = JSON.parse(text);
      assert.equal(createHash('sha256').update(text).digest('hex'), reportSha256);
      assert.equal(report.kind, 'genesysArchiveVerification');
      assert.deepEqual(report.conversations, []);
      assert.equal(summary.problemCount + summary.noticeCount + summary.unrecordedCount, 0);
      assert.deepEqual(
        [report.summary.conversationCount, report.summary.deepCount, report.summary.fileCount],
        [1, 1, 6],
      );
      assert.deepEqual(report.audit.problems, []);
    }));

  test('finds a flipped bit in any file, and a repair brings the original back', () =>
    withFolder(async (root) => {
      const random = createRandom();
      const report = await bench.download(root);
      for (const { path, storedBytes } of report.files) {
        await flipBit(inSample(root, path), random.integer(storedBytes));
      }
      assert.deepEqual(
        (await found(root)).toSorted(),
        report.files.map(({ path }) => `problem hash ${path}`).toSorted(),
        random.label,
      );
      assert.deepEqual(await found(root, 0), [], 'a quick look cannot see it');
      assert.deepEqual(await repair(root), [], random.label);
      assert.deepEqual(await found(root), []);
      assert.deepEqual(await readFile(inSample(root, leftPath)), bench.file('left').body);
      assert.ok((await readdir(inSample(root, 'history'))).length > 0, 'the damaged ones are kept');
      await assertSound(root);
    }));

  test('finds a missing and a cut file by a quick look, and mends both', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await rm(inSample(root, transcriptPath));
      await writeFile(inSample(root, leftPath), 'short');
      assert.deepEqual(await found(root, 0), [
        `problem size ${leftPath}`,
        `problem missing ${transcriptPath}`,
      ]);
      assert.deepEqual(await repair(root), []);
      assert.deepEqual(await found(root), []);
    }));

  test('names swapped files as such, and puts both right', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await rename(inSample(root, leftPath), inSample(root, 'aside'));
      await rename(inSample(root, rightPath), inSample(root, leftPath));
      await rename(inSample(root, 'aside'), inSample(root, rightPath));
      assert.deepEqual((await found(root)).toSorted(), [
        `problem swapped ${leftPath}`,
        `problem swapped ${rightPath}`,
      ]);
      assert.deepEqual(await repair(root), []);
      assert.deepEqual(await readFile(inSample(root, rightPath)), bench.file('right').body);
    }));

  test('finds an edited manifest, and mends it by fetching everything anew', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await editManifest(root, (text) => text.replace('"ownHash"', '"checksum:md5"'));
      assert.deepEqual(await found(root, 0), ['problem manifestEdited manifest.json']);
      assert.deepEqual(await repair(root), []);
      assert.deepEqual(await found(root), ['notice manifestEdited manifest.json']);
    }));

  test('finds a manifest whose hashes were made to fit an edited file, and restores the file', () =>
    withFolder(async (root) => {
      const { files } = await bench.download(root);
      const entry = files.find(({ path }) => path === leftPath);
      const forged = Buffer.from(bench.file('left').body);
      forged.writeUInt8(forged.readUInt8(5_000) ^ 1, 5_000);
      await writeFile(inSample(root, leftPath), forged);
      const sha256 = createHash('sha256').update(forged).digest('hex');
      await editManifest(root, (text) => text.replaceAll(entry?.storedSha256 ?? '?', sha256));
      await assertSound(root);
      assert.deepEqual(await found(root, 0), ['problem manifestEdited manifest.json']);
      assert.deepEqual(await repair(root), []);
      assert.deepEqual(await readFile(inSample(root, leftPath)), bench.file('left').body);
      assert.deepEqual(await found(root), ['notice manifestEdited manifest.json']);
    }));

  test('an edit does not go unnoticed when the conversation is simply downloaded again', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await editManifest(root, (text) => text.replace('"ownHash"', '"checksum:md5"'));
      await bench.download(root);
      assert.deepEqual(await found(root), ['notice manifestEdited manifest.json']);
    }));

  /** A download that is killed before it seals what it wrote. */
  const downloadUnsealed = async (root: string): Promise<void> => {
    const audit = await AuditLog.open(root, { clock }, never);
    await assert.rejects(
      bench.download(
        root,
        {},
        {
          audit: {
            append: (kind, ...rest) =>
              kind === 'conversationStored'
                ? Promise.reject(errors.storage('killed'))
                : audit.append(kind, ...rest),
          },
        },
      ),
    );
  };

  test('a download that was killed before its end is no edit, neither before nor after the next one', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const manifestPath = inSample(root, 'manifest.json');
      const before = await readFile(manifestPath);
      bench.file('left').body = Buffer.concat([bench.file('left').body]).fill(7, 5_000, 6_000);
      await downloadUnsealed(root);
      assert.notDeepEqual(await readFile(manifestPath), before);
      assert.deepEqual(await found(root), []);
      await bench.download(root);
      assert.deepEqual(await found(root), []);
    }));

  test('an edit after a killed download is found, before and after the next one', () =>
    withFolder(async (root) => {
      await bench.download(root);
      bench.file('left').body = Buffer.concat([bench.file('left').body]).fill(7, 5_000, 6_000);
      await downloadUnsealed(root);
      await editManifest(root, (text) => text.replace('"ownHash"', '"checksum:md5"'));
      assert.deepEqual(await found(root, 0), ['problem manifestEdited manifest.json']);
      await bench.download(root);
      assert.deepEqual(await found(root), ['notice manifestEdited manifest.json']);
    }));

  test('a manifest that is gone or nonsense is found and made anew', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await rm(inSample(root, 'manifest.json'));
      assert.deepEqual(await found(root), ['problem manifestMissing manifest.json']);
      assert.deepEqual(await repair(root), []);
      await writeFile(inSample(root, 'manifest.json'), '{');
      assert.equal((await found(root))[0], 'problem manifestDamaged manifest.json');
      assert.deepEqual(await repair(root), []);
    }));

  test('finds a whole conversation that is gone, unless the audit log says it was deleted', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await rm(join(root, sampleFolder), { recursive: true });
      assert.deepEqual(await found(root), ['problem conversationMissing ']);
      assert.deepEqual(await repair(root), []);
      assert.deepEqual(await found(root), ['notice manifestEdited manifest.json']);
      await rm(join(root, sampleFolder), { recursive: true });
      const audit = await AuditLog.open(root, { clock }, never);
      await audit.append('conversationDeleted', { conversationId, manifestSha256: null }, never);
      assert.deepEqual(await found(root), []);
    }));

  test('finds what does not belong there, and leaves it alone', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await writeFile(inSample(root, 'recordings/extra.wav'), 'x');
      await writeFile(inSample(root, 'notes.json'), '{}');
      await writeFile(inSample(root, leftPath.replace('.wav', '.dat')), 'peaks');
      await mkdir(inSample(root, 'history/aaaaaaaa'), { recursive: true });
      await writeFile(inSample(root, 'history/aaaaaaaa/planted.json'), 'x');
      await symlink('/etc/hostname', inSample(root, 'link'));
      assert.deepEqual((await found(root)).toSorted(), [
        'problem unknownFile history/aaaaaaaa/planted.json',
        'problem unknownFile link',
        'problem unknownFile recordings/extra.wav',
      ]);
      assert.equal((await repair(root)).length, 3);
      assert.equal(await readFile(inSample(root, 'recordings/extra.wav'), 'utf8'), 'x');
    }));

  test('says why something could not be mended', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await flipBit(inSample(root, leftPath), 3_000);
      bench.source.fetchRecordings = () =>
        Promise.reject(errors.forbidden('Missing permission: recording:recording:view'));
      assert.deepEqual(await repair(root), [
        `${leftPath}: Missing permission: recording:recording:view`,
      ]);
      bench.source.fetchConversation = () =>
        Promise.reject(errors.notFound('No such conversation'));
      assert.deepEqual(await repair(root), [`${leftPath}: No such conversation`]);
    }));

  test('a folder under the name of another conversation is found', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const other = join(dirname(join(root, sampleFolder)), 'c0000000-0000-4000-8000-000000000009');
      await rename(join(root, sampleFolder), other);
      assert.deepEqual((await found(root)).toSorted(), [
        'problem conversationMissing ',
        'problem wrongFolder manifest.json',
      ]);
    }));

  test('an edited line of the audit log is in the report, whichever line it is', () =>
    withFolder(async (root) => {
      for (let count = 0; count < 3; count++) {
        await bench.download(root);
      }
      const path = join(root, 'audit.jsonl');
      const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
      for (const index of lines.keys()) {
        const edited = lines.map((line, each) =>
          each === index ? line.replace('"conversationId":', '"added":1,"conversationId":') : line,
        );
        await writeFile(path, `${edited.join('\n')}\n`);
        const { audit } = await verify(root);
        assert.equal(audit.problems[0]?.line, index + 1);
      }
    }));

  test('a conversation from before the audit log is no problem, but counted', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await rm(join(root, 'audit.jsonl'));
      await rm(join(root, 'audit.head.json'));
      const { problemCount, unrecordedCount } = await verify(root);
      assert.deepEqual([problemCount, unrecordedCount], [0, 1]);
    }));

  test('a cancelled verification leaves no report', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const stop = new AbortController();
      const request = { rootPath: root, deepPercent: 100, sampleSeed: '' };
      const cancelled = verifyArchive(
        request,
        { clock, log: silentLog },
        () => {
          stop.abort();
        },
        stop.signal,
      );
      await assert.rejects(cancelled, isCancellation);
      assert.deepEqual(await readdir(join(root, 'reports')), []);
    }));

  test('changes nothing but adding its report', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const listing = async (): Promise<readonly string[]> =>
        (await readdir(root, { recursive: true })).filter((name) => !name.startsWith('reports'));
      const before = await listing();
      await utimes(inSample(root, leftPath), 1, 1);
      await verify(root);
      assert.deepEqual(await listing(), before);
    }));
});
