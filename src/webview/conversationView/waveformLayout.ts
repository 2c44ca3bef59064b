/** Where things are in the waveform: stretches of time, rectangles, ruler marks. Pure; a drawing unit is one CSS pixel. */

/** The stretch of time that is shown: `[startMs, endMs)`. */
export interface Viewport {
  readonly startMs: number;
  readonly endMs: number;
}

/** Closer than this the peaks (32 ms each at the usual 256 samples of 8 kHz) say nothing more. */
const shortestViewportMs = 2000;

export function wholeViewport(durationMs: number): Viewport {
  return { startMs: 0, endMs: Math.max(durationMs, 1) };
}

/** A viewport of the same length, moved and if need be shortened to lie within the recording. */
export function clampViewport({ startMs, endMs }: Viewport, durationMs: number): Viewport {
  const whole = wholeViewport(durationMs).endMs;
  const lengthMs = Math.min(whole, Math.max(endMs - startMs, Math.min(shortestViewportMs, whole)));
  const from = Math.min(Math.max(0, startMs), whole - lengthMs);
  return { startMs: from, endMs: from + lengthMs };
}

/** Zooms by `factor` (above 1 is closer) so that `anchorMs` stays where it is. */
export function zoomViewport(
  viewport: Viewport,
  factor: number,
  anchorMs: number,
  durationMs: number,
): Viewport {
  const whole = wholeViewport(durationMs).endMs;
  const lengthMs = viewport.endMs - viewport.startMs;
  const nextMs = Math.min(whole, Math.max(lengthMs / factor, Math.min(shortestViewportMs, whole)));
  const ratio = (anchorMs - viewport.startMs) / lengthMs;
  const startMs = anchorMs - nextMs * ratio;
  return clampViewport({ startMs, endMs: startMs + nextMs }, durationMs);
}

export function panViewport(viewport: Viewport, byMs: number, durationMs: number): Viewport {
  return clampViewport(
    { startMs: viewport.startMs + byMs, endMs: viewport.endMs + byMs },
    durationMs,
  );
}

/** Turns the page when the position leaves the viewport; the same object when it does not. */
export function revealPosition(
  viewport: Viewport,
  positionMs: number,
  durationMs: number,
): Viewport {
  if (positionMs >= viewport.startMs && positionMs <= viewport.endMs) {
    return viewport;
  }
  const lengthMs = viewport.endMs - viewport.startMs;
  const startMs = positionMs - lengthMs * 0.1;
  return clampViewport({ startMs, endMs: startMs + lengthMs }, durationMs);
}

export function timeToX(timeMs: number, viewport: Viewport, widthPx: number): number {
  return ((timeMs - viewport.startMs) / (viewport.endMs - viewport.startMs)) * widthPx;
}

export function xToTime(xPx: number, viewport: Viewport, widthPx: number): number {
  return viewport.startMs + (xPx / Math.max(1, widthPx)) * (viewport.endMs - viewport.startMs);
}

/** A horizontal band over the whole width. */
export interface Band {
  readonly topPx: number;
  readonly heightPx: number;
}

export interface WaveformLayout {
  readonly ruler: Band;
  /** One band for each row of segments, from the top. */
  readonly segmentRows: readonly Band[];
  readonly lanes: readonly Band[];
  readonly overview: Band;
  readonly heightPx: number;
}

/** Stacks ruler, segments, lanes and overview. Lanes are lower in a low window, so that the transcript keeps its room. */
export function layOutWaveform(
  laneCount: number,
  segmentRowCount: number,
  windowHeightPx: number,
): WaveformLayout {
  const laneHeightPx = Math.round(
    Math.min(72, Math.max(34, (windowHeightPx * 0.22) / Math.max(1, laneCount))),
  );
  let topPx = 0;
  const take = (heightPx: number, gapPx: number): Band => {
    const band = { topPx, heightPx };
    topPx += heightPx + gapPx;
    return band;
  };
  const ruler = take(20, 2);
  const segmentRows = Array.from({ length: segmentRowCount }, () => take(16, 2));
  const lanes = Array.from({ length: laneCount }, () => take(laneHeightPx, 2));
  const overview = take(laneCount > 0 ? 24 : 0, 0);
  return { ruler, segmentRows, lanes, overview, heightPx: topPx };
}

const rulerStepsMs = [
  500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
  1_800_000, 3_600_000, 7_200_000,
] as const;

/** Times of the ruler's labelled marks: round, at least `gapPx` apart, at most a few hundred. */
export function rulerMarks(viewport: Viewport, widthPx: number, gapPx = 80): readonly number[] {
  const lengthMs = viewport.endMs - viewport.startMs;
  const wantedMs = (lengthMs / Math.max(1, widthPx)) * gapPx;
  const stepMs =
    rulerStepsMs.find((step) => step >= wantedMs) ?? Math.ceil(wantedMs / 7_200_000) * 7_200_000;
  const first = Math.ceil(viewport.startMs / stepMs);
  const last = Math.floor((viewport.endMs - 1) / stepMs);
  return Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, index) => (first + index) * stepMs,
  );
}
