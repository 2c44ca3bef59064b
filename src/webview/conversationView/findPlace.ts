/** Finds the recording, phrase and word of a place that the host names by time. Pure. */
import type { ConversationPlace, RecordingSnapshot } from '../../protocol/conversationView.ts';
import { findWord } from '../../transcript/findWord.ts';
import type { TranscriptRow } from './transcriptRows.ts';

/** The recording itself, else the one of the communication that covers the time, else any that does. */
export function recordingOfPlace(
  recordings: readonly RecordingSnapshot[],
  { recordingId, communicationId, timeMs }: ConversationPlace,
): RecordingSnapshot | undefined {
  const covers = ({ startMs, durationMs, cuts }: RecordingSnapshot): boolean =>
    startMs !== undefined &&
    startMs <= timeMs &&
    timeMs < startMs + durationMs + cuts.reduce((sum, cut) => sum + cut.durationMs, 0);
  const ofCommunication = recordings.filter(
    (recording) =>
      recording.communicationId !== undefined && recording.communicationId === communicationId,
  );
  return (
    recordings.find((recording) => recording.recordingId === recordingId) ??
    ofCommunication.find(covers) ??
    recordings.find(covers) ??
    ofCommunication[0]
  );
}

/**
 * The row that begins nearest to the time, and the first of its words that is one of the place's. For an exact place the last one that
 * has begun by then.
 */
export function findPlace(
  rows: readonly TranscriptRow[],
  place: ConversationPlace,
): { readonly phraseIndex: number; readonly wordIndex: number | undefined } | undefined {
  const distanceMs = ({ phrase: { startMs } }: TranscriptRow): number =>
    place.isExact === true && startMs > place.timeMs
      ? Number.POSITIVE_INFINITY
      : Math.abs(startMs - place.timeMs);
  const wordOf = ({ phrase }: TranscriptRow): number => findWord(phrase.words, place.words);
  let nearest: TranscriptRow | undefined;
  for (const row of rows) {
    // Both sides may begin to speak at once: the phrase with the word is meant.
    if (
      nearest === undefined ||
      distanceMs(row) < distanceMs(nearest) ||
      (distanceMs(row) === distanceMs(nearest) && wordOf(nearest) < 0 && wordOf(row) >= 0)
    ) {
      nearest = row;
    }
  }
  if (nearest === undefined) {
    return undefined;
  }
  const wordIndex = wordOf(nearest);
  return { phraseIndex: nearest.phraseIndex, wordIndex: wordIndex < 0 ? undefined : wordIndex };
}
