/** Which segments the timeline shows, where, and in which colour; pure. */
import type { SegmentSnapshot } from '../../protocol/conversationView.ts';

/** Colour group of a segment or speaker. */
export type Tone = 'agent' | 'customer' | 'system' | 'hold' | 'wrapUp';

export interface TimelineSegment {
  /** Position in the recording; may lie outside of it. */
  readonly startMs: number;
  readonly endMs: number;
  readonly label: string;
  readonly type: string;
  readonly tone: Tone;
}

/** More would push the waveform down; what does not fit is left out. */
const maxRows = 3;

const outside = new Set(['customer', 'external']);

/**
 * Rows of segments that do not overlap within a row, earliest first. The customer's own segments span the whole call and say
 * nothing, so they are shown only when there are no others. Segments outside of `[0, durationMs)` are dropped.
 */
export function toSegmentRows(
  segments: readonly SegmentSnapshot[],
  toRecordingMs: (epochMs: number) => number,
  durationMs: number,
): readonly (readonly TimelineSegment[])[] {
  const inside = segments.filter(({ purpose }) => !outside.has(purpose));
  const shown = (inside.length > 0 ? inside : segments)
    .map((segment) => ({
      startMs: toRecordingMs(segment.startMs),
      endMs: segment.endMs === undefined ? durationMs : toRecordingMs(segment.endMs),
      label: segment.label,
      type: segment.type,
      tone: segmentTone(segment),
    }))
    .filter(({ startMs, endMs }) => endMs > 0 && startMs < durationMs && endMs > startMs)
    .sort((a, b) => a.startMs - b.startMs || b.endMs - a.endMs);
  const rows: TimelineSegment[][] = [];
  for (const segment of shown) {
    const row = rows.find((candidate) => (candidate.at(-1)?.endMs ?? 0) <= segment.startMs);
    if (row !== undefined) {
      row.push(segment);
    } else if (rows.length < maxRows) {
      rows.push([segment]);
    }
  }
  return rows;
}

function segmentTone({ type, purpose }: SegmentSnapshot): Tone {
  if (type === 'hold') {
    return 'hold';
  }
  if (type === 'wrapup') {
    return 'wrapUp';
  }
  if (purpose === 'agent' || purpose === 'user') {
    return 'agent';
  }
  return outside.has(purpose) ? 'customer' : 'system';
}
