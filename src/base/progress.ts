/** How long work reports where it is. Reporters may call as often as they like; receivers throttle. */
export interface ByteProgress {
  readonly doneBytes: number;
  /** Undefined while nobody knows. */
  readonly totalBytes: number | undefined;
}
