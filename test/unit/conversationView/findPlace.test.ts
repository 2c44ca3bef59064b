import assert from 'node:assert/strict';
import type { Phrase } from '../../../src/model/transcript.ts';
import type { RecordingSnapshot } from '../../../src/protocol/conversationView.ts';
import { toLinkWish } from '../../../src/webview/conversationView/clipboard.ts';
import { findPlace, recordingOfPlace } from '../../../src/webview/conversationView/findPlace.ts';
import { toRows } from '../../../src/webview/conversationView/transcriptRows.ts';

const phraseOf = (role: string, startMs: number, text: string): Phrase => ({
  index: 0,
  role,
  text,
  startMs,
  durationMs: 900,
  confidence: 1,
  words: text.split(' ').map((word, index) => ({
    text: word,
    startMs: startMs + index * 100,
    durationMs: 90,
    confidence: 1,
  })),
});

const recordingOf = (
  recordingId: string,
  communicationId: string,
  startMs: number,
  cutMs = 0,
): RecordingSnapshot => ({
  recordingId,
  communicationId,
  label: recordingId,
  startMs,
  durationMs: 1000,
  audioUrl: undefined,
  channels: [],
  cuts: [{ realtimeOffsetMs: 100, durationMs: cutMs, reason: 'pause' }],
  problems: [],
});

suite('finding a place in the player', () => {
  const rows = toRows(
    [
      phraseOf('external', 1000, 'hello there'),
      phraseOf('internal', 1000, 'a Réfund, yes'),
      phraseOf('external', 3000, 'no refund'),
    ],
    [],
  );

  test('takes the phrase that begins then, the one with the word if two do, and the word in it', () => {
    assert.deepEqual(findPlace(rows, { timeMs: 1000, words: ['refund'] }), {
      phraseIndex: 1,
      wordIndex: 1,
    });
    assert.deepEqual(findPlace(rows, { timeMs: 2900, words: ['Refund'] }), {
      phraseIndex: 2,
      wordIndex: 1,
    });
  });

  test('stands at the start of the phrase without a word, and nowhere without phrases', () => {
    assert.deepEqual(findPlace(rows, { timeMs: 900, words: [] }), {
      phraseIndex: 0,
      wordIndex: undefined,
    });
    assert.equal(findPlace([], { timeMs: 900, words: ['refund'] }), undefined);
  });

  test('opens the recording itself, else the one that covers the time, pauses included', () => {
    const recordings = [
      recordingOf('r1', 'a', 0),
      recordingOf('r2', 'a', 2000, 5000),
      recordingOf('r3', 'b', 2000),
    ];
    const idAt = (place: Partial<Parameters<typeof recordingOfPlace>[1]>): string | undefined =>
      recordingOfPlace(recordings, { timeMs: 0, words: [], ...place })?.recordingId;
    assert.equal(idAt({ recordingId: 'r3', timeMs: 50 }), 'r3');
    assert.equal(idAt({ communicationId: 'a', timeMs: 7000 }), 'r2');
    assert.equal(idAt({ communicationId: 'b', timeMs: 2500 }), 'r3');
    assert.equal(idAt({ communicationId: 'b', timeMs: 99_000 }), 'r3');
    assert.equal(idAt({ timeMs: 500 }), 'r1');
    assert.equal(idAt({ timeMs: 99_000 }), undefined);
  });

  test('an exact place is in the phrase that has begun by then, and before all at the first', () => {
    const at = (timeMs: number): number | undefined =>
      findPlace(rows, { timeMs, words: [], isExact: true })?.phraseIndex;
    assert.deepEqual([2990, 3000, 0].map(at), [0, 2, 0]);
  });
});

suite('a link to where the player stands', () => {
  const phrase = phraseOf('external', 1000, 'hello there');
  const clock = { toEpochMs: (ms: number): number => ms + 500.4 };
  const wish = (recordingId: string | undefined, wordIndex: number | undefined): unknown =>
    toLinkWish(
      recordingId,
      { positionMs: 620, phrases: [{ phraseIndex: 0, wordIndex }], highlight: undefined },
      clock,
      () => phrase,
    );

  test('is to the word that is spoken, else to the position, and to no moment without a recording', () => {
    assert.deepEqual(wish('r1', 1), { recordingId: 'r1', timeMs: 1100 });
    assert.deepEqual(wish('r1', undefined), { recordingId: 'r1', timeMs: 1120 });
    assert.deepEqual(wish(undefined, 1), { recordingId: undefined, timeMs: undefined });
  });
});
