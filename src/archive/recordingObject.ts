/**
 * Stores what the platform says of a recording, without signed links, and leaves the stored object alone when only values differ
 * that change from request to request. Knows nothing of media.
 */
import { throwIfCancelled } from '../base/appError.ts';
import { isRecord } from '../base/decode.ts';
import type { Fetched } from '../model/fetched.ts';
import type { Recording } from '../model/recording.ts';
import { isTextRecording } from './absence.ts';
import { readStoredText } from './archivedConversation.ts';
import { contentPath, packedPath } from './compression.ts';
import type { ConversationWriter, StoredFile } from './conversationWriter.ts';
import { regularFileSize } from './durableFile.ts';
import { isHistory } from './history.ts';
import { entryPath } from './manifest.ts';
import { withoutSignedLinks } from './signedLinks.ts';

/** Stores the object as the content `path`, which ends with `.json`. @throws AppError `storage` */
export async function storeRecordingObject(
  writer: ConversationWriter,
  path: string,
  { value, rawJson, source, fetchedAtMs }: Fetched<Recording>,
  signal: AbortSignal,
): Promise<StoredFile> {
  const fresh = withoutSignedLinks(rawJson);
  const held = await writer.findIntact((file) => contentPath(file.path) === path, signal);
  if (held !== undefined) {
    const heldText = await readStoredText(entryPath(writer.folderPath, held), signal);
    if (isSameRecording(heldText, fresh)) {
      return { file: held, isUnchanged: true };
    }
  }
  const unlisted = await readUnlisted(writer, path, signal);
  const text = unlisted !== undefined && isSameRecording(unlisted, fresh) ? unlisted : fresh;
  return await writer.storeJson(
    {
      path,
      source,
      fetchedAtMs,
      verifiedAgainst: ['json'],
      recordingId: value.id,
      communicationId: undefined,
      channel: undefined,
      validator: undefined,
    },
    text,
    signal,
    // Messages are read by the player as they lie, and a browser unpacks gzip only.
    isTextRecording(value) ? 'gzip' : undefined,
  );
}

/** What a killed download left whole under the final name, and had not noted in the manifest yet. */
async function readUnlisted(
  writer: ConversationWriter,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (writer.files.some((file) => !isHistory(file) && contentPath(file.path) === path)) {
    return undefined;
  }
  for (const compression of ['gzip', 'zstd'] as const) {
    const packedName = packedPath(path, compression);
    const packedAt = entryPath(writer.folderPath, { path: packedName });
    if (writer.mayHave(packedName) && (await regularFileSize(packedAt)) !== undefined) {
      try {
        return await readStoredText(packedAt, signal);
      } catch {
        // Damaged: it goes to the history when the fresh one takes its place.
        throwIfCancelled(signal);
      }
    }
  }
  return undefined;
}

/**
 * Counters of the organisation and of the request's own transcoding, and signed links: they tell nothing of the recording.
 * @see Recording
 */
const volatileKeys: ReadonlySet<string> = new Set([
  'actualTranscodeTimeMs',
  'estimatedTranscodeTimeMs',
  'maxAllowedRestorationsForOrg',
  'remainingRestorationsAllowedForOrg',
  'mediaUri',
]);

/**
 * True when two texts of a recording object differ in nothing but the order of keys and what changes on every request: ids of
 * hold annotations, signed links, transcoding times, the organisation's restoration counters.
 */
export function isSameRecording(heldText: string, freshText: string): boolean {
  try {
    return heldText === freshText || lastingText(heldText) === lastingText(freshText);
  } catch {
    // Damaged JSON is replaced, and kept in the history.
    return false;
  }
}

function lastingText(text: string): string {
  return JSON.stringify(JSON.parse(text, keepLasting));
}

/** A reviver: sees the innermost values first. */
function keepLasting(key: string, value: unknown): unknown {
  if (volatileKeys.has(key)) {
    return undefined;
  }
  if (!isRecord(value)) {
    return value;
  }
  const type = value['type'];
  const isHold = typeof type === 'string' && type.toLowerCase() === 'hold';
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !(isHold && name === 'id'))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
