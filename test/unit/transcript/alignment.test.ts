import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import { createAlignment } from '../../../src/transcript/alignment.ts';
import { decodeTranscript } from '../../../src/transcript/decodeTranscript.ts';
import { createPhraseIndex, findWordAt } from '../../../src/transcript/phraseIndex.ts';

suite('alignment', () => {
  test('maps times before, at, inside and after cuts', () => {
    const alignment = createAlignment({
      recordingStartMs: 1000,
      cuts: [
        { realtimeOffsetMs: 500, durationMs: 100 },
        { realtimeOffsetMs: 200, durationMs: 50 },
      ],
      userOffsetMs: 0,
    });
    const times = [900, 1199, 1200, 1249, 1250, 1499, 1500, 1599, 1600, 1700];
    assert.deepEqual(
      times.map((epochMs) => alignment.toRecordingMs(epochMs)),
      [-100, 199, 200, 200, 200, 449, 450, 450, 450, 550],
    );
    assert.deepEqual(
      [199, 200, 449, 450].map((ms) => alignment.toEpochMs(ms)),
      [1199, 1250, 1499, 1600],
    );
  });
});

suite('transcript', () => {
  const phrase = (text: string, startTimeMs: number): unknown => ({
    text,
    startTimeMs,
    duration: { milliseconds: 100 },
    participantPurpose: 'internal',
    words: [{ word: text, startTimeMs, duration: { milliseconds: 50 } }],
  });

  test('joins parts in time order and skips what is malformed', () => {
    const transcript = decodeTranscript({
      transcripts: [
        { startTime: 2000, phrases: [phrase('c', 2000), { text: 5 }, null] },
        { startTime: 1000, phrases: [phrase('b', 1050), phrase('a', 1000)] },
      ],
    });
    assert.deepEqual(
      transcript.phrases.map(({ index, text }) => [index, text]),
      [
        [0, 'a'],
        [1, 'b'],
        [2, 'c'],
      ],
    );
    assert.equal(transcript.skippedCount, 2);
    assert.deepEqual(findWordAt(createPhraseIndex(transcript.phrases), 1060), [
      { phraseIndex: 0, wordIndex: 0 },
      { phraseIndex: 1, wordIndex: 0 },
    ]);
  });

  test('refuses what is no transcript', () => {
    assert.throws(
      () => decodeTranscript([]),
      (error) => isAppError(error, 'protocol'),
    );
  });
});
