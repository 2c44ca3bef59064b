import assert from 'node:assert/strict';
import { reasonCodes } from '../../../../src/archive/absence.ts';
import { syncPhases } from '../../../../src/archive/sync/syncSnapshot.ts';
import {
  childrenOf,
  groupRow,
  settledItemNode,
  syncRow,
} from '../../../../src/host/sync/downloadNodes.ts';
import { reasonAdvice, reasonTitle } from '../../../../src/host/sync/reasonText.ts';
import { downloadContextValues, standingOf } from '../../../../src/host/sync/syncEntry.ts';
import { parseConversationId } from '../../../../src/model/ids.ts';
import { plainLocaliser as l10n } from '../../../support/plainLocaliser.ts';
import { sampleEntry, sampleNowMs as nowMs } from '../../../support/syncSample.ts';

suite('rows of the Downloads view', () => {
  test('tell how far a running sync is, how fast, and when it may be done', () => {
    const entry = {
      ...sampleEntry(),
      speed: { conversationsPerSecond: 2, recordingsPerSecond: 3, remainingMs: 180_000 },
    };
    const row = syncRow(entry, nowMs, l10n);
    assert.equal(row.label, 'Nov 15 – 21');
    assert.equal(row.description, '40 of 100 · 1.5 MB/s · 3 min left');
    assert.equal(row.contextValue, 'sync running ended');
    assert.ok(row.tooltip.includes('5.0 MB · 40 recordings · 46 calls'), row.tooltip.join('\n'));
    assert.ok(row.tooltip.includes('1.5 MB/s · 2.0 conversations/s · 3.0 recordings/s'));
  });

  test('say of a number that is not final that it is about that many', () => {
    const entry = sampleEntry({
      isDiscoveryDone: false,
      estimatedTotal: 1200,
      phase: 'discovering',
    });
    assert.match(syncRow(entry, nowMs, l10n).description, /^40 of ~1,200 · /u);
  });

  test('offer to go on where something is left to do, and only to those who may', () => {
    const standing = (...parameters: Parameters<typeof sampleEntry>): string =>
      standingOf(sampleEntry(...parameters));
    assert.equal(standing({ phase: 'downloading' }, 'otherWindow'), 'elsewhere');
    assert.equal(standing({ phase: 'interrupted' }, 'nobody'), 'stopped');
    assert.equal(standing({ phase: 'cancelled' }, 'nobody'), 'stopped');
    assert.equal(standing({ phase: 'finished', waitingCount: 1 }, 'nobody'), 'stopped');
    assert.equal(standing({ phase: 'finished' }, 'nobody'), 'settled');
  });

  test('are known to the manifest in every phase', () => {
    const known: ReadonlySet<string> = new Set(downloadContextValues);
    for (const phase of syncPhases) {
      for (const worker of ['thisWindow', 'otherWindow', 'nobody'] as const) {
        for (const endedCount of [0, 1]) {
          const row = syncRow(sampleEntry({ phase, endedCount }, worker), nowMs, l10n);
          assert.ok(known.has(row.contextValue), row.contextValue);
          assert.notEqual(row.icon, '');
        }
      }
    }
  });

  test('put what is missing for good into groups by reason, apart from what waits', () => {
    const entry = sampleEntry({
      waitingCount: 4,
      nextAttemptAtMs: nowMs - 1,
      reasonCounts: { archived: 10, transcoding: 4 },
    });
    const groups = childrenOf(entry, l10n).flatMap((node) =>
      node.kind === 'group' ? [groupRow(node.group, entry, nowMs, l10n)] : [],
    );
    assert.deepEqual(
      groups.map(({ label, description }) => `${label}: ${description}`),
      ['Waiting: 4 · due now', 'In the platform’s cold archive: 10'],
    );
  });

  test('keep their ids while their counts change', () => {
    const ids = (doneCount: number): readonly string[] =>
      childrenOf(sampleEntry({ doneCount }), l10n).map(({ id }) => id);
    assert.deepEqual(ids(1), ids(99));
  });

  test('explain a failure and offer the sign-in when that is what is missing', () => {
    const failure = {
      atMs: nowMs,
      conversationId: undefined,
      code: 'auth',
      message: 'Sign in again',
    };
    const [note] = childrenOf(sampleEntry({ phase: 'failed', failure }, 'nobody'), l10n);
    assert.ok(note?.kind === 'note');
    assert.deepEqual(
      [note.row.label, note.row.command],
      ['Sign in again', 'genesysArchive.signIn'],
    );
  });

  test('say that another window is at work, and nothing of its speed', () => {
    const entry = sampleEntry({}, 'otherWindow');
    const labels = childrenOf(entry, l10n).flatMap((node) =>
      node.kind === 'note' ? [node.row.label] : [],
    );
    assert.equal(labels[0], 'Another window is syncing');
    assert.ok(!syncRow(entry, nowMs, l10n).tooltip.some((line) => line.includes('MB/s')));
  });

  test('of a conversation that waits tell when it is tried again and why', () => {
    const node = settledItemNode(
      'one',
      'waiting',
      {
        conversationId: parseConversationId('a'),
        startMs: nowMs,
        page: 0,
        slot: 0,
        isOpen: false,
        state: 'waiting',
        attempts: 2,
        nextAttemptAtMs: nowMs + 60_000,
        reasons: ['transcoding'],
        isUnchanged: false,
        isAskedAgain: false,
      },
      'Billing',
      nowMs,
      l10n,
    );
    assert.equal(node.row.label, 'Billing');
    assert.match(node.row.description, /\d.* · Being converted by the platform$/u);
  });

  test('have a sentence for every reason', () => {
    const titles = reasonCodes.map((reason) => reasonTitle(reason, l10n));
    assert.equal(new Set(titles).size, reasonCodes.length);
    assert.ok(reasonCodes.every((reason) => reasonAdvice(reason, l10n).endsWith('.')));
  });
});
