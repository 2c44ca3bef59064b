/** Searching, browsing and comparing what was downloaded, in the real workbench. */
import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import {
  benchConversation,
  writeBenchArchiveFile,
  writeBenchConversation,
} from '../support/benchArchive.ts';
import { FaultBench } from '../support/faultBench.ts';
import { conversationRow, listConversations } from '../support/mainJob.ts';
import { PlayerView } from '../support/playerView.ts';
import { createRandom } from '../support/random.ts';
import { plainWord, realCallId, spokenPhrases } from '../support/realCall.ts';
import { createSpeechCorpus } from '../support/speechCorpus.ts';

/** Said once in the whole call, in the middle of a phrase, and no other word begins as it does. */
function rareWord(): { readonly word: string; readonly startMs: number } {
  const phrases = spokenPhrases();
  const all = phrases.flatMap(({ words }) => words);
  for (const { words, startsMs } of phrases) {
    const index = words.findIndex(
      (word, at) =>
        at > 2 &&
        word.length > 5 &&
        all.filter((other) => other.startsWith(word.slice(0, -1))).length === 1,
    );
    const word = words[index];
    const startMs = startsMs[index];
    if (word !== undefined && startMs !== undefined && startMs > 5000) {
      return { word, startMs };
    }
  }
  throw new Error('The sample call says no rare word');
}

suite('The local archive in the workbench', function () {
  this.timeout(90_000);
  let bench: FaultBench;
  const { word, startMs } = rareWord();

  suiteSetup(async function () {
    this.timeout(180_000);
    bench = await FaultBench.launch();
    await bench.signInAndList();
    await listConversations(bench.workbench, realCallId);
    const { workbench } = bench;
    await workbench.chooseFromContextMenu(
      conversationRow(workbench, realCallId),
      'Download Conversation',
    );
    await bench.takeNotification(/Downloaded/u, 60_000);
    const other = bench.rows.filter({ hasText: 'Sales Premium' }).first();
    await workbench.chooseFromContextMenu(other, 'Download Conversation');
    await bench.takeNotification(/Downloaded/u, 60_000);
  });
  suiteTeardown(async () => {
    await bench.close();
  });
  const search = async (text: string): Promise<Locator> => {
    const { workbench } = bench;
    await workbench.runCommand('Genesys Archive: Search Archive…');
    const input = workbench.quickInput.getByPlaceholder(/\? for help/u);
    await input.waitFor();
    await input.fill(text);
    return workbench.quickInput.locator('.quick-input-list .monaco-list-row');
  };

  test('finds a word while it is typed and opens the player at that word', async () => {
    const { workbench } = bench;
    const rows = await search(word.slice(0, -1));
    const hit = rows.filter({ hasText: new RegExp(word, 'iu') }).first();
    await hit.waitFor();
    await workbench.screenshot('archive search');
    await workbench.page.keyboard.press('Enter');
    const player = await PlayerView.waitFor(workbench);
    const now = workbench.webview().locator('.row.spoken .word.now').first();
    await now.waitFor();
    assert.equal(plainWord((await now.textContent()) ?? ''), word);
    assert.equal(await player.positionSeconds(), Math.floor(startMs / 1000));
    await workbench.screenshot('archive player at word');
  });

  test('copies a link to the word that is spoken, and VS Code opens it there again after asking', async () => {
    const { workbench } = bench;
    const { page } = workbench;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await workbench.runCommand('Genesys Archive: Copy Link');
    await page.locator('.statusbar', { hasText: 'Link copied' }).waitFor();
    const link = await page.evaluate<string>('navigator.clipboard.readText()');
    assert.match(
      link,
      /^[\w-]+:\/\/genesys-archive\.genesys-archive-explorer\/conversation\/[\w-]+\?organisation=[\w-]+&recording=[\w-]+&t=\d+$/u,
    );
    await workbench.runCommand('View: Close Editor');
    await workbench.webview().locator('.row').first().waitFor({ state: 'detached' });
    await workbench.runCommand('Developer: Open URL');
    await workbench.answerInput('URL to open', link);
    const question = page.locator('.monaco-dialog-box', { hasText: 'to open this URI' });
    await question.waitFor();
    await workbench.screenshot('link question');
    await question.getByRole('button', { name: 'Open' }).click();
    const player = await PlayerView.waitFor(workbench);
    const now = workbench.webview().locator('.row.spoken .word.now').first();
    await now.waitFor();
    assert.equal(plainWord((await now.textContent()) ?? ''), word);
    assert.equal(await player.positionSeconds(), Math.floor(startMs / 1000));
  });

  test('a hit gives its link by a button, the same as the player does, and all hits go into a CSV', async () => {
    const { workbench, folder } = bench;
    const fromPlayer = await workbench.page.evaluate<string>('navigator.clipboard.readText()');
    const rows = await search(word);
    const hit = rows.filter({ hasText: new RegExp(word, 'iu') }).first();
    await hit.hover();
    await hit.locator('[aria-label="Copy Link"]').click();
    await workbench.page.locator('.statusbar', { hasText: 'Link copied' }).waitFor();
    await assert.doesNotReject(hit.waitFor());
    const fromHit = await workbench.page.evaluate<string>('navigator.clipboard.readText()');
    assert.equal(fromHit, fromPlayer);
    await workbench.quickInput.locator('[aria-label^="Export All Hits"]').first().click();
    await workbench.quickInput.locator('.monaco-button', { hasText: 'OK' }).first().waitFor();
    await workbench.page.keyboard.press('Enter');
    await bench.takeNotification(/Exported rows: 1 /u);
    const [path = ''] = globSync('genesys-archive/exports/search-*.csv', { cwd: folder });
    const [, row = ''] = readFileSync(join(folder, path), 'utf8').split('\r\n');
    assert.ok(row.startsWith(`${realCallId},`) && row.includes(word), row);
  });

  test('says what is wrong with a query and where, and helps', async () => {
    const { workbench } = bench;
    const rows = await search('duration:long');
    await rows.filter({ hasText: 'A duration looks like' }).waitFor();
    await workbench.screenshot('archive search problem');
    await workbench.quickInput.getByPlaceholder(/\? for help/u).fill('?');
    await rows.filter({ hasText: 'said by the customer' }).waitFor();
    await workbench.screenshot('archive search help');
    await workbench.page.keyboard.press('Escape');
  });

  test('lists what is archived by day, and by queue after a choice that is remembered', async () => {
    const { workbench } = bench;
    await workbench
      .runCommand('Genesys Archive: Focus on Local Archive View', 60_000)
      .catch(() =>
        workbench.runCommand('Genesys Cloud Archive Explorer: Focus on Local Archive View'),
      );
    await workbench.runCommand('Genesys Archive: Group Archive By…');
    await workbench.answerPick('Group the archived conversations by', 'Queue');
    const group = workbench.page.locator('.sidebar .monaco-list-row', {
      hasText: /Sales Premium\s*1$/u,
    });
    await group.first().waitFor();
    await group.first().click();
    await workbench.screenshot('archive view');
  });

  test('compares two conversations in the diff editor', async () => {
    const { workbench } = bench;
    await workbench.runCommand('Genesys Archive: Compare Conversations…');
    await workbench.quickInput.getByText('Compare: The First Conversation').waitFor();
    await workbench.quickInput.locator('.monaco-list-row', { hasText: realCallId }).first().click();
    await workbench.quickInput.getByText('Compare: The Other Conversation').waitFor();
    await workbench.quickInput
      .locator('.monaco-list-row', { hasText: 'Sales Premium' })
      .first()
      .click();
    await workbench.answerPick('What to compare of the two conversations', 'said and written');
    const diff = workbench.page.locator('.monaco-diff-editor');
    await diff.waitFor();
    await diff.getByText(realCallId).first().waitFor();
    await workbench.page
      .locator('.tab.active', { hasText: /Delivery Evening · .+ ↔ Sales Premium · / })
      .waitFor();
    await workbench.screenshot('archive compare');
  });

  test('serves the archive to other programs after a command, and stops', async () => {
    const { workbench } = bench;
    await workbench.runCommand('Genesys Archive: Start Local API');
    const said = await bench.takeNotification(/The local API listens on/u);
    const address = /http:\/\/127\.0\.0\.1:\d+/u.exec(said)?.[0] ?? '';
    const { status } = await fetch(`${address}/healthz`);
    const stranger = await fetch(`${address}/openapi.json`);
    assert.deepEqual([status, stranger.status], [200, 401]);
    await workbench.runCommand('Genesys Archive: Stop Local API');
    await workbench.page
      .locator('.statusbar', { hasText: 'The local API has stopped' })
      .waitFor({ timeout: 10_000 });
    await assert.rejects(fetch(`${address}/healthz`));
  });

  test('follows an archive outside of the workspace, also what others put into it by hand', async () => {
    const { workbench, folder } = bench;
    const outside = mkdtempSync(join(tmpdir(), 'archive-elsewhere-'));
    try {
      const corpus = createSpeechCorpus(createRandom(1));
      await writeBenchArchiveFile(outside, 'elsewhere');
      await writeBenchConversation(outside, benchConversation(corpus, 0, 3));
      const path = join(folder, '.vscode/settings.json');
      const settings: unknown = JSON.parse(readFileSync(path, 'utf8'));
      const changed = Object.assign({}, settings, { 'genesysArchive.archive.folder': outside });
      writeFileSync(path, JSON.stringify(changed));
      const rowOf = (counts: string): Locator =>
        workbench.page.locator('.sidebar .monaco-list-row', {
          hasText: new RegExp(`^90000000-.*${counts}$`, 'u'),
        });
      await rowOf('1').waitFor();
      // The watcher begins some time after the folder was read, and nobody says when: others go on writing.
      for (let count = 1, isSeen = false; !isSeen; count++) {
        assert.ok(count < 9, 'what was written by hand is not seen');
        await writeBenchConversation(outside, benchConversation(corpus, 40 * count, 3));
        isSeen = await rowOf('[2-9]')
          .waitFor({ timeout: 5000 })
          .then(
            () => true,
            () => false,
          );
      }
      await workbench.screenshot('archive outside');
    } finally {
      rmSync(outside, { recursive: true, force: true });
    }
  });
});
