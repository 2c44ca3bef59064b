import assert from 'node:assert/strict';
import {
  clampViewport,
  layOutWaveform,
  panViewport,
  revealPosition,
  rulerMarks,
  timeToX,
  wholeViewport,
  xToTime,
  zoomViewport,
} from '../../../src/webview/conversationView/waveformLayout.ts';

const hourMs = 3_600_000;

suite('Waveform layout', () => {
  test('zooming keeps the time under the pointer where it is', () => {
    const before = { startMs: 100_000, endMs: 500_000 };
    const after = zoomViewport(before, 2, 200_000, hourMs);
    assert.deepEqual(after, { startMs: 150_000, endMs: 350_000 });
    assert.equal(timeToX(200_000, after, 1000), timeToX(200_000, before, 1000));
  });

  test('zooming out ends at the whole recording, zooming in at two seconds', () => {
    assert.deepEqual(zoomViewport({ startMs: 0, endMs: 4000 }, 1e-9, 100, hourMs), {
      startMs: 0,
      endMs: hourMs,
    });
    const closest = zoomViewport(wholeViewport(hourMs), 1e9, 1_800_000, hourMs);
    assert.equal(closest.endMs - closest.startMs, 2000);
  });

  test('a recording shorter than the closest zoom is shown whole', () => {
    assert.deepEqual(zoomViewport(wholeViewport(900), 4, 450, 900), { startMs: 0, endMs: 900 });
    assert.deepEqual(clampViewport({ startMs: 0, endMs: 10 }, 0), { startMs: 0, endMs: 1 });
  });

  test('panning stops at both ends and keeps the length', () => {
    const viewport = { startMs: 10_000, endMs: 20_000 };
    assert.deepEqual(panViewport(viewport, -50_000, 60_000), { startMs: 0, endMs: 10_000 });
    assert.deepEqual(panViewport(viewport, 500_000, 60_000), { startMs: 50_000, endMs: 60_000 });
  });

  test('the page turns when the playhead leaves it, and not before', () => {
    const viewport = { startMs: 10_000, endMs: 20_000 };
    assert.equal(revealPosition(viewport, 20_000, 60_000), viewport);
    assert.deepEqual(revealPosition(viewport, 20_016, 60_000), { startMs: 19_016, endMs: 29_016 });
  });

  test('time and place are inverse', () => {
    const viewport = { startMs: 1234, endMs: 98_765 };
    assert.ok(Math.abs(xToTime(timeToX(50_000, viewport, 777), viewport, 777) - 50_000) < 1e-6);
  });

  test('ruler marks are round, apart from one another, and inside', () => {
    assert.deepEqual(rulerMarks({ startMs: 0, endMs: 60_000 }, 400), [0, 15_000, 30_000, 45_000]);
    for (const lengthMs of [2000, 65_000, hourMs, 10 * hourMs, 240 * hourMs]) {
      const marks = rulerMarks({ startMs: 321, endMs: 321 + lengthMs }, 1000);
      assert.ok(marks.length > 0 && marks.length <= 13, String(lengthMs));
    }
  });

  test('bands lie below one another and lanes share a low window', () => {
    const layout = layOutWaveform(2, 1, 800);
    assert.deepEqual(layout, {
      ruler: { topPx: 0, heightPx: 20 },
      segmentRows: [{ topPx: 22, heightPx: 16 }],
      lanes: [
        { topPx: 40, heightPx: 72 },
        { topPx: 114, heightPx: 72 },
      ],
      overview: { topPx: 188, heightPx: 24 },
      heightPx: 212,
    });
    assert.equal(layOutWaveform(2, 1, 300).lanes[0]?.heightPx, 34);
    assert.equal(layOutWaveform(0, 0, 800).overview.heightPx, 0);
  });
});
