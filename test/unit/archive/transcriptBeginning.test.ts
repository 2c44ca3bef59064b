/** The first characters of a stored transcript. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readTranscriptBeginning } from '../../../src/archive/transcriptBeginning.ts';
import { isCancellation } from '../../../src/base/appError.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const never = new AbortController().signal;
const sizeBytes = 64 * 1024;

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

  test('is the first 64 KB of a long one, and all of a short one', async () => {
    const long = Array.from({ length: 50_000 }, (_, index) => `word${String(index)} `).join('');
    assert.equal(await beginningOf(gzipSync(long)), long.slice(0, sizeBytes));
    assert.equal(await beginningOf(gzipSync('{"transcripts":[]}')), '{"transcripts":[]}');
  });

  test('ends before a letter that the cut goes through', async () => {
    const text = `${'a'.repeat(sizeBytes - 1)}äöü${'b'.repeat(sizeBytes)}`;
    assert.equal(await beginningOf(gzipSync(text)), 'a'.repeat(sizeBytes - 1));
  });

  test('is there although the file is damaged further on, and not when it is at the start', async () => {
    const noise = Buffer.from(Array.from({ length: 200_000 }, (_, at) => 97 + ((at * at) % 23)));
    const packed = gzipSync(noise, { level: 1 });
    const cut = packed.subarray(0, packed.length - 8);
    assert.equal(await beginningOf(cut), noise.subarray(0, sizeBytes).toString());
    assert.equal(await beginningOf(Buffer.from('<html>no gzip</html>')), undefined);
    assert.equal(await readTranscriptBeginning(join(folder, 'none.json.gz'), never), undefined);
  });

  test('is cancelled as all waiting is', async () => {
    const path = join(folder, 'cancelled.json.gz');
    await writeFile(path, gzipSync('x'));
    await assert.rejects(readTranscriptBeginning(path, AbortSignal.abort()), isCancellation);
  });
});
