/** Accounts in the real workbench: browser sign-in, several organisations, CLI profiles, a sign-in that ended. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '../../scripts/setUp.mjs';
import { codeClient, demoClient } from '../simulator/identity/clients.ts';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import { createSmallOrganisation, smallNowMs, toUuid } from '../support/smallOrganisation.ts';
import { Workbench } from '../support/workbench.ts';

const viewTitle = 'Genesys Archive';

suite('accounts in the workbench', function () {
  this.timeout(60_000);
  let folder = '';
  let acme: Simulator;
  let other: Simulator;
  let workbench: Workbench;

  suiteSetup(async () => {
    folder = mkdtempSync(join(tmpdir(), 'genesys-archive-accounts-'));
    const shiftMs = smallNowMs - Date.now();
    const nowMs = (): number => Date.now() + shiftMs;
    acme = await startSimulator({ organisation: createSmallOrganisation(), nowMs });
    other = await startSimulator({
      organisation: {
        ...createSmallOrganisation(),
        id: toUuid('9', 1),
        name: 'Other Organisation',
      },
      nowMs,
    });
    mkdirSync(join(folder, 'home/.gc'), { recursive: true });
    writeFileSync(
      join(folder, 'home/.gc/config.toml'),
      [
        '[DEFAULT]',
        `environment = "127.0.0.1:${String(other.port)}"`,
        'grant_type = "1"',
        `client_credentials = "${demoClient.id}"`,
        `client_secret = "${demoClient.secret}"`,
        '[broken]',
        'client_credentials = 5',
      ].join('\n'),
    );
    mkdirSync(join(folder, 'workspace/.vscode'), { recursive: true });
    // The machine's own settings are those of the server; the workspace's count wherever the window is.
    writeFileSync(
      join(folder, 'workspace/.vscode/settings.json'),
      JSON.stringify({
        'genesysArchive.apiBaseUrl': acme.apiBaseUrl,
        'genesysArchive.loginBaseUrl': acme.loginBaseUrl,
      }),
    );
    workbench = await Workbench.launch({
      folder: join(folder, 'workspace'),
      extensionFolder: root,
      env: { HOME: join(folder, 'home') },
    });
    await workbench.openView(viewTitle);
    await workbench.waitForStatusBar('Genesys Cloud: Sign In');
  });
  suiteTeardown(async () => {
    await workbench.close();
    await Promise.all([acme.stop(), other.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });
  /** Walks through the steps up to the browser; resolves to the page that VS Code opened. */
  async function openLoginPage(): Promise<Page> {
    const opened = workbench.page.context().waitForEvent('page', { timeout: 30_000 });
    await workbench.runCommand('Genesys Archive: Sign In With Browser…');
    await workbench.answerPick(
      'Region of your organisation: pick one, or type its domain',
      'Frankfurt',
    );
    await workbench.answerInput('Client id of an OAuth client', codeClient.id);
    const trust = workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Open' });
    await Promise.race([
      opened,
      trust
        .first()
        .click({ timeout: 30_000 })
        .catch(() => undefined),
    ]);
    return opened;
  }

  /** The calls of the list that an organisation got. */
  const listCount = ({ control }: Simulator): number =>
    control.requests({ path: '/api/v2/analytics/conversations/details/query' }).length;

  test('signs a person in with the browser and comes back by itself', async () => {
    const login = await openLoginPage();
    await login.locator('#allow').waitFor();
    await workbench.screenshot('accounts-waiting');
    await login.locator('#allow').click();
    await login.getByText('return to VS Code').waitFor();
    await login.screenshot({ path: join(root, 'test-results/accounts-page.png') });
    assert.match(login.url(), /^http:\/\/localhost:\d+\/\?code=/u);
    await workbench.waitForStatusBar('Small Organisation', 15_000);
    await login.close();
    await workbench.screenshot('accounts-signed-in');
    assert.equal(acme.control.requests().filter(({ path }) => path === '/oauth/token').length, 1);
  });

  test('takes the address of a browser that cannot come back, and refuses one of another sign-in', async () => {
    const login = await openLoginPage();
    await login.locator('#allow').waitFor();
    const decided = await fetch(login.url(), {
      method: 'POST',
      body: new URLSearchParams({ decision: 'allow' }),
      redirect: 'manual',
    });
    const address = decided.headers.get('location') ?? '';
    assert.match(address, /^http:\/\/localhost:\d+\/\?code=/u);
    const prompt = 'Allow the access in your browser.';
    await workbench.answerInput(prompt, address.replace('state=', 'state=x'));
    await workbench.quickInput.getByText('belongs to another sign-in').waitFor();
    await workbench.screenshot('accounts-paste');
    // The reason stands where the prompt was.
    await workbench.quickInput.locator('input').first().fill(address);
    await workbench.page.keyboard.press('Enter');
    await workbench.quickInput.waitFor({ state: 'hidden' });
    await workbench.waitForStatusBar('Small Organisation');
    await login.close();
  });

  test('signs in with a profile of the CLI after asking, and shows the other organisation', async () => {
    const before = listCount(other);
    await workbench.runCommand('Genesys Archive: Import CLI Profile…');
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.getByText('~/.gc/config.toml').waitFor();
    await workbench.screenshot('accounts-consent');
    await workbench.answerDialog('Read Profiles');
    await workbench.quickInput.getByText('DEFAULT').waitFor();
    await workbench.screenshot('accounts-profiles');
    await workbench.answerPick('Profile to sign in with; left out: broken', 'DEFAULT');
    await workbench.waitForStatusBar('Other Organisation');
    while (listCount(other) === before) {
      await workbench.page.waitForTimeout(50);
    }
  });

  test('switches back by the list of accounts, and lists the other organisation again', async () => {
    const before = listCount(acme);
    await workbench.runCommand('Genesys Archive: Switch Account…');
    await workbench.quickInput.getByText('in use').waitFor();
    await workbench.screenshot('accounts-switch');
    await workbench.answerPick('Account of this window', 'Small Organisation');
    await workbench.waitForStatusBar('Small Organisation');
    while (listCount(acme) === before) {
      await workbench.page.waitForTimeout(50);
    }
  });

  test('wrote no error to the console so far, before the reload and the revoked token', () => {
    assert.deepEqual(workbench.consoleErrors, []);
  });

  test('keeps its account over a reload', async () => {
    await workbench.reload();
    await workbench.waitForStatusBar('Small Organisation');
  });

  test('offers to sign in again once when the token was revoked', async () => {
    acme.control.revokeTokens();
    await workbench.runCommand('Genesys Archive: Refresh Conversations');
    const prompt = await workbench.waitForNotification('Your sign-in to Genesys Cloud has ended');
    await workbench.runCommand('Genesys Archive: Refresh Conversations');
    await workbench.treeText('it expired, or it was revoked').waitFor();
    await workbench.screenshot('accounts-ended');
    const notifications = workbench.page.locator('.notification-list-item', {
      hasText: 'has ended',
    });
    assert.equal(await notifications.count(), 1);
    const opened = workbench.page.context().waitForEvent('page', { timeout: 30_000 });
    await prompt.locator('.monaco-button', { hasText: 'Sign In' }).click();
    await workbench.answerPick('How do you want to sign in?', 'Sign in again');
    const login = await opened;
    await login.locator('#allow').click();
    await login.getByText('return to VS Code').waitFor();
    await login.close();
    await workbench.treeText('it expired').waitFor({ state: 'hidden' });
  });

  test('signs out of one account and offers the other', async () => {
    await workbench.runCommand('Genesys Archive: Sign Out');
    await workbench.waitForStatusBar('Genesys Cloud: Sign In');
    await workbench.treeText('This window uses no account').waitFor();
    await workbench.screenshot('accounts-signed-out');
    await workbench.runCommand('Genesys Archive: Switch Account…');
    await workbench.answerPick('Account of this window', 'Other Organisation');
    await workbench.waitForStatusBar('Other Organisation');
  });
});
