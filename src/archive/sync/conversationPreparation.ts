/**
 * Everything about a conversation that must be known before its media are asked for: its detail, what the archive holds of it, which
 * of its recordings are to be brought. Writes nothing.
 */
import { createHash } from 'node:crypto';
import { isAppError } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { UndecodableRecording } from '../../genesys/genesysApi.ts';
import type { Conversation } from '../../model/conversation.ts';
import type { Fetched } from '../../model/fetched.ts';
import type { RecordingId } from '../../model/ids.ts';
import type { Recording } from '../../model/recording.ts';
import { absenceByState, isTextRecording, type AbsentItem } from '../absence.ts';
import type { Archive } from '../archive.ts';
import { regularFileSize } from '../durableFile.ts';
import { isHistory } from '../history.ts';
import type { FoundConversation } from '../integrity/manifestSeal.ts';
import { entryPath, readManifest, type Manifest } from '../manifest.ts';
import type { PageSpool } from './pageSpool.ts';
import type { ItemRecord } from './syncEvents.ts';
import type { SyncSource } from './syncPorts.ts';
import type { SyncRequest } from './syncRequest.ts';

export interface PreparationDeps {
  readonly archive: Archive;
  readonly source: Pick<SyncSource, 'fetchConversation' | 'fetchRecordings'>;
  readonly spool: PageSpool;
  readonly request: SyncRequest;
  readonly clock: Clock;
}

/** A conversation with the recordings that the platform lists, none of them with media. */
export interface PreparedConversation {
  readonly item: ItemRecord;
  readonly detail: Fetched<Conversation>;
  readonly recordings: readonly Fetched<Recording>[];
  readonly undecodable: readonly UndecodableRecording[];
  /** Why they could not be listed. */
  readonly listFailure: Error | undefined;
  /** Recordings whose media the archive lacks and the platform may have. */
  readonly wanted: readonly RecordingId[];
}

/** The archive holds all of a conversation that can be had. */
export interface ArchivedAlready extends FoundConversation {
  readonly absent: readonly AbsentItem[];
}

/**
 * Tells what is absent, and why, when the archive holds exactly this already: then it took no request beside, at most, that for
 * the detail.
 * @throws AppError when the detail cannot be had, or the listing fails for a reason that concerns everything; AbortError
 */
export async function prepareConversation(
  deps: PreparationDeps,
  item: ItemRecord,
  signal: AbortSignal,
): Promise<PreparedConversation | ArchivedAlready> {
  const detail = await findDetail(deps, item, signal);
  const folderPath = deps.archive.conversationFolder(detail.value.id, detail.value.startMs);
  const manifest = await readSoundManifest(folderPath, signal);
  if (manifest !== undefined && isArchived(manifest, detail, deps.request)) {
    const { absent, updatedAtMs } = manifest;
    return { absent, conversationId: detail.value.id, folderPath, updatedAtMs };
  }
  const isListed = deps.request.parts.includes('recordings');
  const base = { item, detail, undecodable: [], listFailure: undefined, wanted: [] };
  if (!isListed) {
    return { ...base, recordings: [] };
  }
  const undecodable: UndecodableRecording[] = [];
  try {
    const recordings = await deps.source.fetchRecordings(
      detail.value.id,
      {
        format: 'NONE',
        maxWaitMs: 0,
        onUndecodable: (recording) => {
          undecodable.push(recording);
        },
      },
      signal,
    );
    const wanted = recordings.flatMap(({ value }) =>
      isWanted(value, deps, manifest) ? [value.id] : [],
    );
    return { ...base, recordings, undecodable, wanted };
  } catch (error) {
    if (!isAppError(error) || ['auth', 'storage', 'bug'].includes(error.code)) {
      throw error;
    }
    return { ...base, recordings: [], listFailure: error };
  }
}

/** What discovery found, unless that may be out of date: later attempts and open conversations are asked for anew. */
async function findDetail(
  { spool, source }: PreparationDeps,
  item: ItemRecord,
  signal: AbortSignal,
): Promise<Fetched<Conversation>> {
  const isFresh = item.attempts === 0 || !item.isOpen;
  const found = isFresh ? await spool.read(item, signal) : undefined;
  return found?.value.id === item.conversationId
    ? found
    : await source.fetchConversation(item.conversationId, signal);
}

/** The manifest when every file that it names is there in its size. */
async function readSoundManifest(
  folderPath: string,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  try {
    const manifest = await readManifest(folderPath, signal);
    for (const file of manifest?.files ?? []) {
      const isThere = (await regularFileSize(entryPath(folderPath, file))) === file.storedBytes;
      if (!isThere && !isHistory(file)) {
        return undefined;
      }
    }
    return manifest;
  } catch (error) {
    if (isAppError(error, 'corrupt')) {
      return undefined;
    }
    throw error;
  }
}

function isArchived(
  { settled, absent }: Manifest,
  detail: Fetched<Conversation>,
  { parts }: SyncRequest,
): boolean {
  return (
    settled !== undefined &&
    detail.value.endMs !== undefined &&
    parts.every((part) => settled.parts.includes(part)) &&
    absent.every(({ nextAttemptAtMs }) => nextAttemptAtMs === undefined) &&
    settled.detailSha256 === createHash('sha256').update(detail.rawJson).digest('hex')
  );
}

function isWanted(
  recording: Recording,
  { request, clock }: PreparationDeps,
  manifest: Manifest | undefined,
): boolean {
  return (
    !isTextRecording(recording) &&
    (recording.media !== 'screen' || request.includesScreenRecordings) &&
    absenceByState(recording, clock.nowMs()) === undefined &&
    !isHeld(recording.id, manifest)
  );
}

/** Media do not change; but only a download that came to its end brought all of a recording's files. */
function isHeld(id: RecordingId, manifest: Manifest | undefined): boolean {
  return (
    manifest?.settled?.parts.includes('recordings') === true &&
    manifest.files.some(
      (file) => file.recordingId === id && file.channel !== undefined && !isHistory(file),
    ) &&
    !manifest.absent.some(({ item }) => `${item}/`.startsWith(`recordings/${id}/`))
  );
}
