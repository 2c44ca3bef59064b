/**
 * What a sync of many conversations costs: calls for each recording, and how memory grows with the number of conversations. The shipped
 * sync in a process of its own, against the simulator in another; both clocks run fast, so that only work is measured and not
 * how long the platform takes for a batch. Memory is sampled after forced collections of garbage (`--expose-gc`) and with V8's space for
 * young objects held at one size, so that it tells what is held, by us and by the allocator, and not when V8 likes to collect, grow and
 * shrink; what objects and buffers hold is told beside it. `--conversations=<n>` for a shorter look.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '../../scripts/runningSimulator.mjs';
import { report } from '../support/measurement.ts';
import { runSync } from '../support/runSync.ts';
import type { RssSample } from '../support/syncMain.ts';

const bench = 'sync';
const speed = 40;
const days = 7;
const dayMs = 86_400_000;
const recordingBytes = 2_000;
const wanted = process.argv.find((arg) => arg.startsWith('--conversations='));
const conversationCount = Number(wanted?.split('=')[1] ?? 10_000);

/** Bytes for each thousand conversations, by least squares over the second half of them. */
function slopeOf(samples: readonly RssSample[], bytesOf: (sample: RssSample) => number): number {
  const half = samples.filter(({ settledCount }) => settledCount >= conversationCount / 2);
  const mean = (of: (sample: RssSample) => number): number =>
    half.reduce((sum, sample) => sum + of(sample), 0) / half.length;
  const meanCount = mean(({ settledCount }) => settledCount);
  const meanBytes = mean(bytesOf);
  const covariance = mean((each) => (each.settledCount - meanCount) * (bytesOf(each) - meanBytes));
  return (covariance / mean((each) => (each.settledCount - meanCount) ** 2)) * 1000;
}

const nowMs = Date.now();
const simulator = await startSimulator([
  ...['--organisation', 'plain', '--conversations', String(conversationCount)],
  ...['--days', String(days), '--recording-bytes', String(recordingBytes)],
  ...['--rate-allowed', '100000000', '--now-ms', String(nowMs), '--clock-speed', String(speed)],
]);
const folder = await mkdtemp(join(tmpdir(), 'sync-bench-'));
try {
  const { apiBaseUrl, loginBaseUrl, clientId, clientSecret, organisationId = '' } = simulator;
  const startedMs = performance.now();
  const { result } = await runSync({
    ...{ apiBaseUrl, loginBaseUrl, clientId, clientSecret, organisationId },
    region: 'bench',
    rootPath: join(folder, 'archive'),
    startMs: nowMs - (days + 1) * dayMs,
    endMs: nowMs,
    samplesMemory: true,
    clock: { realMs: nowMs, nowMs, speed },
  });
  const durationMs = performance.now() - startedMs;
  // Of the youngest, transcripts may still come: their recordings are stored, and they wait; on a slow computer until their last attempt.
  const settledCount =
    (result?.snapshot.doneCount ?? 0) +
    (result?.snapshot.waitingCount ?? 0) +
    (result?.snapshot.endedReasonCounts.notTranscribed ?? 0);
  const hasAllRecordings = result?.snapshot.recordingCount === conversationCount;
  if (result === undefined || settledCount !== conversationCount || !hasAllRecordings) {
    throw new Error(`The sync is not whole: ${JSON.stringify(result?.snapshot)}`);
  }
  const { calls, recordingCount } = result.snapshot;
  const mediaCalls = calls.batchesMade + calls.batchPolls + calls.singleGets;
  const tell = (metric: string, value: number, unit: string): void => {
    report({ bench, metric, value, unit });
  };
  tell('conversations', conversationCount, 'count');
  tell('callsPerRecording', mediaCalls / recordingCount, 'ratio');
  tell(
    'metadataCallsPerRecording',
    (calls.recordingLists + calls.details) / recordingCount,
    'ratio',
  );
  tell('transcriptCallsPerRecording', calls.transcriptLinks / recordingCount, 'ratio');
  tell(
    'rssSlopeBytesPer1000',
    Math.round(slopeOf(result.rssSamples, ({ rssBytes }) => rssBytes)),
    'bytes',
  );
  tell(
    'heldSlopeBytesPer1000',
    Math.round(slopeOf(result.rssSamples, ({ heldBytes }) => heldBytes)),
    'bytes',
  );
  tell('rssPeakBytes', Math.max(...result.rssSamples.map(({ rssBytes }) => rssBytes)), 'bytes');
  tell('conversationsPerSecond', (conversationCount / durationMs) * 1000, '1/s');
} finally {
  await simulator.stop();
  await rm(folder, { recursive: true, force: true });
}
