/** The Conversations view: binds the list to VS Code's tree. No network in `getTreeItem`; children load on expansion. */
import * as vscode from 'vscode';
import { assertNever } from '../../base/assert.ts';
import { isAppError, isCancellation, messageOf } from '../../base/appError.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { ViewState } from '../../generated/manifest.ts';
import type { ContextKeys } from '../ports/contextKeys.ts';
import type { SessionManager } from '../session/sessionManager.ts';
import type { ArchiveIndex } from '../archives/archiveIndex.ts';
import { loadConversationChildren } from './conversationChildren.ts';
import type { ConversationList, ListSnapshot } from './conversationList.ts';
import { toTreeItem } from './treeItems.ts';
import {
  contextValueOf,
  toDayNodes,
  type ConversationNode,
  type DayNode,
  type NodeContextValue,
  type TreeNode,
} from './treeNodes.ts';

export interface ConversationsTreeDeps {
  readonly list: ConversationList;
  readonly sessions: SessionManager;
  readonly archived: ArchiveIndex;
  readonly contextKeys: ContextKeys;
  readonly log: Log;
  /** Interval and filters in words, for the view's header. */
  readonly describeQuery: () => { readonly interval: string; readonly filters: readonly string[] };
}

export class ConversationsTree implements vscode.TreeDataProvider<TreeNode>, Disposable {
  private readonly deps: ConversationsTreeDeps;
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new vscode.EventEmitter<TreeNode[] | undefined>());
  readonly onDidChangeTreeData = this.changed.event;
  readonly view: vscode.TreeView<TreeNode>;
  private days: readonly DayNode[] = [];
  private readonly children = new Map<ConversationId, Promise<readonly TreeNode[]>>();
  /** What the drawn rows of conversations say of the archive. */
  private readonly drawn = new Map<ConversationId, NodeContextValue>();
  private readonly lifetime = new AbortController();

  constructor(deps: ConversationsTreeDeps) {
    this.deps = deps;
    this.view = this.owned.add(
      vscode.window.createTreeView<TreeNode>('genesysArchive.views.conversations', {
        treeDataProvider: this,
        canSelectMany: true,
        showCollapseAll: true,
      }),
    );
    this.owned.add(
      deps.list.onDidChange((snapshot) => {
        this.show(snapshot);
      }),
    );
    this.owned.add(
      deps.archived.onDidChange(() => {
        this.redrawMarks();
      }),
    );
    this.owned.add(
      deps.sessions.onDidChange(() => {
        this.show(deps.list.current);
      }),
    );
    this.show(deps.list.current);
  }

  /** Forgets what was loaded below conversations, so that expanding asks the platform again. */
  forgetChildren(): void {
    this.children.clear();
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const { archived } = this.deps;
    if (node.kind === 'conversation') {
      this.drawn.set(node.conversationId, contextValueOf(node, archived));
    }
    return toTreeItem(node, archived);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node === undefined) {
      return [...this.days, ...this.tail()];
    }
    switch (node.kind) {
      case 'day':
        return [...node.conversations];
      case 'conversation':
        return [...(await this.childrenOf(node))];
      case 'participant':
      case 'recording':
      case 'transcript':
      case 'message':
      case 'loadMore':
        return [];
      default:
        return assertNever(node);
    }
  }

  getParent(node: TreeNode): TreeNode | undefined {
    switch (node.kind) {
      case 'conversation':
        return this.days.find(({ conversations }) =>
          conversations.some(({ id }) => id === node.id),
        );
      case 'recording':
      case 'transcript':
        return this.findConversation(node.conversationId);
      case 'participant':
      case 'message':
      case 'day':
      case 'loadMore':
        return undefined;
    }
  }

  findConversation(id: ConversationId): ConversationNode | undefined {
    return this.days
      .flatMap(({ conversations }) => conversations)
      .find((node) => node.conversationId === id);
  }

  dispose(): void {
    this.lifetime.abort();
    this.owned.dispose();
  }

  private tail(): readonly TreeNode[] {
    const { current } = this.deps.list;
    if (current.conversations.length === 0 || (!current.hasMore && current.status === 'ready')) {
      return [];
    }
    const isLoading = current.status === 'loading';
    const shown = current.conversations.length.toLocaleString();
    const label =
      current.status === 'failed'
        ? vscode.l10n.t('Could not load more: {0}. Click to try again.', messageOf(current.error))
        : isLoading
          ? vscode.l10n.t('Loading…')
          : current.totalHits === undefined || current.totalHits <= current.conversations.length
            ? vscode.l10n.t('Load more')
            : vscode.l10n.t(
                'Load more ({0} of {1} shown)',
                shown,
                current.totalHits.toLocaleString(),
              );
    return [{ kind: 'loadMore', id: 'loadMore', label, isLoading }];
  }

  private async childrenOf(node: ConversationNode): Promise<readonly TreeNode[]> {
    const known = this.children.get(node.conversationId);
    if (known !== undefined) {
      return known;
    }
    const { api } = this.deps.sessions.require();
    const fetched = this.deps.list.find(node.conversationId);
    if (fetched === undefined) {
      return [];
    }
    const loading = loadConversationChildren(api, fetched.value, this.lifetime.signal);
    this.children.set(node.conversationId, loading);
    try {
      return await loading;
    } catch (error) {
      this.children.delete(node.conversationId);
      if (!isCancellation(error)) {
        this.deps.log.warn('Could not read what belongs to a conversation', { error });
      }
      return [];
    }
  }

  private show(snapshot: ListSnapshot): void {
    const { sessions } = this.deps;
    const signedIn = sessions.current;
    this.days =
      signedIn === undefined
        ? []
        : toDayNodes(
            snapshot.conversations.map(({ value }) => value),
            signedIn.api.names,
          );
    this.describe(snapshot);
    this.deps.contextKeys.set('state', this.stateOf(snapshot));
    this.drawn.clear();
    this.changed.fire(undefined);
  }

  /**
   * Draws the rows again of which the archive says something else now, and no others: while VS Code draws a whole tree anew,
   * menus of its rows lead nowhere.
   */
  private redrawMarks(): void {
    const stale = this.days
      .flatMap(({ conversations }) => conversations)
      .filter((node) => {
        const drawn = this.drawn.get(node.conversationId);
        return drawn !== undefined && drawn !== contextValueOf(node, this.deps.archived);
      });
    if (stale.length > 0) {
      this.changed.fire(stale);
    }
  }

  private describe(snapshot: ListSnapshot): void {
    const { interval, filters } = this.deps.describeQuery();
    const isSignedIn = this.deps.sessions.current !== undefined;
    this.view.description = isSignedIn ? interval : '';
    const notes = [
      // A side bar of common width cuts the description beside the view's title.
      interval,
      ...filters,
      ...(snapshot.undecodableCount > 0
        ? [
            vscode.l10n.t(
              '{0} conversations could not be read (see the log)',
              snapshot.undecodableCount,
            ),
          ]
        : []),
    ];
    // Empty text hides the message line; `undefined` would not under exact optional types.
    this.view.message = isSignedIn && snapshot.conversations.length > 0 ? notes.join(' · ') : '';
  }

  private stateOf(snapshot: ListSnapshot): ViewState | 'ready' | 'loading' {
    const session = this.deps.sessions.state.kind;
    if (session !== 'signedIn') {
      return session === 'restoring' ? 'loading' : session;
    }
    if (snapshot.status === 'failed' && snapshot.conversations.length === 0) {
      if (this.deps.sessions.hasEnded) {
        return 'ended';
      }
      return isAppError(snapshot.error, 'forbidden')
        ? 'forbidden'
        : isAppError(snapshot.error, 'network')
          ? 'offline'
          : 'error';
    }
    if (snapshot.status === 'ready' && snapshot.conversations.length === 0) {
      return 'empty';
    }
    return snapshot.status === 'ready' ? 'ready' : 'loading';
  }
}

/** What commands get when they are run on rows: the conversations they belong to. */
export function conversationIdsOf(nodes: readonly TreeNode[]): readonly ConversationId[] {
  const ids = nodes.flatMap((node) => ('conversationId' in node ? [node.conversationId] : []));
  return [...new Set(ids)];
}
