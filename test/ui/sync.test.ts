/** Syncing in the real workbench against the simulator: progress, stopping and going on, the Downloads view, lists of ids. */
import assert from 'node:assert/strict';
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { createBulkOrganisation } from '../simulator/data/bulkOrganisation.ts';
import { demoClient } from '../simulator/simulator.ts';
import { FaultBench } from '../support/faultBench.ts';
import { runSync } from '../support/runSync.ts';

const conversationCount = 60;

suite('Syncing in the workbench', function () {
  this.timeout(120_000);
  let bench: FaultBench;
  const organisation = createBulkOrganisation({
    seed: 5,
    conversationCount,
    nowMs: Date.now(),
    days: 3,
    variety: 'varied',
    recordingBytes: 40_000,
  });

  suiteSetup(async function () {
    this.timeout(180_000);
    bench = await FaultBench.launch({
      organisation,
      simulated: { rateAllowed: 100_000, batches: { polls: 0, runMs: 200 } },
      viewport: { width: 1400, height: 900 },
    });
  });
  suiteTeardown(async () => {
    await bench.close();
  });
  teardown(() => {
    bench.simulator.control.clearFaults();
  });

  const archive = (): string => join(bench.folder, 'genesys-archive');
  const archivedCount = (): number =>
    globSync('conversations/*/*/*/*/manifest.json', { cwd: archive() }).length;
  const download = (text: string | RegExp): Locator =>
    bench.workbench.page
      .locator('.sidebar .pane', { has: bench.workbench.page.getByText('Downloads') })
      .locator('.monaco-list-row')
      .filter({ hasText: text });
  const answerParts = async (): Promise<void> => {
    const { workbench } = bench;
    await workbench.quickInput.getByPlaceholder(/come with/u).waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.answerPick('In which form should the recordings come?', 'As recorded');
  };
  const startInterval = async (): Promise<void> => {
    const { workbench } = bench;
    await workbench.runCommand('Genesys Archive: Sync Interval…');
    await workbench.answerPick('Conversations of which time should be synced?', 'Last 7 days');
    await workbench.quickInput.getByPlaceholder(/About 6\d conversations/u).waitFor();
    await workbench.screenshot('sync parts');
    await answerParts();
  };

  test('offers the sign-in while nobody is signed in, and then what there is to sync', async () => {
    const { workbench } = bench;
    await workbench.treeText('Sign in to bring conversations into the archive.').waitFor();
    await bench.signInAndList();
    await workbench.treeText(/what is interrupted goes on where it stopped/u).waitFor();
    await workbench.screenshot('sync empty');
  });

  test('syncs an interval with progress, stops by the notification, and goes on where it stopped', async () => {
    const { workbench, simulator } = bench;
    simulator.control.addFault({
      path: '/downloads/*',
      count: null,
      fault: { kind: 'slow', bytesPerSecond: 20_000 },
    });
    await startInterval();
    const running = download(/\d+ of ~?6\d/u).first();
    await running.waitFor({ timeout: 30_000 });
    await download('In progress').waitFor();
    await download(/Recording/u)
      .first()
      .waitFor();
    await workbench.screenshot('sync running');
    const shown = await workbench.waitForNotification('Syncing');
    await workbench.screenshot('sync notification');
    await shown.hover();
    await shown.getByText('Cancel').click();
    await bench.takeNotification(/is paused; nothing is lost/u);
    await download(/paused · \d+ of/u).waitFor();
    assert.ok(archivedCount() < conversationCount, String(archivedCount()));
    await workbench.screenshot('sync paused');
    simulator.control.clearFaults();
    await workbench.chooseFromContextMenu(download(/paused/u).first(), 'Resume Sync');
    const message = await bench.takeNotification(/Synced “/u, 60_000);
    assert.match(message, /Of \d+ something is missing; the report says why/u);
    await workbench.screenshot('sync finished');
    assert.equal(archivedCount(), organisation.conversations.length);
  });

  test('names what ended by its reason and conversation, waits with the next attempt, and writes a report', async () => {
    const { workbench } = bench;
    await download(/^Waiting/u)
      .getByText(/next attempt/u)
      .waitFor();
    const reason = download('In the platform’s cold archive').first();
    await workbench.expand(reason);
    const item = download(/(?:Billing|Support|Sales)/u).first();
    await item.waitFor();
    await workbench.screenshot('sync reasons');
    await workbench.chooseFromContextMenu(item, 'Copy Conversation Id');
    await workbench.runCommand('Genesys Archive: Show Sync Report');
    const report = workbench.webview();
    await report
      .getByRole('heading', { name: /^In the platform’s cold archive \(\d\)/u })
      .waitFor();
    await report.getByText('Restore the recordings in Genesys Cloud').waitFor();
    await workbench.screenshot('sync report');
    await workbench.runCommand('View: Close All Editors');
  });

  test('syncs the ids of an open editor, says what it did not understand, and stops for good when cancelled', async () => {
    const { workbench, simulator } = bench;
    const [first, second, third] = organisation.conversations.map(
      ({ detail }) => detail.conversationId ?? '',
    );
    writeFileSync(
      join(bench.folder, 'ids.txt'),
      `${String(first)}\nhttps://apps.mypurecloud.com/directory/#/analytics/interactions/${String(second)}/admin\nthe one of Mrs Example\n"conversationId": "${String(third)}",\n`,
    );
    await workbench.page.keyboard.press('Control+P');
    await workbench.quickInput.locator('input').first().fill('ids.txt');
    await workbench.quickInput
      .locator('.monaco-list-row', { hasText: 'ids.txt' })
      .first()
      .waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.tab', { hasText: 'ids.txt' }).waitFor();
    simulator.control.addFault({
      path: '/api/v2/analytics/*',
      count: null,
      fault: { kind: 'stall', afterBytes: 0 },
    });
    await workbench.runCommand('Genesys Archive: Sync List of Ids…');
    await workbench.answerPick('Where are the ids of the conversations?', 'From the open editor');
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.getByText('Line 3: the one of Mrs Example').waitFor();
    await workbench.screenshot('sync list');
    await workbench.answerDialog('Sync 3 Conversations');
    await answerParts();
    const row = download('3 conversations');
    await row.first().waitFor();
    await workbench.runCommand('Genesys Archive: Cancel Sync');
    await workbench.answerDialog('Cancel Sync');
    await row.getByText(/cancelled/u).waitFor();
    simulator.control.clearFaults();
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.chooseFromContextMenu(row.first(), 'Remove Sync');
    await workbench.answerDialog('Remove');
    await row.first().waitFor({ state: 'detached' });
  });

  test('shows a sync that a closed window left, asks the platform for nothing unasked, and goes on', async () => {
    const { workbench, simulator } = bench;
    simulator.control.addFault({
      path: '/api/v2/analytics/*',
      count: null,
      fault: { kind: 'stall', afterBytes: 0 },
    });
    await workbench.runCommand('Genesys Archive: Sync New');
    const row = download('New since');
    await row.getByText('finding conversations').waitFor();
    await workbench.reload();
    await workbench.openView('Genesys Archive');
    await row.getByText('interrupted').waitFor({ timeout: 60_000 });
    await workbench.waitForStatusBar(organisation.name);
    await workbench.screenshot('sync interrupted');
    simulator.control.clearFaults();
    simulator.control.clearRequests();
    await workbench.runCommand('Genesys Archive: Show Sync Report');
    await workbench.answerPick('Which sync?', 'New since');
    await workbench.webview().getByText('Interrupted: resume it to go on').waitFor();
    assert.deepEqual(
      simulator.control.requests().filter(({ path }) => /jobs|recording/u.test(path)),
      [],
    );
    await workbench.chooseFromContextMenu(row.first(), 'Resume Sync');
    await row.getByText(/complete/u).waitFor({ timeout: 60_000 });
  });

  test('shows the sync of another window while it runs, and then how it came out', async () => {
    const { workbench, simulator } = bench;
    await workbench.pickColorTheme('Dark Modern');
    simulator.control.addFault({
      path: '/api/v2/analytics/*',
      fault: { kind: 'latency', delayMs: 6_000 },
    });
    const other = runSync({
      apiBaseUrl: simulator.apiBaseUrl,
      loginBaseUrl: simulator.loginBaseUrl,
      clientId: demoClient.id,
      clientSecret: demoClient.secret,
      organisationId: organisation.id,
      region: 'mypurecloud.com',
      rootPath: archive(),
      startMs: Date.now() - 7 * 86_400_000,
      endMs: Date.now(),
      options: { patienceMs: 0 },
    });
    await download('Another window is syncing').waitFor({ timeout: 30_000 });
    await workbench.screenshot('sync elsewhere');
    await other;
    await download(/Everything.*complete/u).waitFor({ timeout: 30_000 });
    assert.equal(await download('Another window is syncing').count(), 0);
    await workbench.screenshot('sync dark');
  });
});
