/** Draws one picture of the waveform onto a canvas; everything it needs comes in as a scene, and it keeps nothing. */
import type { TimelineSegment, Tone } from './segmentRows.ts';
import type { ThemeColours } from './theme.ts';
import {
  drawSelection,
  drawShading,
  drawStrips,
  markAt,
  type MarksScene,
} from './waveformMarks.ts';
import { formatTime } from './timeFormat.ts';
import { rulerMarks, timeToX, wholeViewport, type Band, type Viewport } from './waveformLayout.ts';

export interface LaneScene {
  readonly label: string;
  readonly tone: Tone;
  /** Outline in the lane's own coordinates; undefined while its peaks load. */
  readonly outline: Path2D | undefined;
  readonly isPreview: boolean;
  readonly note: string | undefined;
}

export interface WaveformScene extends MarksScene {
  readonly durationMs: number;
  readonly lanes: readonly LaneScene[];
  readonly overviewOutline: Path2D | undefined;
  readonly segmentRows: readonly (readonly TimelineSegment[])[];
  /** Positions in the recording where something was left out, with what to say about it. */
  readonly cuts: readonly { readonly positionMs: number; readonly label: string }[];
  /** The phrase that is spoken. */
  readonly highlight: Viewport | undefined;
  readonly positionMs: number;
  readonly hover: { readonly timeMs: number; readonly yPx: number } | undefined;
}

type Pen = CanvasRenderingContext2D;

/** `pen` must already be scaled to CSS pixels. */
export function drawWaveform(pen: Pen, scene: WaveformScene, colours: ThemeColours): void {
  pen.clearRect(0, 0, scene.widthPx, scene.layout.heightPx);
  pen.textBaseline = 'middle';
  drawRuler(pen, scene, colours);
  drawSegments(pen, scene, colours);
  drawShading(pen, scene, colours);
  scene.lanes.forEach((lane, index) => {
    const band = scene.layout.lanes[index];
    if (band !== undefined) {
      drawLane(pen, scene, colours, lane, band);
    }
  });
  drawStrips(pen, scene, colours);
  drawSelection(pen, scene, colours);
  drawCuts(pen, scene, colours);
  drawOverview(pen, scene, colours);
  drawPlayhead(pen, scene, colours);
  drawHover(pen, scene, colours);
}

const font = (colours: ThemeColours, sizePx: number, weight = 'normal'): string =>
  `${weight} ${String(sizePx)}px ${colours.fontFamily}`;

/** From the top of the ruler to the bottom of the lanes. */
const lanesBottom = ({ layout }: WaveformScene): number => {
  const last = layout.lanes.at(-1) ?? layout.segmentRows.at(-1) ?? layout.ruler;
  return last.topPx + last.heightPx;
};

function drawRuler(pen: Pen, scene: WaveformScene, colours: ThemeColours): void {
  const { ruler } = scene.layout;
  const baseline = ruler.topPx + ruler.heightPx;
  pen.font = font(colours, 11);
  pen.textAlign = 'left';
  pen.fillStyle = colours.muted;
  pen.strokeStyle = colours.border;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const timeMs of rulerMarks(scene.viewport, scene.widthPx)) {
    const x = Math.round(timeToX(timeMs, scene.viewport, scene.widthPx)) + 0.5;
    pen.moveTo(x, baseline - 6);
    pen.lineTo(x, baseline);
    const label = formatTime(timeMs);
    if (x + 4 + pen.measureText(label).width < scene.widthPx) {
      pen.fillText(label, x + 4, ruler.topPx + ruler.heightPx / 2);
    }
  }
  pen.moveTo(0, baseline - 0.5);
  pen.lineTo(scene.widthPx, baseline - 0.5);
  pen.stroke();
}

function drawSegments(pen: Pen, scene: WaveformScene, colours: ThemeColours): void {
  pen.font = font(colours, 11);
  pen.textAlign = 'left';
  scene.segmentRows.forEach((row, index) => {
    const band = scene.layout.segmentRows[index];
    for (const segment of band === undefined ? [] : row) {
      drawSegment(pen, scene, colours, segment, band);
    }
  });
}

function drawSegment(
  pen: Pen,
  scene: WaveformScene,
  colours: ThemeColours,
  segment: TimelineSegment,
  band: Band | undefined,
): void {
  const from = Math.max(0, timeToX(segment.startMs, scene.viewport, scene.widthPx));
  const to = Math.min(scene.widthPx, timeToX(segment.endMs, scene.viewport, scene.widthPx));
  if (band === undefined || to <= 0 || from >= scene.widthPx) {
    return;
  }
  const width = Math.max(2, to - from - 1);
  pen.save();
  pen.beginPath();
  pen.roundRect(from, band.topPx, width, band.heightPx, 3);
  pen.clip();
  if (!colours.isHighContrast) {
    pen.globalAlpha = 0.22;
    pen.fillStyle = colours[segment.tone];
    pen.fill();
  }
  pen.globalAlpha = 1;
  pen.fillStyle = colours[segment.tone];
  pen.fillRect(from, band.topPx, 3, band.heightPx);
  if (colours.isHighContrast) {
    pen.strokeStyle = colours[segment.tone];
    pen.lineWidth = 2;
    pen.stroke();
  }
  if (width > 28) {
    pen.fillStyle = colours.foreground;
    pen.fillText(segment.label, from + 8, band.topPx + band.heightPx / 2 + 0.5);
  }
  pen.restore();
}

function drawLane(
  pen: Pen,
  scene: WaveformScene,
  colours: ThemeColours,
  lane: LaneScene,
  band: Band,
): void {
  const { widthPx, viewport, positionMs } = scene;
  pen.save();
  pen.translate(0, band.topPx);
  const colour = colours[lane.tone];
  if (scene.highlight !== undefined && !colours.isHighContrast) {
    const from = timeToX(scene.highlight.startMs, viewport, widthPx);
    const to = timeToX(scene.highlight.endMs, viewport, widthPx);
    pen.globalAlpha = 0.08;
    pen.fillStyle = colours.foreground;
    pen.fillRect(from, 0, Math.max(2, to - from), band.heightPx);
    pen.globalAlpha = 1;
  }
  pen.fillStyle = colours.border;
  pen.fillRect(0, Math.round(band.heightPx / 2), widthPx, 1);
  if (lane.outline !== undefined) {
    const playedPx = Math.min(widthPx, Math.max(0, timeToX(positionMs, viewport, widthPx)));
    pen.fillStyle = colour;
    fillPart(pen, lane.outline, 0, playedPx, band.heightPx, lane.isPreview ? 0.7 : 1);
    const rest = lane.isPreview ? 0.3 : 0.5;
    fillPart(pen, lane.outline, playedPx, widthPx - playedPx, band.heightPx, rest);
  }
  drawLaneLabel(pen, colours, lane);
  if (lane.outline === undefined && lane.note !== undefined) {
    pen.font = font(colours, 12);
    pen.textAlign = 'center';
    pen.fillStyle = colours.muted;
    pen.fillText(lane.note, widthPx / 2, band.heightPx / 2 - 9);
  }
  pen.restore();
}

function fillPart(
  pen: Pen,
  outline: Path2D,
  fromPx: number,
  widthPx: number,
  heightPx: number,
  opacityRatio: number,
): void {
  if (widthPx <= 0) {
    return;
  }
  pen.save();
  pen.beginPath();
  pen.rect(fromPx, 0, widthPx, heightPx);
  pen.clip();
  pen.globalAlpha = opacityRatio;
  pen.fill(outline);
  pen.restore();
}

function drawLaneLabel(pen: Pen, colours: ThemeColours, lane: LaneScene): void {
  pen.font = font(colours, 11, '600');
  pen.textAlign = 'left';
  const text = lane.isPreview ? `${lane.label} (preview)` : lane.label;
  const width = pen.measureText(text).width + 18;
  pen.globalAlpha = 0.82;
  pen.fillStyle = colours.background;
  pen.beginPath();
  pen.roundRect(2, 2, width, 16, 3);
  pen.fill();
  pen.globalAlpha = 1;
  pen.fillStyle = colours[lane.tone];
  pen.beginPath();
  pen.arc(9, 10, 3, 0, Math.PI * 2);
  pen.fill();
  pen.fillStyle = colours.foreground;
  pen.fillText(text, 16, 10.5);
}

function drawCuts(pen: Pen, scene: WaveformScene, colours: ThemeColours): void {
  const top = scene.layout.lanes[0]?.topPx;
  if (top === undefined) {
    return;
  }
  const bottom = lanesBottom(scene);
  pen.save();
  pen.strokeStyle = colours.warning;
  pen.fillStyle = colours.warning;
  pen.lineWidth = 1;
  for (const { positionMs } of scene.cuts) {
    const x = Math.round(timeToX(positionMs, scene.viewport, scene.widthPx)) + 0.5;
    pen.setLineDash([3, 3]);
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x, bottom);
    pen.stroke();
    pen.setLineDash([]);
    pen.beginPath();
    pen.moveTo(x - 5, bottom);
    pen.lineTo(x + 5, bottom);
    pen.lineTo(x, bottom - 8);
    pen.fill();
  }
  pen.restore();
}

function drawOverview(pen: Pen, scene: WaveformScene, colours: ThemeColours): void {
  const { overview } = scene.layout;
  if (overview.heightPx === 0) {
    return;
  }
  const whole = wholeViewport(scene.durationMs);
  pen.save();
  pen.translate(0, overview.topPx);
  if (scene.overviewOutline !== undefined) {
    pen.globalAlpha = 0.55;
    pen.fillStyle = colours.muted;
    pen.fill(scene.overviewOutline);
    pen.globalAlpha = 1;
  }
  const from = timeToX(scene.viewport.startMs, whole, scene.widthPx);
  const to = timeToX(scene.viewport.endMs, whole, scene.widthPx);
  if (to - from < scene.widthPx - 1) {
    pen.globalAlpha = colours.isHighContrast ? 0 : 0.14;
    pen.fillStyle = colours.foreground;
    pen.fillRect(from, 0, to - from, overview.heightPx);
    pen.globalAlpha = 1;
    pen.strokeStyle = colours.focus;
    pen.lineWidth = 1;
    pen.strokeRect(from + 0.5, 0.5, Math.max(3, to - from - 1), overview.heightPx - 1);
  }
  const x = timeToX(scene.positionMs, whole, scene.widthPx);
  pen.fillStyle = colours.playhead;
  pen.fillRect(Math.round(x), 0, 1, overview.heightPx);
  pen.restore();
}

function drawPlayhead(pen: Pen, scene: WaveformScene, colours: ThemeColours): void {
  const x = Math.round(timeToX(scene.positionMs, scene.viewport, scene.widthPx));
  if (x < 0 || x > scene.widthPx) {
    return;
  }
  const { ruler } = scene.layout;
  pen.fillStyle = colours.playhead;
  pen.fillRect(x - 1, ruler.topPx + ruler.heightPx - 6, 2, lanesBottom(scene) - ruler.heightPx + 6);
  pen.beginPath();
  pen.moveTo(x - 5, ruler.topPx + ruler.heightPx - 8);
  pen.lineTo(x + 5, ruler.topPx + ruler.heightPx - 8);
  pen.lineTo(x, ruler.topPx + ruler.heightPx - 1);
  pen.fill();
}

/** What lies under the pointer, besides the time. */
function describeHover(scene: WaveformScene, timeMs: number, yPx: number): string | undefined {
  const nearMs = ((scene.viewport.endMs - scene.viewport.startMs) / Math.max(1, scene.widthPx)) * 6;
  const cut = scene.cuts.find(({ positionMs }) => Math.abs(positionMs - timeMs) < nearMs);
  if (cut !== undefined) {
    return cut.label;
  }
  const mark = markAt(scene, timeMs, yPx);
  if (mark !== undefined) {
    return mark.label;
  }
  const row = scene.layout.segmentRows.findIndex(
    ({ topPx, heightPx }) => yPx >= topPx && yPx < topPx + heightPx,
  );
  const segment = scene.segmentRows[row]?.find(
    ({ startMs, endMs }) => timeMs >= startMs && timeMs < endMs,
  );
  return segment === undefined
    ? undefined
    : `${segment.label} · ${segment.type} · ${formatTime(segment.endMs - segment.startMs)}`;
}

function drawHover(pen: Pen, scene: WaveformScene, colours: ThemeColours): void {
  if (scene.hover === undefined) {
    return;
  }
  const { timeMs, yPx } = scene.hover;
  const { overview } = scene.layout;
  const isOverOverview = overview.heightPx > 0 && yPx >= overview.topPx;
  const viewport = isOverOverview ? wholeViewport(scene.durationMs) : scene.viewport;
  const x = Math.round(timeToX(timeMs, viewport, scene.widthPx));
  pen.save();
  pen.globalAlpha = 0.6;
  pen.fillStyle = colours.foreground;
  pen.fillRect(
    x,
    isOverOverview ? overview.topPx : scene.layout.ruler.heightPx,
    1,
    isOverOverview ? overview.heightPx : lanesBottom(scene) - scene.layout.ruler.heightPx,
  );
  pen.globalAlpha = 1;
  const about = isOverOverview ? undefined : describeHover(scene, timeMs, yPx);
  const text = about === undefined ? formatTime(timeMs) : `${formatTime(timeMs)}  ${about}`;
  pen.font = font(colours, 11);
  pen.textAlign = 'left';
  const width = pen.measureText(text).width + 12;
  const left = Math.min(Math.max(0, x - width / 2), scene.widthPx - width);
  pen.fillStyle = colours.tooltipBackground;
  pen.strokeStyle = colours.border;
  pen.beginPath();
  pen.roundRect(left + 0.5, 0.5, width - 1, 18, 3);
  pen.fill();
  pen.stroke();
  pen.fillStyle = colours.tooltipForeground;
  pen.fillText(text, left + 6, 10);
  pen.restore();
}
