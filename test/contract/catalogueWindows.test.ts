import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DatabaseSync } from 'node:sqlite';
import { Catalogue } from '../../src/catalogue/catalogue.ts';
import { withCataloguePath } from '../support/catalogueSamples.ts';
import { leakCheck } from '../support/leakCheck.ts';

const run = promisify(execFile);
const script = new URL('../support/catalogueWriterMain.ts', import.meta.url).pathname;
const conversationCount = 60;

suite('a catalogue of several windows', () => {
  leakCheck();

  test('loses no row and fails no write when three processes write and read at once', () =>
    withCataloguePath(async (path) => {
      const names = ['anna', 'ben', 'cleo'];
      // All of them also make the database: nobody was there before.
      await Promise.all(
        names.map((name) => run(process.execPath, [script, path, name, String(conversationCount)])),
      );
      const catalogue = await Catalogue.open(path);
      assert.deepEqual(catalogue.size(), {
        conversationCount: names.length * conversationCount + 1,
        phraseCount: names.length * conversationCount * 20 + 2,
      });
      for (const name of names) {
        assert.equal(catalogue.count(`from ${name}`).phraseCount, conversationCount * 20);
      }
      assert.equal(catalogue.count('everybody').phraseCount, 1);
      catalogue.close();
      // Only a fresh connection tells the truth about a file that others wrote.
      const db = new DatabaseSync(path);
      assert.equal(db.prepare('PRAGMA integrity_check').get()?.['integrity_check'], 'ok');
      db.exec("INSERT INTO phrase_fts (phrase_fts, rank) VALUES ('integrity-check', 1)");
      db.close();
    })).timeout(60_000);
});
