/** Transcripts for people: Markdown and plain text. */
import { toClock } from './timeText.ts';
import type { TranscriptLine } from './transcriptLines.ts';

/** What stands above a transcript, in order: `Queue`, `Billing EMEA`. */
export interface TranscriptHeading {
  readonly title: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
}

/** Markdown, one paragraph a line: time, speaker, text. */
export function* toMarkdown(
  lines: Iterable<TranscriptLine>,
  { title, facts }: TranscriptHeading,
): Generator<string, void, undefined> {
  yield `# ${escapeMarkdown(title)}\n\n`;
  for (const { label, value } of facts) {
    yield `- **${escapeMarkdown(label)}:** ${escapeMarkdown(value)}\n`;
  }
  for (const { startMs, speaker, text } of lines) {
    yield `\n\`${toClock(startMs)}\` **${escapeMarkdown(speaker)}:** ${escapeMarkdown(text)}\n`;
  }
}

/** Plain text, one row a line: `[0:03] Dana Haddad: …`. */
export function* toPlainText(
  lines: Iterable<TranscriptLine>,
  { title, facts }: TranscriptHeading,
): Generator<string, void, undefined> {
  yield `${oneLine(title)}\n`;
  for (const { label, value } of facts) {
    yield `${label}: ${oneLine(value)}\n`;
  }
  yield '\n';
  for (const { startMs, speaker, text } of lines) {
    yield `[${toClock(startMs)}] ${speaker}: ${text}\n`;
  }
}

/** Only what has a meaning within a paragraph: prose stays readable as it is written. */
function escapeMarkdown(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]<>&|~$]/gu, (character) => `\\${character}`);
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s\u2028\u2029]+/gu, ' ').trim();
}
