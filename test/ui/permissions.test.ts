/** Missing permissions and diagnostics in the real workbench: told once, in the view, and in a report to hand on. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { restrictedClients } from '../simulator/simulator.ts';
import { organisationName, ProductBench } from '../support/productBench.ts';
import type { Workbench } from '../support/workbench.ts';

const { withoutRecordings, withoutAnything } = restrictedClients;
const permission = 'recording:recording:view';

const conversationRows = ({ page }: Workbench): Locator =>
  page.locator('.sidebar .pane-body .monaco-list-row[aria-level="2"]');

suite('permissions in the workbench', function () {
  this.timeout(120_000);
  let bench: ProductBench;
  let workbench: Workbench;

  suiteSetup(async () => {
    bench = await ProductBench.launch({ conversationCount: 100 });
    ({ workbench } = bench);
  });
  suiteTeardown(() => bench.close());

  const press = async (notification: Locator, label: string): Promise<void> => {
    await notification.hover();
    await notification.locator('.monaco-button', { hasText: label }).first().click();
  };

  test('says once after signing in which features lack which permission, and shows the report', async () => {
    await workbench.openView('Genesys Archive');
    await bench.signIn(withoutRecordings);
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
    await bench.signIn(withoutRecordings);
    await conversationRows(workbench).first().waitFor();
    await workbench.runCommand('Genesys Archive: Sign Out');
    await bench.signIn(withoutAnything);
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
