/** What is to be heard on one channel of a recording, on the audio's own clock (cuts removed), before it becomes samples. */

export interface ChannelAudio {
  readonly durationMs: number;
  /** In order of start; they may overlap when both parties are on one channel. */
  readonly bursts: readonly Burst[];
  /** Where hold music plays, as offsets. */
  readonly music: readonly { readonly startMs: number; readonly endMs: number }[];
}

/** One spoken word. */
export interface Burst {
  readonly startMs: number;
  readonly durationMs: number;
  /** Of the speaker's voice in this word. */
  readonly pitchHz: number;
  /** 0 to 1. */
  readonly loudness: number;
  readonly syllableCount: number;
  /** Chooses the vowels. */
  readonly timbre: number;
}
