/** Retention in the real workbench with the packed extension, over an archive of old and young conversations; no platform needed. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWorkspace } from '../../scripts/demo.mjs';
import { packProduct } from '../../scripts/vsix.mjs';
import { dayMs, idOf, RetentionBench } from '../support/retentionBench.ts';
import { Workbench } from '../support/workbench.ts';

const lastNumber = 6;

suite('Retention in the workbench', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'genesys-archive-retention-'));
  const workspace = join(folder, 'workspace');
  let bench: RetentionBench;
  let workbench: Workbench;

  suiteSetup(async () => {
    mkdirSync(workspace);
    writeWorkspace(workspace, {
      apiBaseUrl: 'http://127.0.0.1:9',
      loginBaseUrl: 'http://127.0.0.1:9',
      clientId: '',
    });
    bench = await RetentionBench.open(await realpath(workspace), 'genesys-archive');
    for (let number = 1; number <= lastNumber; number++) {
      const startMs = Date.now() - (number === lastNumber ? 10 : 40 + number) * dayMs;
      const isOpen = number === lastNumber - 1;
      await bench.add({
        number,
        startMs,
        endMs: isOpen ? undefined : startMs + 120_000,
        media: number % 2 === 0 ? 'voice' : 'chat',
      });
    }
    workbench = await Workbench.launch({
      vsixFiles: [await packProduct(join(folder, 'product.vsix'))],
      folder: workspace,
      viewport: { width: 1400, height: 900 },
    });
  });

  teardown(async function () {
    if (this.currentTest?.state === 'failed') {
      await workbench.screenshot(`retention ${this.currentTest.title.slice(0, 40)}`);
    }
  });

  suiteTeardown(async () => {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const audit = (): string => readFileSync(join(bench.rootPath, 'audit.jsonl'), 'utf8');
  const notified = async (text: string | RegExp): Promise<void> => {
    await workbench.waitForNotification(text);
  };
  const pickArchived = async (number: number): Promise<void> => {
    const rows = workbench.quickInput.locator('.monaco-list-row');
    await rows.filter({ hasText: idOf(number) }).waitFor();
    await workbench.quickInput.locator('input[type="text"]').fill(idOf(number));
    await rows
      .filter({ hasNotText: idOf(number) })
      .first()
      .waitFor({ state: 'detached' });
    await rows.first().click();
  };

  test('a legal hold is placed on a conversation that is picked, with a reason', async () => {
    await workbench.openView('Genesys Archive');
    await workbench.runCommand('Genesys Archive: Place Legal Hold…');
    await pickArchived(2);
    await workbench.answerInput('The reason, such as a case number', 'Case 4711');
    await notified('On legal hold now: 1.');
    assert.match(audit(), /"legalHold\.placed".*"Case 4711"/u);
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  test('shows what would go, asks, and deletes nothing when the person turns away', async () => {
    await workbench.runCommand('Genesys Archive: Apply Retention…');
    await workbench.answerPick('Delete conversations that ended this long ago', '30 days');
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.getByText('Delete the 3 conversations of the preview').waitFor();
    const preview = workbench.webview();
    await preview.getByRole('heading', { name: 'Retention Preview' }).waitFor();
    await preview.getByText('Case 4711').waitFor();
    await preview.getByText('It had not ended when it was downloaded').waitFor();
    await workbench.screenshot('retention preview');
    await workbench.answerDialog('Cancel');
    assert.equal((await bench.listed()).length, lastNumber);
  });

  test('deletes after the confirmation and says what became of it', async () => {
    await workbench.runCommand('Genesys Archive: Apply Retention…');
    await workbench.answerPick('Delete conversations that ended this long ago', '30 days');
    await workbench.answerDialog('Delete');
    await notified(/Deleted from the archive: 3 \(.+\)\. The audit log/u);
    await workbench.screenshot('retention receipt');
    assert.deepEqual(await bench.listed(), [idOf(2), idOf(5), idOf(6)]);
    assert.equal(audit().match(/"conversation\.deleted"/gu)?.length, 3);
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  test('does not delete what is on hold by command either, until the hold is lifted', async () => {
    await workbench.runCommand('Genesys Archive: Delete From Archive…');
    await pickArchived(2);
    await workbench.answerDialog('Delete');
    await notified('Kept by a legal hold: 1.');
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand('Genesys Archive: Lift Legal Hold…');
    await pickArchived(2);
    await workbench.answerInput('The reason, such as a case number', 'Case closed');
    await notified('Legal holds lifted: 1.');
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand('Genesys Archive: Delete From Archive…');
    await pickArchived(2);
    await workbench.answerDialog('Delete');
    await notified(/Deleted from the archive: 1 /u);
    assert.deepEqual(await bench.listed(), [idOf(5), idOf(6)]);
  });
});
