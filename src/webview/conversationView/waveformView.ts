/** The waveform: turns pointer, wheel and size into a scene and draws it, once a frame and only when something changed. */
import { css, html, type PropertyValues, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import type { PeakPyramid } from '../../audio/peakPyramid.ts';
import { ScopedElement } from '../shared/scopedElement.ts';
import type { Scope } from '../shared/scope.ts';
import type { TimelineSegment, Tone } from './segmentRows.ts';
import type { LabelledMark } from './talkMarks.ts';
import { observeTheme, readThemeColours, type ThemeColours } from './theme.ts';
import { speakTime } from './timeFormat.ts';
import {
  clampViewport,
  layOutWaveform,
  panViewport,
  revealPosition,
  wholeViewport,
  xToTime,
  zoomViewport,
  type Viewport,
  type WaveformLayout,
} from './waveformLayout.ts';
import { waveformOutline } from './waveformOutline.ts';
import { drawWaveform, type LaneScene, type WaveformScene } from './waveformRenderer.ts';

export interface WaveformLane {
  readonly label: string;
  readonly tone: Tone;
  /** Undefined while it loads or when there is none. */
  readonly pyramid: PeakPyramid | undefined;
  readonly isPreview: boolean;
  /** Shown in place of the peaks: that they load, or why there are none. */
  readonly note: string | undefined;
}

/** What is drawn of one recording. */
export interface WaveformModel {
  readonly durationMs: number;
  readonly lanes: readonly WaveformLane[];
  readonly segmentRows: readonly (readonly TimelineSegment[])[];
  readonly cuts: WaveformScene['cuts'];
  /** Names and colours of the lanes as the person sees them. */
  readonly laneNames: readonly Pick<WaveformLane, 'label' | 'tone'>[];
  readonly selection: Viewport | undefined;
  readonly marks: readonly LabelledMark[];
}

export const emptyWaveform: WaveformModel = {
  durationMs: 0,
  lanes: [],
  segmentRows: [],
  cuts: [],
  laneNames: [],
  selection: undefined,
  marks: [],
};

/** The ruler scrubs, the lanes select, the overview pans. */
type DragKind = 'seek' | 'select' | 'overview';

/** A hand that presses a button moves a little. */
const clickSlopPx = 4;

export class WaveformView extends ScopedElement {
  static override properties = { model: { attribute: false } };

  static override styles = css`
    :host {
      display: block;
      position: relative;
      contain: layout paint;
    }
    canvas {
      display: block;
      width: 100%;
      cursor: text;
      touch-action: pan-y;
      outline: none;
    }
    canvas:focus-visible {
      outline: 1px solid var(--vscode-focusBorder);
      outline-offset: -1px;
    }
  `;

  declare model: WaveformModel;
  /** Told where the person wants to go. */
  onSeek: (positionMs: number) => void = () => undefined;
  /** Told while a stretch is being selected. */
  onSelect: (selection: Viewport) => void = () => undefined;
  /** Told after zoom and pan; undefined is the whole recording. */
  onViewport: (viewport: Viewport | undefined) => void = () => undefined;

  private readonly canvas = createRef<HTMLCanvasElement>();
  private colours: ThemeColours | undefined;
  private requestDraw: () => void = () => undefined;
  private widthPx = 0;
  private wanted: Viewport | undefined;
  private positionMs = 0;
  private highlight: Viewport | undefined;
  private hover: WaveformScene['hover'];
  private drag:
    { readonly pointerId: number; readonly kind: DragKind; readonly startPx: number } | undefined;
  private outlines: { readonly key: string; readonly lanes: readonly (Path2D | undefined)[] } = {
    key: '',
    lanes: [],
  };
  private overviewOutline: { readonly key: string; readonly path: Path2D | undefined } = {
    key: '',
    path: undefined,
  };
  /** Grows with each model, so that outlines of another recording are never kept. */
  private modelVersion = 0;

  constructor() {
    super();
    this.model = emptyWaveform;
  }

  private get viewport(): Viewport {
    const { durationMs } = this.model;
    return this.wanted === undefined
      ? wholeViewport(durationMs)
      : clampViewport(this.wanted, durationMs);
  }

  private get layout(): WaveformLayout {
    return layOutWaveform(
      this.model.lanes.length,
      this.model.segmentRows.length,
      window.innerHeight,
    );
  }

  setPosition(positionMs: number, isFollowing: boolean): void {
    if (positionMs === this.positionMs) {
      return;
    }
    this.positionMs = positionMs;
    if (isFollowing && this.wanted !== undefined && this.drag === undefined) {
      this.wanted = revealPosition(this.viewport, positionMs, this.model.durationMs);
    }
    this.requestDraw();
    this.describePosition();
  }

  setHighlight(highlight: Viewport | undefined): void {
    if (
      highlight?.startMs !== this.highlight?.startMs ||
      highlight?.endMs !== this.highlight?.endMs
    ) {
      this.highlight = highlight;
      this.requestDraw();
    }
  }

  /** Restores what was shown; does not tell `onViewport`. */
  setViewport(viewport: Viewport | undefined): void {
    this.wanted = viewport;
    this.requestDraw();
  }

  /** Zooms around the playhead when it is visible, else around the middle. */
  zoom(factor: number): void {
    const { startMs, endMs } = this.viewport;
    const isVisible = this.positionMs >= startMs && this.positionMs <= endMs;
    this.zoomAt(factor, isVisible ? this.positionMs : (startMs + endMs) / 2);
  }

  zoomAll(): void {
    this.show(wholeViewport(this.model.durationMs));
  }

  protected override onConnect(scope: Scope): void {
    this.requestDraw = scope.oncePerFrame(() => {
      this.draw();
    });
    scope.observeSize(this, (widthPx) => {
      this.widthPx = widthPx;
      this.requestDraw();
    });
    scope.listen(window, 'resize', () => {
      this.requestDraw();
    });
    observeTheme(scope, () => {
      this.colours = undefined;
      this.requestDraw();
    });
    scope.listen(
      this,
      'wheel',
      (event) => {
        this.onWheel(event);
      },
      { passive: false },
    );
  }

  override render(): TemplateResult {
    return html`<canvas
      ${ref(this.canvas)}
      tabindex="0"
      role="slider"
      aria-label="Position in the recording"
      aria-valuemin="0"
      @pointerdown=${this.onPointerDown}
      @pointermove=${this.onPointerMove}
      @pointerup=${this.onPointerEnd}
      @pointercancel=${this.onPointerEnd}
      @pointerleave=${this.onPointerLeave}
      @dblclick=${this.onDoubleClick}
    ></canvas>`;
  }

  override updated(changed: PropertyValues<this>): void {
    const before = changed.get('model');
    if (before?.lanes !== this.model.lanes || before.durationMs !== this.model.durationMs) {
      this.modelVersion++;
    }
    this.requestDraw();
    this.describePosition();
  }

  private describePosition(): void {
    const canvas = this.canvas.value;
    const second = String(Math.floor(this.positionMs / 1000));
    if (canvas !== undefined && canvas.getAttribute('aria-valuenow') !== second) {
      const { durationMs } = this.model;
      canvas.setAttribute('aria-valuenow', second);
      canvas.setAttribute('aria-valuemax', String(Math.floor(durationMs / 1000)));
      canvas.setAttribute(
        'aria-valuetext',
        `${speakTime(this.positionMs)} of ${speakTime(durationMs)}`,
      );
    }
  }

  private show(viewport: Viewport): void {
    const { durationMs } = this.model;
    const clamped = clampViewport(viewport, durationMs);
    const isWhole = clamped.endMs - clamped.startMs >= wholeViewport(durationMs).endMs;
    this.wanted = isWhole ? undefined : clamped;
    this.onViewport(this.wanted);
    this.requestDraw();
  }

  private zoomAt(factor: number, anchorMs: number): void {
    this.show(zoomViewport(this.viewport, factor, anchorMs, this.model.durationMs));
  }

  private onWheel(event: WheelEvent): void {
    const horizontalPx = event.shiftKey ? event.deltaY : event.deltaX;
    const lengthMs = this.viewport.endMs - this.viewport.startMs;
    if (Math.abs(horizontalPx) > Math.abs(event.deltaY) || event.shiftKey) {
      event.preventDefault();
      const byMs = (horizontalPx / Math.max(1, this.widthPx)) * lengthMs;
      this.show(panViewport(this.viewport, byMs, this.model.durationMs));
    } else if (event.deltaY !== 0) {
      // A pinch arrives as a wheel with Ctrl and small steps.
      event.preventDefault();
      const factor = Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002));
      this.zoomAt(factor, xToTime(event.offsetX, this.viewport, this.widthPx));
    }
  }

  private readonly onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) {
      return;
    }
    const { overview } = this.layout;
    const isOverview = overview.heightPx > 0 && event.offsetY >= overview.topPx;
    this.drag = {
      pointerId: event.pointerId,
      kind: this.dragKindAt(event.offsetY, isOverview),
      startPx: event.offsetX,
    };
    this.canvas.value?.setPointerCapture(event.pointerId);
    if (this.drag.kind === 'select') {
      this.seekTo(event.offsetX);
    } else {
      this.applyDrag(event);
    }
  };

  private dragKindAt(yPx: number, isOverview: boolean): DragKind {
    if (isOverview) {
      return this.wanted === undefined ? 'seek' : 'overview';
    }
    const { ruler } = this.layout;
    return yPx < ruler.topPx + ruler.heightPx ? 'seek' : 'select';
  }

  private readonly onDoubleClick = (): void => {
    this.zoomAll();
  };

  private readonly onPointerMove = (event: PointerEvent): void => {
    const { overview } = this.layout;
    const isOverview = overview.heightPx > 0 && event.offsetY >= overview.topPx;
    const viewport = isOverview ? wholeViewport(this.model.durationMs) : this.viewport;
    this.hover = { timeMs: xToTime(event.offsetX, viewport, this.widthPx), yPx: event.offsetY };
    if (this.drag?.pointerId === event.pointerId) {
      this.applyDrag(event);
    }
    this.requestDraw();
  };

  private readonly onPointerEnd = (): void => {
    this.drag = undefined;
  };

  private readonly onPointerLeave = (): void => {
    this.hover = undefined;
    this.requestDraw();
  };

  private applyDrag(event: PointerEvent): void {
    const { durationMs } = this.model;
    if (this.drag?.kind === 'overview') {
      const middleMs = xToTime(event.offsetX, wholeViewport(durationMs), this.widthPx);
      const { startMs, endMs } = this.viewport;
      this.show(panViewport(this.viewport, middleMs - (startMs + endMs) / 2, durationMs));
    } else if (this.drag?.kind === 'select') {
      const { startPx } = this.drag;
      if (Math.abs(event.offsetX - startPx) > clickSlopPx) {
        const times = [startPx, event.offsetX].map((px) => this.timeAt(px));
        this.onSelect({ startMs: Math.min(...times), endMs: Math.max(...times) });
      }
    } else {
      this.seekTo(event.offsetX);
    }
  }

  private seekTo(xPx: number): void {
    this.onSeek(this.timeAt(xPx));
  }

  private timeAt(xPx: number): number {
    const timeMs = xToTime(xPx, this.viewport, this.widthPx);
    return Math.min(Math.max(0, timeMs), this.model.durationMs);
  }

  private draw(): void {
    const canvas = this.canvas.value;
    const pen = canvas?.getContext('2d');
    if (canvas === undefined || pen === null || pen === undefined || this.widthPx === 0) {
      return;
    }
    const { layout, widthPx } = this;
    const ratio = window.devicePixelRatio;
    const width = Math.round(widthPx * ratio);
    const height = Math.round(layout.heightPx * ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.height = `${String(layout.heightPx)}px`;
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.colours ??= readThemeColours();
    drawWaveform(pen, this.createScene(layout), this.colours);
  }

  private createScene(layout: WaveformLayout): WaveformScene {
    const { model, viewport, widthPx } = this;
    const heightPx = layout.lanes[0]?.heightPx ?? 0;
    const size = `${String(this.modelVersion)} ${String(widthPx)} ${String(heightPx)}`;
    const key = `${size} ${String(viewport.startMs)} ${String(viewport.endMs)}`;
    if (this.outlines.key !== key) {
      const lanes = model.lanes.map(
        ({ pyramid }) => pyramid && waveformOutline(pyramid, viewport, widthPx, heightPx),
      );
      this.outlines = { key, lanes };
    }
    if (this.overviewOutline.key !== size) {
      this.overviewOutline = { key: size, path: this.createOverview(layout.overview.heightPx) };
    }
    return {
      widthPx,
      layout,
      viewport,
      durationMs: model.durationMs,
      selection: model.selection,
      marks: model.marks,
      lanes: model.lanes.map((lane, index): LaneScene => ({
        ...lane,
        ...model.laneNames[index],
        outline: this.outlines.lanes[index],
      })),
      overviewOutline: this.overviewOutline.path,
      segmentRows: model.segmentRows,
      cuts: model.cuts,
      highlight: this.highlight,
      positionMs: this.positionMs,
      hover: this.hover,
    };
  }

  /** All channels over one another: the overview only says where something is. */
  private createOverview(heightPx: number): Path2D | undefined {
    const whole = wholeViewport(this.model.durationMs);
    const path = new Path2D();
    const pyramids = this.model.lanes.flatMap(({ pyramid }) => pyramid ?? []);
    for (const pyramid of pyramids) {
      path.addPath(waveformOutline(pyramid, whole, this.widthPx, heightPx));
    }
    return pyramids.length === 0 ? undefined : path;
  }
}
