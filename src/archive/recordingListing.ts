/** Asks the platform which recordings a conversation has, with media where it is ready. Stores nothing. */
import { isAppError } from '../base/appError.ts';
import type { Fetched } from '../model/fetched.ts';
import type { Recording, RecordingFormat } from '../model/recording.ts';
import type { UndecodableRecording } from '../genesys/genesysApi.ts';
import type { DownloadRun } from './downloadRun.ts';

export interface RecordingListing {
  readonly recordings: readonly Fetched<Recording>[];
  /** What the platform listed in a form that cannot be read. */
  readonly undecodable: readonly UndecodableRecording[];
  /** Listed without media because the platform still transcodes. */
  readonly isTranscoding: boolean;
}

/** Without media: one cheap request. Empty when the permission for recordings is missing. */
export async function listRecordingsOnly(run: DownloadRun): Promise<RecordingListing> {
  try {
    return { ...(await fetchAll(run, 'NONE')), isTranscoding: false };
  } catch (error) {
    if (isAppError(error, 'forbidden')) {
      return { recordings: [], undecodable: [], isTranscoding: false };
    }
    throw error;
  }
}

/** With links to media in the format of the request, without them when transcoding takes too long. */
export async function listRecordingsWithMedia(run: DownloadRun): Promise<RecordingListing> {
  try {
    return { ...(await fetchAll(run, run.request.format)), isTranscoding: false };
  } catch (error) {
    if (!isAppError(error, 'remote') || error.details['status'] !== 202) {
      throw error;
    }
    run.deps.log.info('The recordings of a conversation are still being transcoded', {
      conversationId: run.conversation.id,
    });
    return { ...(await fetchAll(run, 'NONE')), isTranscoding: true };
  }
}

async function fetchAll(
  run: DownloadRun,
  format: RecordingFormat,
): Promise<Pick<RecordingListing, 'recordings' | 'undecodable'>> {
  const undecodable: UndecodableRecording[] = [];
  const recordings = await fetchInFormat(run, format, (recording) => undecodable.push(recording));
  return { recordings, undecodable };
}

/** The recordings that decode, with links in this format. */
export async function fetchInFormat(
  run: DownloadRun,
  format: RecordingFormat,
  onUndecodable?: (recording: UndecodableRecording) => void,
): Promise<readonly Fetched<Recording>[]> {
  const { deps, request, conversation, progress, signal } = run;
  return await deps.source.fetchRecordings(
    conversation.id,
    {
      format,
      maxWaitMs: request.maxTranscodeWaitMs,
      onTranscoding: () => {
        progress.start('Waiting for the platform to transcode');
      },
      onUndecodable,
    },
    signal,
  );
}
