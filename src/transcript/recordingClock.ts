/** Reads from a recording when its file begins and which stretches of real time the file leaves out. */
import type { Annotation, Recording } from '../model/recording.ts';

/** `durationMs` of real time, starting at `realtimeOffsetMs` after the file's first sample, are not in the file. */
export interface Cut {
  readonly realtimeOffsetMs: number;
  readonly durationMs: number;
  /** SecurePause, FlowOrQueue, Pause, … as the platform names it. */
  readonly reason: string;
}

export interface RecordingClock {
  /** Wall clock of the file's first sample, which is not quite the recording's `startMs`. Undefined when that is. */
  readonly startMs: number | undefined;
  /** Ordered by time, none empty, none overlapping, within the recording's real time when that is known. */
  readonly cuts: readonly Cut[];
}

/**
 * How far positions in the file may be from what start and lengths alone say. Real recordings differ by 389 and 398 ms at
 * their first pause and by 1130 ms between two; annotations with a wall clock of 0 that means nothing differ by minutes.
 */
const maxCorrectionMs = 2_000;

/**
 * A pause says both when it was (`realtimeLocation`) and where in the file that is (`recordingLocation`): between pauses the
 * file runs with real time, and at each of them it is where the pause says. Without positions in the file, start and
 * lengths alone count. Holds are no cuts: their sound may be in the file, and real ones carry a wall clock position of 0.
 * Annotations without a usable position or length are passed over.
 * @see genesys-api: Annotation, Alignment with audio
 */
export function toRecordingClock(recording: Recording): RecordingClock {
  const pauses = pausesInOrder(recording.annotations);
  const leadMs = leadOf(pauses[0]);
  const realLengthMs =
    recording.startMs === undefined || recording.endMs === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(0, recording.endMs - recording.startMs) + leadMs;
  const cuts: Cut[] = [];
  let removedMs = 0;
  let lastEndMs = 0;
  for (const [index, pause] of pauses.entries()) {
    const offsetMs =
      pause.realtimeOffsetMs === undefined
        ? (pause.recordingOffsetMs ?? Number.NaN) + removedMs
        : pause.realtimeOffsetMs + leadMs;
    const startMs = Math.max(lastEndMs, offsetMs);
    const endMs = Math.min(realLengthMs, offsetMs + removedLengthMs(pause, pauses[index + 1]));
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
  return {
    startMs: recording.startMs === undefined ? undefined : recording.startMs - leadMs,
    cuts,
  };
}

function pausesInOrder(annotations: readonly Annotation[]): readonly Annotation[] {
  const positionOf = (pause: Annotation): number =>
    pause.realtimeOffsetMs ?? pause.recordingOffsetMs ?? 0;
  return annotations
    .filter(({ type }) => type.toLowerCase() === 'pause')
    .toSorted((a, b) => positionOf(a) - positionOf(b));
}

/** Nothing is cut before the first pause: what the file has more than real time came before the stated start. */
function leadOf(first: Annotation | undefined): number {
  const leadMs = (first?.recordingOffsetMs ?? Number.NaN) - (first?.realtimeOffsetMs ?? Number.NaN);
  return Math.abs(leadMs) <= maxCorrectionMs ? leadMs : 0;
}

/** What the pause takes out of the file: as long as it says, corrected by where the next one is. */
function removedLengthMs(pause: Annotation, next: Annotation | undefined): number {
  // A pause may be kept in the file in part, as silence or a tone: `recordingDurationMs` of it.
  const realMs = pause.absoluteDurationMs ?? pause.durationMs ?? 0;
  const statedMs = realMs - Math.max(0, pause.recordingDurationMs ?? 0);
  const byPositionMs =
    between(pause.realtimeOffsetMs, next?.realtimeOffsetMs) -
    between(pause.recordingOffsetMs, next?.recordingOffsetMs);
  const isCredible = byPositionMs > 0 && Math.abs(byPositionMs - statedMs) <= maxCorrectionMs;
  return isCredible ? byPositionMs : statedMs;
}

/** Not a number when either is not known. */
function between(from: number | undefined, to: number | undefined): number {
  return (to ?? Number.NaN) - (from ?? Number.NaN);
}
