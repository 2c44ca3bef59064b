/** What is read ahead of the page of a transcript. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readTextBeginning } from '../../../src/host/player/textBeginning.ts';
import { leakCheck } from '../../support/leakCheck.ts';

type Input = Parameters<typeof readTextBeginning>[0];

const textOf = (name: string): string => JSON.stringify({ transcripts: [{ phrases: [name] }] });

const never = new AbortController().signal;

suite('readTextBeginning', () => {
  leakCheck();
  let folder = '';

  suiteSetup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'beginning-'));
    for (const name of ['a', 'b']) {
      await writeFile(join(folder, `${name}.json.gz`), gzipSync(textOf(name)));
    }
  });

  suiteTeardown(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** Two recordings of which only the second has sound, and the transcripts of these recordings; `undefined`: of any. */
  function opened(owners: readonly (string | undefined)[], texts: readonly object[] = []): Input {
    return {
      prepared: new Map([['r-2', {}]]),
      archived: {
        recordings: ['r-1', 'r-2'].map((id) => ({ recording: { id, communicationId: 's-1' } })),
        texts,
        transcripts: owners.map((recordingId, index) => ({
          communicationId: 's-1',
          recordingId,
          path: join(folder, `${index === 0 ? 'a' : 'b'}.json.gz`),
        })),
      },
    } as unknown as Input;
  }

  test('is of the one transcript of the recording that opens first', async () => {
    const path = join(folder, 'b.json.gz');
    assert.deepEqual(await readTextBeginning(opened(['r-1', 'r-2']), never), {
      path,
      text: textOf('b'),
    });
  });

  test('is nothing without a transcript, and when phrases of several are merged', async () => {
    assert.equal(await readTextBeginning(opened([]), never), undefined);
    assert.equal(await readTextBeginning(opened([undefined, undefined]), never), undefined);
  });

  test('is nothing where messages are shown', async () => {
    const input = { ...opened([undefined], [{}]), prepared: new Map() };
    assert.equal(await readTextBeginning(input, never), undefined);
  });
});
