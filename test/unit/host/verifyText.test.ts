import assert from 'node:assert/strict';
import { renderVerification } from '../../../src/host/integrity/verifyText.ts';
import { parseConversationId } from '../../../src/model/ids.ts';
import type { VerifiedArchiveSummary } from '../../../src/protocol/archiveVerification.ts';
import { plainLocaliser } from '../../support/plainLocaliser.ts';

const sound: VerifiedArchiveSummary = {
  conversationCount: 3,
  deepCount: 1,
  fileCount: 12,
  totalBytes: 2_000_000,
  problemCount: 0,
  noticeCount: 0,
  damagedCount: 0,
  mendableCount: 0,
  unrecordedCount: 0,
  reportPath: '/archive/reports/verify-1.json',
  reportSha256: 'ab',
  audit: {
    lineCount: 4,
    head: { seq: 4, hash: 'cd' },
    problems: [],
    problemCount: 0,
    hasTornLine: false,
  },
};

suite('renderVerification', () => {
  test('says in one line that everything is well, with the counts below', () => {
    const text = renderVerification(sound, [], plainLocaliser);
    assert.match(text, /^\*\*Everything that was looked at is as it was stored\.\*\*$/mu);
    assert.match(text, /^\| Files \| 12 \(2\.0 MB\) \|$/mu);
    assert.match(text, /^\| Hash of its last line \| `cd` \|$/mu);
  });

  test('lists what was found by conversation and line, and takes no markup from names', () => {
    const text = renderVerification(
      {
        ...sound,
        problemCount: 1,
        damagedCount: 1,
        audit: { ...sound.audit, problemCount: 1, problems: [{ line: 2, reason: 'Changed.' }] },
      },
      [
        {
          conversationId: parseConversationId('c1'),
          folder: 'conversations/2026/11/05/c1',
          findings: [
            {
              kind: 'unknownFile',
              severity: 'problem',
              path: '[x](http://x)<b>.wav',
              text: 'The manifest does not know this file.',
              isMendable: false,
            },
            { kind: 'duration', severity: 'notice', path: 'a.wav', text: 'Odd.', isMendable: true },
          ],
        },
      ],
      plainLocaliser,
    );
    assert.match(text, /Problems: 1, in conversations: 1, in the audit log: 1\./u);
    assert.match(text, /^- Line 2: Changed\.$/mu);
    assert.match(text, /^- Notice: a\\?\.wav: Odd\\?\.$/mu);
    assert.doesNotMatch(text, /\[x\]\(http/u);
    assert.doesNotMatch(text, /<b>/u);
  });
});
