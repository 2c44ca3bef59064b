/**
 * The Local Archive view's content: groups by day, queue or agent, conversations in pages, what is missing of each. Reads only what
 * is looked at.
 */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { isAppError, isCancellation, messageOf } from '../../base/appError.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Limiter } from '../../base/limiter.ts';
import type { Log } from '../../base/log.ts';
import {
  conversationGroupings,
  type ConversationGrouping,
  type FoundConversation,
  type FoundPage,
} from '../../protocol/catalogue.ts';
import type { Archives } from '../archives/archives.ts';
import type { ContextKeys } from '../ports/contextKeys.ts';
import {
  toDetailNodes,
  toGroupNode,
  toStoredNode,
  type ArchiveNode,
  type GroupNode,
} from './archiveNodes.ts';
import type { CatalogueService, CatalogueState } from './catalogueService.ts';
import { readStoredState } from './storedState.ts';

export interface ArchiveTreeDeps {
  readonly catalogue: CatalogueService;
  readonly archives: Archives;
  readonly workspaceState: vscode.Memento;
  readonly contextKeys: ContextKeys;
  readonly log: Log;
  readonly view: Pick<vscode.TreeView<ArchiveNode>, 'description' | 'message'>;
  /** Draws the node and what is below again; everything without one. */
  readonly refresh: (node?: ArchiveNode) => void;
}

const pageSize = 100;
const parallelReads = 8;
const groupingKey = 'localArchive.grouping';
/** While the catalogue is filled, the list grows in these steps. */
const growthMs = 2000;

export class ArchiveTree implements Disposable {
  private readonly deps: ArchiveTreeDeps;
  private readonly owned = new DisposableStore();
  private readonly lifetime = new AbortController();
  private readonly limiter = new Limiter(parallelReads);
  /** How many conversations of a group are shown, where more than a page are. */
  private readonly shownCounts = new Map<string, number>();
  private filterText = '';
  private refreshedAtMs = 0;

  constructor(deps: ArchiveTreeDeps) {
    this.deps = deps;
    this.owned.add(
      deps.catalogue.onDidChange((state) => {
        this.followState(state);
      }),
    );
  }

  get grouping(): ConversationGrouping {
    const stored = this.deps.workspaceState.get(groupingKey);
    return conversationGroupings.find((known) => known === stored) ?? 'day';
  }

  async setGrouping(grouping: ConversationGrouping): Promise<void> {
    await this.deps.workspaceState.update(groupingKey, grouping);
    this.startAnew();
  }

  get filter(): string {
    return this.filterText;
  }

  /** Shows only conversations that match; all for an empty text. */
  setFilter(text: string): void {
    this.filterText = text.trim();
    this.deps.contextKeys.set('hasArchiveFilter', this.filterText !== '');
    this.startAnew();
  }

  /** The children of a node, or the groups. Failures are told in the view, not thrown. */
  async getChildren(node: ArchiveNode | undefined): Promise<readonly ArchiveNode[]> {
    this.deps.catalogue.start();
    try {
      if (node === undefined) {
        return await this.groups();
      }
      switch (node.kind) {
        case 'group':
          return await this.conversationsOf(node);
        case 'conversation':
          return toDetailNodes(node);
        case 'document':
        case 'lack':
        case 'more':
          return [];
      }
    } catch (error) {
      if (!isCancellation(error)) {
        this.tellFailure(error);
      }
      return [];
    }
  }

  /** One page more of the group. */
  showMore(group: GroupNode): void {
    this.shownCounts.set(group.id, (this.shownCounts.get(group.id) ?? pageSize) + pageSize);
    this.deps.refresh(group);
  }

  dispose(): void {
    this.lifetime.abort();
    this.owned.dispose();
  }

  private async groups(): Promise<readonly ArchiveNode[]> {
    const by = this.grouping;
    const { groups, conversationCount } = await this.deps.catalogue.request(
      'listGroups',
      { query: this.filterText, by },
      this.lifetime.signal,
    );
    this.describe(conversationCount);
    return groups.map((group) => toGroupNode(by, group, vscode.l10n));
  }

  private async conversationsOf(group: GroupNode): Promise<readonly ArchiveNode[]> {
    const { catalogue, archives } = this.deps;
    const { signal } = this.lifetime;
    const wantedCount = this.shownCounts.get(group.id) ?? pageSize;
    const found: FoundConversation[] = [];
    let after: string | undefined;
    do {
      const page: FoundPage = await catalogue.request(
        'listConversations',
        {
          query: this.filterText,
          limit: Math.min(500, wantedCount - found.length),
          after,
          group: { by: group.by, id: group.groupId },
        },
        signal,
      );
      found.push(...page.conversations);
      after = page.next;
    } while (after !== undefined && found.length < wantedCount);
    const { rootPath } = archives;
    const nodes: ArchiveNode[] = await Promise.all(
      found.map((conversation) =>
        this.limiter.run(async () => {
          const folder = join(rootPath, ...conversation.folder.split('/'));
          const state = await readStoredState(folder, signal);
          return toStoredNode(group, conversation, state, vscode.l10n);
        }, signal),
      ),
    );
    if (after !== undefined) {
      nodes.push({ kind: 'more', id: `${group.id}/more`, group, shownCount: found.length });
    }
    return nodes;
  }

  private startAnew(): void {
    this.shownCounts.clear();
    this.deps.refresh();
  }

  private followState(state: CatalogueState): void {
    const isGrowing = state.kind === 'filling';
    const nowMs = performance.now();
    if (!isGrowing || nowMs - this.refreshedAtMs > growthMs) {
      this.refreshedAtMs = nowMs;
      this.deps.refresh();
    } else {
      this.tellReading(state);
    }
  }

  private describe(count: number): void {
    const { view, catalogue, contextKeys } = this.deps;
    const { state } = catalogue;
    view.description = count === 0 ? '' : count.toLocaleString();
    const isReading = state.kind === 'filling';
    if (state.kind === 'failed') {
      this.tellFailure(state.error);
      return;
    }
    contextKeys.set(
      'archiveState',
      count > 0 ? 'ready' : isReading ? 'reading' : this.filterText === '' ? 'empty' : 'noMatch',
    );
    view.message =
      this.filterText === ''
        ? ''
        : vscode.l10n.t('{0} conversations match {1}', count.toLocaleString(), this.filterText);
    this.tellReading(state);
  }

  private tellReading(state: CatalogueState): void {
    if (state.kind === 'filling' && state.totalCount !== undefined && state.totalCount > 0) {
      this.deps.view.message = vscode.l10n.t(
        'Reading the archive: {0} of {1} conversations',
        state.doneCount.toLocaleString(),
        state.totalCount.toLocaleString(),
      );
    }
  }

  private tellFailure(error: unknown): void {
    const { view, contextKeys, log } = this.deps;
    view.description = '';
    if (isAppError(error, 'notFound')) {
      contextKeys.set('archiveState', 'noArchive');
      view.message = '';
      return;
    }
    log.warn('The local archive cannot be listed', { error });
    contextKeys.set('archiveState', isAppError(error, 'input') ? 'noMatch' : 'failed');
    view.message = messageOf(error);
  }
}
