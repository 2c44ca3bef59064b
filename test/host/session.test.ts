/** Inside a real extension host, against the simulator named by GENESYS_ARCHIVE_TEST_API (client id and secret beside it). */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commandIds, extensionId, settingSchemas } from '../../src/generated/manifest.ts';

const api = process.env['GENESYS_ARCHIVE_TEST_API'];
const clientId = process.env['GENESYS_ARCHIVE_TEST_CLIENT_ID'];
const clientSecret = process.env['GENESYS_ARCHIVE_TEST_CLIENT_SECRET'];

suite('session', () => {
  suiteSetup(async () => {
    const extension = vscode.extensions.getExtension<{ readonly version: string }>(extensionId);
    assert.ok(extension, 'the extension is not installed');
    assert.match((await extension.activate()).version, /^\d+\.\d+\.\d+$/u);
  });

  test('registers every command of the manifest', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      commandIds.filter((id) => !registered.has(id)),
      [],
    );
  });

  test('has the defaults of the manifest', () => {
    const configuration = vscode.workspace.getConfiguration('genesysArchive');
    for (const [key, schema] of Object.entries(settingSchemas)) {
      assert.equal(configuration.inspect(key)?.defaultValue, schema.default, key);
    }
  });

  test('signs in with arguments, gives the organisation, and signs out', async function () {
    if (api === undefined || clientId === undefined || clientSecret === undefined) {
      this.skip();
    }
    const args = { apiBaseUrl: api, loginBaseUrl: api, clientId, clientSecret };
    const result = await vscode.commands.executeCommand('genesysArchive.signIn', args);
    assert.ok(typeof result === 'object' && result !== null && 'organisation' in result);
    await vscode.commands.executeCommand('genesysArchive.signOut');
  });

  test('gives nothing for a wrong secret, without rejecting', async function () {
    if (api === undefined || clientId === undefined) {
      this.skip();
    }
    const args = { apiBaseUrl: api, loginBaseUrl: api, clientId, clientSecret: 'wrong' };
    assert.equal(await vscode.commands.executeCommand('genesysArchive.signIn', args), undefined);
  });
});
