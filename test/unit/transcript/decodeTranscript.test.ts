import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeTranscript } from '../../../src/transcript/decodeTranscript.ts';
import { labelOf, sideOf } from '../../../src/transcript/roles.ts';

suite('decodeTranscript of the older format', () => {
  const turn = (
    speaker: string,
    start: unknown,
    end: unknown,
    text: unknown = 'hello',
  ): object => ({
    start_time: start,
    end_time: end,
    text,
    speaker_id: speaker,
    confidence: 0.9,
  });
  const file = (transcript: readonly unknown[]): object => ({
    status: 'completed',
    conversation: { id: 'c0000000-0000-4000-8000-000000000001' },
    participants: [
      { id: 'p1', name: 'Ada', role: 'Agent' },
      { id: 'p2', name: 'Bob', role: 'customer' },
      { id: 'p3', name: 'Machine', role: 'ivr' },
      { id: 5 },
    ],
    transcript,
  });

  test('turns seconds into milliseconds of the recording and speakers into roles', () => {
    const decoded = decodeTranscript(
      file([turn('p2', 2.5, 4), turn('p1', 0.0004, 1.2346), turn('p3', 5, 6), turn('p9', 7, 8)]),
    );
    assert.equal(decoded.timeBase, 'recording');
    assert.equal(decoded.conversationId, 'c0000000-0000-4000-8000-000000000001');
    assert.deepEqual(
      decoded.phrases.map(({ index, role, startMs, durationMs }) => [
        index,
        role,
        startMs,
        durationMs,
      ]),
      [
        [0, 'internal', 0, 1235],
        [1, 'external', 2500, 1500],
        [2, 'ivr', 5000, 1000],
        [3, 'unknown', 7000, 1000],
      ],
    );
    assert.deepEqual(decoded.phrases[0]?.words, []);
    assert.equal(decoded.skippedCount, 1, 'the participant without role');
  });

  test('keeps turns without an end, gives none a negative length, and counts what it leaves out', () => {
    const decoded = decodeTranscript(
      file([
        turn('p1', 1, undefined),
        turn('p1', 9, 3),
        turn('p1', 'x', 3),
        turn('p1', 1, 2, ''),
        7,
      ]),
    );
    assert.deepEqual(
      decoded.phrases.map(({ startMs, durationMs }) => [startMs, durationMs]),
      [
        [1000, 0],
        [9000, 0],
      ],
    );
    assert.equal(decoded.skippedCount, 4);
  });

  test('takes the conversation as an id too', () => {
    const id = 'c0000000-0000-4000-8000-000000000002';
    assert.equal(decodeTranscript({ conversation: id, transcript: [] }).conversationId, id);
    assert.equal(
      decodeTranscript({ conversation: '../x', transcript: [] }).conversationId,
      undefined,
    );
  });
});

suite('decodeTranscript of analytics', () => {
  const startTime = 1_700_000_000_000;

  test('orders sentiments and topics of all parts by time and leaves out what makes no sense', () => {
    const decoded = decodeTranscript({
      transcripts: [
        {
          startTime,
          phrases: [],
          analytics: {
            sentiment: [
              {
                participant: 'external',
                startTimeMs: startTime + 900,
                duration: { milliseconds: 50 },
                sentiment: -1,
              },
              {
                participant: 'internal',
                offset: { milliseconds: 100 },
                duration: { milliseconds: 20 },
                sentiment: 1,
              },
              { participant: 'internal', startTimeMs: startTime, sentiment: 'good' },
              { sentiment: 1 },
            ],
            topics: [
              {
                participant: 'external',
                topicName: 'Cancel',
                startTimeMs: startTime + 500,
                duration: { milliseconds: -4 },
              },
              { participant: 'external', startTimeMs: startTime },
            ],
            acoustic: [{ eventType: 'silence' }],
          },
        },
        {
          startTime: startTime - 1000,
          analytics: { topics: [{ topicName: 'Bill', offset: { milliseconds: 0 } }] },
        },
        { startTime, analytics: 'none' },
      ],
    });
    assert.deepEqual(decoded.sentiments, [
      { role: 'internal', startMs: startTime + 100, durationMs: 20, sentiment: 1 },
      { role: 'external', startMs: startTime + 900, durationMs: 50, sentiment: -1 },
    ]);
    assert.deepEqual(decoded.topics, [
      { role: 'unknown', startMs: startTime - 1000, durationMs: 0, name: 'Bill' },
      { role: 'external', startMs: startTime + 500, durationMs: 0, name: 'Cancel' },
    ]);
    assert.equal(decoded.skippedCount, 3);
  });

  test('reads every phrase and word of the real transcript', () => {
    const path = join(import.meta.dirname, '../../fixtures/genesys/real-transcript-quickhits.json');
    const raw = JSON.parse(readFileSync(path, 'utf8'));
    const decoded = decodeTranscript(raw);
    const phrases: any[] = raw.transcripts.flatMap((part: any) => part.phrases);
    assert.equal(decoded.skippedCount, 0);
    assert.equal(decoded.phrases.length, phrases.length);
    assert.equal(
      decoded.phrases.reduce((sum, { words }) => sum + words.length, 0),
      phrases.reduce((sum: number, phrase) => sum + Number(phrase.words.length), 0),
    );
    const starts = decoded.phrases.map(({ startMs }) => startMs);
    assert.deepEqual(
      starts,
      starts.toSorted((a, b) => a - b),
    );
    assert.ok(decoded.phrases.every(({ startMs }) => startMs > 1_600_000_000_000));
  });
});

suite('speaker roles', () => {
  test('have a side and a label, whatever their case', () => {
    assert.deepEqual(
      ['internal', 'AGENT', 'external', 'Customer', 'acd', 'ivr'].map((role) => [
        sideOf(role),
        labelOf(role),
      ]),
      [
        ['agent', 'Agent'],
        ['agent', 'Agent'],
        ['customer', 'Customer'],
        ['customer', 'Customer'],
        ['system', 'Queue'],
        ['system', 'IVR'],
      ],
    );
  });

  test('that nobody knows are never a person, and keep their name', () => {
    assert.deepEqual([sideOf('copilot'), labelOf('copilot')], ['system', 'copilot']);
    assert.deepEqual([sideOf(''), labelOf('')], ['system', 'Unknown']);
    assert.deepEqual([sideOf('__proto__'), labelOf('constructor')], ['system', 'constructor']);
  });
});
