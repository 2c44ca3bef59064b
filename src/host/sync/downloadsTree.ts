/**
 * What the Downloads view shows: syncs, and below them what is in progress, waits, or ended for a reason. Rows keep their identity
 * and are drawn at most a few times a second, so that nothing flickers and an open row stays open.
 */
import * as vscode from 'vscode';
import { isCancellation } from '../../base/appError.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { noNames, type ArchivedNames } from '../../archive/archivedNames.ts';
import { withArchivedNames } from '../player/conversationNames.ts';
import type { NamesById } from '../conversations/treeNodes.ts';
import {
  childrenOf,
  conversationTitle,
  currentItemNode,
  failureNode,
  groupRow,
  moreNode,
  reasonOf,
  settledItemNode,
  syncRow,
  type DownloadNode,
  type GroupKey,
  type GroupNode,
  type Row,
  type SyncNode,
} from './downloadNodes.ts';
import { standingOf, type SyncEntry } from './syncEntry.ts';
import { progressText } from './syncText.ts';
import type { SyncRuns, SyncRunsDeps } from './syncRuns.ts';
import type { ItemRecord } from '../../archive/sync/syncEvents.ts';

const drawMs = 500;
/** Reading a long journal again for each conversation that is done would be work for nothing. */
const listingMs = 3_000;
const maxItems = 200;

interface Listing {
  readonly key: string;
  readonly readAtMs: number;
  readonly nodes: Promise<DownloadNode[]>;
}

export interface DownloadsTreeDeps extends SyncRunsDeps {
  readonly runs: SyncRuns;
  readonly view: vscode.TreeView<DownloadNode>;
  /** Draws a row and what is below it; all when undefined. */
  readonly redraw: (node: DownloadNode | undefined) => void;
}

export class DownloadsTree implements Disposable {
  private readonly deps: DownloadsTreeDeps;
  private readonly owned = new DisposableStore();
  private readonly lifetime = new AbortController();
  private readonly syncNodes = new Map<string, SyncNode>();
  private readonly groupNodes = new Map<string, GroupNode>();
  private readonly listings = new Map<string, Listing>();
  private readonly titles = new Map<string, string>();
  private readonly dirty = new Set<string>();
  private isAllDirty = false;
  private timer: NodeJS.Timeout | undefined;
  private wasLoaded = false;

  constructor(deps: DownloadsTreeDeps) {
    this.deps = deps;
    this.owned.add(
      deps.runs.onDidChange((syncId) => {
        if (syncId === undefined) {
          this.isAllDirty = true;
        } else {
          this.dirty.add(syncId);
        }
        this.drawSoon();
      }),
    );
  }

  async getChildren(node?: DownloadNode): Promise<DownloadNode[]> {
    if (node === undefined) {
      await this.load();
      return this.deps.runs.list.map(({ snapshot }) => this.syncNode(snapshot.syncId));
    }
    const entry = this.deps.runs.get(node.syncId);
    if (entry === undefined) {
      return [];
    }
    switch (node.kind) {
      case 'sync':
        return childrenOf(entry, vscode.l10n).map((child) =>
          child.kind === 'group' ? this.groupNode(child) : child,
        );
      case 'group':
        return await this.groupChildren(node, entry);
      case 'syncItem':
      case 'note':
        return [];
    }
  }

  getParent(node: DownloadNode): DownloadNode | undefined {
    return node.kind === 'sync' ? undefined : this.syncNode(node.syncId);
  }

  getTreeItem(node: DownloadNode): vscode.TreeItem {
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const entry = this.deps.runs.get(node.syncId);
    if (node.kind === 'syncItem' || node.kind === 'note') {
      return toTreeItem(node, node.row, None);
    }
    if (entry === undefined) {
      return new vscode.TreeItem('');
    }
    const nowMs = this.deps.clock.nowMs();
    if (node.kind === 'group') {
      const row = groupRow(node.group, entry, nowMs, vscode.l10n);
      return toTreeItem(node, row, node.group === 'current' ? Expanded : Collapsed);
    }
    const isOpen = standingOf(entry) === 'running' || standingOf(entry) === 'elsewhere';
    return toTreeItem(node, syncRow(entry, nowMs, vscode.l10n), isOpen ? Expanded : Collapsed);
  }

  /** Brings a sync into sight without taking the focus. */
  async reveal(syncId: string): Promise<void> {
    this.draw();
    await this.deps.view.reveal(this.syncNode(syncId), { select: true, expand: true });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.lifetime.abort();
    this.owned.dispose();
  }

  private async load(): Promise<void> {
    if (!this.wasLoaded) {
      this.wasLoaded = true;
      try {
        await this.deps.runs.refresh();
      } catch (error) {
        this.wasLoaded = false;
        if (!isCancellation(error)) {
          this.deps.log.warn('The syncs of the archive could not be read', { error });
        }
      }
    }
  }

  private drawSoon(): void {
    this.timer ??= setTimeout(() => {
      this.draw();
    }, drawMs);
  }

  private draw(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.describe();
    if (this.isAllDirty) {
      this.deps.redraw(undefined);
    } else {
      for (const syncId of this.dirty) {
        const node = this.syncNodes.get(syncId);
        if (node !== undefined) {
          this.deps.redraw(node);
        }
      }
    }
    this.isAllDirty = false;
    this.dirty.clear();
  }

  private describe(): void {
    const { runs, view, clock } = this.deps;
    const running = runs.list.filter(({ worker }) => worker !== undefined);
    const [entry] = running;
    const tooltip =
      entry === undefined
        ? ''
        : `${entry.snapshot.request.title}: ${progressText(entry, clock.nowMs(), vscode.l10n)}`;
    view.badge = entry === undefined ? undefined : { value: running.length, tooltip };
  }

  private syncNode(syncId: string): SyncNode {
    const node = this.syncNodes.get(syncId) ?? { kind: 'sync', id: `sync/${syncId}`, syncId };
    this.syncNodes.set(syncId, node);
    return node;
  }

  private groupNode(made: GroupNode): GroupNode {
    const node = this.groupNodes.get(made.id) ?? made;
    this.groupNodes.set(made.id, node);
    return node;
  }

  private async groupChildren(node: GroupNode, entry: SyncEntry): Promise<DownloadNode[]> {
    const { snapshot } = entry;
    const nowMs = this.deps.clock.nowMs();
    if (node.group === 'current') {
      const names = this.names(undefined);
      return snapshot.currentItems.map((item) =>
        currentItemNode(node.syncId, item, names, vscode.l10n),
      );
    }
    if (node.group === 'errors') {
      return snapshot.recentFailures.map((failure) => failureNode(node.syncId, failure, nowMs));
    }
    return await this.settledItems(node, node.group, entry);
  }

  private async settledItems(
    node: GroupNode,
    group: Exclude<GroupKey, 'current' | 'errors'>,
    { snapshot, worker }: SyncEntry,
  ): Promise<DownloadNode[]> {
    const count =
      group === 'waiting'
        ? snapshot.waitingCount
        : (snapshot.endedReasonCounts[reasonOf(group)] ?? 0);
    const nowMs = this.deps.clock.nowMs();
    const key = `${String(count)} ${String(snapshot.updatedAtMs)}`;
    const known = this.listings.get(node.id);
    const isFresh =
      known !== undefined &&
      (known.key === key || (worker !== undefined && nowMs - known.readAtMs < listingMs));
    if (isFresh) {
      return await known.nodes;
    }
    const nodes = this.readItems(node, group, count);
    this.listings.set(node.id, { key, readAtMs: nowMs, nodes });
    return await nodes.catch((error: unknown) => {
      this.listings.delete(node.id);
      if (!isCancellation(error)) {
        this.deps.log.warn('The conversations of a sync could not be read', { error });
      }
      return [];
    });
  }

  private async readItems(
    node: GroupNode,
    group: Exclude<GroupKey, 'current' | 'errors'>,
    count: number,
  ): Promise<DownloadNode[]> {
    const { rootPath } = this.deps.runs;
    if (rootPath === undefined) {
      return [];
    }
    const { listSyncItems } = await import('../archives/archiveModule.ts');
    const items = await listSyncItems(
      rootPath,
      node.syncId,
      group === 'waiting'
        ? { state: 'waiting', maxCount: maxItems }
        : { state: 'ended', reason: reasonOf(group), maxCount: maxItems },
      this.lifetime.signal,
    );
    const nowMs = this.deps.clock.nowMs();
    const nodes: DownloadNode[] = [];
    for (const item of items) {
      const title = await this.title(item);
      nodes.push(settledItemNode(node.syncId, group, item, title, nowMs, vscode.l10n));
    }
    return count > items.length && items.length === maxItems
      ? [...nodes, moreNode(node, count - items.length, vscode.l10n)]
      : nodes;
  }

  /** From what the archive holds of the conversation; undefined when it holds nothing. */
  private async title({ conversationId, startMs }: ItemRecord): Promise<string | undefined> {
    const known = this.titles.get(conversationId);
    if (known !== undefined) {
      return known;
    }
    const { signal } = this.lifetime;
    try {
      const archive = await this.deps.archives.openForReading(signal);
      const folderPath = archive?.conversationFolder(conversationId, startMs);
      const detail =
        folderPath === undefined ? undefined : await archive?.readDetail(folderPath, signal);
      if (detail === undefined) {
        return undefined;
      }
      const title = conversationTitle(detail.conversation, this.names(detail.names));
      this.titles.set(conversationId, title);
      return title;
    } catch (error) {
      if (isCancellation(error)) {
        throw error;
      }
      return undefined;
    }
  }

  private names(archived: ArchivedNames | undefined): NamesById {
    const { current } = this.deps.sessions;
    return withArchivedNames(current?.api.names, archived ?? noNames);
  }
}

function toTreeItem(
  node: DownloadNode,
  row: Row,
  state: vscode.TreeItemCollapsibleState,
): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, state);
  item.id = node.id;
  item.description = row.description;
  item.contextValue = row.contextValue;
  item.iconPath = new vscode.ThemeIcon(
    row.icon,
    row.color === undefined ? undefined : new vscode.ThemeColor(row.color),
  );
  const tooltip = new vscode.MarkdownString();
  for (const line of row.tooltip) {
    // `appendText` escapes: titles and messages come from outside.
    tooltip.appendText(line).appendMarkdown('  \n');
  }
  item.tooltip = row.tooltip.length === 0 ? row.label : tooltip;
  item.accessibilityInformation = {
    label: [row.label, row.description].filter((text) => text !== '').join(', '),
  };
  if (row.command === 'showReport') {
    item.command = {
      command: 'genesysArchive.showSyncReport',
      title: vscode.l10n.t('Show Sync Report'),
      arguments: [node],
    };
  } else if (row.command !== undefined) {
    item.command = { command: row.command, title: vscode.l10n.t('Sign In') };
  }
  return item;
}
