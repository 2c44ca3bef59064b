import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRecording } from '../../../src/genesys/decoders/recording.ts';
import { parseConversationId } from '../../../src/model/ids.ts';
import type { Annotation, Recording } from '../../../src/model/recording.ts';
import { createAlignment, type Alignment } from '../../../src/transcript/alignment.ts';
import { toRecordingClock } from '../../../src/transcript/recordingClock.ts';

const realPath = join(
  import.meta.dirname,
  '../../fixtures/genesys/real-recordings-voice-two-channels.json',
);
const real = (JSON.parse(readFileSync(realPath, 'utf8')) as unknown[]).map((each, index) =>
  decodeRecording(each, String(index), parseConversationId('any')),
);

function alignmentOf(recording: Recording): Alignment {
  const { startMs, cuts } = toRecordingClock(recording);
  return createAlignment({ recordingStartMs: startMs ?? 0, cuts, userOffsetMs: 0 });
}

/** One minute of real time with these pauses. */
function recordingWith(...annotations: readonly Partial<Annotation>[]): Recording {
  const [base] = real;
  assert.ok(base !== undefined);
  const none = {
    id: undefined,
    type: 'Pause',
    reason: undefined,
    description: undefined,
    durationMs: undefined,
    absoluteDurationMs: undefined,
    recordingOffsetMs: undefined,
    recordingDurationMs: undefined,
    realtimeOffsetMs: undefined,
  };
  return {
    ...base,
    startMs: 1_000_000,
    endMs: 1_060_000,
    annotations: annotations.map((each) => ({ ...none, ...each })),
  };
}

suite('toRecordingClock', () => {
  test('puts each pause of the real recordings where it says that it is in the file', () => {
    // Per recording: realtimeLocation and recordingLocation of its pauses.
    const pauses = [
      [[8671, 9060]],
      [
        [2, 400],
        [265_572, 40_360],
      ],
    ];
    for (const [index, recording] of real.entries()) {
      const alignment = alignmentOf(recording);
      for (const [realtimeMs = 0, positionMs] of pauses[index] ?? []) {
        assert.equal(alignment.toRecordingMs((recording.startMs ?? 0) + realtimeMs), positionMs);
      }
    }
  });

  test('begins the file of the real recording before its stated start, and goes on after the pause', () => {
    const [recording] = real;
    assert.ok(recording?.startMs !== undefined);
    assert.deepEqual(toRecordingClock(recording), {
      startMs: recording.startMs - 389,
      cuts: [{ realtimeOffsetMs: 9060, durationMs: 8139, reason: 'FlowOrQueue' }],
    });
    const alignment = alignmentOf(recording);
    const at = (realtimeMs: number): number =>
      alignment.toRecordingMs((recording.startMs ?? 0) + realtimeMs);
    assert.deepEqual([at(0), at(8671 + 8139), at(8671 + 8139 + 1000)], [389, 9060, 10_060]);
  });

  test('takes the whole length of nested pauses, which only the absolute length tells', () => {
    const consult = real[1];
    assert.ok(consult !== undefined);
    assert.deepEqual(toRecordingClock(consult).cuts, [
      { realtimeOffsetMs: 400, durationMs: 225_610, reason: 'FlowOrQueue' },
      // Clipped: the recording ends before the pause does.
      { realtimeOffsetMs: 265_970, durationMs: 538, reason: 'Pause' },
    ]);
  });

  test('works with real time alone, and with positions in the file alone', () => {
    const byTime = [
      { realtimeOffsetMs: 20_000, durationMs: 1000 },
      { realtimeOffsetMs: 10_000, durationMs: 2000 },
    ];
    const byPosition = [
      { recordingOffsetMs: 10_000, durationMs: 2000 },
      { recordingOffsetMs: 18_000, durationMs: 1000 },
    ];
    for (const pauses of [byTime, byPosition]) {
      assert.deepEqual(toRecordingClock(recordingWith(...pauses)), {
        startMs: 1_000_000,
        cuts: [
          { realtimeOffsetMs: 10_000, durationMs: 2000, reason: 'Pause' },
          { realtimeOffsetMs: 20_000, durationMs: 1000, reason: 'Pause' },
        ],
      });
    }
  });

  test('does not believe positions that are minutes away', () => {
    const clock = toRecordingClock(
      recordingWith(
        { realtimeOffsetMs: 0, recordingOffsetMs: 30_000, durationMs: 500 },
        { realtimeOffsetMs: 10_000, recordingOffsetMs: 40_000, durationMs: 500 },
      ),
    );
    assert.equal(clock.startMs, 1_000_000);
    assert.deepEqual(
      clock.cuts.map(({ realtimeOffsetMs, durationMs }) => [realtimeOffsetMs, durationMs]),
      [
        [0, 500],
        [10_000, 500],
      ],
    );
  });

  test('leaves out holds, empty and unplaced pauses, and what is kept in the file of a pause', () => {
    const { cuts } = toRecordingClock(
      recordingWith(
        { type: 'Hold', realtimeOffsetMs: 1000, durationMs: 5000 },
        { realtimeOffsetMs: 2000, durationMs: 0 },
        { realtimeOffsetMs: 3000 },
        { durationMs: 700 },
        {
          realtimeOffsetMs: 5000,
          durationMs: 900,
          recordingDurationMs: 200,
          reason: 'SecurePause',
        },
        { realtimeOffsetMs: 90_000, durationMs: 900 },
      ),
    );
    assert.deepEqual(cuts, [{ realtimeOffsetMs: 5000, durationMs: 700, reason: 'SecurePause' }]);
  });

  test('joins overlapping pauses without counting time twice', () => {
    const { cuts } = toRecordingClock(
      recordingWith(
        { realtimeOffsetMs: 1000, durationMs: 5000 },
        { realtimeOffsetMs: 2000, durationMs: 1000 },
        { realtimeOffsetMs: 4000, durationMs: 3000 },
      ),
    );
    assert.deepEqual(
      cuts.map(({ realtimeOffsetMs, durationMs }) => [realtimeOffsetMs, durationMs]),
      [
        [1000, 5000],
        [6000, 1000],
      ],
    );
  });

  test('knows no start when the platform states none', () => {
    const { startMs, cuts } = toRecordingClock({
      ...recordingWith({ realtimeOffsetMs: 5, durationMs: 5 }),
      startMs: undefined,
    });
    assert.deepEqual([startMs, cuts.length], [undefined, 1]);
  });
});
