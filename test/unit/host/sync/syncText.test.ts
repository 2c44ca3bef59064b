import assert from 'node:assert/strict';
import {
  intervalTitle,
  leftText,
  nextAttemptText,
  summaryText,
} from '../../../../src/host/sync/syncText.ts';
import { SyncRate } from '../../../../src/host/sync/syncRate.ts';
import { renderSyncReport } from '../../../../src/host/sync/syncReport.ts';
import { parseConversationId } from '../../../../src/model/ids.ts';
import type { ItemRecord } from '../../../../src/archive/sync/syncEvents.ts';
import { plainLocaliser as l10n } from '../../../support/plainLocaliser.ts';
import { sampleNowMs as nowMs, sampleSnapshot } from '../../../support/syncSample.ts';

const hourMs = 3_600_000;

suite('words of a sync', () => {
  test('name an interval by its days when whole days are meant, else by times', () => {
    const day = (date: number, hour = 0): number => new Date(2026, 10, date, hour).getTime();
    const title = (startMs: number, endMs: number): string =>
      intervalTitle({ startMs, endMs }, nowMs).replaceAll(/\s/gu, ' ');
    assert.equal(title(day(15), day(22)), 'Nov 15 – 21');
    assert.equal(title(day(21), day(22)), 'Nov 21');
    assert.match(title(day(15), day(21, 13)), /Nov 15, 12:00 AM – Nov 21, 1:00 PM/u);
    assert.match(title(new Date(2025, 11, 30).getTime(), day(2)), /2025.*2026/u);
  });

  test('say how long it may take in units that one believes', () => {
    const left = [10_000, 90_000, 90 * 60_000, 5 * hourMs].map((ms) => leftText(ms, l10n));
    assert.deepEqual(left, ['less than a minute left', '2 min left', '90 min left', '5 h left']);
  });

  test('name the next attempt, by date when it is far', () => {
    const text = (nextAttemptAtMs: number | undefined): string | undefined =>
      nextAttemptText({ nextAttemptAtMs }, nowMs, l10n);
    assert.equal(text(undefined), undefined);
    assert.equal(text(nowMs - 1), 'due now');
    assert.match(text(nowMs + hourMs) ?? '', /^next attempt \d+:\d\d/u);
    assert.match(text(nowMs + 48 * hourMs) ?? '', /^next attempt Nov 23/u);
  });

  test('sum up what came, what is missing, what is tried again and what could not be read', () => {
    const snapshot = sampleSnapshot({ phase: 'finished', waitingCount: 2, undecodableCount: 1 });
    assert.equal(
      summaryText(snapshot, l10n),
      'Synced “Nov 15 – 21”: 30 of 100 conversations are complete (5.0 MB). Of 10 something is missing; the report says why. 2 are to be tried again later: resume the sync. 1 could not be read; their text is stored.',
    );
    const none = { foundCount: 0, doneCount: 0, endedCount: 0 };
    assert.match(summaryText(sampleSnapshot(none), l10n), /there are no conversations/u);
  });
});

suite('SyncRate', () => {
  const at = (doneCount: number): ReturnType<typeof sampleSnapshot> =>
    sampleSnapshot({
      doneCount,
      endedCount: 0,
      queuedCount: 100 - doneCount,
      recordingCount: doneCount * 2,
    });

  test('tells nothing before it has measured for a while', () => {
    const rate = new SyncRate();
    rate.add(at(0), nowMs);
    rate.add(at(5), nowMs + 1_000);
    assert.equal(rate.read(at(5)), undefined);
  });

  test('measures over the last minute and reckons with what is left', () => {
    const rate = new SyncRate();
    for (let second = 0; second <= 90; second++) {
      rate.add(at(second < 30 ? 0 : second - 30), nowMs + second * 1_000);
    }
    const speed = rate.read(at(60));
    assert.equal(speed?.conversationsPerSecond, 1);
    assert.equal(speed.recordingsPerSecond, 2);
    assert.equal(speed.remainingMs, 40_000);
  });

  test('promises no end while nothing comes or nobody knows how much there is', () => {
    const rate = new SyncRate();
    rate.add(at(3), nowMs);
    rate.add(at(3), nowMs + 10_000);
    assert.equal(rate.read(at(3))?.remainingMs, undefined);
    rate.add(at(8), nowMs + 20_000);
    assert.equal(rate.read({ ...at(8), isDiscoveryDone: false })?.remainingMs, undefined);
    assert.notEqual(rate.read(at(8))?.remainingMs, undefined);
  });
});

suite('the report of a sync', () => {
  const item = (number: number, changes: Partial<ItemRecord>): ItemRecord => ({
    conversationId: parseConversationId(`conversation-${String(number)}`),
    startMs: nowMs,
    page: 0,
    slot: 0,
    isOpen: false,
    state: 'ended',
    attempts: 1,
    nextAttemptAtMs: 0,
    reasons: ['archived'],
    isUnchanged: false,
    isAskedAgain: false,
    ...changes,
  });

  test('names every reason with its conversations and what to do, and how many it does not name', () => {
    const text = renderSyncReport(
      {
        snapshot: sampleSnapshot({
          phase: 'finished',
          undecodableCount: 1,
          waitingCount: 1,
          failure: undefined,
          recentFailures: [
            { atMs: nowMs, conversationId: undefined, code: 'remote', message: 'broken *here*' },
          ],
        }),
        ended: [item(1, {}), item(2, { reasons: ['archived', 'notTranscribed'] })],
        waiting: [item(3, { state: 'waiting', reasons: ['transcoding'], nextAttemptAtMs: nowMs })],
        undecodablePath: '/archive/sync/one/undecodable',
      },
      l10n,
    );
    assert.match(text, /## In the platform’s cold archive \(10\)\n\nRestore the recordings/u);
    assert.match(text, /- `conversation-1`/u);
    assert.match(text, /- and 8 more/u);
    assert.match(text, /## To be tried again \(1\)\n\n- `conversation-3` · not before/u);
    assert.match(text, /`\/archive\/sync\/one\/undecodable`/u);
    assert.match(text, /broken \\\*here\\\*/u);
  });

  test('shows text from outside as text', () => {
    const base = sampleSnapshot();
    const snapshot = { ...base, request: { ...base.request, title: '[x](command:evil) <b>' } };
    const text = renderSyncReport({ snapshot, ended: [], waiting: [], undecodablePath: '' }, l10n);
    assert.ok(!text.includes('[x](command:evil)'), text.slice(0, 80));
    assert.ok(!text.includes('<b>'), text.slice(0, 80));
  });
});
