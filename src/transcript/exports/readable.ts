/** Transcripts for people: Markdown and plain text. */
import { toClock } from './timeText.ts';
import { toFigures, type TranscriptFigures } from './summaryFigures.ts';
import type { TranscriptLine } from './transcriptLines.ts';

/** A person's note, in the times of the lines. */
export interface TranscriptNote {
  readonly text: string;
  readonly tags: readonly string[];
  /** Milliseconds; undefined when it is of the whole conversation. */
  readonly startMs: number | undefined;
  /** Undefined when it is of a moment. */
  readonly endMs: number | undefined;
}

/** What stands above a transcript, in order: `Queue`, `Billing EMEA`. */
export interface TranscriptHeading {
  readonly title: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** Of the whole transcript, whatever is filtered; undefined for a part of it. */
  readonly figures?: TranscriptFigures | undefined;
  /** In the order of time. */
  readonly notes?: readonly TranscriptNote[] | undefined;
}

/** Markdown, one paragraph a line: time, speaker, text. */
export function* toMarkdown(
  lines: Iterable<TranscriptLine>,
  { title, facts, figures, notes = [] }: TranscriptHeading,
): Generator<string, void, undefined> {
  const toItem = ({ label, value }: TranscriptHeading['facts'][number]): string =>
    `- **${escapeMarkdown(label)}:** ${escapeMarkdown(value)}\n`;
  yield `# ${escapeMarkdown(title)}\n\n${facts.map(toItem).join('')}`;
  if (figures !== undefined) {
    yield `\n## Summary\n\n${toFigures(figures).map(toItem).join('')}`;
  }
  if (notes.length > 0) {
    yield '\n## Notes\n\n';
    for (const note of notes) {
      yield `- \`${placeOf(note)}\` ${escapeMarkdown(wordsOf(note))}\n`;
    }
  }
  if (figures !== undefined || notes.length > 0) {
    yield '\n## Transcript\n';
  }
  for (const { startMs, speaker, text } of lines) {
    yield `\n\`${toClock(startMs)}\` **${escapeMarkdown(speaker)}:** ${escapeMarkdown(text)}\n`;
  }
}

/** Plain text, one row a line: `[0:03] Dana Haddad: …`. */
export function* toPlainText(
  lines: Iterable<TranscriptLine>,
  { title, facts, figures, notes = [] }: TranscriptHeading,
): Generator<string, void, undefined> {
  const toRow = ({ label, value }: TranscriptHeading['facts'][number]): string =>
    `${label}: ${oneLine(value)}\n`;
  yield `${oneLine(title)}\n${facts.map(toRow).join('')}\n`;
  if (figures !== undefined) {
    yield `${toFigures(figures).map(toRow).join('')}\n`;
  }
  for (const note of notes) {
    yield `Note [${placeOf(note)}]: ${wordsOf(note)}\n`;
  }
  yield notes.length > 0 ? '\n' : '';
  for (const { startMs, speaker, text } of lines) {
    yield `[${toClock(startMs)}] ${speaker}: ${text}\n`;
  }
}

function placeOf({ startMs, endMs }: TranscriptNote): string {
  if (startMs === undefined) {
    return 'overall';
  }
  const [from, to] = [toClock(startMs), toClock(endMs ?? startMs)];
  return from === to ? from : `${from}–${to}`;
}

function wordsOf({ text, tags }: TranscriptNote): string {
  return oneLine([text, ...tags.map((tag) => `#${tag}`)].join(' '));
}

/** Only what has a meaning within a paragraph: prose stays readable as it is written. */
function escapeMarkdown(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]<>&|~$]/gu, (character) => `\\${character}`);
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s\u2028\u2029]+/gu, ' ').trim();
}
