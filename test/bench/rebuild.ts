/**
 * What a rebuild of the catalogue from 10 000 conversations on disk (1 000 000 phrases) costs, through the worker as the host asks
 * for it, beside one of the tutorials' scans of the same files; and whether the host's own thread, and searches, feel it.
 * `--scale=0.1` makes everything smaller for a quick run. The full run takes about 3 minutes.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLog } from '../../src/base/log.ts';
import { CatalogueClient } from '../../src/host/archives/catalogueClient.ts';
import {
  benchConversation,
  writeBenchArchiveFile,
  writeBenchConversation,
} from '../support/benchArchive.ts';
import { percentile, report, scaleOf } from '../support/measurement.ts';
import { createRandom } from '../support/random.ts';
import { createSpeechCorpus } from '../support/speechCorpus.ts';
import { scanFiles } from './references/fileScan.ts';

const bench = 'rebuild';
const scale = scaleOf(process.argv);
const conversationCount = Math.round(10_000 * scale);
const phrasesPerConversation = 100;
const betweenSearchesMs = 100;
const idleMs = 5000;
const never = new AbortController().signal;

/** Runs the task and tells how late timers were meanwhile, 99.9th percentile. */
async function delayDuring(task: () => Promise<void>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: 5 });
  histogram.enable();
  await task();
  histogram.disable();
  return histogram.percentile(99.9) / 1e6;
}

const corpus = createSpeechCorpus(createRandom(4711));
const folder = await mkdtemp(join(tmpdir(), 'rebuild-bench-'));
const archivePath = join(folder, 'archive');
const storagePath = join(folder, 'storage');
const client = new CatalogueClient(
  new URL('../../src/workers/archiveWorker.ts', import.meta.url),
  silentLog,
);
// The client's threads do not keep the process alive.
const keepAlive = setInterval(() => undefined, 1000);
try {
  await mkdir(storagePath);
  await writeBenchArchiveFile(archivePath, 'bench');
  let transcriptBytes = 0;
  for (let index = 0; index < conversationCount; index++) {
    const conversation = benchConversation(corpus, index, phrasesPerConversation);
    transcriptBytes += await writeBenchConversation(archivePath, conversation);
  }
  report({ bench, metric: 'transcriptBytes', value: transcriptBytes, unit: 'bytes' });
  const location = { storagePath, archiveId: 'bench', archivePath };
  await client.request('openCatalogue', location, never);

  // The scan before and after: a busy minute meets both.
  const word = corpus.vocabulary[50] ?? '';
  const before = scanFiles(archivePath, word);
  const idleP999Ms = await delayDuring(() => delay(idleMs));
  const searchesMs: number[] = [];
  let rebuildMs = 0;
  const p999Ms = await delayDuring(async () => {
    const startedMs = performance.now();
    const running = new AbortController();
    const rebuild = client
      .fill('rebuildCatalogue', location, () => undefined, never)
      .finally(() => {
        running.abort();
      });
    while (!running.signal.aborted) {
      const searchedMs = performance.now();
      await client.request('searchCatalogue', { ...location, query: word, limit: 50 }, never);
      searchesMs.push(performance.now() - searchedMs);
      await delay(betweenSearchesMs);
    }
    const { addedCount, problems } = await rebuild;
    rebuildMs = performance.now() - startedMs;
    if (addedCount !== conversationCount || problems.length > 0) {
      throw new Error('The rebuild did not take everything in');
    }
  });
  const { phraseCount } = await client.request('countHits', { ...location, query: word }, never);
  const after = scanFiles(archivePath, word);
  if (phraseCount !== before.hitCount || phraseCount === 0) {
    throw new Error('The scan and the index find different numbers of phrases');
  }
  const scanMs = (before.durationMs + after.durationMs) / 2;
  const ratio = rebuildMs / scanMs;
  report({ bench, metric: 'rebuildMs', value: rebuildMs, unit: 'ms', reference: scanMs, ratio });
  report({ bench, metric: 'rebuildToScanRatio', value: ratio, unit: 'ratio', reference: scanMs });
  const resyncStartedMs = performance.now();
  await client.fill('syncCatalogue', location, () => undefined, never);
  report({
    bench,
    metric: 'unchangedSyncMs',
    value: performance.now() - resyncStartedMs,
    unit: 'ms',
  });
  report({
    bench,
    metric: 'searchDuringRebuildP95Ms',
    value: percentile(searchesMs, 95),
    unit: 'ms',
  });
  report({
    bench,
    metric: 'eventLoopDelayP999Ms',
    value: p999Ms,
    unit: 'ms',
    reference: idleP999Ms,
    ratio: p999Ms / idleP999Ms,
  });
  report({
    bench,
    metric: 'eventLoopDelayAboveIdleMs',
    value: p999Ms - idleP999Ms,
    unit: 'ms',
  });
} finally {
  clearInterval(keepAlive);
  client.dispose();
  await rm(folder, { recursive: true, force: true });
}
