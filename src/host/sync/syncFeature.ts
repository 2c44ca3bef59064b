/** Syncing as a feature: its commands and the Downloads view. What is behind them is loaded on first use. */
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Lazy } from '../../base/lazy.ts';
import type { Commands } from '../commands.ts';
import type { ConversationsFeature } from '../conversations/conversationsFeature.ts';
import type { DownloadNode } from './downloadNodes.ts';
import type { Syncing, SyncingDeps } from './syncModule.ts';

export class SyncFeature implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly syncing: Lazy<Syncing>;

  constructor(deps: Omit<SyncingDeps, 'view' | 'redraw'>) {
    const changed = this.owned.add(new vscode.EventEmitter<DownloadNode | undefined>());
    const view = this.owned.add(
      vscode.window.createTreeView<DownloadNode>('genesysArchive.views.downloads', {
        treeDataProvider: {
          onDidChangeTreeData: changed.event,
          getChildren: async (node) => (await this.syncing.get()).tree.getChildren(node),
          getTreeItem: async (node) => (await this.syncing.get()).tree.getTreeItem(node),
          getParent: async (node) => (await this.syncing.get()).tree.getParent(node),
        },
        showCollapseAll: true,
        canSelectMany: true,
      }),
    );
    this.syncing = new Lazy(async () => {
      const { createSyncing } = await import('./syncModule.ts');
      return this.owned.add(
        createSyncing({
          ...deps,
          view,
          redraw: (node) => {
            changed.fire(node);
          },
        }),
      );
    });
  }

  commands(
    conversations: ConversationsFeature,
  ): Commands<
    | 'genesysArchive.syncInterval'
    | 'genesysArchive.syncNew'
    | 'genesysArchive.syncSelected'
    | 'genesysArchive.syncList'
    | 'genesysArchive.pauseSync'
    | 'genesysArchive.resumeSync'
    | 'genesysArchive.cancelSync'
    | 'genesysArchive.retrySync'
    | 'genesysArchive.removeSync'
    | 'genesysArchive.showSyncReport'
  > {
    const get = async (): Promise<Syncing['commands']> => (await this.syncing.get()).commands;
    return {
      'genesysArchive.syncInterval': async () => (await get()).syncInterval(),
      'genesysArchive.syncNew': async () => (await get()).syncNew(),
      'genesysArchive.syncSelected': async (...args) =>
        (await get()).syncSelected(conversations.requireIds(args)),
      'genesysArchive.syncList': async () => (await get()).syncList(),
      'genesysArchive.pauseSync': async (...args) => (await get()).pause(args),
      'genesysArchive.resumeSync': async (...args) => (await get()).resume(args),
      'genesysArchive.cancelSync': async (...args) => (await get()).cancel(args),
      'genesysArchive.retrySync': async (...args) => (await get()).retry(args),
      'genesysArchive.removeSync': async (...args) => (await get()).remove(args),
      'genesysArchive.showSyncReport': async (...args) => (await get()).showReport(args),
    };
  }

  dispose(): void {
    this.owned.dispose();
  }
}
