/** Permissions and diagnostics as a feature: the commands, the document of the report, and who looks after refusals. */
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { Commands } from '../commands.ts';
import { GeneratedPages } from '../generatedPages.ts';
import type { Services } from '../services.ts';
import type { DiagnosticsDeps } from './copyDiagnostics.ts';
import { PermissionMemory } from './permissionMemory.ts';
import { PermissionNotices } from './permissionNotices.ts';

type Deps = DiagnosticsDeps & Pick<Services, 'globalState'>;

export class SupportFeature implements Disposable {
  private readonly deps: Deps;
  private readonly owned = new DisposableStore();
  private readonly memory: PermissionMemory;
  private readonly notices: PermissionNotices;
  private readonly pages = this.owned.add(new GeneratedPages('genesys-permissions'));

  constructor(deps: Deps) {
    this.deps = deps;
    this.memory = new PermissionMemory(deps.globalState);
    this.notices = this.owned.add(
      new PermissionNotices({ ...deps, memory: this.memory, log: deps.log.child('permissions') }),
    );
  }

  get commands(): Commands<'genesysArchive.showPermissions' | 'genesysArchive.copyDiagnostics'> {
    return {
      'genesysArchive.showPermissions': () => this.showPermissions(),
      'genesysArchive.copyDiagnostics': async () => {
        const { copyDiagnostics } = await import('./supportModule.ts');
        await copyDiagnostics(this.deps);
      },
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
    const text = renderPermissionReport(
      report,
      {
        organisationName: account.organisation.name,
        region: account.region,
        clientId: account.clientId,
      },
      vscode.l10n,
    );
    await this.pages.show(vscode.l10n.t('Genesys Cloud Permissions'), text);
  }
}
