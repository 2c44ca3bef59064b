/** Where notes lie in a recording, and back. Pure. */
import type { NoteSnapshot } from '../../protocol/conversationNotes.ts';
import type { RecordingSnapshot } from '../../protocol/conversationView.ts';
import type { Alignment } from '../../transcript/alignment.ts';
import type { NotePlace } from './notesBoard.ts';
import type { LabelledMark } from './talkMarks.ts';
import type { Viewport } from './waveformLayout.ts';

/** How the open recording's time counts. */
export interface NoteClock {
  /** The platform's: a person's offset moves the text only. */
  readonly clock: Alignment;
  readonly conversationStartMs: number;
}

/** The place of a stretch of a recording. What lies before the conversation counts as its start. */
export function toNotePlace(
  { startMs, endMs }: Viewport,
  recordingId: string,
  { clock, conversationStartMs }: NoteClock,
): NotePlace {
  const toOffset = (positionMs: number): number =>
    Math.max(0, Math.round(clock.toEpochMs(positionMs) - conversationStartMs));
  const fromMs = toOffset(startMs);
  return {
    recordingId,
    fromMs,
    toMs: endMs > startMs ? Math.max(fromMs, toOffset(endMs)) : undefined,
  };
}

/** The stretch of the recording that a note is of, without length for a moment; undefined for the whole conversation. */
export function spanOfNote(
  { fromMs, toMs }: Pick<NotePlace, 'fromMs' | 'toMs'>,
  { clock, conversationStartMs }: NoteClock,
): Viewport | undefined {
  if (fromMs === undefined) {
    return undefined;
  }
  const startMs = Math.max(0, clock.toRecordingMs(conversationStartMs + fromMs));
  return {
    startMs,
    endMs:
      toMs === undefined
        ? startMs
        : Math.max(startMs, clock.toRecordingMs(conversationStartMs + toMs)),
  };
}

/** Notes are drawn over the recording that they were written on; over every one when they name none. */
export function toNoteMarks(
  notes: readonly NoteSnapshot[],
  recording: RecordingSnapshot | undefined,
  noteClock: NoteClock,
): readonly LabelledMark[] {
  return notes.flatMap((note) => {
    const span = spanOfNote(note, noteClock);
    const isHere = note.recordingId === undefined || note.recordingId === recording?.recordingId;
    return span === undefined || recording === undefined || !isHere
      ? []
      : [{ ...span, kind: 'note' as const, label: labelOf(note) }];
  });
}

const maxLabelLength = 80;

function labelOf({ text, tags }: NoteSnapshot): string {
  const line = [text, ...tags.map((tag) => `#${tag}`)].join(' ').replaceAll(/\s+/gu, ' ').trim();
  return `Note: ${line.length > maxLabelLength ? `${line.slice(0, maxLabelLength)}…` : line}`;
}
