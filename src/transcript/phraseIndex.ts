/** Finds what is being said at a moment, fast enough for every frame of a player. */
import type { Phrase, Word } from '../model/transcript.ts';

/** Made by `createPhraseIndex`; belongs to the phrases it was made from. */
export interface PhraseIndex {
  readonly phrases: readonly Phrase[];
  /** Latest end of the phrases in the subtree rooted at each position, for the balanced tree over `[0, length)`. */
  readonly latestEndsMs: Float64Array;
}

export interface ActivePhrase {
  /** Position in the list that the index was made from. */
  readonly phraseIndex: number;
  /** The word being said, or the last one said in a pause between words; undefined before the first, or without words. */
  readonly wordIndex: number | undefined;
}

/** @param phrases ordered by `startMs`, as in a `Transcript`; they may overlap. */
export function createPhraseIndex(phrases: readonly Phrase[]): PhraseIndex {
  const latestEndsMs = new Float64Array(phrases.length);
  const build = (low: number, high: number): number => {
    const middle = (low + high) >>> 1;
    const phrase = phrases[middle];
    if (low >= high || phrase === undefined) {
      return Number.NEGATIVE_INFINITY;
    }
    const latestMs = Math.max(endOf(phrase), build(low, middle), build(middle + 1, high));
    latestEndsMs[middle] = latestMs;
    return latestMs;
  };
  build(0, phrases.length);
  return { phrases, latestEndsMs };
}

/**
 * All phrases that are being said at `epochMs`, in their order, each with its word. Phrases and words are half-open; one
 * without length lasts 1 ms. Takes O(log n) for each phrase found.
 */
export function findWordAt(index: PhraseIndex, epochMs: number): readonly ActivePhrase[] {
  const found: ActivePhrase[] = [];
  const visit = (low: number, high: number): void => {
    const middle = (low + high) >>> 1;
    const phrase = index.phrases[middle];
    if (low >= high || phrase === undefined || (index.latestEndsMs[middle] ?? 0) <= epochMs) {
      return;
    }
    visit(low, middle);
    if (phrase.startMs <= epochMs) {
      if (epochMs < endOf(phrase)) {
        found.push({ phraseIndex: middle, wordIndex: wordAt(phrase.words, epochMs) });
      }
      visit(middle + 1, high);
    }
  };
  visit(0, index.phrases.length);
  return found;
}

function wordAt(words: readonly Word[], epochMs: number): number | undefined {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((words[middle]?.startMs ?? Number.POSITIVE_INFINITY) <= epochMs) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low === 0 ? undefined : low - 1;
}

function endOf(phrase: Phrase): number {
  return phrase.startMs + Math.max(1, phrase.durationMs);
}
