/** Missing permissions and diagnostics in the real workbench: told once, in the view, and in a report to hand on. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { writeWorkspace } from '../../scripts/demo.mjs';
import { packProduct } from '../../scripts/vsix.mjs';
import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import { restrictedClients, startSimulator, type Simulator } from '../simulator/simulator.ts';
import { waitForSignIn } from '../support/mainJob.ts';
import { Workbench } from '../support/workbench.ts';

const organisationName = 'Example Contact Centre';
const { withoutRecordings, withoutAnything } = restrictedClients;
const permission = 'recording:recording:view';

const conversationRows = ({ page }: Workbench): Locator =>
  page.locator('.sidebar .pane-body .monaco-list-row[aria-level="2"]');

suite('permissions in the workbench', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'genesys-archive-permissions-'));
  const workspace = join(folder, 'workspace');
  let simulator: Simulator;
  let workbench: Workbench;

  suiteSetup(async () => {
    const organisation = createSampleOrganisation({
      seed: 1,
      conversationCount: 100,
      nowMs: Date.now(),
    });
    simulator = await startSimulator({ organisation });
    mkdirSync(workspace);
    const { apiBaseUrl, loginBaseUrl } = simulator;
    writeWorkspace(workspace, { apiBaseUrl, loginBaseUrl, clientId: '' });
    workbench = await Workbench.launch({
      vsixFiles: [await packProduct(join(folder, 'product.vsix'))],
      folder: workspace,
      viewport: { width: 1400, height: 900 },
    });
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed') {
      await workbench.screenshot(`permissions ${this.currentTest.title.slice(0, 40)}`);
    }
  });
  suiteTeardown(async () => {
    await workbench.close();
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const signIn = async (client: {
    readonly id: string;
    readonly secret: string;
  }): Promise<void> => {
    await workbench.runCommand('Genesys Archive: Sign In…');
    await workbench.answerPick('How do you want to sign in?', '(client credentials)');
    await workbench.answerPick('Region of your organisation', 'eu-central-1');
    await workbench.answerInput('Client id of an OAuth client', client.id);
    await workbench.answerInput('Client secret', client.secret);
    await waitForSignIn(workbench, organisationName);
  };
  const press = async (notification: Locator, label: string): Promise<void> => {
    await notification.hover();
    await notification.locator('.monaco-button', { hasText: label }).first().click();
  };

  test('says once after signing in which features lack which permission, and shows the report', async () => {
    await workbench.openView('Genesys Archive');
    await signIn(withoutRecordings);
    const notice = await workbench.waitForNotification(/Some features need permissions/u);
    assert.match(
      await notice.innerText(),
      new RegExp(`Recordings, .*Transcripts.* \\(${permission}\\)`, 'u'),
    );
    await press(notice, 'Show Report');
    const report = workbench.webview();
    await report.locator('h1', { hasText: 'Permissions in Genesys Cloud' }).waitFor();
    const row = report.locator('tr', { hasText: 'conversations without sound' });
    assert.match(await row.innerText(), new RegExp(`missing: ${permission}[^]*without sound`, 'u'));
    assert.match(await report.locator('pre').innerText(), new RegExp(`- ${permission}`, 'u'));
    await workbench.screenshot('permission report');
  });

  test('names the permission in the row that stands for what may not be had', async () => {
    const row = conversationRows(workbench)
      .filter({ hasText: /\d:\d\d/u })
      .first();
    await workbench.expand(row);
    const missing = await workbench.waitForTreeRow(/Recordings: permission missing/u);
    assert.match(await missing.innerText(), new RegExp(permission, 'u'));
    await workbench.screenshot('permission row');
  });

  test('does not tell the same again, and tells what another client lacks', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand('Genesys Archive: Sign Out');
    await signIn(withoutRecordings);
    await conversationRows(workbench).first().waitFor();
    await workbench.runCommand('Genesys Archive: Sign Out');
    await signIn(withoutAnything);
    const notice = await workbench.waitForNotification(/Some features need permissions/u);
    assert.match(await notice.innerText(), /analytics:conversationDetail:view/u);
    const notices = workbench.page
      .locator('.notifications-center .notification-list-item, .notification-toast')
      .filter({ hasText: /Some features need permissions|refuses a feature/u });
    // A toast and the centre show one notification twice.
    const texts = new Set(await notices.allInnerTexts());
    assert.equal(texts.size, 1, [...texts].join('\n'));
    await workbench.page
      .locator('.sidebar', { hasText: 'analytics:conversationDetail:view' })
      .first()
      .waitFor();
  });

  test('copies diagnostics that name neither the organisation nor the client, and shows them', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand('Genesys Archive: Copy Diagnostics');
    await press(await workbench.waitForNotification(/Diagnostics are on the clipboard/u), 'Show');
    const editor = workbench.page.locator('.editor-instance .view-lines').first();
    await editor.filter({ hasText: 'Versions' }).waitFor();
    const text = (await editor.innerText()).replaceAll('\u00a0', ' ');
    for (const expected of [
      /extension: \d/u,
      /VS Code: \d/u,
      /region: mypurecloud\.de/u,
      /4xx \d/u,
    ]) {
      assert.match(text, expected);
    }
    for (const hidden of [organisationName, withoutAnything.id, withoutAnything.secret]) {
      assert.ok(!text.includes(hidden), hidden);
    }
    await workbench.screenshot('diagnostics');
  });
});
