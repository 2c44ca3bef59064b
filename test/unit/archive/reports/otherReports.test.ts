import assert from 'node:assert/strict';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { absent } from '../../../../src/archive/absence.ts';
import { writeAvailabilityReport } from '../../../../src/archive/reports/availabilityReport.ts';
import { writeComplianceReport } from '../../../../src/archive/reports/complianceReport.ts';
import { checkListedFile } from '../../../../src/archive/reports/listedFileCheck.ts';
import { bytesText, csvRow } from '../../../../src/archive/reports/tableText.ts';
import {
  idOf,
  openArchive,
  putConversation,
  recordingOf,
  sha256,
} from '../../../support/archiveOnDisk.ts';
import { withFolder } from '../../../support/archivedSample.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

const never = new AbortController().signal;
const nobody = (): void => undefined;
const startMs = Date.UTC(2026, 10, 4, 22);
const one = { id: idOf(1), startMs, endMs: startMs + 60_000, wavBytes: 444 };

suite('availability report', () => {
  test('lists every finished file with size and time, in the tutorials’ shape', () =>
    withFolder(async (root) => {
      const archive = await openArchive(root);
      const folder = await putConversation(archive, one);
      await writeFile(join(folder, 'recordings', 'x.partial'), 'half');
      const deps = {
        archive,
        clock: new FakeClock(),
        audit: undefined,
        checkFile: checkListedFile,
      };
      const written = await writeAvailabilityReport(deps, nobody, never);
      const report = JSON.parse(await readFile(written.jsonPath, 'utf8'));
      assert.deepEqual(Object.keys(report).slice(0, 2), ['generatedAt', 'totalFiles']);
      assert.equal(report.generatedAt, '2026-11-05T12:00:00.000Z');
      assert.equal(report.totalFiles, 6);
      assert.equal(report.records.length, 6);
      const prefix = `conversations/2026/11/04/${one.id}/`;
      assert.ok(report.records.every(({ filename }: any) => filename.startsWith(prefix)));
      const wav = report.records.find(({ filename }: any) => filename.endsWith('.0.wav'));
      assert.equal(wav.sizeBytes, 444);
      assert.match(wav.lastModified, /^20\d\d-.*Z$/u);
      const page = await readFile(written.markdownPath, 'utf8');
      assert.match(page, /\*\*The archive holds 6 files .* of 1 conversation\.\*\*/u);
      assert.match(page, /\| 2026-11-04 \| 1 \| 6 \|/u);
      assert.equal((await readFile(written.csvPath, 'utf8')).trim().split('\r\n').length, 7);
    }));

  test('of an empty archive says so', () =>
    withFolder(async (root) => {
      const archive = await openArchive(root);
      const deps = {
        archive,
        clock: new FakeClock(),
        audit: undefined,
        checkFile: checkListedFile,
      };
      const { jsonPath, markdownPath } = await writeAvailabilityReport(deps, nobody, never);
      assert.deepEqual(JSON.parse(await readFile(jsonPath, 'utf8')).records, []);
      assert.match(await readFile(markdownPath, 'utf8'), /The archive holds no files/u);
    }));
});

suite('compliance report', () => {
  test('hashes every file, tells mismatches from losses, and logs both hashes of a mismatch', () =>
    withFolder(async (root) => {
      const archive = await openArchive(root);
      const folder = await putConversation(archive, {
        ...one,
        absent: [absent('transcripts/x', 'notTranscribed', 'There is none.')],
      });
      await putConversation(archive, { ...one, id: idOf(2), startMs: startMs + 1 });
      const wav = join(folder, `recordings/${recordingOf(one.id)}`);
      await writeFile(`${wav}.0.wav`, 'other');
      await rm(`${wav}.1.wav`);
      const expected = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')).files.find(
        ({ path }: any) => path.endsWith('.0.wav'),
      ).storedSha256;
      const events: any[] = [];
      const written = await writeComplianceReport(
        {
          archive,
          clock: new FakeClock(),
          audit: { append: (kind, details) => Promise.resolve(void events.push([kind, details])) },
          checkFile: checkListedFile,
        },
        nobody,
        never,
      );
      assert.equal(written.jsonPath, join(archive.rootPath, 'reports', 'compliance_report.json'));
      const report = JSON.parse(await readFile(written.jsonPath, 'utf8'));
      const { totalProcessed, successful, failed, checksumErrors } = report;
      assert.deepEqual([totalProcessed, successful, failed, checksumErrors], [11, 8, 2, 1]);
      assert.deepEqual(
        report.entries
          .filter(({ status }: any) => status !== 'success')
          .map((entry: any) => [
            entry.interactionId,
            entry.status,
            entry.checksumValid,
            entry.filePath.replace(/^.*\//u, ''),
            entry.error,
          ]),
        [
          [
            one.id,
            'checksum_mismatch',
            false,
            `${recordingOf(one.id)}.0.wav`,
            'The SHA-256 of the file is not the one in the manifest.',
          ],
          [one.id, 'failed', false, `${recordingOf(one.id)}.1.wav`, 'The file is missing.'],
          [one.id, 'failed', false, 'x', 'There is none.'],
        ],
      );
      assert.deepEqual(events[0], [
        'checksumMismatch',
        {
          conversationId: one.id,
          path: `recordings/${recordingOf(one.id)}.0.wav`,
          expectedSha256: expected,
          computedSha256: sha256('other'),
        },
      ]);
      const page = await readFile(written.markdownPath, 'utf8');
      assert.match(page, /\*\*Not compliant: 1 file with another checksum .*, 1 file missing/u);
      assert.match(page, /Billing · Ada Lovelace/u);
    }));

  test('a manifest that cannot be read is a failure of its conversation, not of the report', () =>
    withFolder(async (root) => {
      const archive = await openArchive(root);
      const folder = await putConversation(archive, one);
      await truncate(join(folder, 'manifest.json'), 50);
      const deps = {
        archive,
        clock: new FakeClock(),
        audit: undefined,
        checkFile: checkListedFile,
      };
      const { failed, totalProcessed } = await writeComplianceReport(deps, nobody, never);
      assert.deepEqual([failed, totalProcessed], [1, 1]);
    }));
});

suite('table text', () => {
  test('makes no formula of what begins like one, whatever stands before it', () => {
    const cells = [
      '=1',
      '+1',
      '-1',
      '@a',
      '\t=1',
      ' =1',
      '\n=1',
      '＝1',
      'a=1',
      -1,
      true,
      undefined,
    ];
    assert.equal(csvRow(cells), `'=1,'+1,'-1,'@a,'\t=1,' =1,"'\n=1",'＝1,a=1,-1,true,\r\n`);
  });

  test('says sizes so that they never round to the next unit', () => {
    assert.deepEqual([1, 999, 1000, 999_949, 999_950, 3_100_000].map(bytesText), [
      '1 byte',
      '999 bytes',
      '1.0 KB',
      '999.9 KB',
      '1.0 MB',
      '3.1 MB',
    ]);
  });
});
