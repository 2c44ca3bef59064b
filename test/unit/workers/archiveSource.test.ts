import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isAppError } from '../../../src/base/appError.ts';
import type { CatalogueContent, ListedDocument } from '../../../src/catalogue/catalogueDocument.ts';
import { findListed, readDocument } from '../../../src/workers/archiveSource.ts';
import { benchConversation, writeBenchConversation } from '../../support/benchArchive.ts';
import { createRandom } from '../../support/random.ts';
import { createSpeechCorpus } from '../../support/speechCorpus.ts';

const never = new AbortController().signal;
const call = benchConversation(createSpeechCorpus(createRandom(1)), 0, 5);

/** An archive with one conversation. */
async function withConversation(
  task: (rootPath: string, transcriptPath: string) => Promise<void>,
): Promise<void> {
  const rootPath = await mkdtemp(join(tmpdir(), 'archive-source-'));
  try {
    await writeBenchConversation(rootPath, call);
    const name = `${call.id.replace('c', 'a')}.json.gz`;
    await task(rootPath, join(rootPath, call.folder, 'transcripts', name));
  } finally {
    await rm(rootPath, { recursive: true, force: true });
  }
}

async function list(rootPath: string): Promise<ListedDocument> {
  const listed = await findListed(rootPath, { conversationId: call.id, folder: call.folder });
  assert.ok(listed !== undefined);
  return listed;
}

async function readAll(
  rootPath: string,
  listed: ListedDocument,
): Promise<readonly CatalogueContent[]> {
  const found: CatalogueContent[] = [];
  for await (const items of (await readDocument(rootPath, listed, never)).content) {
    found.push(...items);
  }
  return found;
}

suite('the archive as a source of the catalogue', () => {
  test('a conversation that went away before or while it was read does not count as read', () =>
    withConversation(async (rootPath) => {
      const listed = await list(rootPath);
      const opened = await readDocument(rootPath, listed, never);
      await rename(rootPath, `${rootPath}-moved`);
      try {
        for (const reading of [
          readAll(rootPath, listed),
          (async () => {
            for await (const items of opened.content) {
              assert.ok(items.every(({ kind }) => kind !== 'problem'));
            }
          })(),
        ]) {
          await assert.rejects(reading, (error) => isAppError(error, 'storage'));
        }
      } finally {
        await rename(`${rootPath}-moved`, rootPath);
      }
      assert.equal((await readAll(rootPath, listed)).length, 5);
    }));

  for (const [what, put] of [
    ['a folder', (path: string) => mkdir(path)],
    ['a link that leads out of the archive', linkToSecret],
    ['a link to itself', (path: string) => symlink(path, path)],
    ['a pipe', makePipe],
  ] as const) {
    test(`${what} in the place of a transcript is said, and never followed or waited for`, function () {
      if (process.platform === 'win32' && what !== 'a folder') {
        this.skip();
      }
      return withConversation(async (rootPath, transcriptPath) => {
        await rm(transcriptPath);
        await put(transcriptPath);
        const content = await readAll(rootPath, await list(rootPath));
        assert.deepEqual(
          content.map(({ kind }) => kind),
          ['problem'],
        );
        assert.match(JSON.stringify(content), /where a file of the archive should be/u);
      });
    });
  }
});

async function linkToSecret(path: string): Promise<void> {
  const secretPath = join(path, '..', '..', '..', 'secret.json.gz');
  await writeFile(
    secretPath,
    gzipSync('{"transcripts":[{"phrases":[{"participantPurpose":"agent","text":"secret"}]}]}'),
  );
  await symlink(secretPath, path);
}

function makePipe(path: string): Promise<void> {
  execFileSync('mkfifo', [path]);
  return Promise.resolve();
}
