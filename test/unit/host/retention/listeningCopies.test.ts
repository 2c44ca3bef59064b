import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { createListeningCopies } from '../../../../src/host/retention/listeningCopies.ts';
import { parseConversationId } from '../../../../src/model/ids.ts';
import {
  benchConversation,
  writeBenchArchiveFile,
  writeBenchConversation,
} from '../../../support/benchArchive.ts';
import { createRandom } from '../../../support/random.ts';
import { createSpeechCorpus } from '../../../support/speechCorpus.ts';

const never = new AbortController().signal;
const corpus = createSpeechCorpus(createRandom(1));
const doomed = benchConversation(corpus, 0, 2);
const kept = benchConversation(corpus, 1, 2);

suite('listening copies of a deleted conversation', () => {
  let cachePath = '';
  let playablePath = '';

  setup(async () => {
    cachePath = await mkdtemp(join(tmpdir(), 'listening-copies-'));
    playablePath = join(cachePath, 'playable');
  });

  teardown(() => rm(cachePath, { recursive: true, force: true }));

  const conversationDeleted = (...paths: readonly string[]): Promise<void> =>
    createListeningCopies(playablePath, { clock: systemClock, log: silentLog }).conversationDeleted(
      {
        conversationId: parseConversationId(doomed.id),
        files: paths.map((path) => ({ path, bytes: 0, sha256: '' })),
      },
      never,
    );

  test('go with it, and those of others stay', async () => {
    await writeBenchArchiveFile(cachePath, 'cache');
    await writeBenchConversation(cachePath, doomed);
    await writeBenchConversation(cachePath, kept);
    await mkdir(playablePath);
    for (const name of ['r1.0.wav', 'r1.wav', 'r10.wav', 'other.wav']) {
      await writeFile(join(playablePath, name), 'sound');
    }
    await conversationDeleted('recordings/r1.0.wav.gz', 'recordings/../other.wav', 'notes.json');
    assert.deepEqual((await readdir(playablePath)).sort(), ['other.wav', 'r10.wav']);
    assert.equal(existsSync(join(cachePath, doomed.folder)), false);
    assert.equal(existsSync(join(cachePath, kept.folder)), true);
    // Asked again after a crash.
    await conversationDeleted('recordings/r1.0.wav.gz');
  });

  test('are no reason to fail when there are none', async () => {
    await conversationDeleted('recordings/r1.0.wav');
    await rm(cachePath, { recursive: true });
    await conversationDeleted('recordings/r1.0.wav');
  });
});
