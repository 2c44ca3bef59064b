/** The Conversations view in the real workbench when the platform refuses, fails or has nothing, and how a person narrows it. */
import assert from 'node:assert/strict';
import { FaultBench } from '../support/faultBench.ts';

const listPath = '/api/v2/analytics/conversations/details/query';
const titles = {
  refresh: 'Genesys Archive: Refresh Conversations',
  interval: 'Genesys Archive: Pick Interval…',
  filters: 'Genesys Archive: Edit Filters…',
  byId: 'Genesys Archive: Open Conversation by Id…',
};

suite('Listing conversations in the workbench', function () {
  this.timeout(90_000);
  let bench: FaultBench;
  suiteSetup(async function () {
    this.timeout(180_000);
    bench = await FaultBench.launch({ conversationCount: 600 });
    await bench.signInAndList();
  });
  suiteTeardown(async () => {
    await bench.close();
  });
  setup(() => {
    bench.simulator.control.clearFaults();
  });

  const pane = () => bench.workbench.page.locator('.sidebar .pane-body');
  const rows = () => bench.rows;

  test('says why the list failed, and Retry brings it', async () => {
    const { workbench, simulator } = bench;
    simulator.control.addFault({
      path: listPath,
      count: null,
      fault: { kind: 'status', status: 500 },
    });
    await workbench.runCommand(titles.refresh);
    await pane().getByText('The conversations could not be listed').waitFor();
    await bench.takeNotification(/Genesys Cloud has a problem; try again later/u);
    simulator.control.clearFaults();
    await pane().getByRole('button', { name: 'Retry' }).click();
    await rows().first().waitFor();
  });

  test('asks once for a new sign-in when the client is no longer accepted', async () => {
    const { workbench, simulator } = bench;
    simulator.control.revokeTokens();
    simulator.control.clearRequests();
    await workbench.runCommand(titles.refresh);
    // The rows of before stay until the answer: only the second call shows that a fresh token was taken.
    while (simulator.control.requests({ path: listPath }).length < 2) {
      await workbench.page.waitForTimeout(50);
    }
    await rows().first().waitFor();
    simulator.control.revokeTokens();
    simulator.control.addFault({
      path: '/oauth/token',
      count: null,
      fault: { kind: 'status', status: 401 },
    });
    simulator.control.clearRequests();
    await workbench.runCommand(titles.refresh);
    await workbench.waitForNotification(/sign in/iu);
    await workbench.runCommand(titles.refresh);
    await workbench.waitForNotification(/sign in/iu);
    assert.equal(
      await workbench.page
        .locator('.notifications-center .notification-list-item', { hasText: /sign in/iu })
        .count(),
      1,
    );
    const asked = simulator.control.requests({ path: '/oauth/token' }).length;
    assert.ok(asked <= 4, `${String(asked)} token requests`);
    simulator.control.clearFaults();
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand(titles.refresh);
    await rows().first().waitFor();
  });

  test('shows in the status bar that it waits for the rate limit, and goes on by itself', async () => {
    const { workbench, simulator } = bench;
    // Twice: a refresh of before that is still under way takes the first.
    simulator.control.addFault({
      path: listPath,
      count: 2,
      fault: { kind: 'rateLimit', retryAfter: '3' },
    });
    await workbench.runCommand(titles.refresh);
    await workbench.waitForStatusBar(/waiting \d s/u);
    await rows().first().waitFor();
    await workbench.waitForStatusBar(/\d+\/300/u);
  });

  test('takes an interval by presets and by two times, which it checks', async () => {
    const { workbench } = bench;
    const { page } = workbench;
    await workbench.runCommand(titles.interval);
    await workbench.answerPick('Which conversations should be listed?', 'Custom…');
    await workbench.answerInput('A day (', 'tomorrow-ish');
    await workbench.quickInput
      .locator('.monaco-inputbox.error, .quick-input-message')
      .first()
      .waitFor();
    await workbench.answerInput('Interval (1/2)', '2001-02-03');
    await workbench.answerInput('Interval (2/2)', '2001-02-02');
    await workbench.quickInput.getByText('The end must be after the start').waitFor();
    await workbench.answerInput('Interval (2/2)', '2001-02-04');
    await pane().getByText('No conversations in this interval match the filters').waitFor();
    await page.locator('.sidebar').getByRole('button', { name: 'Change Interval' }).click();
    await workbench.answerPick('Which conversations should be listed?', 'Last 7 days');
    await rows().first().waitFor();
    await page.locator('.sidebar .message', { hasText: 'Last 7 days' }).waitFor();
  });

  test('loads page after page to the end', async () => {
    const { workbench, simulator } = bench;
    const { page } = workbench;
    const tree = page.locator('.sidebar .pane-body .monaco-list').first();
    const lastRow = tree.locator('.monaco-list-row[data-last-element="true"]');
    const more = workbench.treeRows(/Load more/u).first();
    const queryCount = (): number => simulator.control.requests({ path: listPath }).length;
    /** The tree draws only what is in sight: down, step by step, until its last row is drawn. */
    const scrollToEnd = async (): Promise<void> => {
      await tree.hover();
      do {
        await page.mouse.wheel(0, 3000);
      } while (
        !(await lastRow.waitFor({ timeout: 500 }).then(
          () => true,
          () => false,
        ))
      );
    };
    simulator.control.clearRequests();
    await workbench.runCommand(titles.refresh);
    // The rows of before stay until the answer; the header is empty until then.
    while (queryCount() === 0) {
      await page.waitForTimeout(50);
    }
    await page.locator('.sidebar .message', { hasText: 'Last 7 days' }).waitFor();
    let clickCount = 0;
    for (;;) {
      await scrollToEnd();
      if (!(await more.isVisible())) {
        break;
      }
      const label = await more.innerText();
      await more.click();
      clickCount++;
      await workbench.treeRows(label).waitFor({ state: 'detached' });
      await workbench.treeRows('Loading…').waitFor({ state: 'detached' });
      assert.equal(queryCount(), clickCount + 1);
    }
    assert.equal(queryCount(), clickCount + 1);
    assert.ok(clickCount >= 2, String(clickCount));
  });

  test('filters by a queue that is found by a part of its name, shows it, and clears it', async () => {
    const { workbench } = bench;
    const { page } = workbench;
    await workbench.runCommand(titles.filters);
    await workbench.answerPick('Choose what to filter by', 'Queue');
    await workbench.quickInput.getByPlaceholder('Type a part of the name').fill('Sales Prem');
    await workbench.quickInput
      .locator('.monaco-list-row', { hasText: 'Sales Premium' })
      .first()
      .click();
    await page.keyboard.press('Enter');
    await workbench.answerPick('Choose what to filter by', 'Apply');
    await page
      .locator('.sidebar')
      .getByText(/Sales Premium.*/u)
      .first()
      .waitFor();
    await page.locator('.sidebar .message', { hasText: 'Sales Premium' }).first().waitFor();
    // A transferred call went through several queues: its label names them all. Rows of before may go after the header has changed.
    await page
      .locator('.sidebar [aria-level="2"]:not([aria-label*="Sales Premium"])')
      .first()
      .waitFor({ state: 'detached' });
    assert.ok((await rows().count()) > 0);
    await workbench.runCommand('Genesys Archive: Clear Filters');
    await rows().filter({ hasNotText: 'Sales Premium' }).first().waitFor();
  });

  test('says that a text holds no conversation id, and opens one from a pasted address', async () => {
    const { workbench, organisation } = bench;
    const { page } = workbench;
    const id = organisation.conversations.at(-7)?.detail.conversationId ?? '';
    await workbench.runCommand(titles.byId);
    await workbench.quickInput.locator('input').first().fill('not an id');
    await workbench.quickInput.getByText('There is no conversation id in this text').waitFor();
    await workbench.quickInput
      .locator('input')
      .first()
      .fill(`https://apps.mypurecloud.com/directory/#/engage/admin/interactions/${id}`);
    await page.keyboard.press('Enter');
    await workbench.webview().locator('h1').waitFor({ timeout: 60_000 });
  });

  test('says what an id means that the platform does not know', async () => {
    const { workbench } = bench;
    await workbench.runCommand(titles.byId);
    await workbench.answerInput('A conversation id', '00000000-0000-4000-8000-0000deadbeef');
    await workbench.webview().getByText('Genesys Cloud does not have this').waitFor();
  });

  test('shows the JSON of a conversation as received, read-only', async () => {
    const { workbench } = bench;
    const row = rows().first();
    await row.scrollIntoViewIfNeeded();
    await workbench.chooseFromContextMenu(row, 'Show Conversation JSON');
    const editor = workbench.page.locator('.editor-group-container .monaco-editor').first();
    await editor.getByText('conversationId').first().waitFor();
    await editor.click();
    await workbench.page.keyboard.type('x');
    await workbench.page.getByText('Cannot edit in read-only editor').first().waitFor();
  });

  test('says that there is no connection, and recovers when it is back', async () => {
    const { workbench, simulator } = bench;
    simulator.control.addFault({
      path: listPath,
      count: null,
      fault: { kind: 'cut', afterBytes: 0 },
    });
    await workbench.runCommand(titles.refresh);
    await pane().getByText('Genesys Cloud cannot be reached').waitFor({ timeout: 15_000 });
    simulator.control.clearFaults();
    await pane().getByRole('button', { name: 'Retry' }).click();
    await rows().first().waitFor();
  });
});
