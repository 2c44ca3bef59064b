/** Words for syncs: their state, counts and speed, for rows, notifications and the status. Pure. */
import type { SyncCalls, SyncPhase, SyncSnapshot } from '../../archive/sync/syncSnapshot.ts';
import type { Interval } from '../../model/interval.ts';
import { formatTime } from '../conversations/format.ts';
import type { Localiser } from '../ports/localiser.ts';
import { formatBytes } from '../progressText.ts';
import type { SyncEntry } from './syncEntry.ts';
import type { SyncSpeed } from './syncRate.ts';

const shortDay = { month: 'short', day: 'numeric' } as const;
const timeOfDay = { hour: 'numeric', minute: '2-digit' } as const;
const minuteMs = 60_000;
const hourMs = 3_600_000;

/** `Nov 15 – 21`, or with times when not whole days are meant: short, since the counts stand beside it. */
export function intervalTitle({ startMs, endMs }: Interval, nowMs: number): string {
  const start = new Date(startMs);
  const end = new Date(endMs);
  const isMidnight = (date: Date): boolean =>
    date.getHours() + date.getMinutes() + date.getSeconds() === 0;
  const isWhole = isMidnight(start) && isMidnight(end);
  const thisYear = new Date(nowMs).getFullYear();
  const format = new Intl.DateTimeFormat(undefined, {
    ...shortDay,
    ...(isWhole ? {} : timeOfDay),
    ...(start.getFullYear() === thisYear ? {} : { year: 'numeric' as const }),
  });
  return format.formatRange(start, new Date(isWhole ? endMs - 1 : endMs));
}

/** `Nov 18, 1:36 PM`. */
export function shortTime(timeMs: number): string {
  return new Date(timeMs).toLocaleString(undefined, { ...shortDay, ...timeOfDay });
}

/** What stands beside the title: `312 of 1,204 · 4.1 MB/s · 3 min left`. */
export function progressText(entry: SyncEntry, nowMs: number, l10n: Localiser): string {
  const { snapshot, worker, speed } = entry;
  const state = stateText(entry, nowMs, l10n);
  const isBusy = snapshot.phase === 'discovering' || snapshot.phase === 'downloading';
  const counts = isCounted(snapshot) ? [countText(snapshot, l10n)] : [];
  if (worker === undefined || !isBusy) {
    return [...state, ...counts].join(' · ');
  }
  const remaining = speed?.remainingMs === undefined ? [] : [leftText(speed.remainingMs, l10n)];
  const bytes = snapshot.bytesPerSecond >= 1 ? [`${formatBytes(snapshot.bytesPerSecond)}/s`] : [];
  return [...state, ...counts, ...bytes, ...remaining].join(' · ');
}

/** Nothing in the common case of a sync that downloads. */
function stateText(
  { snapshot, worker }: SyncEntry,
  nowMs: number,
  l10n: Localiser,
): readonly string[] {
  const { phase, foundCount } = snapshot;
  if (phase === 'downloading' || phase === 'finished') {
    return [];
  }
  if (phase === 'discovering') {
    return foundCount === 0 ? [l10n.t('finding conversations…')] : [];
  }
  if (phase === 'waiting') {
    return [nextAttemptText(snapshot, nowMs, l10n) ?? l10n.t('waiting')];
  }
  if (phase === 'waitingForLock') {
    return [l10n.t('waiting for another window')];
  }
  return worker === undefined ? [stoppedText(phase, l10n)] : [];
}

function stoppedText(
  phase: Extract<SyncPhase, 'interrupted' | 'paused' | 'failed' | 'cancelled'>,
  l10n: Localiser,
): string {
  return {
    interrupted: l10n.t('interrupted'),
    paused: l10n.t('paused'),
    failed: l10n.t('stopped by an error'),
    cancelled: l10n.t('cancelled'),
  }[phase];
}

function isCounted({ foundCount, estimatedTotal, phase }: SyncSnapshot): boolean {
  return foundCount > 0 || estimatedTotal !== undefined || phase === 'finished';
}

/** `312 of 1,204`; of a finished one `1,204 complete`, `1,180 of 1,204 complete, 20 waiting`. */
export function countText(snapshot: SyncSnapshot, l10n: Localiser): string {
  const { foundCount, doneCount, endedCount, waitingCount, phase } = snapshot;
  const total = Math.max(foundCount, snapshot.estimatedTotal ?? 0);
  if (phase !== 'finished') {
    return l10n.t(
      '{0} of {1}',
      (doneCount + endedCount).toLocaleString(),
      `${snapshot.isDiscoveryDone ? '' : '~'}${total.toLocaleString()}`,
    );
  }
  if (foundCount === 0) {
    return l10n.t('no conversations');
  }
  const complete =
    doneCount === foundCount
      ? l10n.t('{0} complete', doneCount.toLocaleString())
      : l10n.t('{0} of {1} complete', doneCount.toLocaleString(), foundCount.toLocaleString());
  return waitingCount > 0
    ? `${complete}, ${l10n.t('{0} waiting', waitingCount.toLocaleString())}`
    : complete;
}

/** `next attempt 14:10`; undefined when nothing waits. */
export function nextAttemptText(
  { nextAttemptAtMs }: Pick<SyncSnapshot, 'nextAttemptAtMs'>,
  nowMs: number,
  l10n: Localiser,
): string | undefined {
  if (nextAttemptAtMs === undefined) {
    return undefined;
  }
  return nextAttemptAtMs <= nowMs
    ? l10n.t('due now')
    : l10n.t('next attempt {0}', timeText(nextAttemptAtMs, nowMs));
}

/** The time of day, with the date when it is not near. */
export function timeText(timeMs: number, nowMs: number): string {
  return Math.abs(timeMs - nowMs) < 12 * hourMs ? formatTime(timeMs) : shortTime(timeMs);
}

export function leftText(remainingMs: number, l10n: Localiser): string {
  if (remainingMs < minuteMs) {
    return l10n.t('less than a minute left');
  }
  return remainingMs < 2 * hourMs
    ? l10n.t('{0} min left', Math.round(remainingMs / minuteMs))
    : l10n.t('{0} h left', Math.round(remainingMs / hourMs));
}

/** `1.2 GB · 2,400 recordings · 312 calls`; of a sync that found all of it here, that. */
export function volumeText(snapshot: SyncSnapshot, l10n: Localiser): string {
  if (snapshot.downloadedBytes === 0 && snapshot.unchangedCount > 0) {
    return l10n.t('{0} were in the archive already', snapshot.unchangedCount.toLocaleString());
  }
  const callCount = totalCalls(snapshot.calls);
  return [
    formatBytes(snapshot.downloadedBytes),
    snapshot.recordingCount === 1
      ? l10n.t('1 recording')
      : l10n.t('{0} recordings', snapshot.recordingCount.toLocaleString()),
    ...(callCount > 0 ? [l10n.t('{0} calls', callCount.toLocaleString())] : []),
  ].join(' · ');
}

export function speedText(
  { bytesPerSecond }: SyncSnapshot,
  speed: SyncSpeed | undefined,
  l10n: Localiser,
): string {
  const perSecond = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
  return [
    `${formatBytes(bytesPerSecond)}/s`,
    ...(speed === undefined
      ? []
      : [
          l10n.t('{0} conversations/s', perSecond(speed.conversationsPerSecond)),
          l10n.t('{0} recordings/s', perSecond(speed.recordingsPerSecond)),
        ]),
  ].join(' · ');
}

export function totalCalls(calls: SyncCalls): number {
  const { batchesMade, batchPolls, singleGets, recordingLists, transcriptLinks, details } = calls;
  return batchesMade + batchPolls + singleGets + recordingLists + transcriptLinks + details;
}

/** The one message at the end. */
export function summaryText(snapshot: SyncSnapshot, l10n: Localiser): string {
  const { foundCount, doneCount, endedCount, waitingCount, undecodableCount } = snapshot;
  if (foundCount === 0 && undecodableCount === 0) {
    return l10n.t('Synced “{0}”: there are no conversations.', snapshot.request.title);
  }
  return [
    l10n.t(
      'Synced “{0}”: {1} of {2} conversations are complete ({3}).',
      snapshot.request.title,
      doneCount.toLocaleString(),
      foundCount.toLocaleString(),
      formatBytes(snapshot.downloadedBytes),
    ),
    ...(endedCount > 0
      ? [l10n.t('Of {0} something is missing; the report says why.', endedCount.toLocaleString())]
      : []),
    ...(waitingCount > 0
      ? [l10n.t('{0} are to be tried again later: resume the sync.', waitingCount.toLocaleString())]
      : []),
    ...(undecodableCount > 0
      ? [l10n.t('{0} could not be read; their text is stored.', undecodableCount.toLocaleString())]
      : []),
  ].join(' ');
}
