/** The notes of the open conversation: what there is, what is being written, what was just deleted. Knows no elements. */
import { messageOf } from '../../base/appError.ts';
import type {
  NoteContent,
  NoteSnapshot,
  NotesSnapshot,
  NoteWish,
} from '../../protocol/conversationNotes.ts';
import type { NoteDraft } from './viewState.ts';

export interface NotesDeps {
  /** Has a change kept. @returns all notes as they are then */
  readonly ask: (wish: NoteWish) => Promise<readonly NoteSnapshot[]>;
  readonly draft: () => NoteDraft | undefined;
  /** Keeps the draft for the next time the page is shown. */
  readonly setDraft: (draft: NoteDraft | undefined) => void;
  /** Told of every change that shows. */
  readonly onChange: () => void;
}

/** Where a new note belongs, milliseconds from the start of the conversation. */
export type NotePlace = Pick<NoteContent, 'recordingId' | 'fromMs' | 'toMs'>;

export const noteSnapshots: NotesSnapshot = {
  notes: [],
  problem: 'Notes need a newer version of the extension',
  canDownload: false,
};

export class NotesBoard {
  current: NotesSnapshot = noteSnapshots;
  /** Why the last change was not kept. */
  failure: string | undefined;
  isBusy = false;
  /** Deleted last, to be brought back; undefined when there is nothing to undo. */
  removed: NoteSnapshot | undefined;
  private readonly deps: NotesDeps;

  constructor(deps: NotesDeps) {
    this.deps = deps;
  }

  get draft(): NoteDraft | undefined {
    return this.deps.draft();
  }

  /** Ordered by where they belong; those of the whole conversation come first. */
  get ordered(): readonly NoteSnapshot[] {
    return this.current.notes.toSorted((a, b) => (a.fromMs ?? -1) - (b.fromMs ?? -1));
  }

  show(snapshot: NotesSnapshot | undefined): void {
    this.current = snapshot ?? noteSnapshots;
    this.failure = undefined;
    this.removed = undefined;
  }

  /** Begins a note, unless one is being written: that one stays. */
  begin(place: NotePlace): void {
    if (this.current.problem === undefined && this.draft === undefined) {
      this.deps.setDraft({ id: undefined, text: '', tags: '', ...place });
    }
    this.deps.onChange();
  }

  edit({ id, text, tags, recordingId, fromMs, toMs }: NoteSnapshot): void {
    this.failure = undefined;
    this.deps.setDraft({ id, text, tags: tags.join(', '), recordingId, fromMs, toMs });
    this.deps.onChange();
  }

  /** Takes what was typed; nothing is drawn anew. */
  type(change: Partial<Pick<NoteDraft, 'text' | 'tags'>>): void {
    if (this.draft !== undefined) {
      this.deps.setDraft({ ...this.draft, ...change });
    }
  }

  cancel(): void {
    this.failure = undefined;
    this.deps.setDraft(undefined);
    this.deps.onChange();
  }

  /** @returns whether it was kept; what was written stays when not */
  async save(): Promise<boolean> {
    const { draft } = this;
    if (draft === undefined || this.isBusy) {
      return false;
    }
    const { id, text, tags, recordingId, fromMs, toMs } = draft;
    const content = { text, tags: tagsOf(tags), recordingId, fromMs, toMs };
    const isKept = await this.attempt(
      id === undefined ? { kind: 'add', content } : { kind: 'edit', id, content },
    );
    if (isKept) {
      this.deps.setDraft(undefined);
      this.deps.onChange();
    }
    return isKept;
  }

  async remove(note: NoteSnapshot): Promise<boolean> {
    const isGone = await this.attempt({ kind: 'remove', id: note.id });
    if (isGone) {
      this.removed = note;
      if (this.draft?.id === note.id) {
        this.deps.setDraft(undefined);
      }
      this.deps.onChange();
    }
    return isGone;
  }

  async undoRemove(): Promise<boolean> {
    const { removed } = this;
    if (removed === undefined || !(await this.attempt({ kind: 'restore', id: removed.id }))) {
      return false;
    }
    this.removed = undefined;
    this.deps.onChange();
    return true;
  }

  private async attempt(wish: NoteWish): Promise<boolean> {
    this.isBusy = true;
    this.failure = undefined;
    this.deps.onChange();
    try {
      const notes = await this.deps.ask(wish);
      this.current = { ...this.current, notes };
      return true;
    } catch (error) {
      this.failure = messageOf(error);
      return false;
    } finally {
      this.isBusy = false;
      this.deps.onChange();
    }
  }
}

/** Tags as they are typed: between commas, with or without `#`. */
function tagsOf(text: string): readonly string[] {
  const tags = text.split(',').map((tag) => tag.trim().replace(/^#/u, ''));
  return [...new Set(tags.filter((tag) => tag !== ''))];
}
