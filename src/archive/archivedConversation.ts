/**
 * Reads one conversation's folder back: what the manifest lists, decoded; media and transcripts only by path. Knows nothing of
 * where the folder lies.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../base/assert.ts';
import { errors, isAppError, throwIfCancelled } from '../base/appError.ts';
import { parseJson } from '../base/decode.ts';
import { decodeConversation } from '../genesys/decoders/conversation.ts';
import { decodeRecording } from '../genesys/decoders/recording.ts';
import type { Conversation } from '../model/conversation.ts';
import type { CommunicationId, RecordingId } from '../model/ids.ts';
import type { Recording } from '../model/recording.ts';
import { isTextRecording } from './absence.ts';
import { decodeArchivedNames, namesContent, noNames, type ArchivedNames } from './archivedNames.ts';
import { compressionOf, contentPath, createUnpacker } from './compression.ts';
import { isHistory } from './history.ts';
import {
  entryPath,
  findContent,
  readManifest,
  type Manifest,
  type ManifestFile,
} from './manifest.ts';
import { errnoOf, guardStorage } from './storageError.ts';
import { currentTranscripts, importedFrom } from './transcriptFiles.ts';

/** The analytics detail of an archived conversation with the names of its ids. */
export interface ArchivedDetail {
  readonly conversation: Conversation;
  /** Names as they were known at download; empty when none were. */
  readonly names: ArchivedNames;
}

/** A conversation of the archive, decoded from its files. */
export interface ArchivedConversation extends ArchivedDetail {
  readonly folderPath: string;
  readonly manifest: Manifest;
  /** The analytics detail as received. */
  readonly rawJson: string;
  readonly recordings: readonly ArchivedRecording[];
  /** Recording objects of what was held in writing, gzip: they hold the messages. In the order of time. */
  readonly texts: readonly { readonly recordingId: RecordingId; readonly path: string }[];
  /** Transcript files, packed, as received inside. */
  readonly transcripts: readonly {
    readonly communicationId: CommunicationId;
    readonly recordingId: RecordingId | undefined;
    readonly path: string;
    /** Name of the file that a person imported it from; undefined for the platform's own. */
    readonly importedFrom: string | undefined;
  }[];
}

export interface ArchivedRecording {
  readonly recording: Recording;
  /** Media files ordered by channel key; empty for text media and when none is stored. */
  readonly files: readonly {
    readonly channel: string;
    readonly path: string;
    /** Where its base peaks belong; the file may not exist yet. */
    readonly peaksPath: string;
  }[];
}

/** Content in a conversation's folder that holds its analytics detail. */
export const detailContent = 'conversation.json';

/** Far above real details; a bigger one is not taken into memory. */
const maxJsonBytes = 256 * 1024 * 1024;

/**
 * Only the detail and the names: what a list of conversations shows.
 * @throws AppError `notFound` when the folder holds no whole conversation, `corrupt` when a file does not decode, `storage`
 */
export async function readArchivedDetail(
  folderPath: string,
  signal: AbortSignal,
): Promise<ArchivedDetail> {
  return await guardStorage(async () => {
    const { conversation, names } = await readDetail(folderPath, signal);
    return { conversation, names };
  });
}

/**
 * Everything that the manifest lists; media and transcripts only by path.
 * @throws AppError `notFound` when the folder holds no whole conversation, `corrupt` when a file does not decode, `storage`
 */
export async function readArchivedConversation(
  folderPath: string,
  signal: AbortSignal,
): Promise<ArchivedConversation> {
  return await guardStorage(async () => {
    const { manifest, ...detail } = await readDetail(folderPath, signal);
    const files = manifest.files.filter((file) => !isHistory(file));
    const recordings = await readRecordings(folderPath, manifest, files, signal);
    return {
      folderPath,
      manifest,
      ...detail,
      recordings,
      texts: recordings.flatMap(({ recording }) =>
        isTextRecording(recording)
          ? files
              .filter((file) => file.recordingId === recording.id && isRecordingObject(file))
              .map((file) => ({ recordingId: recording.id, path: entryPath(folderPath, file) }))
          : [],
      ),
      transcripts: currentTranscripts(files).flatMap((file) =>
        file.communicationId !== undefined
          ? [
              {
                communicationId: file.communicationId,
                recordingId: file.recordingId,
                path: entryPath(folderPath, file),
                importedFrom: importedFrom(file),
              },
            ]
          : [],
      ),
    };
  });
}

async function readDetail(
  folderPath: string,
  signal: AbortSignal,
): Promise<ArchivedDetail & Pick<ArchivedConversation, 'manifest' | 'rawJson'>> {
  const manifest = await readManifest(folderPath, signal);
  const detail = findContent(manifest?.files ?? [], detailContent);
  if (manifest === undefined || detail === undefined) {
    throw errors.notFound(
      `This conversation is not fully in the archive. Download it again: ${folderPath}`,
    );
  }
  const rawJson = await readStoredText(entryPath(folderPath, detail), signal);
  return {
    manifest,
    rawJson,
    conversation: decodeStored(rawJson, detail, decodeConversation),
    names: await readArchivedNames(folderPath, manifest.files, signal),
  };
}

/** A convenience beside the evidence: names that cannot be read are as good as none. */
export async function readArchivedNames(
  folderPath: string,
  files: readonly ManifestFile[],
  signal: AbortSignal,
): Promise<ArchivedNames> {
  const file = findContent(files, namesContent);
  if (file === undefined) {
    return noNames;
  }
  try {
    return decodeArchivedNames(
      parseJson(await readStoredText(entryPath(folderPath, file), signal), file.path),
    );
  } catch (error) {
    if (isAppError(error) || errnoOf(error) !== undefined) {
      return noNames;
    }
    throw error;
  }
}

async function readRecordings(
  folderPath: string,
  { conversationId }: Manifest,
  files: readonly ManifestFile[],
  signal: AbortSignal,
): Promise<readonly ArchivedRecording[]> {
  const recordings: ArchivedRecording[] = [];
  for (const file of files) {
    if (file.recordingId !== undefined && isRecordingObject(file)) {
      const text = await readStoredText(entryPath(folderPath, file), signal);
      const recording = decodeStored(text, file, (value, path) =>
        decodeRecording(value, path, conversationId),
      );
      recordings.push({ recording, files: mediaOf(folderPath, files, file.recordingId) });
    }
  }
  return recordings.sort((a, b) => (a.recording.startMs ?? 0) - (b.recording.startMs ?? 0));
}

function isRecordingObject({ path }: ManifestFile): boolean {
  return path.startsWith('recordings/') && contentPath(path).endsWith('.json');
}

function mediaOf(
  folderPath: string,
  files: readonly ManifestFile[],
  id: RecordingId,
): ArchivedRecording['files'] {
  return files
    .flatMap((file) =>
      file.recordingId === id && file.channel !== undefined
        ? [
            {
              channel: file.channel,
              path: entryPath(folderPath, file),
              peaksPath: join(folderPath, 'recordings', `${id}.${file.channel}.dat`),
            },
          ]
        : [],
    )
    .sort((a, b) => a.channel.localeCompare(b.channel, 'en', { numeric: true }));
}

function decodeStored<T>(
  text: string,
  file: ManifestFile,
  decode: (value: unknown, path: string) => T,
): T {
  try {
    return decode(parseJson(text, file.path), '');
  } catch (error) {
    throw errors.corrupt(
      `A file of the archive is damaged. Download the conversation again: ${file.path}`,
      { cause: error },
    );
  }
}

/** Text of a packed file of bounded size. @throws AppError `corrupt`, `unsupported`; file system errors as they are */
export async function readStoredText(path: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const source = createReadStream(path, { signal });
  const compression = compressionOf(path);
  assert(compression !== undefined, 'Stored text is packed');
  const unpacked = createUnpacker(compression);
  source.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
  try {
    for await (const chunk of unpacked) {
      sizeBytes += (chunk as Buffer).length;
      if (sizeBytes > maxJsonBytes) {
        throw errors.corrupt(`A file of the archive is far larger than it can be: ${path}`);
      }
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throwIfCancelled(signal);
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EACCES') {
      throw error;
    }
    throw errors.corrupt(
      `A file of the archive is damaged. Download the conversation again: ${path}`,
      {
        cause: error,
      },
    );
  } finally {
    source.destroy();
  }
  return Buffer.concat(chunks).toString('utf8');
}
