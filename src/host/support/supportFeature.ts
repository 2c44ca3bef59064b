/** Show Permissions and Copy Diagnostics: gathers the facts, has them rendered, shows them. */
import { arch, homedir, platform, release } from 'node:os';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { extensionVersion, settingSchemas } from '../../generated/manifest.ts';
import type { Commands } from '../commands.ts';
import { settingKeys, type SettingKey } from '../ports/settingValue.ts';
import type { Services } from '../services.ts';
import type { DiagnosticsFacts } from './diagnosticsText.ts';
import { PermissionMemory } from './permissionMemory.ts';
import { PermissionNotices } from './permissionNotices.ts';

type Deps = Pick<Services, 'sessions' | 'settings' | 'log' | 'globalState' | 'transfers' | 'clock'>;

const scheme = 'genesys-permissions';
const diagnosticLineCount = 100;
/** Values that say nothing of who uses them. */
const shownSettings: ReadonlySet<SettingKey> = new Set<SettingKey>([
  'recordings.format',
  'recordings.maxTranscodeWaitSeconds',
  'conversations.pageSize',
  'cache.maxMegabytes',
  'cache.maxAgeHours',
]);

export class SupportFeature implements Disposable {
  private readonly deps: Deps;
  private readonly owned = new DisposableStore();
  private readonly memory: PermissionMemory;
  private readonly notices: PermissionNotices;
  private readonly reportChanged = this.owned.add(new vscode.EventEmitter<vscode.Uri>());
  private report = '';

  constructor(deps: Deps) {
    this.deps = deps;
    this.memory = new PermissionMemory(deps.globalState);
    this.notices = this.owned.add(
      new PermissionNotices({ ...deps, memory: this.memory, log: deps.log.child('permissions') }),
    );
    this.owned.add(
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: this.reportChanged.event,
        provideTextDocumentContent: () => this.report,
      }),
    );
  }

  get commands(): Commands<'genesysArchive.showPermissions' | 'genesysArchive.copyDiagnostics'> {
    return {
      'genesysArchive.showPermissions': () => this.showPermissions(),
      'genesysArchive.copyDiagnostics': () => this.copyDiagnostics(),
    };
  }

  /** A command has shown this failure: the notices leave it alone. */
  noteShown(error: unknown): void {
    this.notices.noteShown(error);
  }

  dispose(): void {
    this.owned.dispose();
  }

  private async showPermissions(): Promise<void> {
    const { account, api } = this.deps.sessions.require();
    const report = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Window,
        title: vscode.l10n.t('Checking permissions'),
      },
      async () => api.fetchPermissionReport(new AbortController().signal),
    );
    await this.memory.takeResult(account.id, report.features);
    const { renderPermissionReport } = await import('./supportModule.ts');
    this.report = renderPermissionReport(
      report,
      {
        organisationName: account.organisation.name,
        region: account.region,
        clientId: account.clientId,
      },
      vscode.l10n,
    );
    const uri = vscode.Uri.from({
      scheme,
      path: `/${vscode.l10n.t('Genesys Cloud Permissions')}.md`,
    });
    this.reportChanged.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  private async copyDiagnostics(): Promise<void> {
    const { renderDiagnostics } = await import('./supportModule.ts');
    const text = renderDiagnostics(this.diagnosticsFacts());
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

  private diagnosticsFacts(): DiagnosticsFacts {
    const { sessions, transfers, log, clock } = this.deps;
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
      changedSettings: this.changedSettings(),
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
      hidden: this.hiddenTexts(),
    };
  }

  private changedSettings(): DiagnosticsFacts['changedSettings'] {
    return settingKeys.flatMap((key) => {
      const value = this.deps.settings.get(key);
      return value === settingSchemas[key].default
        ? []
        : [[key, shownSettings.has(key) ? String(value) : undefined] as const];
    });
  }

  private hiddenTexts(): DiagnosticsFacts['hidden'] {
    const { current } = this.deps.sessions;
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
}

/** The kind of remote, such as `ssh-remote`; some products put a host's address in its place. */
function remoteKind(): string {
  const name = vscode.env.remoteName ?? 'none';
  return /^[a-z-]+$/u.test(name) ? name : 'other';
}
