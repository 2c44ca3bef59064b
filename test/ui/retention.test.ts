/** Retention in the real workbench with the packed extension, over an archive of old and young conversations, signed out. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProductBench } from '../support/productBench.ts';
import { dayMs, idOf, RetentionBench } from '../support/retentionBench.ts';
import type { Workbench } from '../support/workbench.ts';

const lastNumber = 6;

suite('Retention in the workbench', function () {
  this.timeout(120_000);
  let product: ProductBench;
  let bench: RetentionBench;
  let workbench: Workbench;

  suiteSetup(async () => {
    product = await ProductBench.launch({ conversationCount: 1, prepare: fillArchive });
    ({ workbench } = product);
  });
  suiteTeardown(() => product.close());

  async function fillArchive(workspace: string): Promise<void> {
    bench = await RetentionBench.open(workspace, 'genesys-archive');
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
  }

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
  });

  /** Says that the preview was looked through. */
  const goOn = async (text: RegExp): Promise<void> => {
    const asked = await workbench.waitForNotification(text);
    await asked.hover();
    await asked.locator('.monaco-button', { hasText: 'Delete…' }).click();
  };

  test('shows what would go, asks, and deletes nothing when the person turns away', async () => {
    await workbench.runCommand('Genesys Archive: Apply Retention…');
    await workbench.answerPick('Delete conversations that ended this long ago', '30 days');
    const preview = workbench.webview();
    await preview.getByRole('heading', { name: 'Retention Preview' }).waitFor();
    await preview.getByText('Case 4711').waitFor();
    await preview.getByText('It had not ended when it was downloaded').waitFor();
    await workbench.screenshot('retention preview');
    await goOn(/Look through the preview: 3 conversations would be deleted/u);
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.getByText('Delete the 3 conversations of the preview').waitFor();
    await workbench.screenshot('retention question');
    await workbench.answerDialog('Cancel');
    assert.equal((await bench.listed()).length, lastNumber);
  });

  test('deletes after the confirmation and says what became of it', async () => {
    await workbench.runCommand('Genesys Archive: Apply Retention…');
    await workbench.answerPick('Delete conversations that ended this long ago', '30 days');
    await goOn(/Look through the preview: 3 conversations/u);
    await workbench.answerDialog('Delete');
    await notified(/Deleted from the archive: 3 \(.+\)\. The audit log/u);
    await workbench.screenshot('retention receipt');
    assert.deepEqual(await bench.listed(), [idOf(2), idOf(5), idOf(6)]);
    assert.equal(audit().match(/"conversation\.deleted"/gu)?.length, 3);
  });

  test('does not delete what is on hold by command either, until the hold is lifted', async () => {
    await workbench.runCommand('Genesys Archive: Delete From Archive…');
    await pickArchived(2);
    await workbench.answerDialog('Delete');
    await notified('Kept by a legal hold: 1.');
    await workbench.runCommand('Genesys Archive: Lift Legal Hold…');
    await pickArchived(2);
    await workbench.answerInput('The reason, such as a case number', 'Case closed');
    await notified('Legal holds lifted: 1.');
    await workbench.runCommand('Genesys Archive: Delete From Archive…');
    await pickArchived(2);
    await workbench.answerDialog('Delete');
    await notified(/Deleted from the archive: 1 /u);
    assert.deepEqual(await bench.listed(), [idOf(5), idOf(6)]);
  });

  test('by itself it deletes nothing whose policy was not confirmed over a preview, and then daily', async function () {
    this.timeout(300_000);
    const old = (number: number): Promise<unknown> =>
      bench.add({ number, startMs: Date.now() - 40 * dayMs, endMs: Date.now() - 40 * dayMs });
    await old(7);
    product.changeSettings({ 'genesysArchive.retention.days': 30 });
    await workbench.reload();
    const offered = await workbench.waitForNotification(
      /Retention: one conversation .* Nothing is deleted before you have looked at the preview/u,
      120_000,
    );
    assert.deepEqual(await bench.listed(), [idOf(5), idOf(6), idOf(7)]);
    await offered.hover();
    await offered.locator('.monaco-button', { hasText: 'Preview' }).click();
    await workbench.webview().getByRole('heading', { name: 'Retention Preview' }).waitFor();
    await goOn(/Look through the preview: one conversation/u);
    await workbench.answerDialog('Delete');
    await notified(/Deleted from the archive: 1 /u);
    assert.deepEqual(await bench.listed(), [idOf(5), idOf(6)]);
    await old(8);
    await workbench.reload();
    await workbench.waitForNotification(/Deleted from the archive: 1 /u, 120_000);
    assert.deepEqual(await bench.listed(), [idOf(5), idOf(6)]);
  });
});
