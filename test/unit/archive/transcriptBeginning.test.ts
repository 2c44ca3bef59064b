/** The first phrases of a stored transcript. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readTranscriptBeginning } from '../../../src/archive/transcriptBeginning.ts';
import { isCancellation } from '../../../src/base/appError.ts';
import { decodeTranscript } from '../../../src/transcript/decodeTranscript.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const never = new AbortController().signal;

suite('readTranscriptBeginning', () => {
  leakCheck();
  let folder = '';

  suiteSetup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'beginning-'));
  });

  suiteTeardown(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function beginningOf(content: Uint8Array): Promise<string | undefined> {
    const path = join(folder, 'transcript.json.gz');
    await writeFile(path, content);
    return await readTranscriptBeginning(path, never);
  }

  const phraseOf = (index: number, text = `phrase ${String(index)}`): object => ({
    text,
    participantPurpose: 'external',
    startTimeMs: 1_800_000_000_000 + index * 1000,
    duration: { milliseconds: 900 },
    words: [{ word: 'phrase', startTimeMs: 1_800_000_000_000 + index * 1000, confidence: 0.5 }],
  });
  const phrasesOf = (first: number, count: number): readonly object[] =>
    Array.from({ length: count }, (_, index) => phraseOf(first + index));
  const pack = (value: unknown): Uint8Array => gzipSync(JSON.stringify(value));

  test('is the first 32 phrases as they are, behind whatever comes before them, and of each part with its time', async () => {
    const marks = Array.from({ length: 2000 }, (_, at) => ({ sentiment: at, phrases: ['no', at] }));
    const file = {
      conversationId: 'c',
      transcripts: [
        {
          analytics: { sentiment: marks },
          startTime: 7,
          phrases: phrasesOf(0, 20),
          language: 'en',
        },
        { startTime: 9, phrases: phrasesOf(20, 30_000) },
      ],
    };
    assert.deepEqual(JSON.parse((await beginningOf(pack(file))) ?? ''), {
      transcripts: [
        { startTime: 7, phrases: phrasesOf(0, 20) },
        { startTime: 9, phrases: phrasesOf(20, 12) },
      ],
    });
  });

  test('shows the phrases that the whole file begins with', async () => {
    const file = { transcripts: [{ startTime: 1_800_000_000_000, phrases: phrasesOf(0, 100) }] };
    const beginning: unknown = JSON.parse((await beginningOf(pack(file))) ?? '');
    assert.deepEqual(
      decodeTranscript(beginning).phrases,
      decodeTranscript(file).phrases.slice(0, 32),
    );
  });

  test('is all phrases of a short file, also without a time of its part', async () => {
    assert.deepEqual(
      JSON.parse((await beginningOf(pack({ transcripts: [{ phrases: phrasesOf(0, 3) }] }))) ?? ''),
      { transcripts: [{ phrases: phrasesOf(0, 3) }] },
    );
  });

  test('is nothing of the older format, of a file without phrases, and of one whose phrases are far behind or huge', async () => {
    const far = { note: 'x'.repeat(1_500_000), transcripts: [{ phrases: phrasesOf(0, 3) }] };
    const huge = { transcripts: [{ phrases: [phraseOf(0, 'word '.repeat(100_000))] }] };
    for (const file of [{ transcript: [{ text: 'hello' }] }, { transcripts: [] }, far, huge]) {
      assert.equal(await beginningOf(pack(file)), undefined);
    }
  });

  test('is there although the file is damaged further on, and not when it is at the start', async () => {
    const file = { transcripts: [{ phrases: phrasesOf(0, 20_000) }] };
    const packed = pack(file);
    const cut = await beginningOf(packed.subarray(0, packed.length - 1000));
    assert.deepEqual(JSON.parse(cut ?? ''), { transcripts: [{ phrases: phrasesOf(0, 32) }] });
    assert.equal(await beginningOf(Buffer.from('<html>no gzip</html>')), undefined);
    assert.equal(await beginningOf(gzipSync('<html>no JSON</html>')), undefined);
    assert.equal(await readTranscriptBeginning(join(folder, 'none.json.gz'), never), undefined);
  });

  test('is cancelled as all waiting is', async () => {
    const path = join(folder, 'cancelled.json.gz');
    await writeFile(path, gzipSync('x'));
    await assert.rejects(readTranscriptBeginning(path, AbortSignal.abort()), isCancellation);
  });
});
