/**
 * The sample call of real human speech that demo and UI tests work on: its id, and when each word is spoken, read from the
 * fixture and not from what the product made of it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../fixtures/speech/callOne');

/** A phrase's words, normalised by {@link plainWord}, and when each begins in the sound. */
export interface SpokenPhrase {
  readonly words: readonly string[];
  /** Milliseconds of the recording. */
  readonly startsMs: readonly number[];
}

/** The word without case and punctuation, in which views may differ from the transcript. */
export const plainWord = (word: string): string =>
  word.toLowerCase().replace(/[^\p{L}\p{N}']+/gu, '');

const readJson = (name: string): any => JSON.parse(readFileSync(join(folder, name), 'utf8'));

export const realCallId = String(readJson('call.json').conversationId);

/** Bytes of the sound as the call was made up from the speech. */
export const realCallSound = (channel: '0' | '1'): Buffer =>
  readFileSync(join(folder, `${channel}.wav`));

/** Every phrase, in the order of the transcript. */
export function spokenPhrases(): readonly SpokenPhrase[] {
  // The one cut of this call is its start, while it waited in the queue: the sound begins there.
  const [cut] = readJson('call.json').cuts;
  const soundStartMs = Number(cut.durationMs);
  const [transcript] = readJson('transcript.json').transcripts;
  return transcript.phrases.map(({ words }: any) => ({
    words: words.map(({ word }: any) => plainWord(String(word))),
    startsMs: words.map(({ offset }: any) => Number(offset.milliseconds) - soundStartMs),
  }));
}
