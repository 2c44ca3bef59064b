/** Notes of people here as text for exports. The legal hold is no note: why it was placed stays with the archive. */
import { escapeMarkdown } from '../../base/escapeMarkdown.ts';
import { isAppError } from '../../base/appError.ts';
import type { NoteContent } from '../noteChanges.ts';
import { readNotes, type ConversationNotes } from '../notes.ts';
import { oneLine } from '../reports/conversationLabel.ts';
import { utcText } from '../reports/tableText.ts';
import { clockText } from './transcriptText.ts';

/** @returns `damaged` when the file cannot be read. @throws AppError `storage`; AbortError */
export async function readExportedNotes(
  folderPath: string,
  signal: AbortSignal,
): Promise<ConversationNotes | 'damaged'> {
  try {
    return await readNotes(folderPath, signal);
  } catch (error) {
    if (isAppError(error, 'corrupt') || isAppError(error, 'unsupported')) {
      return 'damaged';
    }
    throw error;
  }
}

/** `00:01:05–00:01:10 Text #tag`, one line. */
export function toNoteLine(note: NoteContent): string {
  return [placeOf(note), ...wordsOf(note)].map((part) => oneLine(part, Infinity)).join(' ');
}

/** A page of notes, ordered by their time; undefined when there are none. */
export function toNotesMarkdown(notes: ConversationNotes | 'damaged'): string | undefined {
  const head =
    '# Notes\n\nWritten by people who use this archive; not part of what the platform delivered. Times are from the start of the conversation.\n';
  if (notes === 'damaged') {
    return `${head}\nThe notes of this conversation are damaged and cannot be read.\n`;
  }
  if (notes.notes.length === 0 && notes.tags.length === 0) {
    return undefined;
  }
  const tags = notes.tags.map((tag) => `#${tag}`).join(' ');
  return [
    head,
    ...(tags === '' ? [] : [`Tags of the conversation: ${escapeMarkdown(tags)}\n`]),
    ...notes.notes
      .toSorted((a, b) => (a.fromMs ?? -1) - (b.fromMs ?? -1))
      .map(
        (note) =>
          `- **${placeOf(note)}** ${wordsOf(note).map(escapeMarkdown).join(' ')} (written ${utcText(note.createdAtMs)}, changed ${utcText(note.updatedAtMs)})\n`,
      ),
  ].join('\n');
}

function placeOf({ fromMs, toMs }: NoteContent): string {
  if (fromMs === undefined) {
    return 'overall';
  }
  const [from, to] = [clockText(fromMs), clockText(toMs ?? fromMs)];
  return from === to ? from : `${from}–${to}`;
}

function wordsOf({ text, tags }: NoteContent): readonly string[] {
  return [text, ...tags.map((tag) => `#${tag}`)].filter((part) => part !== '');
}
