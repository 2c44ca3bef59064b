/** Signs in with a profile of the official Genesys Cloud CLI: asks before anything is read, shows what there is, tries one. */
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { cancellation, errors } from '../../base/appError.ts';
import { findRegion } from '../../genesys/regions.ts';
import { withProgress } from '../progress.ts';
import { signInWithBrowser } from './browserSignIn.ts';
import { cliVariables, readCliProfiles, type CliProfile, type CliProfiles } from './cliProfiles.ts';
import type { SignedIn, Verify } from './session.ts';

/**
 * Rejects with AbortError when the person gives up.
 * @throws AppError `input` when there is no usable profile, `storage`, and what `verify` throws
 */
export async function signInWithCliProfile(verify: Verify, signal: AbortSignal): Promise<SignedIn> {
  await askConsent(cliVariables);
  const { credentials } = await pickProfile(await readCliProfiles(homedir(), process.env));
  return credentials.clientSecret === undefined
    ? signInWithBrowser(credentials, verify, signal)
    : withProgress(vscode.l10n.t('Signing in to Genesys Cloud'), { signal }, (_report, both) =>
        verify(credentials, both),
      );
}

async function askConsent(variables: readonly string[]): Promise<void> {
  const read = vscode.l10n.t('Read Profiles');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('Read the profiles of the Genesys Cloud CLI?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Read are, once and only now: the file ~/.gc/config.toml and the environment variables {0}. Of the profile that you pick then, the region, the client id and the client secret are taken into the secret storage of VS Code. Nothing of the CLI is changed, and its access tokens are not used.',
        variables.join(', '),
      ),
    },
    read,
  );
  if (chosen !== read) {
    throw cancellation();
  }
}

async function pickProfile({ profiles, problems }: CliProfiles): Promise<CliProfile> {
  if (profiles.length === 0) {
    throw errors.input(
      problems.length === 0
        ? 'There is no profile of the Genesys Cloud CLI on this machine. Make one with "gc profiles new", or sign in another way'
        : `No profile of the Genesys Cloud CLI can be used: ${problems.slice(0, 3).join('; ')}`,
    );
  }
  const picked = await vscode.window.showQuickPick(profiles.map(toItem), {
    title: vscode.l10n.t('Import a Profile of the Genesys Cloud CLI'),
    placeHolder:
      problems.length === 0
        ? vscode.l10n.t('Profile to sign in with')
        : vscode.l10n.t('Profile to sign in with; left out: {0}', problems.slice(0, 3).join('; ')),
    ignoreFocusOut: true,
  });
  if (picked === undefined) {
    throw cancellation();
  }
  return picked.profile;
}

function toItem(profile: CliProfile): vscode.QuickPickItem & { readonly profile: CliProfile } {
  const { region, clientId, clientSecret } = profile.credentials;
  return {
    label: profile.name ?? vscode.l10n.t('Environment variables'),
    description: findRegion(region)?.label ?? region,
    detail:
      clientSecret === undefined
        ? vscode.l10n.t('Browser sign-in with the client {0}', clientId)
        : vscode.l10n.t('Client credentials of the client {0}', clientId),
    profile,
  };
}
