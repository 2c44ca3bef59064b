// @ts-check
/**
 * A development-only extension that signs the demo in, once, with the client that the simulator accepts. Its values come from
 * the environment; without them it does nothing.
 */
const vscode = require('vscode');

exports.activate = async () => {
  const {
    GENESYS_ARCHIVE_DEMO_REGION: region,
    GENESYS_ARCHIVE_DEMO_API_BASE_URL: apiBaseUrl,
    GENESYS_ARCHIVE_DEMO_LOGIN_BASE_URL: loginBaseUrl,
    GENESYS_ARCHIVE_DEMO_CLIENT_ID: clientId,
    GENESYS_ARCHIVE_DEMO_CLIENT_SECRET: clientSecret,
  } = process.env;
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
