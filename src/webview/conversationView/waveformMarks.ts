/** Draws what the transcript says about time over and under the lanes, and the selection. Keeps nothing. */
import type { LabelledMark } from './talkMarks.ts';
import type { ThemeColours } from './theme.ts';
import { timeToX, type Band, type Viewport, type WaveformLayout } from './waveformLayout.ts';

/** The part of the waveform's scene that is drawn here. */
export interface MarksScene {
  readonly widthPx: number;
  readonly layout: WaveformLayout;
  readonly viewport: Viewport;
  readonly selection: Viewport | undefined;
  /** What the transcript says about stretches of the recording. */
  readonly marks: readonly LabelledMark[];
}

type Pen = CanvasRenderingContext2D;

const stripPx = 4;

/** Silence and overtalk as bands behind the lanes. */
export function drawShading(pen: Pen, scene: MarksScene, colours: ThemeColours): void {
  const area = lanesArea(scene);
  if (area === undefined) {
    return;
  }
  pen.save();
  for (const mark of scene.marks) {
    const isSilence = mark.kind === 'silence';
    if (isSilence || mark.kind === 'overtalk') {
      pen.globalAlpha = isSilence ? 0.09 : 0.2;
      pen.fillStyle = isSilence ? colours.foreground : colours.warning;
      fillSpan(pen, scene, mark, area);
    }
  }
  pen.restore();
}

/** Sentiment along the bottom of the lanes, topics along their top. */
export function drawStrips(pen: Pen, scene: MarksScene, colours: ThemeColours): void {
  const area = lanesArea(scene);
  if (area === undefined) {
    return;
  }
  const bottom = { topPx: area.topPx + area.heightPx - stripPx, heightPx: stripPx };
  const top = { topPx: area.topPx, heightPx: stripPx };
  for (const mark of scene.marks) {
    if (mark.kind === 'positive' || mark.kind === 'negative') {
      pen.fillStyle = mark.kind === 'positive' ? colours.positive : colours.negative;
      fillSpan(pen, scene, mark, bottom);
    } else if (mark.kind === 'topic') {
      pen.fillStyle = colours.topic;
      fillSpan(pen, scene, mark, top);
    }
  }
  drawNotes(pen, scene, colours, area);
}

const flagPx = 8;

/** Notes as brackets along the top with a flag where they begin: told from all the rest by their shape, in any theme. */
function drawNotes(pen: Pen, scene: MarksScene, colours: ThemeColours, area: Band): void {
  const { viewport, widthPx } = scene;
  pen.fillStyle = colours.foreground;
  for (const mark of scene.marks) {
    if (mark.kind === 'note' && mark.endMs >= viewport.startMs && mark.startMs <= viewport.endMs) {
      const from = Math.round(timeToX(mark.startMs, viewport, widthPx));
      const to = Math.round(timeToX(mark.endMs, viewport, widthPx));
      const left = Math.max(0, from);
      pen.fillRect(left, area.topPx, Math.max(1, Math.min(widthPx, to) - left), 2);
      pen.globalAlpha = 0.45;
      pen.fillRect(from, area.topPx, 1, area.heightPx);
      pen.globalAlpha = 1;
      pen.fillRect(to, area.topPx, 1, flagPx);
      pen.beginPath();
      pen.moveTo(from, area.topPx);
      pen.lineTo(from + flagPx, area.topPx);
      pen.lineTo(from, area.topPx + flagPx);
      pen.fill();
    }
  }
}

/** The selection, with a line at each of its ends. */
export function drawSelection(pen: Pen, scene: MarksScene, colours: ThemeColours): void {
  const area = lanesArea(scene);
  if (area === undefined || scene.selection === undefined) {
    return;
  }
  pen.save();
  pen.fillStyle = colours.focus;
  if (!colours.isHighContrast) {
    pen.globalAlpha = 0.2;
    fillSpan(pen, scene, scene.selection, area);
    pen.globalAlpha = 1;
  }
  for (const timeMs of [scene.selection.startMs, scene.selection.endMs]) {
    const x = timeToX(timeMs, scene.viewport, scene.widthPx);
    pen.fillRect(Math.round(x) - 1, area.topPx, 2, area.heightPx);
  }
  pen.restore();
}

/** What lies under the pointer: thin strips before bands. */
export function markAt(scene: MarksScene, timeMs: number, yPx: number): LabelledMark | undefined {
  const area = lanesArea(scene);
  if (area === undefined || yPx < area.topPx || yPx > area.topPx + area.heightPx) {
    return undefined;
  }
  const isAtTop = yPx < area.topPx + stripPx * 2;
  const isAtBottom = yPx > area.topPx + area.heightPx - stripPx * 2;
  const nearMs =
    ((scene.viewport.endMs - scene.viewport.startMs) / Math.max(1, scene.widthPx)) * flagPx;
  const note = scene.marks.find(
    ({ kind, startMs, endMs }) =>
      kind === 'note' && isAtTop && timeMs >= startMs && timeMs < Math.max(endMs, startMs + nearMs),
  );
  if (note !== undefined) {
    return note;
  }
  return scene.marks.find(({ kind, startMs, endMs }) => {
    const isBand = kind === 'silence' || kind === 'overtalk';
    const isHere = isBand ? !isAtTop && !isAtBottom : kind === 'topic' ? isAtTop : isAtBottom;
    return isHere && kind !== 'note' && timeMs >= startMs && timeMs < endMs;
  });
}

function lanesArea({ layout }: MarksScene): Band | undefined {
  const first = layout.lanes[0];
  const last = layout.lanes.at(-1);
  return first === undefined || last === undefined
    ? undefined
    : { topPx: first.topPx, heightPx: last.topPx + last.heightPx - first.topPx };
}

/** What is thinner than a pixel is drawn as one, or in ten hours nothing would be seen of it. */
function fillSpan(
  pen: Pen,
  { viewport, widthPx }: MarksScene,
  span: { readonly startMs: number; readonly endMs: number },
  { topPx, heightPx }: Band,
): void {
  if (span.endMs <= viewport.startMs || span.startMs >= viewport.endMs) {
    return;
  }
  const from = Math.max(0, timeToX(span.startMs, viewport, widthPx));
  const to = Math.min(widthPx, timeToX(span.endMs, viewport, widthPx));
  pen.fillRect(from, topPx, Math.max(1, to - from), heightPx);
}
