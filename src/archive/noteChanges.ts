/** What people do to the notes of a conversation, as changes for `updateNotes`. Pure; knows no files. */
import { errors } from '../base/appError.ts';
import { createNote, type ConversationNote, type ConversationNotes } from './notes.ts';

/** The part of a note that a person writes. */
export type NoteContent = Pick<
  ConversationNote,
  'text' | 'fromMs' | 'toMs' | 'recordingId' | 'tags'
>;

export type NoteChange =
  | { readonly kind: 'add'; readonly content: NoteContent }
  | { readonly kind: 'edit'; readonly id: string; readonly content: NoteContent }
  | { readonly kind: 'remove'; readonly id: string }
  /** Puts a removed note back where it was; does nothing when it is there. */
  | { readonly kind: 'restore'; readonly note: ConversationNote; readonly index: number };

/**
 * The notes after the change; the same object when there is nothing to change.
 * @throws AppError `notFound` when the note that is to be edited is gone, `input` for a note without text and tags
 */
export function applyNoteChange(
  all: ConversationNotes,
  change: NoteChange,
  nowMs: number,
): ConversationNotes {
  const { notes } = all;
  switch (change.kind) {
    case 'add':
      return { ...all, notes: [...notes, createNote(checked(change.content), nowMs)] };
    case 'edit': {
      const { id } = change;
      const content = checked(change.content);
      if (!notes.some((note) => note.id === id)) {
        throw errors.notFound(
          'This note is not there any more: another window deleted it. Add it again to keep its text',
        );
      }
      return {
        ...all,
        notes: notes.map((note) =>
          note.id === id ? { ...note, ...content, updatedAtMs: nowMs } : note,
        ),
      };
    }
    case 'remove': {
      const kept = notes.filter(({ id }) => id !== change.id);
      return kept.length === notes.length ? all : { ...all, notes: kept };
    }
    case 'restore':
      return notes.some(({ id }) => id === change.note.id)
        ? all
        : { ...all, notes: notes.toSpliced(change.index, 0, change.note) };
  }
}

function checked(content: NoteContent): NoteContent {
  const text = content.text.trim();
  const tags = [...new Set(content.tags.map((tag) => tag.trim()).filter((tag) => tag !== ''))];
  if (text === '' && tags.length === 0) {
    throw errors.input('A note needs a text or a tag');
  }
  return { ...content, text, tags };
}
