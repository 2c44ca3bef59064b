/** Work with the player in the real workbench: exports, notes, an imported transcript, and all of it by keys alone. */
import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse as parseSubtitles } from '@plussub/srt-vtt-parser';
import type { Locator } from 'playwright-core';
import webvtt from 'webvtt-parser';
import { probeWav } from '../../src/audio/wav.ts';
import * as job from '../support/mainJob.ts';
import { PlayerView } from '../support/playerView.ts';
import { ProductBench } from '../support/productBench.ts';
import { realCallId } from '../support/realCall.ts';
import type { Workbench } from '../support/workbench.ts';

suite('work with the player in the workbench', function () {
  this.timeout(180_000);
  let bench: ProductBench;
  let workbench: Workbench;
  let player: PlayerView;

  suiteSetup(async () => {
    bench = await ProductBench.launch({ conversationCount: 60 });
    ({ workbench } = bench);
    await workbench.openView('Genesys Archive');
    await bench.signIn();
    await job.listConversations(workbench, realCallId);
    await job.downloadConversation(workbench, realCallId, bench.archive);
    await workbench.runCommand('Genesys Archive: Open Archived Conversation…');
    await workbench.answerPick('Newest first; type a time', 'Dana Haddad');
    player = await PlayerView.waitFor(workbench);
  });
  suiteTeardown(() => bench.close());

  const exported = (pattern: string): string => {
    const [file = ''] = globSync(`exports/${pattern}`, { cwd: bench.archive });
    return join(bench.archive, file);
  };
  const acceptPath = async (): Promise<void> => {
    await workbench.quickInput.locator('.monaco-button', { hasText: 'OK' }).first().waitFor();
    await workbench.page.keyboard.press('Enter');
  };

  test('Export Transcript writes the format that was picked, and remembers it', async () => {
    await workbench.runCommand('Genesys Archive: Export Transcript…');
    await workbench.answerPick('Format of the whole transcript', 'WebVTT');
    await acceptPath();
    await job.notificationText(workbench, /Exported \d+ phrases to .*\.vtt/u, 30_000);
    const { cues, errors } = new webvtt.WebVTTParser().parse(
      readFileSync(exported('*.vtt'), 'utf8'),
      'subtitles/captions/descriptions',
    );
    assert.deepEqual(errors, []);
    assert.ok(cues.length > 3);
    await workbench.screenshot('player after an export');
  });

  test('a selection exports as a clip with its words beside it', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    await player.clickWord(2, 0);
    await workbench.page.keyboard.press('i');
    await workbench.page.keyboard.press('Shift+D');
    await acceptPath();
    await job.notificationText(workbench, /Exported the clip to .*\.wav/u, 30_000);
    const wav = readFileSync(exported('*s.wav'));
    const probe = probeWav(wav);
    assert.ok(probe.isComplete);
    const seconds =
      (probe.format.dataLengthBytes ?? 0) / probe.format.frameSizeBytes / probe.format.sampleRateHz;
    assert.ok(Math.abs(seconds - 5) < 0.01, String(seconds));
    assert.ok(parseSubtitles(readFileSync(exported('*s.vtt'), 'utf8')).entries.length > 0);
    assert.ok(JSON.parse(readFileSync(exported('*s.json'), 'utf8')).phrases.length > 0);
  });

  /** In the page, whatever has the focus there. */
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) {
      await workbench.page.keyboard.press(key);
    }
  };
  const inPage = (selector: string): Locator => workbench.webview().locator(selector);
  const notesFile = (): string => exported(`../conversations/*/*/*/${realCallId}/notes.json`);
  const focusPage = async (): Promise<void> => {
    await inPage('h1').click();
  };
  /** The rows of the quick pick, once its filter found the text by keys. */
  const pickByKeys = async (prompt: string, text: string): Promise<void> => {
    await workbench.quickInput
      .getByText(prompt)
      .or(workbench.quickInput.getByPlaceholder(prompt))
      .first()
      .waitFor();
    await workbench.page.keyboard.type(text);
    await workbench.quickInput.locator('.monaco-list-row.focused', { hasText: text }).waitFor();
    await press('Enter');
  };

  test('a note is kept beside the conversation, found by the search, and exported', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    await focusPage();
    await press('m');
    await inPage('.note-text').waitFor();
    await workbench.page.keyboard.type('Quince pudding was promised');
    await press('Tab');
    await workbench.page.keyboard.type('follow-up');
    await press('Control+Enter');
    await inPage('.note').filter({ hasText: 'Quince pudding' }).waitFor();
    const { notes } = JSON.parse(readFileSync(notesFile(), 'utf8'));
    assert.partialDeepStrictEqual(notes, [
      { text: 'Quince pudding was promised', tags: ['follow-up'] },
    ]);
    assert.ok(notes[0].toMs > notes[0].fromMs);
    await workbench.screenshot('player with a note');
    await workbench.runCommand('Genesys Archive: Search Archive…');
    const input = workbench.quickInput.getByPlaceholder(/\? for help/u);
    await input.fill('quince');
    await workbench.quickInput
      .locator('.monaco-list-row', { hasText: 'Quince pudding' })
      .first()
      .waitFor();
    await press('Escape');
    await focusPage();
    await press('Escape');
    await press('d');
    await pickByKeys('Format of the whole transcript', 'Markdown');
    await acceptPath();
    await job.notificationText(workbench, /Exported \d+ phrases to .*\.md/u, 30_000);
    const text = readFileSync(exported('*.md'), 'utf8');
    assert.match(
      text,
      /## Summary\n[\s\S]*## Notes\n\n- `0:\d\d(–0:\d\d)?` Quince pudding was promised #follow-up/u,
    );
  });

  test('an imported transcript is stored with its origin and shown in the place of the other', async () => {
    const file = join(bench.folder, 'spoken elsewhere.json');
    const turn = (start: number, text: string, speaker: string): object => ({
      start_time: start,
      end_time: start + 2,
      text,
      speaker_id: speaker,
      confidence: 0.9,
    });
    writeFileSync(
      file,
      JSON.stringify({
        conversation: { id: realCallId },
        participants: [
          { id: '1', role: 'agent' },
          { id: '2', role: 'customer' },
        ],
        transcript: [turn(1, 'Words from elsewhere', '1'), turn(5, 'Thank you', '2')],
      }),
    );
    writeFileSync(join(bench.folder, 'nonsense.json'), '{"hello": "world"}');
    const choose = async (path: string): Promise<void> => {
      await workbench.runCommand('Genesys Archive: Import Transcript…');
      // The dialog takes a path only once it has listed the folder that it begins with.
      const rows = workbench.quickInput.locator('.monaco-list-row');
      await rows.filter({ hasText: 'genesys-archive' }).waitFor();
      await workbench.quickInput.locator('input').first().fill(path);
      await rows.filter({ hasText: basename(path) }).waitFor();
      await press('Enter');
    };
    await choose(join(bench.folder, 'nonsense.json'));
    await workbench.waitForNotification(/no transcript that can be shown: there are no phrases/u);
    await workbench.runCommand('Notifications: Clear All Notifications');
    await choose(file);
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.getByText('the imported one is shown and searched in its place').waitFor();
    await workbench.answerDialog('Import');
    await job.notificationText(workbench, /Imported a transcript of 2 phrases/u, 30_000);
    await inPage('.row').filter({ hasText: 'Words from elsewhere' }).waitFor();
    assert.equal(await player.rows.count(), 2);
    await inPage('.banner')
      .filter({ hasText: 'imported from a file: spoken elsewhere.json' })
      .waitFor();
    const manifest = readFileSync(
      exported(`../conversations/*/*/*/${realCallId}/manifest.json`),
      'utf8',
    );
    assert.ok(manifest.includes('Import Transcript: spoken elsewhere.json'));
    await workbench.screenshot('player with an imported transcript');
  });

  test('a conversation that is not archived takes notes after its download from the player', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.chooseFromContextMenu(
      await workbench.waitForTreeRow('Sales Premium'),
      'Open Conversation',
    );
    await inPage('h1').filter({ hasText: 'Sales Premium' }).waitFor({ timeout: 60_000 });
    await focusPage();
    await press('m');
    await inPage('.notes')
      .filter({ hasText: 'Download this conversation to keep notes' })
      .waitFor();
    await press('Enter');
    await job.notificationText(workbench, /Downloaded \d+ files/u, 60_000);
    await inPage('.add-note').waitFor();
    await focusPage();
    await press('m');
    await inPage('.note-text').waitFor();
    await press('Escape');
  });

  test('by keys alone: open, play, seek, jump, search, repeat, speed; a reload of the window comes back to the word', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand('View: Close All Editors');
    await press('F1');
    await workbench.page.keyboard.type('Genesys Archive: Open Archived Conversation…');
    await workbench.quickInput
      .locator('.monaco-list-row.focused', { hasText: 'Open Archived Conversation' })
      .waitFor();
    await press('Enter');
    await pickByKeys('Newest first; type a time', 'Dana Haddad');
    player = await PlayerView.waitFor(workbench);
    await press('k');
    await player.pauseButton.waitFor();
    await press('k');
    await player.playButton.waitFor();
    await press('Home', 'l', 'ArrowRight');
    await until(async () => (await player.positionSeconds()) === 10);
    await press('Shift+ArrowLeft');
    await until(async () => (await player.positionSeconds()) === 5);
    await press(']', ']');
    assert.equal(await player.speed.inputValue(), '1.5');
    await press('i', 'r');
    await inPage('button[aria-label="Repeat the selection"][aria-pressed=true]').waitFor();
    await press('/');
    await workbench.page.keyboard.type('elsewhere');
    await inPage('.count').filter({ hasText: '1 of 1' }).waitFor();
    await press('Escape');
    await press('Home', 'ArrowDown', 'Enter');
    await until(async () => (await player.positionSeconds()) === 5);
    await inPage('.row.spoken').filter({ hasText: 'Thank you' }).waitFor();
    await press('Shift+M');
    await inPage('.note').filter({ hasText: 'Quince pudding' }).waitFor();
    await workbench.screenshot('player by keys');
    // The page saves where it is after a pause, and tells the window by a message.
    await workbench.page.waitForTimeout(1500);
    await workbench.reload();
    player = await PlayerView.waitFor(workbench);
    await inPage('.row.spoken').filter({ hasText: 'Thank you' }).waitFor();
    assert.equal(await player.positionSeconds(), 5);
    assert.equal(await player.speed.inputValue(), '1.5');
    await inPage('button[aria-label="Repeat the selection"][aria-pressed=true]').waitFor();
    await inPage('.note').filter({ hasText: 'Quince pudding' }).waitFor();
  });
});

/** Asks again until it is so; the timeout of the test ends it. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
