/** Between notes and the sound: where a new note belongs, where one leads to, how notes are drawn. Knows no elements. */
import type { NoteSnapshot } from '../../protocol/conversationNotes.ts';
import type { ConversationSnapshot } from '../../protocol/conversationView.ts';
import { spanOfNote, toNoteMarks, toNotePlace, type NoteClock } from './notePlaces.ts';
import type { NotesBoard, NotePlace } from './notesBoard.ts';
import type { PlaybackSettings } from './playbackSettings.ts';
import type { Player } from './player.ts';
import type { RecordingContent } from './recordingContent.ts';
import type { LabelledMark } from './talkMarks.ts';
import type { ViewState } from './viewState.ts';
import type { Viewport } from './waveformLayout.ts';

export interface NoteNavigationDeps {
  readonly notes: NotesBoard;
  readonly player: Player;
  readonly playback: PlaybackSettings;
  readonly content: RecordingContent;
  readonly view: () => ViewState;
  readonly conversation: () => ConversationSnapshot | undefined;
  readonly selectRecording: (recordingId: string) => void;
}

export class NoteNavigation {
  private readonly deps: NoteNavigationDeps;

  constructor(deps: NoteNavigationDeps) {
    this.deps = deps;
  }

  /** Begins a note of what is selected, else of the word that is spoken, else of the moment. */
  begin(): void {
    this.deps.notes.begin(this.placeOfNewNote());
  }

  /** Stands where the note begins and selects what it is of, in the recording that it was written on. */
  goTo(note: NoteSnapshot): void {
    const { content, playback, player, selectRecording } = this.deps;
    const { recordingId } = note;
    if (recordingId !== undefined && recordingId !== content.recording?.recordingId) {
      selectRecording(recordingId);
    }
    const span = this.spanOf(note);
    if (span !== undefined && content.recording !== undefined) {
      playback.select(span);
      player.seek(span.startMs);
    }
  }

  /** Milliseconds of the open recording, or from the start of the conversation without one; undefined when it is of all of it. */
  spanOf(note: Pick<NoteSnapshot, 'fromMs' | 'toMs'>): Viewport | undefined {
    return spanOfNote(note, this.clock);
  }

  /** Notes as they are drawn over the open recording. */
  marks(): readonly LabelledMark[] {
    const { notes, content } = this.deps;
    return toNoteMarks(notes.current.notes, content.recording, this.clock);
  }

  private placeOfNewNote(): NotePlace {
    const { content, player, view } = this.deps;
    if (content.recording === undefined) {
      return { recordingId: undefined, fromMs: undefined, toMs: undefined };
    }
    const { positionMs } = player;
    const span = view().selection ??
      content.spokenWord(positionMs) ?? { startMs: positionMs, endMs: positionMs };
    return toNotePlace(span, content.recording.recordingId, this.clock);
  }

  private get clock(): NoteClock {
    const { content, conversation } = this.deps;
    return {
      clock: content.clock.platform,
      conversationStartMs: conversation()?.startMs ?? 0,
    };
  }
}
