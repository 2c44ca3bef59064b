/**
 * What happens in the conversation view: which recording is open, where it stands, what is spoken, what is found. Knows the host
 * and the player; knows nothing of elements.
 */
import { messageOf } from '../../base/appError.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type {
  ConversationPlace,
  ConversationSnapshot,
  ExportKind,
  RecordingSnapshot,
  ToConversationView,
} from '../../protocol/conversationView.ts';
import { Scope } from '../shared/scope.ts';
import type { VsCodeApi } from '../shared/vscodeApi.ts';
import { copyShown } from './clipboard.ts';
import { recordingOfPlace } from './findPlace.ts';
import { HostLink } from './hostLink.ts';
import { NoteNavigation } from './noteNavigation.ts';
import { NotesBoard } from './notesBoard.ts';
import { Player } from './player.ts';
import { PlaybackSettings } from './playbackSettings.ts';
import { RecordingContent } from './recordingContent.ts';
import { wholeText, type LoadedText, type Part } from './recordingParts.ts';
import type { TalkMarks } from './talkMarks.ts';
import type { TextClock } from './textClock.ts';
import type { SpokenNow, TranscriptList } from './transcriptList.ts';
import type { TranscriptRow } from './transcriptRows.ts';
import {
  decodeViewState,
  initialViewState,
  messagesId,
  type RoleFilter,
  type ViewState,
} from './viewState.ts';
import type { WaveformModel } from './waveformView.ts';

export type Phase =
  | Extract<ToConversationView, { kind: 'loading' | 'failed' }>
  | { readonly kind: 'opened'; readonly conversation: ConversationSnapshot };

export class ConversationController implements Disposable {
  readonly player: Player;
  phase: Phase = { kind: 'loading', message: 'Opening conversation…' };
  view: ViewState = initialViewState('');
  readonly playback: PlaybackSettings;
  readonly notes: NotesBoard;
  readonly noteNavigation: NoteNavigation;
  /** Why the offset could not be kept. */
  offsetProblem: string | undefined;

  private readonly scope = new Scope();
  private readonly changed = this.scope.add(new Emitter<undefined>());
  private readonly moved = this.scope.add(new Emitter<SpokenNow>());
  private readonly restored = this.scope.add(new Emitter<ViewState>());
  private readonly arrived = this.scope.add(new Emitter<number>());
  private readonly api: VsCodeApi;
  private readonly host: HostLink;
  private readonly content: RecordingContent;
  private readonly saveSoon: () => void;
  private readonly saveOffsetSoon: () => void;
  /** Where the host wants to go, until the transcript is there to go to. */
  private wanted: ConversationPlace | undefined;

  /** Something other than the position changed. */
  readonly onDidChange = this.changed.event;
  readonly onDidMove = this.moved.event;
  /** A recording was opened at a remembered place. */
  readonly onDidRestore = this.restored.event;
  /** The row of the place that was gone to. */
  readonly onDidArrive = this.arrived.event;

  constructor(api: VsCodeApi) {
    this.api = api;
    this.player = this.scope.add(new Player());
    this.content = this.scope.add(
      new RecordingContent({
        view: () => this.view,
        durationMs: () => this.player.state.durationMs,
        otherMarks: () => this.noteNavigation.marks(),
        onChange: () => {
          this.changed.fire(undefined);
        },
        onText: () => {
          this.playback.apply();
          this.announcePosition(this.player.positionMs);
          this.arrive();
        },
      }),
    );
    this.playback = new PlaybackSettings({
      player: this.player,
      view: () => this.view,
      change: (change) => {
        this.change(change);
      },
      channelCount: () => this.recording?.channels.length ?? 0,
      stretches: () => ({
        silences: this.talk.silences,
        overtalks: this.talk.overtalks,
        segments: this.waveform.segmentRows.flat().toSorted((a, b) => a.startMs - b.startMs),
      }),
    });
    this.notes = new NotesBoard({
      ask: (wish) => this.host.changeNotes(wish),
      draft: () => this.view.noteDraft,
      setDraft: (noteDraft) => {
        this.remember({ noteDraft });
      },
      onChange: () => {
        this.content.updateWaveform();
        this.changed.fire(undefined);
      },
    });
    this.noteNavigation = new NoteNavigation({
      notes: this.notes,
      player: this.player,
      playback: this.playback,
      content: this.content,
      view: () => this.view,
      conversation: () => this.conversation,
      selectRecording: (recordingId) => {
        this.selectRecording(recordingId);
      },
    });
    this.saveSoon = this.scope.atMostEvery(250, () => {
      this.api.setState({ ...this.view, positionMs: this.player.positionMs });
    });
    this.saveOffsetSoon = this.scope.atMostEvery(600, () => {
      void this.saveOffset();
    });
    this.scope.add(
      this.player.onDidChange(({ durationMs, speed }) => {
        if (speed !== this.view.speed) {
          this.remember({ speed });
        }
        if (this.recording !== undefined && durationMs !== this.waveform.durationMs) {
          this.content.updateWaveform();
        }
        this.changed.fire(undefined);
      }),
    );
    this.scope.add(
      this.player.onDidMove((positionMs) => {
        this.saveSoon();
        this.announcePosition(positionMs);
      }),
    );
    this.host = this.scope.add(
      new HostLink(api, {
        onMessage: (message) => {
          this.receive(message);
        },
        onProblem: (message) => {
          this.show({ kind: 'failed', message, canRetry: true });
        },
      }),
    );
  }

  /**
   * Nothing is sent by the host before this. Whose page it is, is saved at once: VS Code restores a tab from what its page saved,
   * and the window may be loaded again before the conversation is there.
   */
  start(conversationId: string): void {
    this.api.setState(decodeViewState(this.api.getState(), conversationId));
    this.host.tell({ kind: 'ready' });
  }

  retry(): void {
    this.show({ kind: 'loading', message: 'Opening conversation…' });
    this.host.tell({ kind: 'retry' });
  }

  dispose(): void {
    this.scope.dispose();
  }

  get recording(): RecordingSnapshot | undefined {
    return this.content.recording;
  }

  get waveform(): WaveformModel {
    return this.content.waveform;
  }

  get waveformProblem(): string | undefined {
    return this.content.waveformProblem;
  }

  get transcript(): Part<LoadedText> {
    return this.content.transcript;
  }

  get list(): TranscriptList {
    return this.content.list;
  }

  get clock(): TextClock {
    return this.content.clock;
  }

  get talk(): TalkMarks {
    return this.content.talk;
  }

  get conversation(): ConversationSnapshot | undefined {
    return this.phase.kind === 'opened' ? this.phase.conversation : undefined;
  }

  /** Chats and e-mails have no axis to play on: their times are times of day. */
  get hasRecording(): boolean {
    return this.recording !== undefined;
  }

  selectRecording(recordingId: string): void {
    if (
      recordingId !== (this.recording?.recordingId ?? messagesId) &&
      this.conversation !== undefined
    ) {
      this.remember({
        recordingId,
        positionMs: 0,
        viewport: undefined,
        scrollTopPx: 0,
        selection: undefined,
        isLooping: false,
      });
      this.openRecording(this.conversation);
    }
  }

  /** Tries again what failed of the open recording. */
  reloadParts(): void {
    if (this.conversation !== undefined) {
      this.remember({ positionMs: this.player.positionMs });
      this.openRecording(this.conversation);
    }
  }

  seekToPhrase(phraseIndex: number, wordIndex: number | undefined): void {
    const phrase = this.list.phrase(phraseIndex);
    if (phrase !== undefined) {
      const word = wordIndex === undefined ? undefined : phrase.words[wordIndex];
      this.player.seek(this.clock.toRecordingMs((word ?? phrase).startMs));
    }
  }

  /** Goes to the start of the phrase before or after. */
  stepPhrase(direction: 1 | -1): void {
    const row = this.list.step(direction, this.clock.toEpochMs(this.player.positionMs));
    if (row !== undefined) {
      this.seekToPhrase(row.phraseIndex, undefined);
    }
  }

  setRoleFilter(roleFilter: RoleFilter): void {
    this.remember({ roleFilter, scrollTopPx: 0 });
    this.content.updateRows();
  }

  /** @returns the row of the first match at or after what is spoken */
  search(searchText: string): number | undefined {
    this.remember({ searchText });
    const row = this.list.search(searchText, this.clock.toEpochMs(this.player.positionMs));
    this.changed.fire(undefined);
    return row;
  }

  /** Goes round. @returns the row of the match */
  stepMatch(direction: 1 | -1): number | undefined {
    const row = this.list.stepMatch(direction);
    this.changed.fire(undefined);
    return row;
  }

  /** Has the host export what is open, as it is filtered and selected. */
  export(what: ExportKind): void {
    const { recording, view } = this;
    this.host.export({
      what,
      recordingId: recording?.recordingId,
      side: view.roleFilter === 'all' ? undefined : view.roleFilter,
      clip: recording === undefined ? undefined : view.selection,
      offsetMs: recording === undefined ? 0 : this.clock.offsetMs,
    });
  }

  /** Has the host show a file that came with a message. */
  openAttachment(id: string, isRevealed: boolean): void {
    this.host.tell({ kind: 'openAttachment', id, isRevealed });
  }

  /** Has the host bring the conversation into the archive, where notes can be kept. */
  download(): void {
    this.host.tell({ kind: 'download' });
  }

  /** Has the host take in a transcript file. */
  importTranscript(): void {
    this.host.tell({ kind: 'importTranscript' });
  }

  setOffset(offsetMs: number): void {
    this.clock.offsetMs = offsetMs;
    this.content.markTalk();
    this.playback.apply();
    this.saveOffsetSoon();
    this.announcePosition(this.player.positionMs);
    this.changed.fire(undefined);
  }

  /** Keeps a part of the view's state for the next time the page is shown. */
  remember(change: Partial<ViewState>): void {
    this.view = { ...this.view, ...change };
    this.saveSoon();
  }

  /** Keeps a part of the view's state and shows it. */
  change(change: Partial<ViewState>): void {
    this.remember(change);
    this.content.updateWaveform();
    this.changed.fire(undefined);
  }

  follow(isFollowing: boolean): void {
    if (isFollowing !== this.view.isFollowing) {
      this.remember({ isFollowing });
      this.changed.fire(undefined);
    }
  }

  /** Position of a phrase in the recording, or undefined without one. */
  positionOf(row: TranscriptRow): number | undefined {
    return this.hasRecording ? this.clock.toRecordingMs(row.phrase.startMs) : undefined;
  }

  private receive(message: ToConversationView): void {
    switch (message.kind) {
      case 'opened':
        this.open(message.conversation);
        break;
      case 'seek':
        this.player.seek(message.offsetMs);
        break;
      case 'prepareExport':
        this.export(message.what);
        break;
      case 'goTo':
        this.wanted = message.place;
        this.goToWanted();
        break;
      case 'prepareLink':
        void this.copy('link');
        break;
      case 'loading':
      case 'failed':
        this.show(message);
        break;
    }
  }

  /** Opens the recording of the place, and stands at its phrase and word as soon as these are known. */
  private goToWanted(): void {
    const { wanted, conversation } = this;
    if (wanted === undefined || conversation === undefined) {
      return;
    }
    const recording = recordingOfPlace(conversation.recordings, wanted);
    if (recording !== undefined && recording.recordingId !== this.recording?.recordingId) {
      this.selectRecording(recording.recordingId);
    }
    this.player.seek(Math.max(0, this.clock.toRecordingMs(wanted.timeMs)));
    this.arrive();
  }

  private arrive(): void {
    const { wanted } = this;
    if (wanted === undefined || wholeText(this.transcript) === undefined) {
      return;
    }
    this.wanted = undefined;
    const place = this.list.find(wanted);
    if (place !== undefined) {
      this.follow(true);
      if (wanted.isExact !== true) {
        this.seekToPhrase(place.phraseIndex, place.wordIndex);
      }
      if (place.row !== undefined) {
        this.arrived.fire(place.row);
      }
    }
  }

  private show(phase: Phase): void {
    this.phase = phase;
    this.changed.fire(undefined);
  }

  private open(conversation: ConversationSnapshot): void {
    const isSame = this.view.conversationId === conversation.conversationId;
    this.view = isSame
      ? { ...this.view, positionMs: this.player.positionMs }
      : decodeViewState(this.api.getState(), conversation.conversationId);
    this.clock.offsetMs = conversation.offsetMs ?? 0;
    this.notes.show(conversation.notes);
    this.phase = { kind: 'opened', conversation };
    this.player.setSpeed(this.view.speed);
    this.openRecording(conversation);
    this.goToWanted();
  }

  private openRecording(conversation: ConversationSnapshot): void {
    const { recordings } = conversation;
    const recording =
      this.view.recordingId === messagesId && conversation.texts.length > 0
        ? undefined
        : (recordings.find(({ recordingId }) => recordingId === this.view.recordingId) ??
          recordings[0]);
    this.player.load({
      audioUrl: recording?.audioUrl,
      durationMs: recording?.durationMs ?? 0,
      positionMs: this.view.positionMs,
    });
    this.content.open(conversation, recording);
    this.restored.fire(this.view);
  }

  private announcePosition(positionMs: number): void {
    this.moved.fire(this.content.spokenNow(positionMs));
  }

  private async saveOffset(): Promise<void> {
    try {
      await this.host.saveOffset(this.clock.offsetMs);
      this.offsetProblem = undefined;
    } catch (error) {
      this.offsetProblem = `The offset could not be kept: ${messageOf(error)}`;
    }
    this.changed.fire(undefined);
  }

  /** Puts the conversation's id, or a link to where this stands, on the clipboard. @returns whether the host did */
  async copy(what: 'id' | 'link'): Promise<boolean> {
    return copyShown(what, this, this.host);
  }
}
