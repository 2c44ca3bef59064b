/** Several transcripts as one. */
import type { Phrase } from '../model/transcript.ts';

/** Phrases of several transcripts in the order in which they begin. */
export function mergePhrases(lists: readonly (readonly Phrase[])[]): readonly Phrase[] {
  return lists.length === 1
    ? (lists[0] ?? [])
    : lists.flat().toSorted((a, b) => a.startMs - b.startMs);
}

/** The phrase with times of the wall clock, for files that count from the start of the recording. */
export function moveToEpoch(phrase: Phrase, toEpochMs: (recordingMs: number) => number): Phrase {
  return {
    ...phrase,
    startMs: toEpochMs(phrase.startMs),
    words: phrase.words.map((word) => ({ ...word, startMs: toEpochMs(word.startMs) })),
  };
}
