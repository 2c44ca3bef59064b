import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findWordTime } from '../../../src/archive/findWordTime.ts';
import { withFolder } from '../../support/archivedSample.ts';
import {
  benchConversation,
  writeBenchArchiveFile,
  writeBenchConversation,
} from '../../support/benchArchive.ts';
import { createRandom } from '../../support/random.ts';
import { createSpeechCorpus } from '../../support/speechCorpus.ts';

const never = new AbortController().signal;

suite('when a word was said', () => {
  const call = benchConversation(createSpeechCorpus(createRandom(3)), 0, 6);

  test('is told by the transcript, for each word of a phrase, however it is spelled', () =>
    withFolder(async (root) => {
      await writeBenchArchiveFile(root, 'a1');
      await writeBenchConversation(root, call);
      const [, , phrase] = call.phrases;
      assert.ok(phrase !== undefined && phrase.words.length > 2);
      const folderPath = join(root, call.folder);
      const find = (
        words: readonly string[],
        startMs = phrase.startMs,
      ): Promise<number | undefined> =>
        findWordTime({ folderPath, communicationId: undefined, startMs, words }, never);
      const last = phrase.words.at(-1) ?? '';
      assert.equal(
        await find([`${last.toUpperCase()},`]),
        phrase.startMs + phrase.words.indexOf(last) * 300,
      );
      assert.equal(await find(['nobodysaidthis']), undefined);
      assert.equal(await find([last], phrase.startMs + 1), undefined);
      assert.equal(await find([]), undefined);
    }));

  test('is not known of another communication, nor without a transcript', () =>
    withFolder(async (root) => {
      await writeBenchArchiveFile(root, 'a1');
      await writeBenchConversation(root, call);
      const [phrase] = call.phrases;
      const place = { startMs: phrase?.startMs ?? 0, words: phrase?.words ?? [] };
      const folderPath = join(root, call.folder);
      assert.equal(
        await findWordTime({ folderPath, communicationId: 'another', ...place }, never),
        undefined,
      );
      await rm(join(folderPath, 'manifest.json'));
      assert.equal(
        await findWordTime({ folderPath, communicationId: undefined, ...place }, never),
        undefined,
      );
    }));
});
