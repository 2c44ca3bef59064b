/**
 * How fast transcripts are read from disk: full elements by the slicer, and only what the index needs, beside JSON.parse of the
 * same 300 MB; and the memory that a 700 MB file takes. Each measurement is a process of its own; they run by turns.
 * `--scale=0.1` makes the files smaller for a quick run. The full run takes about 2 minutes and 1 GB of disk.
 */
import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sliceJson } from '../../src/transcript/jsonSlicer.ts';
import { TranscriptTextReader } from '../../src/transcript/transcriptText.ts';
import { benchConversation, toPhraseJson } from '../support/benchArchive.ts';
import { median, report, scaleOf } from '../support/measurement.ts';
import { createRandom } from '../support/random.ts';
import { createSpeechCorpus } from '../support/speechCorpus.ts';

const bench = 'transcript-parse';
const runCount = 3;
const chunkBytes = 1 << 16;
const never = new AbortController().signal;

/** Each reads the file from disk to its end and tells how many phrases there were and how long their text is. */
const methods = {
  jsonParse: async (path) => {
    const { transcripts } = JSON.parse(await readFile(path, 'utf8')) as {
      transcripts: readonly { phrases: readonly { text: string }[] }[];
    };
    const phrases = transcripts.flatMap((each) => each.phrases);
    return {
      count: phrases.length,
      length: phrases.reduce((sum, { text }) => sum + text.length, 0),
    };
  },
  full: async (path) => {
    let count = 0;
    let length = 0;
    const chunks = createReadStream(path, { highWaterMark: chunkBytes });
    for await (const phrase of sliceJson(chunks, { path: 'transcripts.*.phrases.*' }, never)) {
      count++;
      length += (phrase as { text: string }).text.length;
    }
    return { count, length };
  },
  projection: async (path) => {
    let count = 0;
    let length = 0;
    const reader = new TranscriptTextReader(0);
    const take = (parts: ReturnType<TranscriptTextReader['push']>): void => {
      for (const part of parts) {
        if (part.kind === 'phrase') {
          count++;
          length += part.text.length;
        }
      }
    };
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
      take(reader.push(chunk as Uint8Array));
    }
    take(reader.finish());
    return { count, length };
  },
} satisfies Record<string, (path: string) => Promise<{ count: number; length: number }>>;

interface Result {
  readonly count: number;
  readonly length: number;
  readonly durationMs: number;
  readonly rssPeakBytes: number;
}

function run(method: keyof typeof methods, path: string): Result {
  const text = execFileSync(process.execPath, [import.meta.filename, '--measure', method, path], {
    encoding: 'utf8',
  });
  return JSON.parse(text) as Result;
}

async function writeTranscript(path: string, wantedBytes: number): Promise<void> {
  const corpus = createSpeechCorpus(createRandom(4711));
  function* chunks(): Generator<string> {
    yield '{"conversationId":"c","transcripts":[{"language":"en-US","startTime":1800000000000,"phrases":[';
    let sizeBytes = 0;
    for (let index = 0; sizeBytes < wantedBytes; index++) {
      const { phrases } = benchConversation(corpus, index, 500);
      const text = phrases.map((phrase, at) => toPhraseJson(phrase, at, 1_800_000_000_000));
      const chunk = `${index === 0 ? '' : ','}${text.join(',')}`;
      sizeBytes += chunk.length;
      yield chunk;
    }
    yield '],"analytics":{"sentiment":[],"topics":[]}}]}';
  }
  await pipeline(Readable.from(chunks()), createWriteStream(path));
}

async function measure(method: string, path: string): Promise<Result> {
  const read = Object.entries(methods).find(([name]) => name === method)?.[1];
  if (read === undefined) {
    throw new Error(`No such method: ${method}`);
  }
  const startedMs = performance.now();
  const counted = await read(path);
  return {
    ...counted,
    durationMs: performance.now() - startedMs,
    rssPeakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function compare(path: string, sizeBytes: number): void {
  const durationsMs = {
    jsonParse: [] as number[],
    full: [] as number[],
    projection: [] as number[],
  };
  const names = ['jsonParse', 'full', 'projection'] as const;
  for (let round = 0; round < runCount; round++) {
    const results = names.map((name) => run(name, path));
    for (const [index, name] of names.entries()) {
      const result = results[index];
      if (result?.count !== results[0]?.count || result?.length !== results[0]?.length) {
        throw new Error(`${name} reads something else than JSON.parse`);
      }
      durationsMs[name].push(result?.durationMs ?? 0);
    }
  }
  const speedOf = (name: (typeof names)[number]): number =>
    sizeBytes / 1000 / median(durationsMs[name]);
  const reference = speedOf('jsonParse');
  for (const name of ['full', 'projection'] as const) {
    const value = speedOf(name);
    const ratio = value / reference;
    report({ bench, metric: `${name}MegabytesPerSecond`, value, unit: 'MB/s', reference, ratio });
    report({ bench, metric: `${name}Ratio`, value: ratio, unit: 'ratio', reference });
  }
}

const [mode, method = '', path = ''] = process.argv.slice(2);
if (mode === '--measure') {
  process.stdout.write(JSON.stringify(await measure(method, path)));
} else {
  const scale = scaleOf(process.argv);
  const folder = await mkdtemp(join(tmpdir(), 'transcript-bench-'));
  try {
    const compared = join(folder, 'compared.json');
    await writeTranscript(compared, 300_000_000 * scale);
    compare(compared, 300_000_000 * scale);
    await rm(compared);
    // Longer than any string can be, so there is nothing to compare with.
    const large = join(folder, 'large.json');
    await writeTranscript(large, 700_000_000 * scale);
    const peaks = (['full', 'projection'] as const).map((name) => run(name, large).rssPeakBytes);
    report({ bench, metric: 'rssPeakBytes', value: Math.max(...peaks), unit: 'bytes' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
