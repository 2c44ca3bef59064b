/** Reads from a recording's annotations which stretches of real time its files leave out. */
import type { Annotation, Recording } from '../model/recording.ts';

/** `durationMs` of real time, starting at `realtimeOffsetMs` after the recording's start, are not in the file. */
export interface Cut {
  readonly realtimeOffsetMs: number;
  readonly durationMs: number;
  /** SecurePause, FlowOrQueue, Pause, … as the platform names it. */
  readonly reason: string;
}

/**
 * Cuts ordered by time, none empty, none overlapping, within the recording's real time when that is known. Holds are no
 * cuts: their sound may be in the file, and real ones carry a wall clock position of 0.
 * Annotations without a usable position or length are passed over.
 */
export function toCuts(recording: Recording): readonly Cut[] {
  const realLengthMs =
    recording.startMs === undefined || recording.endMs === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(0, recording.endMs - recording.startMs);
  const cuts: Cut[] = [];
  let removedMs = 0;
  let lastEndMs = 0;
  for (const pause of pausesInOrder(recording.annotations)) {
    const offsetMs = pause.realtimeOffsetMs ?? (pause.recordingOffsetMs ?? Number.NaN) + removedMs;
    const startMs = Math.max(lastEndMs, offsetMs);
    const endMs = Math.min(realLengthMs, offsetMs + removedLengthMs(pause));
    if (endMs > startMs) {
      cuts.push({
        realtimeOffsetMs: startMs,
        durationMs: endMs - startMs,
        reason: pause.reason ?? pause.type,
      });
      removedMs += endMs - startMs;
      lastEndMs = endMs;
    }
  }
  return cuts;
}

function pausesInOrder(annotations: readonly Annotation[]): readonly Annotation[] {
  const positionOf = (pause: Annotation): number =>
    pause.realtimeOffsetMs ?? pause.recordingOffsetMs ?? 0;
  return annotations
    .filter(({ type }) => type.toLowerCase() === 'pause')
    .toSorted((a, b) => positionOf(a) - positionOf(b));
}

/** A pause may be kept in the file in part, as silence or a tone: `recordingDurationMs` of it. */
function removedLengthMs(pause: Annotation): number {
  const realMs = pause.absoluteDurationMs ?? pause.durationMs ?? 0;
  return realMs - Math.max(0, pause.recordingDurationMs ?? 0);
}
