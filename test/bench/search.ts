/**
 * What searching costs over 1 000 000 phrases of 10 000 conversations: filling the index beside a bare loop, searches and counts
 * as the host asks them (through the worker, with snippets and grouping), and the tutorials' scan of every file.
 * `--scale=0.1` makes everything smaller for a quick run. The full run takes about 4 minutes.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import { cataloguePath } from '../../src/catalogue/catalogue.ts';
import { CatalogueDatabase } from '../../src/catalogue/catalogueDatabase.ts';
import type { CatalogueDocument } from '../../src/catalogue/catalogueDocument.ts';
import { CatalogueWriter } from '../../src/catalogue/catalogueWriter.ts';
import { optimise } from '../../src/catalogue/wordIndex.ts';
import { CatalogueClient } from '../../src/host/archives/catalogueClient.ts';
import { parseConversationId } from '../../src/model/ids.ts';
import {
  benchConversation,
  writeBenchArchiveFile,
  writeBenchConversation,
  type BenchConversation,
} from '../support/benchArchive.ts';
import { percentile, report, scaleOf } from '../support/measurement.ts';
import { createRandom, type Random } from '../support/random.ts';
import { createSpeechCorpus, type SpeechCorpus } from '../support/speechCorpus.ts';
import { FtsLoop } from './references/ftsLoop.ts';
import { scanFiles } from './references/fileScan.ts';

const bench = 'search';
const scale = scaleOf(process.argv);
const conversationCount = Math.round(10_000 * scale);
const phrasesPerConversation = 100;
const sliceCount = 10;
const queriesPerClass = 100;
const pageSize = 50;
const never = new AbortController().signal;

const random = createRandom(4711);
const corpus = createSpeechCorpus(random);

function toDocument(conversation: BenchConversation): CatalogueDocument {
  const { id, folder, startMs, endMs, queueId, queueName, phrases } = conversation;
  return {
    conversationId: parseConversationId(id),
    folder,
    signature: 'bench',
    startMs,
    endMs,
    media: 'voice',
    direction: 'inbound',
    participants: [],
    recordings: [],
    labels: [{ kind: 'queue', id: queueId, name: queueName }],
    content: [
      phrases.map((phrase) => ({
        kind: 'phrase',
        source: 'speech',
        role: phrase.role,
        text: phrase.words.join(' '),
        startMs: phrase.startMs,
        durationMs: 3500,
        communicationId: undefined,
        recordingId: undefined,
      })),
    ],
  };
}

/** Both are filled by turns, so that a busy minute meets both. Files are written in between for the scan. */
async function fill(folder: string, archivePath: string, storagePath: string): Promise<void> {
  const db = await CatalogueDatabase.open(cataloguePath(storagePath, 'bench'));
  const reference = new FtsLoop(join(folder, 'reference.sqlite'));
  let ownMs = 0;
  let referenceMs = 0;
  const sliceSize = Math.ceil(conversationCount / sliceCount);
  for (let start = 0; start < conversationCount; start += sliceSize) {
    const conversations: BenchConversation[] = [];
    for (let index = start; index < Math.min(start + sliceSize, conversationCount); index++) {
      const conversation = benchConversation(corpus, index, phrasesPerConversation);
      conversations.push(conversation);
      await writeBenchConversation(archivePath, conversation);
    }
    const documents = conversations.map(toDocument);
    const texts = conversations.flatMap(({ phrases }) =>
      phrases.map(({ words }) => words.join(' ')),
    );
    const referenceStartedMs = performance.now();
    reference.insert(texts);
    referenceMs += performance.now() - referenceStartedMs;
    const ownStartedMs = performance.now();
    const writer = new CatalogueWriter(db);
    for (const document of documents) {
      await writer.add(document, never);
    }
    writer.finish();
    ownMs += performance.now() - ownStartedMs;
  }
  const optimiseStartedMs = performance.now();
  await optimise(db, never);
  const optimiseMs = performance.now() - optimiseStartedMs;
  db.close();
  reference.close();
  const phraseCount = conversationCount * phrasesPerConversation;
  const value = (phraseCount * 1000) / ownMs;
  const bare = (phraseCount * 1000) / referenceMs;
  report({ bench, metric: 'phrases', value: phraseCount, unit: 'count' });
  report({
    bench,
    metric: 'insertPhrasesPerSecond',
    value,
    unit: '1/s',
    reference: bare,
    ratio: value / bare,
  });
  report({ bench, metric: 'insertRatio', value: value / bare, unit: 'ratio', reference: bare });
  report({ bench, metric: 'optimiseMs', value: optimiseMs, unit: 'ms' });
}

/** Searches of one kind. Ranks are positions in the vocabulary, from the most frequent word. */
function queriesOf({ vocabulary, phrase }: SpeechCorpus, source: Random) {
  const integer = (below: number): number => source.integer(below);
  const ranked = (from: number, below: number): string =>
    vocabulary[from + integer(below - from)] ?? '';
  return {
    term: () => ranked(100, 2000),
    and: () => `${ranked(20, 500)} ${ranked(20, 500)}`,
    phrase: () => {
      const words = phrase();
      const at = integer(words.length - 1);
      return `"${words.slice(at, at + 2).join(' ')}"`;
    },
    prefix: () => `${ranked(1000, 20_000).slice(0, 4)}*`,
    stopWord: () => ranked(0, 10),
    // A filter makes every hit look at its conversation.
    filtered: () => `${ranked(100, 2000)} queue:"queue ${String(integer(40))} service"`,
  };
}

async function measureSearches(client: CatalogueClient, location: BenchLocation): Promise<void> {
  const allHitsMs: number[] = [];
  const allCountsMs: number[] = [];
  let termMs = 0;
  for (const [name, next] of Object.entries(queriesOf(corpus, random))) {
    const hitsMs: number[] = [];
    const countsMs: number[] = [];
    let found = 0;
    for (let run = 0; run < queriesPerClass; run++) {
      const query = next();
      const startedMs = performance.now();
      const page = await client.request(
        'searchCatalogue',
        { ...location, query, limit: pageSize },
        never,
      );
      const searchedMs = performance.now();
      const { phraseCount } = await client.request('countHits', { ...location, query }, never);
      countsMs.push(performance.now() - searchedMs);
      hitsMs.push(searchedMs - startedMs);
      found += phraseCount;
      const shown = page.conversations.flatMap(({ phrases }) => phrases).length;
      if (shown !== Math.min(phraseCount, pageSize)) {
        throw new Error(`The first page and the count differ: ${query}`);
      }
    }
    if (found === 0) {
      throw new Error(`Searches of the kind ${name} find nothing`);
    }
    report({ bench, metric: `${name}.hits`, value: found / queriesPerClass, unit: 'count' });
    report({ bench, metric: `${name}.firstHitsP95Ms`, value: percentile(hitsMs, 95), unit: 'ms' });
    report({
      bench,
      metric: `${name}.exactCountP95Ms`,
      value: percentile(countsMs, 95),
      unit: 'ms',
    });
    termMs = name === 'term' ? percentile(hitsMs, 50) : termMs;
    if (name !== 'filtered') {
      allHitsMs.push(...hitsMs);
      allCountsMs.push(...countsMs);
    }
  }
  report({ bench, metric: 'firstHitsP95Ms', value: percentile(allHitsMs, 95), unit: 'ms' });
  report({ bench, metric: 'exactCountP95Ms', value: percentile(allCountsMs, 95), unit: 'ms' });
  const scan = scanFiles(location.archivePath, corpus.vocabulary[1000] ?? '');
  if (scan.hitCount === 0) {
    throw new Error('The scan finds nothing');
  }
  report({
    bench,
    metric: 'scanSpeedup',
    value: scan.durationMs / termMs,
    unit: 'x',
    reference: scan.durationMs,
  });
}

interface BenchLocation {
  readonly storagePath: string;
  readonly archiveId: string;
  readonly archivePath: string;
}

const folder = await mkdtemp(join(tmpdir(), 'search-bench-'));
const client = new CatalogueClient(
  new URL('../../src/workers/archiveWorker.ts', import.meta.url),
  silentLog,
);
// The client's threads do not keep the process alive.
const keepAlive = setInterval(() => undefined, 1000);
try {
  const archivePath = join(folder, 'archive');
  const storagePath = join(folder, 'storage');
  await mkdir(storagePath);
  await writeBenchArchiveFile(archivePath, 'bench');
  await fill(folder, archivePath, storagePath);
  const location = { storagePath, archiveId: 'bench', archivePath };
  await client.request('openCatalogue', location, never);
  await measureSearches(client, location);
} finally {
  clearInterval(keepAlive);
  client.dispose();
  await rm(folder, { recursive: true, force: true });
}
