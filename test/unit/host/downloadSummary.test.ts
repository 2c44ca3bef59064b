import assert from 'node:assert/strict';
import type { DownloadReport } from '../../../src/archive/downloadConversation.ts';
import {
  isAnythingMissing,
  summariseDownloads,
} from '../../../src/host/downloads/downloadSummary.ts';

const report = (
  fileCount: number,
  unchangedCount: number,
  messages: readonly string[] = [],
): DownloadReport =>
  ({
    files: Array.from({ length: fileCount }, () => ({})),
    unchangedCount,
    downloadedBytes: 1_500_000,
    absent: messages.map((message) => ({ message })),
  }) as unknown as DownloadReport;

suite('what is said after a download', () => {
  test('counts files and bytes', () => {
    assert.equal(summariseDownloads([report(4, 0)]), 'Downloaded 4 files (1.5 MB).');
    assert.equal(
      summariseDownloads([report(4, 1), report(1, 0)]),
      'Downloaded 4 files of 2 conversations (3.0 MB), 1 unchanged.',
    );
  });

  test('says when nothing had changed', () => {
    assert.equal(
      summariseDownloads([report(1, 1)]),
      'Nothing had changed: the archive holds 1 file already.',
    );
  });

  test('names each reason once', () => {
    assert.equal(
      summariseDownloads([report(1, 0, ['Not transcribed.', 'Not transcribed.', 'Archived'])]),
      'Downloaded 1 file (1.5 MB). Not available: Not transcribed; Archived.',
    );
  });

  test('warns of what somebody should see to, not of what was never there', () => {
    const without = (...reasons: readonly string[]): DownloadReport =>
      ({ absent: reasons.map((reason) => ({ reason })) }) as unknown as DownloadReport;
    assert.equal(isAnythingMissing([without(), without('notRecorded', 'notTranscribed')]), false);
    for (const reason of ['unusable', 'noPermission', 'platformError', 'archived', 'transcoding']) {
      assert.ok(isAnythingMissing([without(), without('notTranscribed', reason)]), reason);
    }
  });
});
