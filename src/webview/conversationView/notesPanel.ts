/** The notes above the transcript: a form for the one that is being written, and the list. Keeps nothing. */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { NoteSnapshot } from '../../protocol/conversationNotes.ts';
import { toolButton } from './buttons.ts';
import type { NotesBoard } from './notesBoard.ts';
import { formatTime } from './timeFormat.ts';
import type { NoteDraft } from './viewState.ts';
import type { Viewport } from './waveformLayout.ts';

export interface NotesPanelOptions {
  readonly notes: NotesBoard;
  /** The stretch of the recording that a note is of; undefined for the whole conversation. */
  readonly spanOf: (note: Pick<NoteSnapshot, 'fromMs' | 'toMs'>) => Viewport | undefined;
  /** Times are positions of a recording; without one they count from the start of the conversation. */
  readonly onGoTo: ((note: NoteSnapshot) => void) | undefined;
  readonly onAdd: () => void;
  readonly onEdit: (note: NoteSnapshot) => void;
  readonly onRemove: (note: NoteSnapshot) => void;
  readonly onUndo: () => void;
  readonly onSave: () => void;
  readonly onCancel: () => void;
  readonly onDownload: () => void;
}

export function notesPanel(options: NotesPanelOptions): TemplateResult {
  const { notes } = options;
  const { problem } = notes.current;
  return html`<section class="notes" aria-label="Notes">
    ${problem === undefined ? editing(options) : problemRow(problem, options)}
    ${notes.failure === undefined ? nothing : html`<p class="problem" role="alert">${notes.failure}</p>`}
    ${
      notes.removed === undefined
        ? nothing
        : html`<p class="undo" role="status">
            Note deleted.
            <button type="button" class="link undo-button" @click=${options.onUndo}>Undo</button>
          </p>`
    }
    ${
      notes.current.notes.length === 0
        ? nothing
        : html`<ul class="note-list">
            ${repeat(
              notes.ordered,
              ({ id }) => id,
              (note) => noteRow(note, options),
            )}
          </ul>`
    }
  </section>`;
}

function problemRow(problem: string, { notes, onDownload }: NotesPanelOptions): TemplateResult {
  return html`<p class="note-hint">
    ${problem}
    ${
      notes.current.canDownload
        ? html`<button type="button" class="link" @click=${onDownload}>Download</button>`
        : nothing
    }
  </p>`;
}

function editing(options: NotesPanelOptions): TemplateResult {
  const { draft, current } = options.notes;
  if (draft !== undefined) {
    return noteForm(draft, options);
  }
  return html`<p class="note-hint">
    <button type="button" class="link add-note" title="Add a note (M)" @click=${options.onAdd}>
      Add a note
    </button>
    ${
      current.notes.length === 0
        ? html`<span>to what is selected, or to the word that is spoken.</span>`
        : nothing
    }
  </p>`;
}

function noteForm(draft: NoteDraft, options: NotesPanelOptions): TemplateResult {
  const { notes, onSave, onCancel } = options;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onCancel();
    } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onSave();
    }
  };
  const valueOf = ({ currentTarget }: Event): string =>
    currentTarget instanceof HTMLTextAreaElement || currentTarget instanceof HTMLInputElement
      ? currentTarget.value
      : '';
  return html`<form
    class="note-form"
    aria-label=${draft.id === undefined ? 'New note' : 'Edit note'}
    @keydown=${onKeyDown}
    @submit=${(event: Event): void => {
      event.preventDefault();
      onSave();
    }}
  >
    <textarea
      class="note-text"
      rows="2"
      maxlength="20000"
      placeholder="Note"
      aria-label="Note: ${placeText(draft, options)}"
      .value=${draft.text}
      @input=${(event: Event): void => {
        notes.type({ text: valueOf(event) });
      }}
    ></textarea>
    <div class="note-actions">
      <span class="note-time">${placeText(draft, options)}</span>
      <input
        class="note-tags"
        type="text"
        placeholder="Tags, with commas between"
        aria-label="Tags, with commas between"
        .value=${draft.tags}
        @input=${(event: Event): void => {
          notes.type({ tags: valueOf(event) });
        }}
      />
      <button class="primary" title="Save (Ctrl+Enter)" ?disabled=${notes.isBusy}>Save</button>
      <button type="button" class="secondary" title="Cancel (Esc)" @click=${onCancel}>
        Cancel
      </button>
    </div>
  </form>`;
}

function noteRow(note: NoteSnapshot, options: NotesPanelOptions): TemplateResult {
  const place = placeText(note, options);
  const { onGoTo } = options;
  return html`<li class="note" data-note=${note.id}>
    ${
      onGoTo === undefined || note.fromMs === undefined
        ? html`<span class="note-time">${place}</span>`
        : html`<button
            type="button"
            class="link note-time"
            aria-label="Go to the note: ${place}"
            @click=${(): void => {
              onGoTo(note);
            }}
          >
            ${place}
          </button>`
    }
    <span class="note-words"
      >${note.text}${note.tags.map((tag) => html` <span class="note-tag">#${tag}</span>`)}</span
    >
    ${toolButton({
      icon: 'edit',
      label: `Edit the note: ${place}`,
      isDisabled: options.notes.isBusy,
      onClick: () => {
        options.onEdit(note);
      },
    })}
    ${toolButton({
      icon: 'trash',
      label: `Delete the note: ${place}`,
      isDisabled: options.notes.isBusy,
      onClick: () => {
        options.onRemove(note);
      },
    })}
  </li>`;
}

/** `0:12–0:17`, `0:12` for a moment, `Overall` for the whole conversation. */
function placeText(
  note: Pick<NoteSnapshot, 'fromMs' | 'toMs'>,
  { spanOf }: NotesPanelOptions,
): string {
  const span = spanOf(note);
  if (span === undefined) {
    return 'Overall';
  }
  const [from, to] = [formatTime(span.startMs), formatTime(span.endMs)];
  return from === to ? from : `${from}–${to}`;
}
