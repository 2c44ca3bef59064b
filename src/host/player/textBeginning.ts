/** Reads ahead of the page what it shows first of a transcript. */
import { readTranscriptBeginning } from '../../archive/transcriptBeginning.ts';
import { transcriptsOf } from '../../transcript/transcriptsOf.ts';
import type { OpenedConversation } from './conversationReader.ts';

/** Of one transcript file. */
export interface TextBeginning {
  /** Absolute. */
  readonly path: string;
  /** As of `readTranscriptBeginning`. */
  readonly text: string;
}

/**
 * The first phrases of the transcript that belongs to the first recording: that is what a page shows which was not left elsewhere.
 * @returns undefined when there is none, when it is made of several files, whose phrases are merged by time, and when it cannot be read
 */
export async function readTextBeginning(
  { archived, prepared }: Pick<OpenedConversation, 'archived' | 'prepared'>,
  signal: AbortSignal,
): Promise<TextBeginning | undefined> {
  const first = archived.recordings.find(({ recording }) => prepared.has(recording.id))?.recording;
  if (first === undefined && archived.texts.length > 0) {
    return undefined;
  }
  const [transcript, ...others] = transcriptsOf(
    archived.transcripts,
    first === undefined
      ? undefined
      : { recordingId: first.id, communicationId: first.communicationId },
    ({ path }) => path,
  );
  if (transcript === undefined || others.length > 0) {
    return undefined;
  }
  const text = await readTranscriptBeginning(transcript.path, signal);
  return text === undefined ? undefined : { path: transcript.path, text };
}
