/** Signing in and out in the real workbench when it does not go smoothly: slips, refusals, giving up, coming back. */
import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { FaultBench } from '../support/faultBench.ts';
import { demoClient, restrictedClients } from '../simulator/simulator.ts';

suite('Signing in and out in the workbench', function () {
  this.timeout(90_000);
  let bench: FaultBench;
  suiteSetup(async function () {
    this.timeout(180_000);
    bench = await FaultBench.launch();
  });
  suiteTeardown(async () => {
    await bench.close();
  });

  const welcome = (text: string | RegExp) =>
    bench.workbench.page.locator('.sidebar .welcome-view').getByText(text);
  const dialog = (text: string | RegExp) => bench.workbench.quickInput.getByText(text);

  test('greets who is signed out with what to do', async () => {
    await welcome('See the conversations of your Genesys Cloud organisation').waitFor();
    await bench.workbench.waitForStatusBar('Genesys Cloud: Sign In');
  });

  test('says what to check for a wrong secret, and Escape leaves everything as it was', async () => {
    const { workbench } = bench;
    await bench.enterCredentials(demoClient.id, 'wrong');
    await dialog(/client id and secret.*active.*region/u).waitFor();
    await workbench.page.keyboard.press('Escape');
    await workbench.quickInput.waitFor({ state: 'hidden' });
    await welcome('See the conversations of your Genesys Cloud organisation').waitFor();
    await workbench.waitForStatusBar('Genesys Cloud: Sign In');
  });

  test('gives up at once with Escape while the platform is slow', async () => {
    const { workbench, simulator } = bench;
    simulator.control.addFault({
      path: '/oauth/token',
      fault: { kind: 'latency', delayMs: 20_000 },
    });
    await bench.enterCredentials(demoClient.id, demoClient.secret);
    await workbench.waitForStatusBar('Signing In…');
    await workbench.page.keyboard.press('Escape');
    await workbench.waitForStatusBar('Genesys Cloud: Sign In', 5000);
    assert.equal(await workbench.page.locator('.notification-list-item').count(), 0);
    simulator.control.clearFaults();
  });

  test('names the address that cannot be reached, and keeps what was typed', async () => {
    const { workbench, simulator } = bench;
    const fault = simulator.control.addFault({
      path: '/oauth/token',
      count: null,
      fault: { kind: 'cut', afterBytes: 0 },
    });
    await bench.enterCredentials(demoClient.id, demoClient.secret);
    await dialog(/cannot be reached.*127\.0\.0\.1/u).waitFor({ timeout: 25_000 });
    simulator.control.removeFault(fault);
    await workbench.quickInput.getByRole('button', { name: /^Back/u }).click();
    await workbench.answerInput('Client id of an OAuth client', demoClient.id);
    await workbench.quickInput.filter({ hasText: 'Client secret' }).waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.waitForStatusBar(bench.organisation.name);
    await bench.rows.first().waitFor();
  });

  test('shows the account in the Accounts menu and signs out from there', async () => {
    const { workbench } = bench;
    const { page } = workbench;
    await page.locator('.activitybar .action-item a[aria-label^="Accounts"]').first().click();
    const entry = page.locator('.monaco-menu .action-item', { hasText: bench.organisation.name });
    await entry.first().hover();
    await entry.first().click();
    const signOut = page.locator('.monaco-menu .action-item', { hasText: /^Sign Out$/u }).last();
    await signOut.waitFor();
    const asked = page.locator('.monaco-dialog-box');
    // VS Code takes no click in the first moments of a menu.
    while (!(await asked.isVisible())) {
      await signOut.click({ timeout: 1000 }).catch(() => undefined);
      await asked.waitFor({ timeout: 1000 }).catch(() => undefined);
    }
    await workbench.answerDialog('Sign Out');
    await workbench.waitForStatusBar('Genesys Cloud: Sign In');
    await welcome('See the conversations of your Genesys Cloud organisation').waitFor();
  });

  test('comes back signed in after a reload, with the open conversation', async () => {
    const { workbench } = bench;
    const rows = await bench.signInAndList();
    await bench.openPlayer(rows.filter({ hasText: 'Sales Premium' }).first());
    await workbench.reload();
    await rows.first().waitFor();
    await workbench.webview().locator('.row .word').first().waitFor({ timeout: 30_000 });
  });

  /** Of what players have fetched. */
  const cachePath = (): string => {
    const storage = join(bench.workbench.server.dataFolder, 'User/globalStorage');
    const [cache, ...others] = globSync('genesys-archive.*/cache', { cwd: storage });
    assert.ok(cache !== undefined && others.length === 0);
    return join(storage, cache);
  };

  test('keeps what was fetched when the same account signs in again', async () => {
    const before = globSync('**/*.wav', { cwd: cachePath() });
    await bench.signIn();
    assert.deepEqual(globSync('**/*.wav', { cwd: cachePath() }), before);
    await bench.workbench.webview().locator('.row .word').first().waitFor();
  });

  test('wipes what was fetched when signing out, and the player says so', async () => {
    const { workbench } = bench;
    const path = cachePath();
    assert.ok(globSync('**/*.wav', { cwd: path }).length > 0, 'the recording is in the cache');
    await workbench.runCommand('Genesys Archive: Sign Out');
    await workbench.webview().getByText('Sign in to Genesys Cloud first').waitFor();
    assert.equal(
      existsSync(path) && globSync('**/*.{wav,gz,dat}', { cwd: path }).length > 0,
      false,
    );
    await workbench.waitForStatusBar('Genesys Cloud: Sign In');
  });

  test('names the permission that is missing for the list', async () => {
    await bench.signIn(restrictedClients.withoutConversations);
    await welcome(/analytics:conversationDetail:view/u).waitFor();
  });

  test('lists with ids in place of names when a lookup is not permitted', async () => {
    await bench.signIn(restrictedClients.withoutQueues);
    await bench.rows.first().waitFor();
    await bench.rows
      .filter({ hasText: /[0-9a-f]{8}-[0-9a-f]{4}/u })
      .first()
      .waitFor();
  });
});
