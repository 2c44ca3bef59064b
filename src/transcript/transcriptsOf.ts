/** Which transcript files belong to which recording. */

interface TranscriptPlace {
  readonly communicationId: string;
  readonly recordingId: string | undefined;
}

/**
 * The transcripts that belong to a recording: its own, else those of its communication, else all (a conversation with one
 * recording, or none). Each file once.
 * @param keyOf what tells files apart: address or path
 */
export function transcriptsOf<T extends TranscriptPlace>(
  transcripts: readonly T[],
  recording:
    { readonly recordingId: string; readonly communicationId: string | undefined } | undefined,
  keyOf: (transcript: T) => string,
): readonly T[] {
  const distinct = [...new Map(transcripts.map((item) => [keyOf(item), item])).values()];
  if (recording === undefined) {
    return distinct;
  }
  const own = distinct.filter(({ recordingId }) => recordingId === recording.recordingId);
  if (own.length > 0) {
    return own;
  }
  const unassigned = distinct.filter(({ recordingId }) => recordingId === undefined);
  const same = unassigned.filter(
    ({ communicationId }) => communicationId === recording.communicationId,
  );
  return same.length > 0 ? same : unassigned;
}
