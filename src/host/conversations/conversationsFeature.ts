/** The Conversations view as a whole: list, tree, interval, filters, and the commands on them. */
import * as vscode from 'vscode';
import { errors, isAppError, messageOf } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { Log } from '../../base/log.ts';
import { ConversationPager } from '../../genesys/conversationPager.ts';
import { toDeepLink } from '../../genesys/regions.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { ArchiveIndex } from '../archives/archiveIndex.ts';
import type { Commands } from '../commands.ts';
import { presentError } from '../errors/presentError.ts';
import type { ContextKeys } from '../ports/contextKeys.ts';
import type { SettingsReader } from '../ports/settings.ts';
import type { SignedIn } from '../session/session.ts';
import type { SessionManager } from '../session/sessionManager.ts';
import { ConversationList } from './conversationList.ts';
import { ConversationsTree, conversationIdsOf } from './conversationsTree.ts';
import { JsonDocuments } from './jsonDocuments.ts';
import { QueryState } from './queryState.ts';
import { selectedNodes } from './selection.ts';

const viewId = 'genesysArchive.views.conversations';

export interface ConversationsDeps {
  readonly sessions: SessionManager;
  readonly settings: SettingsReader;
  readonly contextKeys: ContextKeys;
  readonly archived: ArchiveIndex;
  readonly workspaceState: vscode.Memento;
  readonly clock: Clock;
  readonly log: Log;
  /** JSON text of an archived conversation, or undefined when it is not archived. */
  readonly readArchivedJson: (
    id: ConversationId,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
}

export class ConversationsFeature implements Disposable {
  private readonly deps: ConversationsDeps;
  private readonly owned = new DisposableStore();
  private readonly list: ConversationList;
  private readonly tree: ConversationsTree;
  private readonly state: QueryState;
  private readonly documents: JsonDocuments;
  /** A sign-in made anew is another one, even to the same account. */
  private shownSession: SignedIn | undefined;
  private readonly becameVisible = this.owned.add(new Emitter<void>());
  /** Fires each time the view is looked at. */
  readonly onDidBecomeVisible = this.becameVisible.event;

  constructor(deps: ConversationsDeps) {
    this.deps = deps;
    this.state = this.owned.add(new QueryState(deps.workspaceState, deps.clock));
    this.list = this.owned.add(new ConversationList());
    this.tree = this.owned.add(
      new ConversationsTree({
        list: this.list,
        sessions: deps.sessions,
        archived: deps.archived,
        contextKeys: deps.contextKeys,
        log: deps.log,
        describeQuery: () => this.state.describe(),
      }),
    );
    this.documents = this.owned.add(new JsonDocuments((id) => this.rawJson(id)));
    this.owned.add(
      deps.sessions.onDidChange(() => {
        this.followSession();
      }),
    );
    this.owned.add(
      this.state.onDidChange(() => {
        deps.contextKeys.set('hasFilters', this.state.hasFilters);
        this.refreshUnasked();
      }),
    );
    this.owned.add(
      this.tree.view.onDidChangeVisibility(({ visible }) => {
        if (visible) {
          this.becameVisible.fire();
          this.loadWhenWanted();
        }
      }),
    );
    deps.contextKeys.set('hasFilters', this.state.hasFilters);
    this.followSession();
  }

  /** The rows a command is about: what VS Code passed, or else what is selected. */
  selection(args: readonly unknown[]): ReturnType<typeof selectedNodes> {
    return selectedNodes(args, this.tree.view.selection);
  }

  get commands(): Commands<
    | 'genesysArchive.refreshConversations'
    | 'genesysArchive.loadMoreConversations'
    | 'genesysArchive.pickInterval'
    | 'genesysArchive.editFilters'
    | 'genesysArchive.clearFilters'
    | 'genesysArchive.copyConversationId'
    | 'genesysArchive.openInGenesysCloud'
    | 'genesysArchive.showConversationJson'
  > {
    return {
      'genesysArchive.refreshConversations': () => this.refresh(),
      'genesysArchive.loadMoreConversations': () => this.list.loadMore(),
      'genesysArchive.pickInterval': async () => {
        const { pickInterval } = await import('./pickersModule.ts');
        const choice = await pickInterval(this.state.interval, this.deps.clock.nowMs());
        if (choice !== undefined) {
          await this.state.setInterval(choice);
        }
      },
      'genesysArchive.editFilters': async () => {
        const { pickFilters } = await import('./pickersModule.ts');
        const filters = await pickFilters(
          this.state.filters,
          this.deps.sessions.require().api.names,
        );
        if (filters !== undefined) {
          await this.state.setFilters(filters);
        }
      },
      'genesysArchive.clearFilters': () => this.state.clearFilters(),
      'genesysArchive.copyConversationId': async (...args) => {
        const ids = this.requireIds(args);
        await vscode.env.clipboard.writeText(ids.join('\n'));
        vscode.window.setStatusBarMessage(
          ids.length === 1
            ? vscode.l10n.t('Conversation id copied')
            : vscode.l10n.t('{0} conversation ids copied', ids.length),
          3000,
        );
      },
      'genesysArchive.openInGenesysCloud': async (...args) => {
        const { region } = this.deps.sessions.require().account;
        const template = this.deps.settings.get('deepLinkTemplate');
        for (const id of this.requireIds(args).slice(0, 5)) {
          await vscode.env.openExternal(
            vscode.Uri.parse(toDeepLink(template, { domain: region, conversationId: id }), true),
          );
        }
      },
      'genesysArchive.showConversationJson': async (...args) => {
        for (const id of this.requireIds(args).slice(0, 5)) {
          await this.documents.show(id);
        }
      },
    };
  }

  /** Ids of the rows a command is about; none when nothing is selected. */
  idsOf(args: readonly unknown[]): readonly ConversationId[] {
    return conversationIdsOf(this.selection(args));
  }

  /** As `idsOf`. @throws AppError `input` when there are none */
  requireIds(args: readonly unknown[]): readonly ConversationId[] {
    const ids = this.idsOf(args);
    if (ids.length === 0) {
      throw errors.input(vscode.l10n.t('Select a conversation in the Conversations view first.'));
    }
    return ids;
  }

  dispose(): void {
    this.owned.dispose();
  }

  /**
   * Starts the list again. No connection and a missing permission show in the view itself.
   * @throws AppError for any other failure
   */
  async refresh(): Promise<void> {
    const signedIn = this.deps.sessions.current;
    if (signedIn === undefined) {
      this.list.clear();
      return;
    }
    this.shownSession = signedIn;
    this.tree.forgetChildren();
    const { api } = signedIn;
    const pageSize = this.deps.settings.get('conversations.pageSize');
    const source = {
      open: (query: QueryState['query']) => new ConversationPager({ api, query, pageSize }),
      names: api.names,
    };
    await vscode.window.withProgress({ location: { viewId } }, () =>
      this.list.refresh(source, this.state.query),
    );
    const { error } = this.list.current;
    if (isAppError(error, 'network') || isAppError(error, 'forbidden')) {
      this.deps.log.warn('Conversations could not be listed', { error });
    } else if (error !== undefined) {
      // A welcome view has no room for the reason.
      throw error instanceof Error ? error : errors.bug(messageOf(error));
    }
  }

  /** A refresh that no command runs: its failure is shown all the same. */
  private refreshUnasked(): void {
    this.refresh().catch((error: unknown) => {
      presentError(error, this.deps.log, {
        retry: () => {
          this.refreshUnasked();
        },
      });
    });
  }

  private followSession(): void {
    const signedIn = this.deps.sessions.current;
    if (signedIn === undefined) {
      this.shownSession = undefined;
      this.tree.forgetChildren();
      this.list.clear();
      return;
    }
    this.loadWhenWanted();
  }

  /** Lists on the first look at the view, and again after switching or signing in anew; never behind a hidden view. */
  private loadWhenWanted(): void {
    const { current } = this.deps.sessions;
    if (this.tree.view.visible && current !== undefined && current !== this.shownSession) {
      this.refreshUnasked();
    }
  }

  private async rawJson(id: ConversationId): Promise<string> {
    const signal = AbortSignal.timeout(60_000);
    const listed = this.list.find(id);
    if (listed !== undefined) {
      return listed.rawJson;
    }
    const archived = await this.deps.readArchivedJson(id, signal);
    return (
      archived ?? (await this.deps.sessions.require().api.fetchConversation(id, signal)).rawJson
    );
  }
}
