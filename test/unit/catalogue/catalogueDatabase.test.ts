import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isAppError } from '../../../src/base/appError.ts';
import { Catalogue, cataloguePath } from '../../../src/catalogue/catalogue.ts';
import { CatalogueDatabase } from '../../../src/catalogue/catalogueDatabase.ts';
import { CatalogueWriter } from '../../../src/catalogue/catalogueWriter.ts';
import { migrations } from '../../../src/catalogue/schema.ts';
import { documentOf, withCataloguePath } from '../../support/catalogueSamples.ts';

const never = new AbortController().signal;
const nowMs = Date.UTC(2026, 10, 21);

async function fill(path: string): Promise<void> {
  const catalogue = await Catalogue.open(path);
  await catalogue.ingest(documentOf({ id: 'one', phrases: ['hello world'] }), never);
  catalogue.close();
}

suite('CatalogueDatabase', () => {
  test('keeps its content over closing, and is made anew after it was deleted', () =>
    withCataloguePath(async (path) => {
      await fill(path);
      const again = await Catalogue.open(path);
      assert.equal(again.count('hello').phraseCount, 1);
      assert.equal(again.isCurrent(), true);
      await rm(dirname(path), { recursive: true });
      assert.equal(again.isCurrent(), false);
      again.close();
      const fresh = await Catalogue.open(path);
      assert.deepEqual(fresh.size(), { conversationCount: 0, phraseCount: 0 });
      fresh.close();
    }));

  test('brings an older schema up to date without losing rows, once', () =>
    withCataloguePath(async (path) => {
      await fill(path);
      const next = [...migrations, "ALTER TABLE conversation ADD COLUMN colour TEXT DEFAULT 'red'"];
      for (let round = 0; round < 2; round++) {
        const db = await CatalogueDatabase.open(path, { migrations: next });
        assert.deepEqual(
          { ...db.get('SELECT conversation_id, colour FROM conversation') },
          {
            conversation_id: 'one',
            colour: 'red',
          },
        );
        db.close();
      }
    }));

  for (let version = 1; version < migrations.length; version++) {
    test(`brings the released schema ${String(version)} up to date: all kinds of searches find what it held`, () =>
      withCataloguePath(async (path) => {
        const older = await CatalogueDatabase.open(path, {
          migrations: migrations.slice(0, version),
        });
        const writer = new CatalogueWriter(older);
        const queue = { kind: 'queue', id: 'q1', name: 'Billing' } as const;
        await writer.add(
          documentOf({ id: 'one', phrases: ['hello world', 'bye'], labels: [queue] }),
          never,
        );
        writer.finish();
        older.close();
        const catalogue = await Catalogue.open(path);
        for (const query of ['hello', '"hello world"', 'hel*', 'hello queue:billing']) {
          assert.equal(catalogue.search(query, { limit: 50 }).conversations.length, 1, query);
          assert.equal(catalogue.count(query).phraseCount, 1, query);
        }
        catalogue.close();
      }));
  }

  test('leaves an older schema as it is when a migration fails', () =>
    withCataloguePath(async (path) => {
      await fill(path);
      await assert.rejects(
        CatalogueDatabase.open(path, {
          migrations: [...migrations, 'DELETE FROM conversation; SELECT nonsense()'],
        }),
      );
      const catalogue = await Catalogue.open(path);
      assert.equal(catalogue.size().conversationCount, 1);
      catalogue.close();
    }));

  test('refuses the database of a newer version, and a rebuild replaces it', () =>
    withCataloguePath(async (path) => {
      await fill(path);
      const newer = await CatalogueDatabase.open(path, { migrations: [...migrations, 'SELECT 1'] });
      newer.close();
      await assert.rejects(
        Catalogue.open(path),
        (error) => isAppError(error, 'unsupported') && error.message.includes('newer version'),
      );
      const replaced = await Catalogue.openOrReplace(path, nowMs);
      assert.equal(replaced.size().conversationCount, 0);
      replaced.close();
    }));

  for (const [what, content] of [
    ['random bytes', Buffer.alloc(9000, 'no database ')],
    ['a damaged head', undefined],
  ] as const) {
    test(`says that ${what} are no index, moves them aside for a rebuild and deletes nothing`, () =>
      withCataloguePath(async (path) => {
        await fill(path);
        const bytes = content ?? (await readFile(path)).fill(0x41, 0, 4096);
        await writeFile(path, bytes);
        await assert.rejects(
          Catalogue.open(path),
          (error) =>
            isAppError(error, 'corrupt') && error.message.includes('rebuild the catalogue'),
        );
        const fresh = await Catalogue.openOrReplace(path, nowMs);
        await fresh.ingest(documentOf({ id: 'two', phrases: ['found again'] }), never);
        assert.equal(fresh.count('again').phraseCount, 1);
        fresh.close();
        const names = await readdir(dirname(path));
        const kept = names.filter((name) => name.includes('damaged-2026-11-21'));
        assert.equal(kept.length, 1);
        assert.deepEqual(await readFile(`${dirname(path)}/${String(kept[0])}`), bytes);
      }));
  }

  test('takes no other database for its own', () =>
    withCataloguePath(async (path) => {
      await mkdir(dirname(path));
      const other = new DatabaseSync(path);
      other.exec('CREATE TABLE mine (x); INSERT INTO mine VALUES (1)');
      other.close();
      await assert.rejects(Catalogue.open(path), (error) => isAppError(error, 'corrupt'));
      const untouched = new DatabaseSync(path);
      assert.equal(untouched.prepare('SELECT x FROM mine').get()?.['x'], 1);
      untouched.close();
    }));

  test('waits for another writer, then says that the index is locked', () =>
    withCataloguePath(async (path) => {
      await fill(path);
      const other = new DatabaseSync(path);
      const catalogue = await Catalogue.open(path, { busyTimeoutMs: 50 });
      try {
        other.exec('BEGIN IMMEDIATE');
        await assert.rejects(
          catalogue.ingest(documentOf({ id: 'two' }), never),
          (error) => isAppError(error, 'conflict') && error.message.includes('locked'),
        );
        assert.equal(catalogue.count('hello').phraseCount, 1, 'reading never waits');
        other.exec('COMMIT');
        await catalogue.ingest(documentOf({ id: 'two' }), never);
        assert.equal(catalogue.size().conversationCount, 2);
      } finally {
        catalogue.close();
        other.close();
      }
    }));

  test('says what to do where SQLite or its full text is missing', () =>
    withCataloguePath(async (path) => {
      await assert.rejects(
        Catalogue.open(path, {
          load: () => Promise.reject(new Error('No such built-in module: node:sqlite')),
        }),
        (error) =>
          isAppError(error, 'unsupported') &&
          error.message.includes('Update VS Code') &&
          error.message.endsWith('node:sqlite'),
      );
    }));

  test('names its file after the archive, and refuses an id that could not be a name', () => {
    assert.ok(cataloguePath('storage', 'a1').endsWith('a1.sqlite'));
    assert.throws(
      () => cataloguePath('storage', '../a1'),
      (error) => isAppError(error, 'input'),
    );
  });
});
