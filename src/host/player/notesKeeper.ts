/** The notes of the conversation that a player shows: reads them for it, and writes what people change. Only archived ones have notes. */
import * as vscode from 'vscode';
import type { NoteChange } from '../../archive/noteChanges.ts';
import type { ConversationNote, ConversationNotes, NotesPlace } from '../../archive/notes.ts';
import { errors, isAppError, messageOf } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { parseRecordingId } from '../../model/ids.ts';
import type {
  NoteContent,
  NoteSnapshot,
  NotesSnapshot,
  NoteWish,
} from '../../protocol/conversationNotes.ts';
import type { OpenedConversation } from './conversationReader.ts';

export class NotesKeeper {
  private readonly deps: { readonly clock: Clock; readonly log: Log };
  /** What was removed here, by id: with all that other versions wrote into it. */
  private readonly removed = new Map<
    string,
    { readonly note: ConversationNote; readonly index: number }
  >();

  constructor(deps: { readonly clock: Clock; readonly log: Log }) {
    this.deps = deps;
  }

  /** Never fails: what keeps notes from being kept is told in the answer. */
  async read(opened: OpenedConversation, signal: AbortSignal): Promise<NotesSnapshot> {
    if (opened.isCached) {
      return { notes: [], problem: downloadFirst(), canDownload: true };
    }
    const { readNotes } = await import('../archives/archiveModule.ts');
    try {
      const { notes } = await readNotes(opened.archived.folderPath, signal);
      return { notes: notes.map(toSnapshot), problem: undefined, canDownload: false };
    } catch (error) {
      if (!isAppError(error)) {
        throw error;
      }
      this.deps.log.warn('The notes of a conversation could not be read', { error });
      return { notes: [], problem: messageOf(error), canDownload: false };
    }
  }

  /**
   * @returns all notes as they are then
   * @throws AppError `input` for one that is not in the archive, `notFound` when the note is gone; what `updateNotes` throws
   */
  async change(
    opened: OpenedConversation,
    wish: NoteWish,
    signal: AbortSignal,
  ): Promise<readonly NoteSnapshot[]> {
    if (opened.isCached) {
      throw errors.input(downloadFirst());
    }
    const { applyNoteChange, updateNotes } = await import('../archives/archiveModule.ts');
    const change = this.toChange(wish);
    const place: NotesPlace = {
      conversationId: opened.archived.conversation.id,
      folderPath: opened.archived.folderPath,
    };
    const { notes } = await updateNotes(
      place,
      (before) => {
        if (change.kind === 'remove') {
          this.keepRemoved(before, change.id);
        }
        return applyNoteChange(before, change, this.deps.clock.nowMs());
      },
      this.deps,
      signal,
    );
    return notes.map(toSnapshot);
  }

  private toChange(wish: NoteWish): NoteChange {
    switch (wish.kind) {
      case 'add':
        return { kind: 'add', content: toContent(wish.content) };
      case 'edit':
        return { kind: 'edit', id: wish.id, content: toContent(wish.content) };
      case 'remove':
        return wish;
      case 'restore': {
        const kept = this.removed.get(wish.id);
        if (kept === undefined) {
          throw errors.notFound(vscode.l10n.t('This note cannot be brought back any more.'));
        }
        return { kind: 'restore', ...kept };
      }
    }
  }

  private keepRemoved({ notes }: ConversationNotes, id: string): void {
    const index = notes.findIndex((note) => note.id === id);
    const note = notes[index];
    if (note !== undefined) {
      this.removed.set(id, { note, index });
    }
  }
}

function downloadFirst(): string {
  return vscode.l10n.t('Download this conversation to keep notes on it.');
}

function toContent({ recordingId, ...content }: NoteContent): ConversationNoteContent {
  return {
    ...content,
    recordingId: recordingId === undefined ? undefined : parseRecordingId(recordingId),
  };
}

type ConversationNoteContent = Extract<NoteChange, { kind: 'add' }>['content'];

function toSnapshot(note: ConversationNote): NoteSnapshot {
  const { id, text, tags, recordingId, fromMs, toMs, createdAtMs, updatedAtMs } = note;
  return { id, text, tags, recordingId, fromMs, toMs, createdAtMs, updatedAtMs };
}
