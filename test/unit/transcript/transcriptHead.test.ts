/** The first phrases of a transcript that still arrives. */
import assert from 'node:assert/strict';
import { decodeTranscript } from '../../../src/transcript/decodeTranscript.ts';
import { TranscriptHead } from '../../../src/transcript/transcriptHead.ts';

const startMs = 1_800_000_000_000;

function fileOf(phraseCount: number, broken?: number): object {
  return {
    transcripts: [
      {
        startTime: startMs,
        phrases: Array.from({ length: phraseCount }, (_, index) => ({
          text: index === broken ? 7 : `phrase ${String(index)}`,
          participantPurpose: 'external',
          offset: { milliseconds: index * 1000 },
          duration: { milliseconds: 900 },
          words: [{ word: 'phrase', offset: { milliseconds: index * 1000 }, confidence: 0.5 }],
        })),
      },
    ],
  };
}

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

suite('TranscriptHead', () => {
  test('gives the first phrases once, as the whole file has them, however the file is cut', () => {
    const file = fileOf(100);
    const bytes = bytesOf(file);
    const expected = decodeTranscript(file).phrases.slice(0, 8);
    for (const step of [1, 7, 64, 5000]) {
      const head = new TranscriptHead(8);
      const given: unknown[] = [];
      for (let at = 0; at < bytes.length; at += step) {
        const phrases = head.push(bytes.subarray(at, at + step));
        if (phrases !== undefined) {
          given.push(phrases);
        }
      }
      assert.deepEqual(given, [expected], `step ${String(step)}`);
    }
  });

  test('gives nothing of a short file, nor of one whose first phrases make no sense', () => {
    assert.equal(new TranscriptHead(8).push(bytesOf(fileOf(7))), undefined);
    assert.equal(new TranscriptHead(8).push(bytesOf(fileOf(100, 3))), undefined);
  });

  test('gives nothing of what is no JSON, and takes what follows', () => {
    const head = new TranscriptHead(8);
    assert.equal(head.push(new TextEncoder().encode('<html>')), undefined);
    assert.equal(head.push(bytesOf(fileOf(100))), undefined);
  });
});
