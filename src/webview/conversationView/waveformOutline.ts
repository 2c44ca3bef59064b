/** Turns peaks into outlines that can be filled in one call. */
import type { PeakPyramid } from '../../audio/peakPyramid.ts';
import type { Viewport } from './waveformLayout.ts';

/** A lane that is nearly silent is not blown up to full height: hiss would look like speech. */
const quietestFullScale = 1600;

/**
 * The outline of one channel in a box of the given size, with its loudest sample at 92 % of the height. One closed path: along the
 * highest samples, back along the lowest.
 */
export function waveformOutline(
  pyramid: PeakPyramid,
  viewport: Viewport,
  widthPx: number,
  heightPx: number,
): Path2D {
  const columns = new Int16Array(Math.max(1, Math.floor(widthPx)) * 2);
  pyramid.readColumns(viewport.startMs, viewport.endMs, columns);
  const middle = heightPx / 2;
  const scale = (middle * 0.92) / Math.max(pyramid.loudest, quietestFullScale);
  const count = columns.length / 2;
  const path = new Path2D();
  path.moveTo(0, middle);
  for (let x = 0; x < count; x++) {
    path.lineTo(x + 0.5, middle - Math.max(0.5, (columns[x * 2 + 1] ?? 0) * scale));
  }
  path.lineTo(count, middle);
  for (let x = count - 1; x >= 0; x--) {
    path.lineTo(x + 0.5, middle - Math.min(-0.5, (columns[x * 2] ?? 0) * scale));
  }
  path.closePath();
  return path;
}
