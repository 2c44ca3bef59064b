/** Opens conversations in the player: from the tree, by id, from the archive, and again after a reload. */
import * as vscode from 'vscode';
import { errors } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import { toConversationFacts } from '../../model/conversationFacts.ts';
import { isRecord } from '../../base/decode.ts';
import { parseConversationId, type ConversationId } from '../../model/ids.ts';
import type { ExportKind } from '../../protocol/conversationView.ts';
import type { Archives } from '../archives/archives.ts';
import type { Commands } from '../commands.ts';
import type { ConversationsFeature } from '../conversations/conversationsFeature.ts';
import { conversationIdsOf } from '../conversations/conversationsTree.ts';
import { asTreeNode } from '../conversations/nodeArguments.ts';
import { parsePastedConversation } from '../conversations/savedFilters.ts';
import type { SessionManager } from '../session/sessionManager.ts';
import type { ConversationPanel, ConversationPanelDeps } from './conversationPanel.ts';
import { withArchivedNames } from './conversationNames.ts';
import type { Offsets } from './offsets.ts';
import type { ConversationReader, OpenedConversation } from './conversationReader.ts';
import type { WantedPlace } from './wantedPlace.ts';

export interface PlayerDeps {
  readonly archives: Archives;
  readonly reader: ConversationReader;
  readonly sessions: SessionManager;
  readonly extensionUri: vscode.Uri;
  readonly workspaceState: vscode.Memento;
  readonly offsets: Offsets;
  readonly clock: Clock;
  readonly log: Log;
  /** Follows text that is a link to a conversation. @returns false when it is none */
  readonly followPastedLink: (text: string) => Promise<boolean>;
}

/** More conversations at once are hardly meant. */
const maxPanelsAtOnce = 5;

const conversationViewType = 'genesysArchive.conversationView';

interface Tab {
  readonly panel: vscode.WebviewPanel;
  /** Undefined until the player's code is loaded. */
  shown: ConversationPanel | undefined;
  /** Where to go when it is. */
  place: WantedPlace | undefined;
}

export class PlayerFeature implements Disposable {
  private readonly deps: PlayerDeps;
  private readonly owned = new DisposableStore();
  private readonly tabs = new Map<ConversationId, Tab>();

  constructor(deps: PlayerDeps) {
    this.deps = deps;
    let before = deps.sessions.current;
    this.owned.add(
      deps.sessions.onDidChange(({ signedIn }) => {
        if (signedIn !== before) {
          const isRenewed = signedIn !== undefined && signedIn.account.id === before?.account.id;
          before = signedIn;
          for (const { shown } of this.tabs.values()) {
            shown?.followSignIn(isRenewed ? 'renewed' : 'ended');
          }
        }
      }),
    );
    this.owned.add(
      vscode.window.registerWebviewPanelSerializer(conversationViewType, {
        deserializeWebviewPanel: async (panel, state) => {
          const id = isRecord(state) ? state['conversationId'] : undefined;
          if (typeof id !== 'string') {
            panel.dispose();
            return;
          }
          await this.attach(parseConversationId(id, 'person'), panel);
        },
      }),
    );
  }

  commands(
    conversations: ConversationsFeature,
  ): Commands<
    | 'genesysArchive.openConversation'
    | 'genesysArchive.openConversationById'
    | 'genesysArchive.openArchivedConversation'
    | 'genesysArchive.exportTranscript'
    | 'genesysArchive.exportClip'
    | 'genesysArchive.importTranscript'
  > {
    return {
      'genesysArchive.openConversation': async (...args) => {
        for (const id of conversations.requireIds(args).slice(0, maxPanelsAtOnce)) {
          await this.open(id);
        }
      },
      'genesysArchive.openConversationById': async (...args) => {
        const text = typeof args[0] === 'string' ? args[0] : await askId();
        if (text !== undefined && !(await this.deps.followPastedLink(text))) {
          await this.open(parsePastedConversation(text));
        }
      },
      'genesysArchive.openArchivedConversation': async () => {
        const picked = await this.pickArchived();
        if (picked !== undefined) {
          await this.open(picked);
        }
      },
      'genesysArchive.exportTranscript': () => {
        this.prepareExport('transcript');
      },
      'genesysArchive.exportClip': () => {
        this.prepareExport('clip');
      },
      'genesysArchive.importTranscript': async (node) => {
        const clicked = asTreeNode(node);
        const [chosen] = clicked === undefined ? [] : conversationIdsOf([clicked]);
        await this.importTranscript(chosen ?? this.activeId);
      },
    };
  }

  /** Shows the conversation's tab, opening it when it is not open, and goes to the place. */
  async open(id: ConversationId, place?: WantedPlace): Promise<void> {
    const open = this.tabs.get(id);
    if (open !== undefined) {
      open.place = place;
      open.panel.reveal();
      goToPlace(open);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      conversationViewType,
      vscode.l10n.t('Conversation'),
      vscode.ViewColumn.Active,
      { enableScripts: true, localResourceRoots: [] },
    );
    await this.attach(id, panel, place);
  }

  dispose(): void {
    for (const { panel } of this.tabs.values()) {
      panel.dispose();
    }
    this.owned.dispose();
  }

  private async attach(
    id: ConversationId,
    panel: vscode.WebviewPanel,
    place?: WantedPlace,
  ): Promise<void> {
    const tab: Tab = { panel, shown: undefined, place };
    // Known before anything is awaited: opening it once more reveals this tab.
    this.tabs.set(id, tab);
    panel.onDidDispose(() => this.tabs.delete(id));
    const { ConversationPanel } = await import('./playerModule.ts');
    if (this.tabs.get(id) === tab) {
      tab.shown = new ConversationPanel(id, panel, this.panelDeps());
      goToPlace(tab);
      await tab.shown.show();
    }
  }

  /** Has the player in front copy a link to where it stands. @returns false when none is in front */
  copyLink(): boolean {
    const shown = this.inFront();
    shown?.prepareLink();
    return shown !== undefined;
  }

  private inFront(): ConversationPanel | undefined {
    return [...this.tabs.values()].find(({ panel }) => panel.active)?.shown;
  }

  /** Of the conversation, or of one that is picked. Its player shows the transcript then. */
  private async importTranscript(chosen: ConversationId | undefined): Promise<void> {
    const { importTranscriptFile } = await import('./playerModule.ts');
    const id = chosen ?? (await this.pickArchived(vscode.l10n.t('Import Transcript')));
    if (id !== undefined && (await importTranscriptFile(this.deps, id))) {
      await this.tabs.get(id)?.shown?.load();
    }
  }

  /** The conversation of the player in front. */
  private get activeId(): ConversationId | undefined {
    return [...this.tabs].find(([, { panel }]) => panel.active)?.[0];
  }

  /** Of the player in front: only it knows what is selected. */
  private prepareExport(what: ExportKind): void {
    const shown = this.inFront();
    if (shown === undefined) {
      throw errors.input(
        vscode.l10n.t('Open the conversation in the player first, then export from there.'),
      );
    }
    shown.prepareExport(what);
  }

  private panelDeps(): ConversationPanelDeps {
    const { archives, reader, extensionUri, offsets, sessions, workspaceState, clock, log } =
      this.deps;
    return {
      archives,
      workspaceState,
      reader,
      extensionUri,
      offsets,
      clock,
      log,
      names: ({ archived }) => withArchivedNames(sessions.current?.api.names, archived.names),
      resolveNames: ({ archived }: OpenedConversation, signal) => {
        const facts = toConversationFacts(archived.conversation);
        const wanted = {
          queueIds: facts.queueIds,
          userIds: facts.agentIds,
          wrapUpCodeIds: facts.wrapUpCodeIds,
        };
        return sessions.current?.api.names.resolve(wanted, signal) ?? Promise.resolve();
      },
    };
  }

  private async pickArchived(title?: string): Promise<ConversationId | undefined> {
    const { archives, sessions, log } = this.deps;
    const { pickArchivedConversation } = await import('./playerModule.ts');
    const picked = await pickArchivedConversation((signal) => archives.openForReading(signal), {
      liveNames: sessions.current?.api.names,
      log,
      ...(title === undefined ? {} : { title }),
    });
    if (picked === 'nothing') {
      throw errors.input(
        vscode.l10n.t(
          'Nothing was downloaded into this workspace yet. Use Download Conversation in the Conversations view.',
        ),
      );
    }
    return picked;
  }
}

function goToPlace(tab: Tab): void {
  if (tab.shown !== undefined && tab.place !== undefined) {
    tab.shown.goTo(tab.place);
    tab.place = undefined;
  }
}

function askId(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Open Conversation by Id'),
    prompt: vscode.l10n.t('A conversation id, or the address of a conversation in Genesys Cloud'),
    placeHolder: '4da18eaa-c3ef-4e3b-a637-6968c6a59f5e',
    validateInput: (text) => {
      if (text.trim() === '') {
        return undefined;
      }
      try {
        parsePastedConversation(text);
        return undefined;
      } catch {
        return vscode.l10n.t('There is no conversation id in this text');
      }
    },
  });
}
