/** Exports from the player in the real workbench: asked for in its title and by keys, written where the dialog says. */
import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseSubtitles } from '@plussub/srt-vtt-parser';
import webvtt from 'webvtt-parser';
import { writeWorkspace } from '../../scripts/demo.mjs';
import { packProduct } from '../../scripts/vsix.mjs';
import { probeWav } from '../../src/audio/wav.ts';
import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import { demoClient, startSimulator, type Simulator } from '../simulator/simulator.ts';
import * as job from '../support/mainJob.ts';
import { PlayerView } from '../support/playerView.ts';
import { realCallId } from '../support/realCall.ts';
import { Workbench } from '../support/workbench.ts';

suite('exports from the player in the workbench', function () {
  this.timeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), 'genesys-archive-player-'));
  const workspace = join(folder, 'workspace');
  const archive = join(workspace, 'genesys-archive');
  let simulator: Simulator;
  let workbench: Workbench;
  let player: PlayerView;

  suiteSetup(async () => {
    simulator = await startSimulator({
      organisation: createSampleOrganisation({ seed: 1, conversationCount: 60, nowMs: Date.now() }),
    });
    mkdirSync(workspace);
    const { apiBaseUrl, loginBaseUrl } = simulator;
    writeWorkspace(workspace, { apiBaseUrl, loginBaseUrl, clientId: '' });
    workbench = await Workbench.launch({
      vsixFiles: [await packProduct(join(folder, 'product.vsix'))],
      folder: workspace,
      viewport: { width: 1400, height: 900 },
    });
    await workbench.openView('Genesys Archive');
    await workbench.runCommand('Genesys Archive: Sign In…');
    await workbench.answerPick('How do you want to sign in?', '(client credentials)');
    await workbench.answerPick('Region of your organisation', 'eu-central-1');
    await workbench.answerInput('Client id of an OAuth client', demoClient.id);
    await workbench.answerInput('Client secret', demoClient.secret);
    await job.waitForSignIn(workbench, 'Example Contact Centre');
    await job.listConversations(workbench, realCallId);
    await job.downloadConversation(workbench, realCallId, archive);
    await workbench.runCommand('Genesys Archive: Open Archived Conversation…');
    await workbench.answerPick('Newest first; type a time', 'Dana Haddad');
    player = await PlayerView.waitFor(workbench);
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed') {
      await workbench.screenshot(`player ${this.currentTest.title.slice(0, 40)}`);
    }
  });
  suiteTeardown(async () => {
    await workbench.close();
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const exported = (pattern: string): string => {
    const [file = ''] = globSync(`exports/${pattern}`, { cwd: archive });
    return join(archive, file);
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
});
