/** The formats a transcript can be written in, behind one call. */
import { toMarkdown, toPlainText, type TranscriptHeading } from './readable.ts';
import { toSubRip, toWebVtt } from './subtitles.ts';
import { toCsv, toJson, type TranscriptOrigin } from './tables.ts';
import type { TranscriptLine } from './transcriptLines.ts';

export const transcriptFormats = ['vtt', 'srt', 'md', 'txt', 'csv', 'json'] as const;
/** By file extension. */
export type TranscriptFormat = (typeof transcriptFormats)[number];

/** Chunks of the file's text, made as they are asked for. */
export function exportTranscript(
  format: TranscriptFormat,
  lines: Iterable<TranscriptLine>,
  heading: TranscriptHeading,
  origin: TranscriptOrigin,
): Iterable<string> {
  switch (format) {
    case 'vtt':
      return toWebVtt(lines, heading.title);
    case 'srt':
      return toSubRip(lines);
    case 'md':
      return toMarkdown(lines, heading);
    case 'txt':
      return toPlainText(lines, heading);
    case 'csv':
      return toCsv(lines, origin);
    case 'json':
      return toJson(lines, origin, heading);
  }
}
