import assert from 'node:assert/strict';
import { errors, isAppError } from '../../../src/base/appError.ts';
import { Catalogue } from '../../../src/catalogue/catalogue.ts';
import type {
  CatalogueContent,
  CatalogueDocument,
  CatalogueSource,
} from '../../../src/catalogue/catalogueDocument.ts';
import type { SyncResult } from '../../../src/catalogue/syncCatalogue.ts';
import { documentOf, withCataloguePath } from '../../support/catalogueSamples.ts';

const never = new AbortController().signal;
const refusal = errors.storage('Another program is using the file');

type Reading = (document: CatalogueDocument) => CatalogueDocument;

/** Conversations with these ids, each of which says its own id, and `signature`. */
function sourceOf(ids: readonly string[], signature: string, read: Reading): CatalogueSource {
  const documents = ids.map((id) => documentOf({ id, phrases: [`${id} ${signature}`], signature }));
  return {
    async *list() {
      yield* documents;
      await Promise.resolve();
    },
    read: ({ conversationId }) =>
      Promise.resolve().then(() => {
        const document = documents.find((each) => each.conversationId === conversationId);
        assert.ok(document !== undefined);
        return read(document);
      }),
  };
}

const refusing =
  (id: string): Reading =>
  (document) => {
    if (document.conversationId === id) {
      throw refusal;
    }
    return document;
  };

/** Fails after the first words. */
const breakingOff =
  (id: string): Reading =>
  (document) => ({
    ...document,
    content:
      document.conversationId === id
        ? (async function* (): AsyncGenerator<readonly CatalogueContent[], void, undefined> {
            yield* document.content;
            throw refusal;
          })()
        : document.content,
  });

function withCatalogue(task: (catalogue: Catalogue) => Promise<void>): Promise<void> {
  return withCataloguePath(async (path) => {
    const catalogue = await Catalogue.open(path);
    try {
      await task(catalogue);
    } finally {
      catalogue.close();
    }
  });
}

const sync = (catalogue: Catalogue, source: CatalogueSource): Promise<SyncResult> =>
  catalogue.sync(source, () => undefined, never);
const found = (catalogue: Catalogue, query: string): readonly string[] =>
  catalogue
    .search(query, { limit: 500 })
    .conversations.map(({ conversationId }) => conversationId)
    .sort();

suite('following the archive', () => {
  for (const [what, failing] of [
    ['cannot be opened', refusing],
    ['breaks off', breakingOff],
  ] as const) {
    test(`a conversation that ${what} keeps what is known of it, holds up no other, and is tried again`, () =>
      withCatalogue(async (catalogue) => {
        const ids = ['one', 'two', 'three'];
        await sync(
          catalogue,
          sourceOf(ids, 'first', (document) => document),
        );
        const { problems } = await sync(catalogue, sourceOf(ids, 'second', failing('two')));
        assert.deepEqual(problems, [{ conversationId: 'two', message: refusal.message }]);
        assert.deepEqual(found(catalogue, 'second'), ['one', 'three']);
        assert.deepEqual(found(catalogue, 'first'), ['two']);
        const mended = await sync(
          catalogue,
          sourceOf(ids, 'second', (document) => document),
        );
        assert.deepEqual([mended.changedCount, mended.unchangedCount], [1, 2]);
        assert.deepEqual(found(catalogue, 'second'), [...ids].sort());
        assert.deepEqual(found(catalogue, 'first'), []);
      }));
  }

  test('gives up when everything is refused, since it is the drive then', () =>
    withCatalogue(async (catalogue) => {
      const ids = Array.from({ length: 100 }, (_, index) => `c${String(index)}`);
      let readCount = 0;
      const source = sourceOf(ids, 'first', () => {
        readCount++;
        throw refusal;
      });
      await assert.rejects(sync(catalogue, source), (error) => isAppError(error, 'storage'));
      assert.ok(readCount < 50, `it must not try them all: ${String(readCount)}`);
    }));
});
