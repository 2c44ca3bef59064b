/**
 * How wall clock times map to positions in the open recording: those of the platform, and those of the text, which a person may
 * move against the sound. Knows nothing of the page.
 */
import { createAlignment, type Alignment, type RemovedTime } from '../../transcript/alignment.ts';

const maxOffsetMs = 600_000;

export class TextClock {
  /** The clock of segments, cuts and files: the person's offset moves the text only. */
  platform: Alignment;
  private text: Alignment;
  private startMs = 0;
  private cuts: readonly RemovedTime[] = [];
  private offset = 0;

  constructor() {
    this.platform = this.create(0);
    this.text = this.platform;
  }

  /** How much later in the recording the text belongs than its times say. */
  get offsetMs(): number {
    return this.offset;
  }

  /** Bounded to ten minutes either way, whole milliseconds. */
  set offsetMs(offsetMs: number) {
    this.offset = Math.max(-maxOffsetMs, Math.min(maxOffsetMs, Math.round(offsetMs)));
    this.text = this.create(this.offset);
  }

  /** @param fallbackStartMs wall clock of position 0 when the recording does not say, or there is none */
  setRecording(
    recording:
      { readonly startMs: number | undefined; readonly cuts: readonly RemovedTime[] } | undefined,
    fallbackStartMs: number,
  ): void {
    this.startMs = recording?.startMs ?? fallbackStartMs;
    this.cuts = recording?.cuts ?? [];
    this.platform = this.create(0);
    this.text = this.create(this.offset);
  }

  toRecordingMs(epochMs: number): number {
    return this.text.toRecordingMs(epochMs);
  }

  toEpochMs(recordingMs: number): number {
    return this.text.toEpochMs(recordingMs);
  }

  private create(userOffsetMs: number): Alignment {
    return createAlignment({ recordingStartMs: this.startMs, cuts: this.cuts, userOffsetMs });
  }
}
