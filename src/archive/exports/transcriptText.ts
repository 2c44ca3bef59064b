/** A transcript as Markdown that a person reads: time, speaker's name, what was said. */
import { parseJson } from '../../base/decode.ts';
import { isAppError } from '../../base/appError.ts';
import { escapeMarkdown } from '../../base/escapeMarkdown.ts';
import type { Phrase } from '../../model/transcript.ts';
import { decodeTranscript } from '../../transcript/decodeTranscript.ts';
import { readStoredText, type ArchivedConversation } from '../archivedConversation.ts';
import { entryPath } from '../manifest.ts';
import { toConversationLabel } from '../reports/conversationLabel.ts';
import { toLabelNames } from '../reports/localConversation.ts';
import { utcText } from '../reports/tableText.ts';
import { importedFrom } from '../transcriptFiles.ts';
import { Speakers } from './speakers.ts';

/** A day of talk has less. A longer file is in the package as it is, and the text says so. */
const maxTranscriptBytes = 32 << 20;

/**
 * All transcripts of the conversation, one after another; undefined when it has none.
 * @throws AppError `storage`; one that cannot be read is told in the text
 */
export async function toTranscriptMarkdown(
  archived: ArchivedConversation,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { conversation, names, transcripts, manifest, folderPath } = archived;
  if (transcripts.length === 0) {
    return undefined;
  }
  const speakers = new Speakers(conversation, names);
  const label = toConversationLabel(conversation, toLabelNames(names));
  const parts = [
    `# Transcript\n\n${escapeMarkdown(label)}, ${utcText(conversation.startMs)}\n\nTimes are from the start of the conversation; made by a machine, as the platform delivered it. Conversation \`${conversation.id}\`.\n`,
  ];
  for (const file of manifest.files.filter(({ path }) => path.startsWith('transcripts/'))) {
    parts.push(`\n## \`${file.path}\`\n\n`);
    const origin = importedFrom(file);
    if (origin !== undefined) {
      parts.push(`Not of the platform: imported from the file ${escapeMarkdown(origin)}.\n\n`);
    }
    if (file.contentBytes > maxTranscriptBytes) {
      parts.push('This transcript is too long to be shown here; the original holds it.\n');
      continue;
    }
    try {
      const text = await readStoredText(entryPath(folderPath, file), signal);
      const transcript = decodeTranscript(parseJson(text, file.path));
      const isEpoch = transcript.timeBase === 'epoch';
      for (const phrase of transcript.phrases) {
        parts.push(toLine(phrase, conversation.startMs, isEpoch, speakers));
      }
      if (transcript.phrases.length === 0) {
        parts.push('Nothing was said, or nothing was understood.\n');
      }
      if (transcript.skippedCount > 0) {
        parts.push(
          `\n${String(transcript.skippedCount)} parts of the original made no sense and are not shown.\n`,
        );
      }
    } catch (error) {
      if (!isAppError(error)) {
        throw error;
      }
      parts.push('This transcript cannot be read; the verification report says more.\n');
    }
  }
  return parts.join('');
}

function toLine(
  phrase: Phrase,
  conversationStartMs: number,
  isEpoch: boolean,
  speakers: Speakers,
): string {
  const offsetMs = isEpoch ? phrase.startMs - conversationStartMs : phrase.startMs;
  const who = speakers.nameAt(phrase.role, isEpoch ? phrase.startMs : undefined);
  const said = phrase.decoratedText ?? phrase.text;
  return `**${clockText(offsetMs)} ${escapeMarkdown(who)}:** ${escapeMarkdown(said)}\n\n`;
}

/** `00:01:05`; what lies before the start has a minus. */
export function clockText(offsetMs: number): string {
  const totalSeconds = Math.floor(Math.abs(offsetMs) / 1000);
  const part = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(totalSeconds / 3600);
  const text = `${part(hours)}:${part(Math.floor(totalSeconds / 60) % 60)}:${part(totalSeconds % 60)}`;
  return offsetMs <= -1000 ? `-${text}` : text;
}
