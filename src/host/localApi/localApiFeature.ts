/** The local API as a feature: its commands, and its start by setting. What they do is loaded on first use. */
import * as vscode from 'vscode';
import { isAppError } from '../../base/appError.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Lazy } from '../../base/lazy.ts';
import type { Commands } from '../commands.ts';
import { presentError } from '../errors/presentError.ts';
import type { LocalApi, LocalApiDeps } from './localApi.ts';

export class LocalApiFeature implements Disposable {
  private readonly deps: LocalApiDeps;
  private readonly owned = new DisposableStore();
  private readonly api: Lazy<LocalApi>;

  constructor(deps: LocalApiDeps) {
    this.deps = deps;
    this.api = new Lazy(async () => {
      const module = await import('./localApiModule.ts');
      return this.owned.add(new module.LocalApi(deps));
    });
    this.owned.add(
      deps.settings.onDidChange((keys) => {
        if (keys.has('api.enabled') || keys.has('api.port')) {
          void this.followSetting(keys.has('api.port'));
        }
      }),
    );
    void this.followSetting(false);
  }

  get commands(): Commands<
    | 'genesysArchive.startLocalApi'
    | 'genesysArchive.stopLocalApi'
    | 'genesysArchive.copyLocalApiToken'
    | 'genesysArchive.rotateLocalApiToken'
  > {
    const { api } = this;
    return {
      'genesysArchive.startLocalApi': async () => (await api.get()).start(),
      'genesysArchive.stopLocalApi': async () => (await api.get()).stop(),
      'genesysArchive.copyLocalApiToken': async () => (await api.get()).copyToken(),
      'genesysArchive.rotateLocalApiToken': async () => (await api.get()).rotateToken(),
    };
  }

  dispose(): void {
    this.owned.dispose();
  }

  private async followSetting(isRestart: boolean): Promise<void> {
    const isEnabled = this.deps.settings.get('api.enabled') && vscode.workspace.isTrusted;
    try {
      if (isRestart || !isEnabled) {
        await (await this.api.started)?.stop();
      }
      if (isEnabled) {
        await (await this.api.get()).startQuietly();
      }
    } catch (error) {
      // Without an archive there is nothing to serve yet.
      if (!isAppError(error, 'notFound')) {
        presentError(error, this.deps.log, {});
      }
    }
  }
}
