/** The main job in the real workbench with the packed extension, as a person does it, against the simulator. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoClient, type Simulator } from '../simulator/simulator.ts';
import { checkFiles, conversationRow, listConversations } from '../support/mainJob.ts';
import * as job from '../support/mainJob.ts';
import { PlayerView } from '../support/playerView.ts';
import { organisationName, ProductBench } from '../support/productBench.ts';
import { realCallId, realCallSound, spokenPhrases } from '../support/realCall.ts';
import { soundOfPlatform } from '../support/platformSound.ts';
import type { Workbench } from '../support/workbench.ts';

const phrases = spokenPhrases();

suite('main job in the workbench', function () {
  this.timeout(120_000);
  let bench: ProductBench;
  let workbench: Workbench;
  let simulator: Simulator;
  let archive: string;
  let player: PlayerView;
  let conversationFolder: string;

  suiteSetup(async () => {
    bench = await ProductBench.launch({ conversationCount: 300 });
    ({ workbench } = bench);
    ({ simulator, archive } = bench);
  });
  suiteTeardown(() => bench.close());

  test('signs in through the dialog: region, client id, secret; a wrong secret is said in the dialog', async () => {
    await workbench.openView('Genesys Archive');
    await workbench.page.locator('.sidebar .monaco-button', { hasText: 'Sign In' }).first().click();
    await workbench.answerPick('How do you want to sign in?', '(client credentials)');
    await workbench.answerPick('Region of your organisation', 'eu-central-1');
    await workbench.answerInput('Client id of an OAuth client', demoClient.id);
    await workbench.answerInput('Client secret', 'not-the-secret');
    await workbench.quickInput
      .locator('.quick-input-message', { hasText: '(Enter tries again)' })
      .waitFor();
    await workbench.answerInput('', demoClient.secret);
    const text = await job.waitForSignIn(workbench, organisationName);
    assert.match(text, /Example Contact Centre · \d+\/300 · 2[34]h/u);
  });

  test('lists conversations, newest first, with queue and agent by name', async () => {
    assert.ok((await listConversations(workbench, realCallId)) > 0);
    const row = conversationRow(workbench, realCallId);
    assert.match(await row.innerText(), /Delivery Evening\s*Dana Haddad · 1:03/u);
  });

  test('shows participants, recording and transcript of an expanded conversation', async () => {
    await workbench.expand(conversationRow(workbench, realCallId));
    for (const text of [/Elinor Austen/u, /Dana Haddadagent/u, /^Recording/u, /^Transcript/u]) {
      await workbench.waitForTreeRow(text);
    }
    await conversationRow(workbench, realCallId).locator('.monaco-tl-twistie').click();
  });

  test('downloads from the context menu, with progress and a result, exactly the bytes of the platform', async () => {
    const slowed = simulator.control.addFault({
      path: '/downloads/*',
      count: null,
      fault: { kind: 'latency', delayMs: 1500 },
    });
    // Looks only: nothing is clicked while the context menu is open.
    const progress = workbench.page
      .locator('.notification-toast, .notifications-center .notification-list-item', {
        hasText: /Downloading conversation: \S/u,
      })
      .first()
      .waitFor({ timeout: 30_000 });
    const [{ folder: downloaded, said }] = await Promise.all([
      job.downloadConversation(workbench, realCallId, archive),
      progress,
    ]);
    simulator.control.removeFault(slowed);
    assert.match(said, /^Downloaded 6 files \([\d.]+ KB\)\.$/u);
    await conversationRow(workbench, realCallId).filter({ hasText: 'downloaded' }).waitFor();
    conversationFolder = downloaded;
    const files = new Map(
      (await checkFiles(downloaded)).map((file) => [file.path, file.sha256] as const),
    );
    const expected = await soundOfPlatform(simulator, realCallId);
    assert.equal(expected.size, 2);
    for (const [path, hash] of expected) {
      assert.equal(files.get(path), hash, path);
    }
    const sound = [...expected.keys()].sort();
    for (const [index, channel] of (['0', '1'] as const).entries()) {
      const stored = readFileSync(join(downloaded, sound[index] ?? ''));
      // The platform writes its own header; what was spoken is the data at the end.
      const spoken = realCallSound(channel).subarray(44);
      assert.ok(stored.subarray(-spoken.length).equals(spoken), `speech of channel ${channel}`);
    }
  });

  test('downloads from the palette too, and says that nothing had changed', async () => {
    await conversationRow(workbench, realCallId).click();
    await workbench.runCommand('Genesys Archive: Download Conversation');
    assert.match(
      await job.notificationText(workbench, /Nothing had changed/u, 30_000),
      /the archive holds 6 files already/u,
    );
    assert.deepEqual(job.partialFiles(archive), []);
  });

  test('verifies what was downloaded', async () => {
    assert.match(
      await job.verifyConversation(workbench, realCallId),
      /^Verified 6 files .*all as the manifest says\.$/u,
    );
  });

  test('the player opens; the highlighted word keeps step with the sound', async () => {
    await workbench.hideNotifications();
    player = await job.openPlayer(workbench, realCallId);
    assert.equal(await player.rows.count(), phrases.length);
    await player.clickWaveform(0.11);
    await player.play();
    const moves = await player.followHighlight(phrases, 5000);
    assert.ok(moves.length >= 5, `${String(moves.length)} moments`);
    await player.pause();
  });

  test('a click on a word seeks to it', async () => {
    await player.clickWord(5, 3);
    const expectedMs = phrases[5]?.startsMs[3] ?? Number.NaN;
    assert.ok(Math.abs((await player.soundMs()) - expectedMs) <= 50);
  });

  test('a click on the waveform seeks to it, and the highlight goes along', async () => {
    await player.clickWaveform(0.5);
    assert.equal(await player.positionSeconds(), 15);
    assert.ok(Math.abs((await player.soundMs()) - 15_000) < 100);
    await player.clickWaveform(0.2);
    assert.deepEqual(await player.highlightedWords(), ['leisure']);
  });

  test('the role filter lists one side only', async () => {
    await player.roleFilter('Customer').click();
    await player.rows.nth(3).waitFor({ state: 'detached' });
    assert.deepEqual(new Set(await player.speakers.allInnerTexts()), new Set(['Elinor Austen']));
    await player.roleFilter('All').click();
    await player.rows.nth(7).waitFor();
  });

  test('the speed is that of the sound', async () => {
    await player.speed.selectOption('1.5');
    await player.clickWaveform(0.11);
    await player.play();
    assert.equal(await player.soundSpeed(), 1.5);
    const moves = await player.followHighlight(phrases, 2000);
    assert.ok(moves.length >= 5, `${String(moves.length)} moments`);
    await player.pause();
  });

  test('a reload of the window brings the player back at its position', async () => {
    await player.clickWaveform(0.5);
    assert.equal(await player.positionSeconds(), 15);
    // The page saves where it is after a pause, and tells the window by a message.
    await workbench.page.waitForTimeout(1500);
    await workbench.reload();
    player = await PlayerView.waitFor(workbench);
    assert.equal(await player.positionSeconds(), 15);
    assert.equal(await player.speed.inputValue(), '1.5');
  });

  test('without the platform an archived conversation still opens and plays', async () => {
    await simulator.stop();
    await workbench.runCommand('View: Close All Editors');
    await workbench.reload();
    await workbench.runCommand('Genesys Archive: Open Archived Conversation…');
    await workbench.quickInput
      .locator('.monaco-list-row', { hasText: realCallId.slice(0, 8) })
      .or(workbench.quickInput.locator('.monaco-list-row', { hasText: 'Delivery Evening' }))
      .first()
      .click();
    player = await PlayerView.waitFor(workbench);
    await player.clickWaveform(0.11);
    await player.play();
    const moves = await player.followHighlight(phrases, 2500);
    assert.ok(moves.length >= 3, `${String(moves.length)} moments`);
    assert.equal((await checkFiles(conversationFolder)).length, 6);
  });
});
