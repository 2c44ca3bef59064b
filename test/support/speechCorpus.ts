/** Made-up speech for benchmarks: a vocabulary whose words are as unevenly frequent as those of real speech. */
import type { Random } from './random.ts';

const wordCount = 40_000;
const syllables = 'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu'.split(' ');

export interface SpeechCorpus {
  /** From the most frequent to the rarest. */
  readonly vocabulary: readonly string[];
  /** The words of one phrase, about twelve. */
  readonly phrase: () => readonly string[];
}

/** The same random values make the same speech. */
export function createSpeechCorpus(random: Random): SpeechCorpus {
  const vocabulary = Array.from({ length: wordCount }, (_, index) => wordOf(index));
  // Zipf's law: how often a word occurs falls with its rank.
  const cumulative = new Float64Array(wordCount);
  let sum = 0;
  for (let rank = 0; rank < wordCount; rank++) {
    sum += 1 / (rank + 2.7);
    cumulative[rank] = sum;
  }
  // A table of drawn words is far faster than drawing each.
  const table = Array.from({ length: 1 << 20 }, () => {
    const wanted = random.next() * sum;
    let low = 0;
    let high = wordCount - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return vocabulary[low] ?? '';
  });
  return {
    vocabulary,
    phrase: () => {
      const start = random.integer(table.length - 32);
      return table.slice(start, start + 4 + random.integer(17));
    },
  };
}

/** Distinct, two to five syllables, short ones first. */
function wordOf(index: number): string {
  let rest = index + syllables.length;
  let word = '';
  while (rest > 0) {
    word += syllables[rest % syllables.length] ?? '';
    rest = Math.floor(rest / syllables.length);
  }
  return word;
}
