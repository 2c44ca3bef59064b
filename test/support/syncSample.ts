/** Snapshots of syncs for tests of what is shown of them. */
import type { SyncSnapshot } from '../../src/archive/sync/syncSnapshot.ts';
import type { SyncEntry } from '../../src/host/sync/syncEntry.ts';

export const sampleNowMs = Date.UTC(2026, 10, 21, 12);

export function sampleSnapshot(changes: Partial<SyncSnapshot> = {}): SyncSnapshot {
  return {
    syncId: '20261121T100000-00000000',
    request: {
      title: 'Nov 15 – 21',
      scope: { kind: 'conversations', conversationIds: [] },
      parts: ['recordings', 'transcripts'],
      media: 'original',
      includesScreenRecordings: false,
      maxTranscodeWaitMs: 60_000,
      isIncremental: false,
    },
    phase: 'downloading',
    createdAtMs: sampleNowMs - 60_000,
    updatedAtMs: sampleNowMs,
    foundCount: 100,
    queuedCount: 60,
    doneCount: 30,
    waitingCount: 0,
    endedCount: 10,
    unchangedCount: 0,
    undecodableCount: 0,
    estimatedTotal: undefined,
    isDiscoveryDone: true,
    downloadedBytes: 5_000_000,
    bytesPerSecond: 1_500_000,
    recordingCount: 40,
    calls: {
      batchesMade: 1,
      batchPolls: 2,
      singleGets: 3,
      recordingLists: 40,
      transcriptLinks: 0,
      details: 0,
    },
    reasonCounts: { archived: 10 },
    endedReasonCounts: { archived: 10 },
    currentItems: [],
    nextAttemptAtMs: undefined,
    failure: undefined,
    recentFailures: [],
    strayResultCount: 0,
    notes: [],
    ...changes,
  };
}

export function sampleEntry(
  changes: Partial<SyncSnapshot> = {},
  worker: SyncEntry['worker'] | 'nobody' = 'thisWindow',
): SyncEntry {
  return {
    snapshot: sampleSnapshot(changes),
    worker: worker === 'nobody' ? undefined : worker,
    speed: undefined,
  };
}
