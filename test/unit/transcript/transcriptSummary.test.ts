import assert from 'node:assert/strict';
import type { Phrase } from '../../../src/model/transcript.ts';
import { sideOf, type SpeakerSide } from '../../../src/transcript/roles.ts';
import {
  summarizeSentiment,
  TranscriptSummarizer,
  type TalkStretch,
} from '../../../src/transcript/transcriptSummary.ts';
import { createRandom } from '../../support/random.ts';

const phrase = (role: string, startMs: number, durationMs: number, text = 'one two'): Phrase => ({
  index: 0,
  role,
  text,
  startMs,
  durationMs,
  confidence: undefined,
  words: [],
});

suite('the summary of a transcript', () => {
  test('counts turns, words and shares', () => {
    const stretches: TalkStretch[] = [];
    const summarizer = new TranscriptSummarizer((stretch) => stretches.push(stretch));
    summarizer.add({ ...phrase('internal', 1_000, 2_000), confidence: 0.5 });
    summarizer.add({ ...phrase('internal', 3_500, 500, '你好 there'), confidence: 1 });
    summarizer.add(phrase('external', 3_800, 1_000));
    summarizer.add(phrase('ivr', 6_000, 0));
    assert.deepEqual(summarizer.finish(10_000), {
      durationMs: 10_000,
      phraseCount: 4,
      wordCount: 9,
      turnCounts: { agent: 1, customer: 1, system: 1 },
      talkMs: { agent: 2_500, customer: 1_000, system: 0 },
      silenceMs: 500 + 1_200 + 5_000,
      overtalkMs: 200,
      averageConfidence: 0.75,
    });
    assert.deepEqual(stretches, [
      { kind: 'silence', startMs: 3_000, endMs: 3_500 },
      { kind: 'overtalk', startMs: 3_800, endMs: 4_000 },
      { kind: 'silence', startMs: 4_800, endMs: 6_000 },
    ]);
  });

  test('is empty for nothing', () => {
    const summary = new TranscriptSummarizer().finish();
    assert.equal(summary.durationMs, 0);
    assert.equal(summary.silenceMs, 0);
    assert.equal(summary.averageConfidence, undefined);
    assert.deepEqual(summarizeSentiment([]), { average: undefined, trend: undefined });
  });

  test('agrees with counting every millisecond, for any overlaps', () => {
    const random = createRandom();
    for (let round = 0; round < 200; round++) {
      const phrases = Array.from({ length: 1 + random.integer(12) }, () =>
        phrase(
          random.pick(['internal', 'external', 'acd']),
          random.integer(100),
          random.integer(40),
        ),
      ).toSorted((a, b) => a.startMs - b.startMs);
      const summarizer = new TranscriptSummarizer();
      phrases.forEach((each) => {
        summarizer.add(each);
      });
      const summary = summarizer.finish();
      const naive = countByMillisecond(phrases);
      assert.deepEqual(summary.talkMs, naive.talkMs, random.label);
      assert.equal(summary.silenceMs, naive.silenceMs, random.label);
      assert.equal(summary.overtalkMs, naive.overtalkMs, random.label);
    }
  });

  test('says whether the mood got better', () => {
    const marks = [-1, 0, 1, 1].map((sentiment, index) => ({
      role: 'external',
      startMs: index,
      durationMs: 1,
      sentiment,
    }));
    assert.deepEqual(summarizeSentiment(marks), { average: 0.25, trend: 1.5 });
    assert.equal(summarizeSentiment(marks.slice(0, 1)).trend, undefined);
  });
});

function countByMillisecond(phrases: readonly Phrase[]): {
  talkMs: Record<SpeakerSide, number>;
  silenceMs: number;
  overtalkMs: number;
} {
  const talkMs = { agent: 0, customer: 0, system: 0 };
  let silenceMs = 0;
  let overtalkMs = 0;
  const startMs = Math.min(...phrases.map((each) => each.startMs));
  const endMs = Math.max(...phrases.map((each) => each.startMs + each.durationMs));
  for (let time = startMs; time < endMs; time++) {
    const talking = new Set(
      phrases
        .filter((each) => each.startMs <= time && time < each.startMs + each.durationMs)
        .map(({ role }) => sideOf(role)),
    );
    talking.forEach((side) => {
      talkMs[side]++;
    });
    silenceMs += talking.size === 0 ? 1 : 0;
    overtalkMs += talking.size > 1 ? 1 : 0;
  }
  return { talkMs, silenceMs, overtalkMs };
}
