/** Syncing in the real workbench against the simulator: progress, stopping and going on, the Downloads view, lists of ids. */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { createBulkOrganisation } from '../simulator/data/bulkOrganisation.ts';
import { FaultBench } from '../support/faultBench.ts';

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
    await bench.signInAndList();
  });
  suiteTeardown(async () => {
    await bench.close();
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed') {
      await bench.workbench.screenshot(`sync ${this.currentTest.title.slice(0, 40)}`);
    }
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
});
