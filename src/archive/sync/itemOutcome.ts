/** What an attempt at a conversation means for the queue: done, waiting with its next attempt, or ended with reasons. Pure. */
import { isAppError, messageOf } from '../../base/appError.ts';
import type { Conversation } from '../../model/conversation.ts';
import { absenceByFailure, hourMs, type AbsentItem, type ReasonCode } from '../absence.ts';
import type { DownloadReport } from '../downloadConversation.ts';
import type { ItemOutcome, ItemRecord } from './syncEvents.ts';
import type { SyncOptions } from './syncPorts.ts';

/** With these nothing is missing: there is none, or nobody wants it. */
export const harmlessReasons: ReadonlySet<ReasonCode> = new Set([
  'notRecorded',
  'notTranscribed',
  'notWanted',
]);
/** Failures of the moment: how long to wait is ours to say. */
const transient: ReadonlySet<ReasonCode> = new Set(['platformError', 'unusable']);

export interface Attempt {
  readonly item: ItemRecord;
  readonly nowMs: number;
  readonly options: SyncOptions;
  /** False when the failure says nothing against this conversation. */
  readonly countsAsAttempt: boolean;
}

/** The archive held all of the conversation that can be had. */
export function unchangedOutcome(item: ItemRecord, absent: readonly AbsentItem[]): ItemOutcome {
  const reasons = [...new Set(absent.map(({ reason }) => reason))];
  const state = reasons.every((reason) => harmlessReasons.has(reason)) ? 'done' : 'ended';
  const isUnchanged = state === 'done';
  return { ...emptyOutcome(item), state, reasons, isOpen: false, isUnchanged };
}

/** After a download that came to its end. */
export function outcomeOf(
  attempt: Attempt,
  report: DownloadReport,
  conversation: Conversation,
): ItemOutcome {
  const isOpen = conversation.endMs === undefined;
  const recordingIds = report.files.flatMap(({ recordingId, channel }) =>
    recordingId !== undefined && channel !== undefined ? [recordingId] : [],
  );
  const settled = settle(attempt, report.absent, isOpen);
  return {
    ...emptyOutcome(attempt.item),
    ...settled,
    isOpen,
    isUnchanged: settled.state === 'done' && report.unchangedCount === report.files.length,
    downloadedBytes: report.downloadedBytes,
    recordingCount: new Set(recordingIds).size,
  };
}

/** After a failure of the conversation as a whole, which is none of the archive's or the sign-in's. */
export function outcomeOfFailure(attempt: Attempt, error: unknown): ItemOutcome {
  const { item, nowMs } = attempt;
  const failure = isAppError(error)
    ? absenceByFailure('conversation', error, nowMs)
    : {
        item: 'conversation',
        reason: 'platformError' as const,
        message: messageOf(error),
        nextAttemptAtMs: nowMs,
      };
  return { ...emptyOutcome(item), ...settle(attempt, [failure], false), isOpen: item.isOpen };
}

/** For a conversation that is not even asked for. */
export function endedOutcome(item: ItemRecord, reason: ReasonCode): ItemOutcome {
  return { ...emptyOutcome(item), state: 'ended', reasons: [reason] };
}

function settle(
  attempt: Attempt,
  absent: readonly AbsentItem[],
  isOpen: boolean,
): Pick<ItemOutcome, 'state' | 'nextAttemptAtMs' | 'reasons' | 'countsAsAttempt'> {
  const { item, nowMs, options, countsAsAttempt } = attempt;
  const reasons = [...new Set(absent.map(({ reason }) => reason))];
  const dueTimes = absent.flatMap(({ reason, nextAttemptAtMs }) =>
    nextAttemptAtMs === undefined ? [] : [transient.has(reason) ? nowMs : nextAttemptAtMs],
  );
  if (isOpen) {
    reasons.push('stillOpen');
    dueTimes.push(nowMs + hourMs);
  }
  const attempts = item.attempts + (countsAsAttempt ? 1 : 0);
  if (dueTimes.length > 0 && attempts < options.maxAttempts) {
    const pauseMs = options.retryPauseMs * 2 ** item.attempts;
    const dueMs = Math.max(Math.min(...dueTimes), nowMs + pauseMs);
    return { state: 'waiting', nextAttemptAtMs: onGrid(dueMs, options), reasons, countsAsAttempt };
  }
  const isComplete =
    dueTimes.length === 0 && reasons.every((reason) => harmlessReasons.has(reason));
  return { state: isComplete ? 'done' : 'ended', nextAttemptAtMs: 0, reasons, countsAsAttempt };
}

/** Attempts that are due at nearly the same time fall together, so that they share a batch. */
function onGrid(timeMs: number, { retryPauseMs }: SyncOptions): number {
  const stepMs = Math.max(1, Math.floor(retryPauseMs / 2));
  return Math.ceil(timeMs / stepMs) * stepMs;
}

function emptyOutcome(item: ItemRecord): ItemOutcome {
  return {
    conversationId: item.conversationId,
    state: 'done',
    nextAttemptAtMs: 0,
    reasons: [],
    countsAsAttempt: true,
    isOpen: item.isOpen,
    isUnchanged: false,
    downloadedBytes: 0,
    recordingCount: 0,
  };
}
