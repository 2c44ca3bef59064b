/** The Local Archive as a feature: its view, its file system and its commands, which load what they do on first use. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DeletionListener } from '../../archive/retention/deletionPorts.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import { Lazy } from '../../base/lazy.ts';
import { parseConversationId, type ConversationId } from '../../model/ids.ts';
import type { Commands } from '../commands.ts';
import { asTreeNode } from '../conversations/nodeArguments.ts';
import type { ArchiveNode } from './archiveNodes.ts';
import { archiveScheme } from './archiveScheme.ts';
import type { LocalArchive } from './localArchive.ts';
import type { LocalArchiveDeps } from './localArchiveDeps.ts';

export type LocalArchiveFeatureDeps = Omit<
  LocalArchiveDeps,
  'view' | 'refresh' | 'workerPath' | 'cataloguePath'
> & { readonly extensionUri: vscode.Uri; readonly globalStorageUri: vscode.Uri };

export class LocalArchiveFeature implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly local: Lazy<LocalArchive>;
  private readonly view: vscode.TreeView<ArchiveNode>;
  private readonly becameVisible = this.owned.add(new Emitter<void>());
  /** Fires each time the view is looked at. */
  readonly onDidBecomeVisible = this.becameVisible.event;
  /** Keeps the catalogue from finding what was deleted. */
  readonly deletionListener: DeletionListener = {
    name: 'catalogue',
    conversationDeleted: async ({ conversationId }, signal) =>
      (await this.local.get()).catalogue.remove(conversationId, signal),
  };

  constructor(deps: LocalArchiveFeatureDeps) {
    const { extensionUri, globalStorageUri } = deps;
    const changed = this.owned.add(new vscode.EventEmitter<ArchiveNode | undefined>());
    this.view = this.owned.add(
      vscode.window.createTreeView<ArchiveNode>('genesysArchive.views.archive', {
        treeDataProvider: {
          onDidChangeTreeData: changed.event,
          getTreeItem: async (node) => (await this.local.get()).getTreeItem(node),
          getChildren: async (node) => (await this.local.get()).getChildren(node),
        },
        canSelectMany: true,
        showCollapseAll: true,
      }),
    );
    this.owned.add(
      this.view.onDidChangeVisibility(({ visible }) => {
        if (visible) {
          this.becameVisible.fire();
        }
      }),
    );
    this.local = new Lazy(async () => {
      const module = await import('./localArchiveModule.ts');
      return this.owned.add(
        new module.LocalArchive({
          ...deps,
          workerPath: join(extensionUri.fsPath, 'dist', 'archiveWorker.cjs'),
          cataloguePath: join(globalStorageUri.fsPath, 'catalogue'),
          view: this.view,
          refresh: (node) => {
            changed.fire(node);
          },
        }),
      );
    });
    this.owned.add(
      vscode.workspace.registerFileSystemProvider(archiveScheme, this.fileSystem(), {
        isReadonly: true,
        isCaseSensitive: true,
      }),
    );
  }

  get commands(): Commands<
    | 'genesysArchive.searchArchive'
    | 'genesysArchive.rebuildCatalogue'
    | 'genesysArchive.refreshArchive'
    | 'genesysArchive.groupArchive'
    | 'genesysArchive.filterArchive'
    | 'genesysArchive.clearArchiveFilter'
    | 'genesysArchive.loadMoreArchived'
    | 'genesysArchive.compareConversations'
    | 'genesysArchive.showArchivedTranscript'
    | 'genesysArchive.showArchivedDetails'
  > {
    const { local } = this;
    return {
      'genesysArchive.searchArchive': async (text) =>
        (await local.get()).search(typeof text === 'string' ? text : ''),
      'genesysArchive.rebuildCatalogue': async () => (await local.get()).rebuild(),
      'genesysArchive.refreshArchive': async () => {
        (await local.get()).refresh();
      },
      'genesysArchive.groupArchive': async () => (await local.get()).pickGrouping(),
      'genesysArchive.filterArchive': async () => (await local.get()).askFilter(),
      'genesysArchive.clearArchiveFilter': async () => {
        (await local.get()).clearFilter();
      },
      'genesysArchive.loadMoreArchived': async (node) => {
        (await local.get()).showMore(asArchiveNode(node));
      },
      'genesysArchive.compareConversations': async (...args) =>
        (await local.get()).compare(this.idsOf(args)),
      'genesysArchive.showArchivedTranscript': async (...args) =>
        (await local.get()).showDocuments(this.idsOf(args), 'transcript.txt'),
      'genesysArchive.showArchivedDetails': async (...args) =>
        (await local.get()).showDocuments(this.idsOf(args), 'conversation.json'),
    };
  }

  /** Brings the catalogue in step with the archive from now on. */
  async follow(): Promise<void> {
    (await this.local.get()).catalogue.start();
  }

  dispose(): void {
    this.owned.dispose();
  }

  /** Conversations of the rows that VS Code passed, else of those that are selected in the view. */
  private idsOf([first, all]: readonly unknown[]): readonly ConversationId[] {
    const passed = Array.isArray(all) ? all : first === undefined ? this.view.selection : [first];
    const ids = passed.flatMap((row) => {
      const node: object | undefined = asTreeNode(row);
      const id = node !== undefined && 'conversationId' in node ? node.conversationId : undefined;
      return typeof id === 'string' ? [parseConversationId(id, 'person')] : [];
    });
    return [...new Set(ids)];
  }

  private fileSystem(): vscode.FileSystemProvider {
    const changed = this.owned.add(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
    const refuse = (uri: vscode.Uri): never => {
      throw vscode.FileSystemError.NoPermissions(uri);
    };
    const documents = async (): Promise<LocalArchive['documents']> =>
      (await this.local.get()).documents;
    return {
      onDidChangeFile: changed.event,
      watch: () => new vscode.Disposable(() => undefined),
      stat: async (uri) => (await documents()).stat(uri),
      readFile: async (uri) => (await documents()).readFile(uri),
      readDirectory: async (uri) => (await documents()).readDirectory(uri),
      createDirectory: refuse,
      writeFile: refuse,
      delete: refuse,
      rename: refuse,
    };
  }
}

/** Rows are handed back by VS Code as the objects that it got. */
function asArchiveNode(value: unknown): ArchiveNode | undefined {
  return isArchiveNode(value) ? value : undefined;
}

function isArchiveNode(value: unknown): value is ArchiveNode {
  return typeof value === 'object' && value !== null && 'kind' in value && 'id' in value;
}
