import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isCancellation } from '../../../src/base/appError.ts';
import { Catalogue } from '../../../src/catalogue/catalogue.ts';
import type {
  CatalogueDocument,
  CatalogueSource,
} from '../../../src/catalogue/catalogueDocument.ts';
import { parseConversationId } from '../../../src/model/ids.ts';
import { documentOf, withCataloguePath } from '../../support/catalogueSamples.ts';

const never = new AbortController().signal;
/** More than are taken out one by one. */
const manyPhrases = 6000;
const filler = (index: number): string =>
  `word${String(index % 977)} and more${String(index % 31)}`;

/** How often the bytes of the database and its log have the text. */
function countInFiles(path: string, text: string): number {
  return [path, `${path}-wal`]
    .filter((file) => existsSync(file))
    .reduce((sum, file) => sum + readFileSync(file, 'latin1').split(text).length - 1, 0);
}

function secretDocument(phraseCount: number, secret: string): CatalogueDocument {
  const phrases = Array.from({ length: phraseCount }, (_, index) =>
    index === 3 ? `the secret is ${secret}` : filler(index),
  );
  return documentOf({ id: 'doomed', phrases, signature: secret });
}

function sourceOf(documents: readonly CatalogueDocument[]): CatalogueSource {
  return {
    async *list() {
      yield* await Promise.resolve(documents);
    },
    read: (listed) =>
      Promise.resolve(
        documents.find(({ conversationId }) => conversationId === listed.conversationId) ??
          assert.fail(),
      ),
  };
}

async function withNeighbours(path: string): Promise<Catalogue> {
  const catalogue = await Catalogue.open(path);
  const phrases = Array.from({ length: 300 }, (_, index) => filler(index));
  for (const id of ['first', 'second', 'third']) {
    await catalogue.ingest(documentOf({ id, phrases }), never);
  }
  return catalogue;
}

function checkIndex(path: string): void {
  const db = new DatabaseSync(path);
  assert.equal(db.prepare('PRAGMA integrity_check').get()?.['integrity_check'], 'ok');
  db.exec("INSERT INTO phrase_fts (phrase_fts, rank) VALUES ('integrity-check', 1)");
  db.close();
}

suite('what is deleted from the catalogue', () => {
  for (const [kind, phraseCount] of [
    ['a short', 20],
    ['a long', manyPhrases],
  ] as const) {
    test(`is gone from the file: ${kind} conversation`, () =>
      withCataloguePath(async (path) => {
        const catalogue = await withNeighbours(path);
        await catalogue.ingest(secretDocument(phraseCount, 'qzxylophone'), never);
        assert.ok(countInFiles(path, 'xylophone') > 0);
        assert.equal(await catalogue.remove(parseConversationId('doomed'), never), true);
        assert.equal(countInFiles(path, 'xylophone'), 0);
        assert.equal(catalogue.count('word5').phraseCount, 3);
        assert.equal(catalogue.count('qzx*').phraseCount, 0);
        catalogue.close();
        checkIndex(path);
      }));

    test(`is gone from the file when other words took its place: ${kind} conversation`, () =>
      withCataloguePath(async (path) => {
        const catalogue = await withNeighbours(path);
        const told = (): void => undefined;
        await catalogue.sync(sourceOf([secretDocument(phraseCount, 'qzxylophone')]), told, never);
        assert.ok(countInFiles(path, 'xylophone') > 0);
        const changed = sourceOf([secretDocument(phraseCount, 'qzclarinet')]);
        assert.equal((await catalogue.sync(changed, told, never)).changedCount, 1);
        assert.equal(countInFiles(path, 'xylophone'), 0);
        assert.equal(catalogue.count('qzclarinet').phraseCount, 1);
        assert.deepEqual(catalogue.size(), { conversationCount: 1, phraseCount });
        catalogue.close();
        checkIndex(path);
      }));
  }

  test('is gone from the file after the next sync when merging was cancelled', () =>
    withCataloguePath(async (path) => {
      const catalogue = await withNeighbours(path);
      await catalogue.ingest(secretDocument(manyPhrases, 'qzxylophone'), never);
      const controller = new AbortController();
      const removing = catalogue.remove(parseConversationId('doomed'), controller.signal);
      controller.abort();
      await assert.rejects(removing, isCancellation);
      assert.equal(catalogue.count('qzxylophone').phraseCount, 0);
      assert.equal(await catalogue.remove(parseConversationId('first'), never), true);
      assert.equal(countInFiles(path, 'xylophone'), 0);
      catalogue.close();
      checkIndex(path);
    }));

  test('is gone from the file after a rebuild', () =>
    withCataloguePath(async (path) => {
      const catalogue = await withNeighbours(path);
      await catalogue.ingest(secretDocument(20, 'qzxylophone'), never);
      await catalogue.rebuild(
        sourceOf([documentOf({ id: 'other', phrases: ['hello'] })]),
        () => undefined,
        never,
      );
      assert.equal(countInFiles(path, 'xylophone'), 0);
      assert.equal(catalogue.count('hello').phraseCount, 1);
      catalogue.close();
      checkIndex(path);
    }));
});
