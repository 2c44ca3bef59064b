/** One editor tab that shows one conversation: the page, its messages and its life. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { errors, isAppError, isCancellation, messageOf } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore } from '../../base/disposable.ts';
import type { ConversationId } from '../../model/ids.ts';
import {
  conversationViewDecoders,
  decodeFromConversationView,
  type ConversationViewAnswers,
  type ConversationViewRequests,
  type ExportKind,
  type FromConversationView,
  type LinkWish,
  type ToConversationView,
} from '../../protocol/conversationView.ts';
import type { NoteSnapshot, NotesSnapshot } from '../../protocol/conversationNotes.ts';
import { renderConversationHtml } from '../../protocol/conversationHtml.ts';
import { connectRpc } from '../../protocol/rpc.ts';
import { presentError } from '../errors/presentError.ts';
import { toConversationSnapshot, type Names } from './conversationSnapshot.ts';
import type { ConversationReader, OpenedConversation } from './conversationReader.ts';
import {
  exportConversation,
  type ExportDeps,
  type ShownConversation,
} from './exportConversation.ts';
import { copyLinks } from '../links/links.ts';
import { NotesKeeper } from './notesKeeper.ts';
import type { Offsets } from './offsets.ts';
import type { SignInEnd } from '../session/signOutParticipants.ts';
import { openAttachment } from './openAttachment.ts';
import { readTextBeginning, type TextBeginning } from './textBeginning.ts';
import { toPlace, type WantedPlace } from './wantedPlace.ts';

export interface ConversationPanelDeps extends ExportDeps {
  readonly reader: ConversationReader;
  readonly names: (opened: OpenedConversation) => Names;
  /** Names of everything the conversation refers to are looked up before it is shown. */
  readonly resolveNames: (opened: OpenedConversation, signal: AbortSignal) => Promise<void>;
  readonly offsets: Offsets;
  readonly clock: Clock;
}

interface ReadConversation {
  readonly opened: OpenedConversation;
  readonly beginning: TextBeginning | undefined;
  readonly notes: NotesSnapshot;
}

export class ConversationPanel {
  readonly id: ConversationId;
  private readonly deps: ConversationPanelDeps;
  private readonly panel: vscode.WebviewPanel;
  private readonly owned = new DisposableStore();
  private readonly lifetime = new AbortController();
  private readonly notes: NotesKeeper;
  private readonly tell: (message: ToConversationView) => void;
  /** What is shown is gone with the sign-in. */
  private isFromCache = false;
  /** Nothing is shown for want of a sign-in. */
  private waitsForSignIn = false;
  private shown: ShownConversation | undefined;
  /** Where to go as soon as the page shows the conversation. */
  private place: WantedPlace | undefined;
  private isOpened = false;
  /** Nothing is told to a page before it asks. */
  private isReady = false;
  /** Read ahead of the page's first wish, since its script takes as long to load. */
  private early: Promise<ReadConversation> | undefined;

  constructor(id: ConversationId, panel: vscode.WebviewPanel, deps: ConversationPanelDeps) {
    this.id = id;
    this.panel = panel;
    this.deps = deps;
    this.notes = new NotesKeeper(deps);
    this.owned.add(
      panel.onDidDispose(() => {
        this.lifetime.abort();
        deps.reader.release(id);
        this.owned.dispose();
      }),
    );
    const peer = this.owned.add(
      connectRpc<
        ConversationViewAnswers,
        ConversationViewRequests,
        FromConversationView,
        ToConversationView
      >({
        pipe: {
          post: (message) => void panel.webview.postMessage(message),
          onMessage: (listener) => panel.webview.onDidReceiveMessage(listener),
        },
        asks: {},
        answers: conversationViewDecoders,
        handlers: {
          copyText: async ({ text }) => {
            await vscode.env.clipboard.writeText(text);
            return { isCopied: true };
          },
          copyLink: async (wish) => {
            await this.copyLink(wish);
            return { isCopied: true };
          },
          saveOffset: async ({ offsetMs }) => {
            await deps.offsets.set(id, offsetMs);
            return { isSaved: true };
          },
          changeNotes: async (wish, signal) => {
            const { shown } = this;
            if (shown === undefined) {
              throw errors.bug('Notes were changed before the conversation was shown');
            }
            const notes = await this.notes.change(shown.opened, wish, signal);
            this.keepNotes(notes);
            return { notes };
          },
        },
        hears: decodeFromConversationView,
        // `ready` comes again when a hidden tab is shown: the page was torn down and gets the whole snapshot again.
        onNotify: (message) => {
          this.hear(message);
        },
        onProblem: (kind, error) => {
          deps.log.warn('The conversation view sent something unexpected', { kind, error });
        },
      }),
    );
    this.tell = (message) => {
      peer.notify(message);
    };
    panel.iconPath = new vscode.ThemeIcon('play-circle');
  }

  /** Shows the page; it asks for its content when it is ready. */
  async show(): Promise<void> {
    this.early = this.read();
    // Whoever waits for it hears of the failure.
    this.early.catch(() => undefined);
    const { webview } = this.panel;
    const { extensionUri } = this.deps;
    const folders = await this.deps.reader.folders();
    const scripts = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    const media = vscode.Uri.joinPath(extensionUri, 'media');
    webview.options = {
      enableScripts: true,
      localResourceRoots: [scripts, media, ...folders.map((path) => vscode.Uri.file(path))],
    };
    const url = (folder: vscode.Uri, file: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
    webview.html = renderConversationHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      scriptUrl: url(scripts, 'conversationView.js'),
      styleUrl: url(media, 'conversationView.css'),
      codiconUrl: url(scripts, 'codicon.css'),
      title: 'Conversation',
      conversationId: this.id,
    });
  }

  /** Has the page say what is selected and filtered, and then exports that. */
  prepareExport(what: ExportKind): void {
    this.tell({ kind: 'prepareExport', what });
  }

  /** Has the page say where it stands, and copies a link to that. */
  prepareLink(): void {
    this.tell({ kind: 'prepareLink' });
  }

  /** Goes to a place of the conversation, now or when it is shown. */
  goTo(place: WantedPlace): void {
    this.place = place;
    this.tellPlace();
  }

  /** What was fetched for another account is no longer there; what waited for somebody to sign in is tried again. */
  followSignIn(end: SignInEnd): void {
    if (this.waitsForSignIn || (this.isFromCache && end === 'ended')) {
      void this.load();
    }
  }

  private hear(message: FromConversationView): void {
    const { shown } = this;
    switch (message.kind) {
      case 'ready':
      case 'retry':
        void this.load();
        break;
      case 'export':
        if (shown !== undefined) {
          this.attempt(() => exportConversation(this.deps, shown, message));
        }
        break;
      case 'download':
        this.attempt(() => this.download());
        break;
      case 'importTranscript':
        this.attempt(async () => {
          await vscode.commands.executeCommand('genesysArchive.importTranscript');
        });
        break;
      case 'openAttachment':
        if (shown !== undefined) {
          this.attempt(() => openAttachment(shown.opened.archived, message));
        }
        break;
    }
  }

  /** Exports take them from here. */
  private keepNotes(notes: readonly NoteSnapshot[]): void {
    if (this.shown !== undefined) {
      const { conversation } = this.shown;
      const kept = { notes, problem: undefined, canDownload: false };
      this.shown = { ...this.shown, conversation: { ...conversation, notes: kept } };
      this.deps.archives.index.add(this.id);
    }
  }

  /** Shows the conversation from the archive afterwards, where notes can be kept. */
  private async download(): Promise<void> {
    await vscode.commands.executeCommand('genesysArchive.downloadConversation', {
      kind: 'conversation',
      id: this.id,
      conversationId: this.id,
    });
    await this.load();
  }

  /** What a person asked for in the page: its failure is shown once. */
  private attempt(task: () => Promise<void>): void {
    task().catch((error: unknown) => {
      presentError(error, this.deps.log, {
        retry: () => {
          this.attempt(task);
        },
      });
    });
  }

  private tellPlace(): void {
    const { place, shown } = this;
    if (place !== undefined && shown !== undefined && this.isOpened && this.panel.visible) {
      this.tell({ kind: 'goTo', place: toPlace(place, shown.conversation.startMs) });
      this.place = undefined;
    }
  }

  private async copyLink({ recordingId, timeMs }: LinkWish): Promise<void> {
    const { shown } = this;
    if (shown === undefined) {
      throw errors.bug('A link was wanted before the conversation was shown');
    }
    const { opened, conversation } = shown;
    const recording = opened.archived.recordings.find(
      (one) => one.recording.id === recordingId,
    )?.recording;
    await copyLinks([
      {
        conversationId: this.id,
        organisationId: opened.organisationId,
        recordingId: recording?.id,
        sinceStartMs:
          timeMs === undefined ? undefined : Math.max(0, Math.round(timeMs - conversation.startMs)),
      },
    ]);
  }

  private async read(): Promise<ReadConversation> {
    const { signal } = this.lifetime;
    const opened = await this.deps.reader.open(
      this.id,
      (message) => {
        if (this.isReady) {
          this.tell({ kind: 'loading', message });
        }
      },
      signal,
    );
    const [beginning, notes] = await Promise.all([
      readTextBeginning(opened, signal),
      this.notes.read(opened, signal),
      this.deps.resolveNames(opened, signal),
    ]);
    return { opened, beginning, notes };
  }

  /** Reads the conversation again: something of it changed. */
  async load(): Promise<void> {
    this.isOpened = false;
    this.isReady = true;
    try {
      this.tell({ kind: 'loading', message: vscode.l10n.t('Opening the conversation…') });
      const early = this.early;
      this.early = undefined;
      const { opened, beginning, notes } = await (early ?? this.read());
      this.isFromCache = opened.isCached;
      this.waitsForSignIn = false;
      const conversation = toConversationSnapshot({
        archived: opened.archived,
        prepared: opened.prepared,
        names: this.deps.names(opened),
        offsetMs: this.deps.offsets.get(this.id),
        notes,
        beginning,
        toUrl: (path) => this.panel.webview.asWebviewUri(vscode.Uri.file(path)).toString(),
      });
      this.shown = { opened, conversation };
      this.panel.title = conversation.title;
      this.tell({ kind: 'opened', conversation });
      this.isOpened = true;
      this.tellPlace();
    } catch (error) {
      if (!isCancellation(error)) {
        this.isFromCache = false;
        this.waitsForSignIn = isAppError(error, 'auth');
        this.deps.log.error('A conversation could not be opened', { error });
        this.tell({
          kind: 'failed',
          message: messageOf(error),
          canRetry: !isAppError(error, 'notFound'),
        });
      }
    }
  }
}
