import assert from 'node:assert/strict';
import type { Phrase, Word } from '../../../src/model/transcript.ts';
import {
  createPhraseIndex,
  findWordAt,
  type ActivePhrase,
} from '../../../src/transcript/phraseIndex.ts';
import { createRandom, type Random } from '../../support/random.ts';

/** Overlapping phrases of all lengths, some without length or words, several at the same moment. */
function randomPhrases(random: Random): readonly Phrase[] {
  const starts = Array.from({ length: random.integer(40) }, () => random.integer(500));
  return starts
    .sort((a, b) => a - b)
    .map((startMs, index): Phrase => {
      const durationMs = random.pick([0, 1, random.integer(20), random.integer(300)]);
      const words = Array.from(
        { length: random.integer(6) },
        () => startMs + random.integer(durationMs + 1),
      )
        .sort((a, b) => a - b)
        .map((wordMs): Word => ({
          text: 'w',
          startMs: wordMs,
          durationMs: 1,
          confidence: undefined,
        }));
      return {
        index,
        role: 'internal',
        text: 'w',
        startMs,
        durationMs,
        confidence: undefined,
        words,
      };
    });
}

/** What the docstring promises, by looking at everything. */
function bruteForce(phrases: readonly Phrase[], epochMs: number): readonly ActivePhrase[] {
  return phrases.flatMap(({ startMs, durationMs, words }, phraseIndex) => {
    const begun = words.filter((word) => word.startMs <= epochMs).length;
    return startMs <= epochMs && epochMs < startMs + Math.max(1, durationMs)
      ? [{ phraseIndex, wordIndex: begun === 0 ? undefined : begun - 1 }]
      : [];
  });
}

suite('findWordAt', () => {
  test('finds at every moment what looking at every phrase finds', () => {
    const random = createRandom();
    for (let round = 0; round < 300; round++) {
      const phrases = randomPhrases(random);
      const index = createPhraseIndex(phrases);
      for (let epochMs = -2; epochMs < 810; epochMs += 1 + random.integer(3)) {
        assert.deepEqual(
          findWordAt(index, epochMs),
          bruteForce(phrases, epochMs),
          `${random.label}, round ${String(round)}, at ${String(epochMs)}`,
        );
      }
    }
  });

  test('finds nothing where nothing is', () => {
    assert.deepEqual(findWordAt(createPhraseIndex([]), 0), []);
  });
});
