/** Reports, evidence packages and exports in the real workbench, of a conversation that was downloaded there. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as job from '../support/mainJob.ts';
import { ProductBench } from '../support/productBench.ts';
import { readZip } from '../support/readZip.ts';
import { realCallId } from '../support/realCall.ts';
import type { Workbench } from '../support/workbench.ts';

suite('reports in the workbench', function () {
  this.timeout(120_000);
  let bench: ProductBench;
  let workbench: Workbench;

  suiteSetup(async () => {
    bench = await ProductBench.launch({ conversationCount: 60 });
    ({ workbench } = bench);
    await workbench.openView('Genesys Archive');
    await bench.signIn();
    await job.listConversations(workbench, realCallId);
    await job.downloadConversation(workbench, realCallId, bench.archive);
  });
  suiteTeardown(() => bench.close());

  const clearNotifications = (): Promise<void> =>
    workbench.runCommand('Notifications: Clear All Notifications');

  test('Completeness Report shows the verdict first, and names what is not here', async () => {
    await clearNotifications();
    await workbench.runCommand('Genesys Archive: Completeness Report…');
    await workbench.answerPick('Which conversations should be compared', 'Last 7 days');
    const page = workbench.webview();
    await page.locator('h1', { hasText: 'Completeness Report' }).waitFor({ timeout: 30_000 });
    const verdict = await page.locator('p').first().innerText();
    assert.match(verdict, /^Not complete: of \d+ conversations, \d+ are not in the archive\.$/u);
    assert.match(
      await page.locator('tr', { hasText: 'not in the archive' }).nth(1).innerText(),
      /\d\d:\d\d:\d\d\s+\w+ · \w+/u,
    );
    await workbench.hideNotifications();
    await workbench.screenshot('completeness report');
    await workbench.waitForNotification(/Not complete: of \d+/u);
    const audit = readFileSync(join(bench.archive, 'audit.jsonl'), 'utf8');
    assert.match(audit, /"kind":"completenessReport"/u);
  });

  test('Recheck Report finds the report genuine, and the report that was edited not', async () => {
    await clearNotifications();
    await workbench.runCommand('Genesys Archive: Recheck Report…');
    await workbench.answerPick('Which report should the archive be compared with?', 'made');
    const page = workbench.webview();
    await page.getByText('The report holds: the archive is as it was then.').waitFor();
    await page.getByText('The audit log confirms this very file.').waitFor();
    const [name = ''] = globSync('reports/completeness-*.json', { cwd: bench.archive });
    const path = join(bench.archive, name);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace('"state":"missing"', '"state":"complete"'),
    );
    await workbench.runCommand('Genesys Archive: Recheck Report…');
    await workbench.answerPick('Which report should the archive be compared with?', 'made');
    await page.getByText('The report does not hold').waitFor();
    await workbench.hideNotifications();
    await workbench.screenshot('recheck of an edited report');
  });

  test('Compliance and Availability Report say what the archive holds', async () => {
    await clearNotifications();
    await workbench.runCommand('Genesys Archive: Compliance Report');
    const page = workbench.webview();
    await page.getByText(/Compliant: all \d+ files are as the manifests say/u).waitFor();
    await workbench.hideNotifications();
    await workbench.screenshot('compliance report');
    assert.ok(existsSync(join(bench.archive, 'reports', 'compliance_report.json')));
    await workbench.runCommand('Genesys Archive: Availability Report');
    await page.getByText(/The archive holds \d+ files .* of 1 conversation/u).waitFor();
    await workbench.hideNotifications();
    await workbench.screenshot('availability report');
  });

  test('Export Evidence Package packs the row it is called on, under a name that says what it is', async () => {
    await clearNotifications();
    await workbench.chooseFromContextMenu(
      job.conversationRow(workbench, realCallId),
      'Export Evidence Package…',
    );
    await workbench.quickInput.locator('input').first().waitFor();
    await workbench.screenshot('evidence save dialog');
    assert.match(
      await workbench.quickInput.locator('input').first().inputValue(),
      /exports\/evidence-20\d\d-\d\d-\d\d-voice-[a-z-]+.*\.zip$/u,
    );
    await workbench.page.keyboard.press('Enter');
    await job.notificationText(
      workbench,
      /Packed the conversation .* All files are as the manifests say/u,
      30_000,
    );
    const [zip = ''] = globSync('exports/*.zip', { cwd: bench.archive });
    const entries = await readZip(join(bench.archive, zip));
    const transcript = entries.find(({ name }) => name.endsWith('transcript.md'));
    assert.match(transcript?.bytes.toString() ?? '', /Dana Haddad/u);
    assert.ok(existsSync(join(bench.archive, `${zip}.proof.json`)));
  });

  test('Export Conversations asks what and how, and counts the rows', async () => {
    await clearNotifications();
    await workbench.runCommand('Genesys Archive: Export Conversations…');
    await workbench.answerPick('Which conversations should be exported?', 'All archived');
    await workbench.answerPick('In which form?', 'NDJSON');
    await workbench.quickInput.locator('.monaco-button', { hasText: 'OK' }).first().waitFor();
    await workbench.page.keyboard.press('Enter');
    await job.notificationText(workbench, /Exported rows: 1, conversations: 1/u, 30_000);
    const [file = ''] = globSync('exports/*.ndjson', { cwd: bench.archive });
    const row = JSON.parse(readFileSync(join(bench.archive, file), 'utf8'));
    assert.equal(row.conversationId, realCallId);
    assert.deepEqual(row.agents, ['Dana Haddad']);
  });
});
