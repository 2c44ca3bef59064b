/** When a word of an archived transcript was said: the catalogue knows phrases only. */
import { parseJson } from '../base/decode.ts';
import { decodeTranscript } from '../transcript/decodeTranscript.ts';
import { findWord } from '../transcript/findWord.ts';
import { readStoredText } from './archivedConversation.ts';
import { isHistory } from './history.ts';
import { entryPath, readManifest } from './manifest.ts';

export interface WordPlace {
  /** Absolute folder of the conversation. */
  readonly folderPath: string;
  readonly communicationId: string | undefined;
  /** Epoch milliseconds of the phrase's start. */
  readonly startMs: number;
  /** As they were said. */
  readonly words: readonly string[];
}

/** Of larger transcripts the start of the phrase has to do. */
const maxContentBytes = 64 * 1024 * 1024;

/**
 * Epoch milliseconds of the first of the words in the phrase; undefined when there is none, or words have no times.
 * @throws AppError `corrupt` | `storage`
 */
export async function findWordTime(
  { folderPath, communicationId, startMs, words }: WordPlace,
  signal: AbortSignal,
): Promise<number | undefined> {
  const files = (await readManifest(folderPath, signal))?.files ?? [];
  const transcripts = files.filter(
    (file) =>
      file.path.startsWith('transcripts/') &&
      !isHistory(file) &&
      file.contentBytes <= maxContentBytes &&
      (communicationId === undefined || file.communicationId === communicationId),
  );
  for (const file of transcripts) {
    const text = await readStoredText(entryPath(folderPath, file), signal);
    for (const phrase of decodeTranscript(parseJson(text, file.path)).phrases) {
      const word =
        phrase.startMs === startMs ? phrase.words[findWord(phrase.words, words)] : undefined;
      if (word !== undefined) {
        return word.startMs;
      }
    }
  }
  return undefined;
}
