/** Copy Diagnostics: gathers the facts of this window and hands out their text. */
import { arch, homedir, platform, release } from 'node:os';
import * as vscode from 'vscode';
import { extensionVersion, settingSchemas } from '../../generated/manifest.ts';
import { settingKeys, type SettingKey } from '../ports/settingValue.ts';
import type { Services } from '../services.ts';
import { renderDiagnostics, type DiagnosticsFacts } from './diagnosticsText.ts';

export type DiagnosticsDeps = Pick<
  Services,
  'sessions' | 'settings' | 'log' | 'transfers' | 'clock'
>;

const diagnosticLineCount = 100;
/** Values that say nothing of who uses them. */
const shownSettings: ReadonlySet<SettingKey> = new Set<SettingKey>([
  'recordings.format',
  'recordings.maxTranscodeWaitSeconds',
  'conversations.pageSize',
  'cache.maxMegabytes',
  'cache.maxAgeHours',
  'recordings.includeScreen',
  'archive.jsonCompression',
  'archive.compressWav',
]);

/** Puts the diagnostics on the clipboard and says so; the answer of the person is not waited for. */
export async function copyDiagnostics(deps: DiagnosticsDeps): Promise<void> {
  const text = renderDiagnostics(diagnosticsFacts(deps));
  await vscode.env.clipboard.writeText(text);
  const show = vscode.l10n.t('Show');
  void vscode.window
    .showInformationMessage(
      vscode.l10n.t(
        'Diagnostics are on the clipboard: versions, counters and log lines, without secrets and personal data.',
      ),
      show,
    )
    .then(async (chosen) => {
      if (chosen === show) {
        await vscode.window.showTextDocument(
          await vscode.workspace.openTextDocument({ content: text, language: 'plaintext' }),
        );
      }
    });
}

function diagnosticsFacts(deps: DiagnosticsDeps): DiagnosticsFacts {
  const { sessions, transfers, log, clock } = deps;
  const { current } = sessions;
  return {
    nowMs: clock.nowMs(),
    versions: [
      ['extension', extensionVersion],
      [
        'VS Code',
        `${vscode.version} (${vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'})`,
      ],
      ['remote', remoteKind()],
      ['Node.js', process.versions.node],
      ['system', `${platform()} ${release()} ${arch()}`],
      ['workspace', vscode.workspace.isTrusted ? 'trusted' : 'not trusted'],
    ],
    changedSettings: changedSettings(deps),
    session:
      current === undefined
        ? undefined
        : {
            region: current.account.region,
            tokenExpiresAtMs: current.tokens.expiresAtMs,
            rate: current.api.rate.current,
            counts: current.api.activity.counts,
            isOffline: current.api.activity.isOffline,
          },
    activeTransferCount: transfers.activeCount,
    errors: log.recentErrors,
    lines: log.recentLines.slice(-diagnosticLineCount),
    hidden: hiddenTexts(deps),
  };
}

function changedSettings({ settings }: DiagnosticsDeps): DiagnosticsFacts['changedSettings'] {
  return settingKeys.flatMap((key) => {
    const value = settings.get(key);
    return value === settingSchemas[key].default
      ? []
      : [[key, shownSettings.has(key) ? String(value) : undefined] as const];
  });
}

function hiddenTexts({ sessions }: DiagnosticsDeps): DiagnosticsFacts['hidden'] {
  const { current } = sessions;
  const folders = vscode.workspace.workspaceFolders ?? [];
  return [
    [homedir(), '~'],
    ...folders.map(({ uri }) => [uri.fsPath, '[workspace]'] as const),
    ...(current === undefined
      ? []
      : [current.account.label, current.account.organisation.name, current.account.clientId].map(
          (name) => [name, '[account]'] as const,
        )),
  ];
}

/** The kind of remote, such as `ssh-remote`; some products put a host's address in its place. */
function remoteKind(): string {
  const name = vscode.env.remoteName ?? 'none';
  return /^[a-z-]+$/u.test(name) ? name : 'other';
}
