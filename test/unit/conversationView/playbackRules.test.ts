/** Where playing goes on, and what a transcript says about the time of its recording. */
import assert from 'node:assert/strict';
import { exportName } from '../../../src/host/player/exportName.ts';
import type { Phrase } from '../../../src/model/transcript.ts';
import { redirect, stepStretch } from '../../../src/webview/conversationView/playbackRules.ts';
import { toTalkMarks } from '../../../src/webview/conversationView/talkMarks.ts';

const loop = { startMs: 1000, endMs: 2000 };
const silences = [
  { startMs: 5000, endMs: 9000 },
  { startMs: 20_000, endMs: 20_400 },
];
const rules = { loop, silences: [], durationMs: 30_000 };

suite('Playback rules', () => {
  test('a loop goes back at its end, when it is played up to it and not sought past it', () => {
    assert.equal(redirect(1990, 2005, rules), 1000);
    assert.equal(redirect(1980, 1995, rules), undefined);
    assert.equal(redirect(500, 2500, rules), undefined, 'a seek');
    assert.equal(redirect(2500, 2515, rules), undefined, 'played from behind it');
    assert.equal(redirect(2500, 1500, rules), undefined, 'sought back');
  });

  test('a loop up to the end of the recording goes back before the element stops', () => {
    const toEnd = { ...rules, loop: { startMs: 1000, endMs: 30_000 } };
    assert.equal(redirect(29_900, 29_925, toEnd), 1000);
  });

  test('silence is passed over but for its edges; what is short is played', () => {
    const skipping = { loop: undefined, silences, durationMs: 30_000 };
    assert.equal(redirect(5200, 5216, skipping), undefined);
    assert.equal(redirect(5240, 5256, skipping), 8650);
    assert.equal(redirect(8640, 8660, skipping), undefined);
    assert.equal(redirect(20_250, 20_266, skipping), undefined);
  });

  test('steps go to the next start, and back to the one before', () => {
    assert.equal(stepStretch(silences, 0, 1), 5000);
    assert.equal(stepStretch(silences, 5000, 1), 20_000);
    assert.equal(stepStretch(silences, 20_000, 1), undefined);
    assert.equal(stepStretch(silences, 20_500, -1), 5000);
    assert.equal(stepStretch(silences, 22_000, -1), 20_000);
    assert.equal(stepStretch([], 0, 1), undefined);
  });
});

suite('Talk marks', () => {
  const phrase = (role: string, startMs: number, durationMs: number): Phrase => ({
    index: 0,
    role,
    text: 'two words',
    startMs,
    durationMs,
    confidence: 0.5,
    words: [],
  });

  test('silence and overtalk lie in the time of the recording; strong sentiment and topics are marked', () => {
    const at = { role: 'external', startMs: 102_000, durationMs: 500 };
    const {
      silences: quiet,
      overtalks,
      marks,
      summary,
      sentiment,
    } = toTalkMarks(
      {
        phrases: [
          phrase('internal', 100_000, 3000),
          phrase('external', 102_000, 2000),
          phrase('internal', 110_000, 1000),
        ],
        sentiments: [
          { ...at, sentiment: -0.8 },
          { ...at, sentiment: 0.1 },
        ],
        topics: [{ ...at, name: 'Refund' }],
      },
      (epochMs) => epochMs - 100_000,
      12_000,
    );
    assert.deepEqual(overtalks, [{ startMs: 2000, endMs: 3000 }]);
    assert.deepEqual(quiet, [{ startMs: 4000, endMs: 10_000 }]);
    assert.deepEqual(
      marks.map(({ kind, label }) => [kind, label]),
      [
        ['silence', 'Silence'],
        ['overtalk', 'Overtalk'],
        ['negative', 'Negative (-0.80)'],
        ['topic', 'Topic: Refund'],
      ],
    );
    assert.equal(summary.wordCount, 6);
    assert.equal(summary.silenceMs, 7000);
    assert.ok((sentiment.trend ?? 0) > 0);
  });
});

suite('Names of exports', () => {
  const shown = {
    title: 'Voice · Billing EMEA / “Ünï” · ../Dana',
    startMs: Date.UTC(2026, 10, 5),
    conversationId: 'c-1',
  };

  test('say what and when, and are a name everywhere', () => {
    assert.equal(
      exportName(shown, { clip: undefined, side: undefined }),
      '2026-11-05-voice-billing-emea-ünï-dana',
    );
    assert.equal(
      exportName(shown, { clip: { startMs: 5000, endMs: 72_400 }, side: 'customer' }),
      '2026-11-05-voice-billing-emea-ünï-dana-customer-0m05s-1m12s',
    );
    assert.equal(
      exportName({ ...shown, title: '···' }, { clip: undefined, side: undefined }),
      '2026-11-05-c-1',
    );
  });
});
