// @ts-check
/**
 * A development-only extension that signs the demo in, once, with the client that the simulator accepts. Its values come from
 * the environment or from a file that the environment names; without them it does nothing.
 */
const { readFileSync } = require('node:fs');
const vscode = require('vscode');

/** @returns {NodeJS.ProcessEnv} */
function readValues() {
  const file = process.env['GENESYS_ARCHIVE_DEMO_FILE'];
  return file === undefined ? process.env : JSON.parse(readFileSync(file, 'utf8'));
}

exports.activate = async () => {
  const {
    GENESYS_ARCHIVE_DEMO_REGION: region,
    GENESYS_ARCHIVE_DEMO_API_BASE_URL: apiBaseUrl,
    GENESYS_ARCHIVE_DEMO_LOGIN_BASE_URL: loginBaseUrl,
    GENESYS_ARCHIVE_DEMO_CLIENT_ID: clientId,
    GENESYS_ARCHIVE_DEMO_CLIENT_SECRET: clientSecret,
  } = readValues();
  if (clientId === undefined || clientSecret === undefined) {
    return;
  }
  const accounts = await vscode.authentication.getAccounts('genesysCloud');
  if (accounts.length === 0) {
    await vscode.commands.executeCommand('genesysArchive.signIn', {
      region,
      apiBaseUrl,
      loginBaseUrl,
      clientId,
      clientSecret,
    });
  }
};
