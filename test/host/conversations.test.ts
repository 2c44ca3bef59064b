/** Commands on one conversation inside a real extension host, against the simulator. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { verifyConversation } from '../../src/archive/verifyConversation.ts';
import { extensionId } from '../../src/generated/manifest.ts';

/** The sample call of real human speech. */
const conversationId = '0a1f5c52-7a7e-4c0e-8a53-6c1f8f3d9b01';
const row = { kind: 'conversation', id: `conversation:${conversationId}`, conversationId };

const run = (command: string, ...args: readonly unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`genesysArchive.${command}`, ...args);

suite('conversations', () => {
  const [workspace] = vscode.workspace.workspaceFolders ?? [];
  const archive = join(workspace?.uri.fsPath ?? '', 'genesys-archive');

  const api = process.env['GENESYS_ARCHIVE_TEST_API'];

  suiteSetup(async function () {
    if (api === undefined) {
      this.skip();
    }
    await vscode.extensions.getExtension(extensionId)?.activate();
    const signedIn = await run('signIn', {
      apiBaseUrl: api,
      loginBaseUrl: api,
      clientId: process.env['GENESYS_ARCHIVE_TEST_CLIENT_ID'],
      clientSecret: process.env['GENESYS_ARCHIVE_TEST_CLIENT_SECRET'],
    });
    assert.ok(signedIn);
  });

  /** The platform's answers to the list so far, from the simulator's log. */
  async function listedPages(): Promise<readonly { readonly status: number }[]> {
    const path = encodeURIComponent('/api/v2/analytics/conversations/details/query');
    const response = await fetch(`${String(api)}/control/requests?path=${path}`);
    const answers: unknown = await response.json();
    assert.ok(Array.isArray(answers));
    return answers;
  }

  suiteTeardown(() => run('signOut'));

  test('downloads a conversation into the workspace, whole and true to its manifest', async () => {
    const reports = await run('downloadConversation', row);
    assert.ok(Array.isArray(reports));
    assert.equal(reports[0].conversationId, conversationId);
    assert.equal(reports[0].absent.length, 0);
    const [manifest] = globSync(`conversations/*/*/*/${conversationId}/manifest.json`, {
      cwd: archive,
    });
    assert.ok(manifest !== undefined);
    const folder = join(archive, manifest, '..');
    const verified = await verifyConversation(folder, new AbortController().signal);
    assert.deepEqual(verified.problems, []);
    assert.equal(verified.fileCount, reports[0].files.length);
    assert.deepEqual(globSync('**/*.partial', { cwd: archive }), []);
    const { files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    assert.equal(files.filter(({ path }: { path: string }) => path.endsWith('.wav')).length, 2);
  });

  test('downloads nothing again that is there', async () => {
    const reports = await run('downloadConversation', row);
    assert.ok(Array.isArray(reports));
    assert.equal(reports[0].unchangedCount, reports[0].files.length);
  });

  test('copies the id', async () => {
    await vscode.env.clipboard.writeText('');
    await run('copyConversationId', row);
    assert.equal(await vscode.env.clipboard.readText(), conversationId);
  });

  test('shows the JSON as received, in a read-only document', async () => {
    await run('showConversationJson', row);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.languageId, 'json');
    assert.equal(JSON.parse(document.getText()).conversationId, conversationId);
    assert.notEqual(document.uri.scheme, 'file');
  });

  test('opens the conversation in an editor tab', async () => {
    const isOpen = (): boolean =>
      vscode.window.tabGroups.all.some(({ tabs }) =>
        tabs.some(
          ({ input }) =>
            input instanceof vscode.TabInputWebview &&
            input.viewType.endsWith('genesysArchive.conversationView'),
        ),
      );
    // The extension host learns of tabs a moment later.
    const opened = new Promise<void>((resolve) => {
      const subscription = vscode.window.tabGroups.onDidChangeTabs(() => {
        if (isOpen()) {
          subscription.dispose();
          resolve();
        }
      });
    });
    await run('openConversation', row);
    if (!isOpen()) {
      await opened;
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('takes an id that is none for no row: nothing is downloaded', async () => {
    const hostile = { kind: 'conversation', id: 'x', conversationId: '../../outside' };
    assert.equal(await run('downloadConversation', hostile), undefined);
    assert.deepEqual(globSync('**/outside*', { cwd: workspace?.uri.fsPath ?? '' }), []);
  });

  test('brings a setting that is out of its bounds within them', async () => {
    const configuration = vscode.workspace.getConfiguration('genesysArchive');
    await configuration.update(
      'conversations.pageSize',
      100_000,
      vscode.ConfigurationTarget.Workspace,
    );
    try {
      await vscode.commands.executeCommand('genesysArchive.views.conversations.focus');
      const before = (await listedPages()).length;
      await run('refreshConversations');
      const statuses = (await listedPages()).map(({ status }) => status);
      assert.ok(statuses.length > before, 'nothing was listed');
      // The platform refuses pages of more than 100.
      assert.deepEqual(new Set(statuses), new Set([200]));
    } finally {
      await configuration.update(
        'conversations.pageSize',
        undefined,
        vscode.ConfigurationTarget.Workspace,
      );
    }
  });
});
