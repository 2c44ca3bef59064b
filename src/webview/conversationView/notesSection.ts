/** The notes in the page: shows them, does what is asked of them, and keeps the focus where the person is. */
import { nothing, type TemplateResult } from 'lit';
import type { ConversationController } from './conversationController.ts';
import { notesPanel } from './notesPanel.ts';

export interface NotesSectionDeps {
  readonly controller: ConversationController;
  /** Focuses the first element that matches, once the page is drawn. */
  readonly focus: (selector: string) => void;
  /** Says it to screen readers. */
  readonly announce: (text: string) => void;
}

export class NotesSection {
  private readonly deps: NotesSectionDeps;

  constructor(deps: NotesSectionDeps) {
    this.deps = deps;
  }

  /** Shows the notes with a new one to write. */
  add(): void {
    const { controller, focus } = this.deps;
    controller.remember({ isNotesShown: true });
    controller.noteNavigation.begin();
    focus(controller.notes.current.problem === undefined ? '.note-text' : '.notes button');
  }

  render(): TemplateResult | typeof nothing {
    const { controller, focus } = this.deps;
    const { notes, noteNavigation, hasRecording } = controller;
    return controller.view.isNotesShown
      ? notesPanel({
          notes,
          spanOf: (note) => noteNavigation.spanOf(note),
          onGoTo: hasRecording
            ? (note) => {
                noteNavigation.goTo(note);
              }
            : undefined,
          onAdd: () => {
            this.add();
          },
          onEdit: (note) => {
            notes.edit(note);
            focus('.note-text');
          },
          onRemove: (note) => {
            void notes.remove(note).then((isGone) => {
              this.settle(isGone, 'Note deleted', '.undo-button');
            });
          },
          onUndo: () => {
            const id = notes.removed?.id ?? '';
            void notes.undoRemove().then((isBack) => {
              this.settle(isBack, 'Note is back', buttonOf(id));
            });
          },
          onSave: () => {
            void notes.save().then((isKept) => {
              this.settle(isKept, 'Note saved', '.add-note');
            });
          },
          onCancel: () => {
            notes.cancel();
            focus('.add-note');
          },
          onDownload: () => {
            controller.download();
          },
        })
      : nothing;
  }

  /** The thing that had the focus is gone with the change. A failure is in the page, as an alert. */
  private settle(isDone: boolean, text: string, selector: string): void {
    if (isDone) {
      this.deps.announce(text);
      this.deps.focus(selector);
    }
  }
}

function buttonOf(noteId: string): string {
  return `[data-note="${CSS.escape(noteId)}"] button`;
}
