/**
 * Reads an archived conversation for an index: its facts, and its words as a stream in constant memory. Damaged or overlong
 * files cost only themselves. Knows nothing of the index.
 */
import { lstatSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errors, isAppError, messageOf } from '../../base/appError.ts';
import { asRecord, parseJson, type JsonRecord } from '../../base/decode.ts';
import { decodeConversation } from '../../genesys/decoders/conversation.ts';
import { decodeRecording } from '../../genesys/decoders/recording.ts';
import type { Conversation } from '../../model/conversation.ts';
import { isCustomer } from '../../model/conversationFacts.ts';
import type { CommunicationId, RecordingId } from '../../model/ids.ts';
import type { Recording } from '../../model/recording.ts';
import { TranscriptTextReader, type TranscriptPart } from '../../transcript/transcriptText.ts';
import { detailContent } from '../archivedConversation.ts';
import {
  decodeArchivedNames,
  namesContent,
  noNames,
  type ArchivedNames,
} from '../archivedNames.ts';
import { compressionOf, contentPath } from '../compression.ts';
import { isHistory } from '../history.ts';
import {
  entryPath,
  findContent,
  manifestName,
  maxManifestBytes,
  parseManifest,
  type ManifestFile,
} from '../manifest.ts';
import { errnoOf, guardStorage, toStorageError } from '../storageError.ts';
import { currentTranscripts } from '../transcriptFiles.ts';
import { maxUnpackedBytes, unpackedChunks } from './unpackedChunks.ts';
import { readMessages, readNotesText, type NoteText, type WrittenText } from './writtenText.ts';

export type IndexedItem =
  | (TranscriptPart & IndexedOrigin)
  | (WrittenText & IndexedOrigin & { readonly kind: 'message' | 'note' })
  /** Why a file, or the rest of it, is not in the stream. */
  | { readonly kind: 'problem'; readonly message: string };

interface IndexedOrigin {
  readonly communicationId: CommunicationId | undefined;
  readonly recordingId: RecordingId | undefined;
}

export interface IndexedConversation {
  readonly conversation: Conversation;
  readonly names: ArchivedNames;
  readonly recordings: readonly Recording[];
  readonly tags: readonly string[];
  /** Everything that is said and written, in lists of bounded size. Read once. */
  readonly items: AsyncIterable<readonly IndexedItem[]>;
}

/** Detail, names, recording objects, notes: far above real ones. */
const maxObjectBytes = 64 * 1024 * 1024;
const maxNotesBytes = 16 * 1024 * 1024;
const notesName = 'notes.json';

/**
 * @throws AppError `notFound` when the folder holds no whole conversation, `corrupt` when its detail cannot be read,
 * `unsupported`, `storage`
 */
export async function readIndexedConversation(
  folderPath: string,
  signal: AbortSignal,
): Promise<IndexedConversation> {
  return await guardStorage(async () => {
    const manifestPath = join(folderPath, manifestName);
    const text = readSmall(manifestPath, maxManifestBytes);
    const manifest = text === undefined ? undefined : parseManifest(text, manifestPath);
    // In the manifest they stand in the order in which they came, which means nothing.
    const files = (manifest?.files ?? [])
      .filter((file) => !isHistory(file))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const detail = findContent(files, detailContent);
    if (detail === undefined) {
      throw errors.notFound(
        `This conversation is not fully in the archive. Download it again: ${folderPath}`,
      );
    }
    const conversation = decodeConversation(await readObject(folderPath, detail, signal));
    const problems: IndexedItem[] = [];
    const tolerated = async <T>(work: Promise<T>, fallback: T): Promise<T> => {
      try {
        return await work;
      } catch (error) {
        problems.push(toProblem(error));
        return fallback;
      }
    };
    const objects: { readonly raw: JsonRecord; readonly recording: Recording }[] = [];
    for (const file of files.filter(isRecordingObject)) {
      const raw = await tolerated(readObject(folderPath, file, signal), undefined);
      if (raw !== undefined) {
        const recording = await tolerated(
          Promise.resolve().then(() => decodeRecording(raw, '', conversation.id)),
          undefined,
        );
        if (recording !== undefined) {
          objects.push({ raw, recording });
        }
      }
    }
    const { notes, tags } = await tolerated(
      Promise.resolve().then(() => readNotes(folderPath, conversation.startMs)),
      noNotes,
    );
    return {
      conversation,
      names: await readNames(folderPath, files, signal),
      recordings: objects.map(({ recording }) => recording),
      tags,
      items: streamItems({ folderPath, conversation, files, objects, notes, problems }, signal),
    };
  });
}

interface ItemSources {
  readonly folderPath: string;
  readonly conversation: Conversation;
  readonly files: readonly ManifestFile[];
  readonly objects: readonly { readonly raw: JsonRecord; readonly recording: Recording }[];
  readonly notes: readonly NoteText[];
  readonly problems: readonly IndexedItem[];
}

async function* streamItems(
  { folderPath, conversation, files, objects, notes, problems }: ItemSources,
  signal: AbortSignal,
): AsyncGenerator<readonly IndexedItem[], void, undefined> {
  yield [
    ...problems,
    ...[...notes, ...wrapUpNotes(conversation)].map((note) => ({
      kind: 'note' as const,
      ...note,
      communicationId: undefined,
    })),
  ];
  const addresses = customerAddresses(conversation);
  const isCustomersAddress = (address: string): boolean => addresses.has(address.toLowerCase());
  for (const { raw, recording } of objects) {
    const { id: recordingId, communicationId } = recording;
    yield readMessages(raw, isCustomersAddress).map((message) => ({
      kind: 'message' as const,
      ...message,
      startMs: message.startMs ?? recording.startMs,
      communicationId,
      recordingId,
    }));
  }
  for (const file of currentTranscripts(files)) {
    const recording = objects.find(({ recording: { id } }) => id === file.recordingId)?.recording;
    yield* transcriptItems(folderPath, file, recording?.startMs ?? conversation.startMs, signal);
  }
}

async function* transcriptItems(
  folderPath: string,
  file: ManifestFile,
  startMs: number,
  signal: AbortSignal,
): AsyncGenerator<readonly IndexedItem[], void, undefined> {
  const { communicationId, recordingId } = file;
  const reader = new TranscriptTextReader(startMs);
  const withOrigin = (parts: readonly TranscriptPart[]): readonly IndexedItem[] =>
    parts.map((part) => ({ ...part, communicationId, recordingId }));
  try {
    for await (const chunk of contentChunks(folderPath, file, maxUnpackedBytes, signal)) {
      const parts = reader.push(chunk);
      if (parts.length > 0) {
        yield withOrigin(parts);
      }
    }
    yield withOrigin(reader.finish());
  } catch (error) {
    yield [toProblem(error)];
  }
}

function contentChunks(
  folderPath: string,
  file: ManifestFile,
  maxBytes: number,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const compression = compressionOf(file.path);
  if (compression === undefined) {
    throw errors.corrupt(`The archive keeps such a file packed, and this one is not: ${file.path}`);
  }
  return unpackedChunks(entryPath(folderPath, file), compression, maxBytes, signal);
}

/** @throws AppError `storage` when the file system refuses a file, which may be over the next time; others than a file's content as they are */
function toProblem(error: unknown): IndexedItem {
  if (isAppError(error, 'corrupt') || isAppError(error, 'protocol')) {
    return { kind: 'problem', message: messageOf(error) };
  }
  if (errnoOf(error) === 'ENOENT') {
    return { kind: 'problem', message: 'A file that the manifest lists is missing' };
  }
  throw toStorageError(error);
}

async function readObject(
  folderPath: string,
  file: ManifestFile,
  signal: AbortSignal,
): Promise<JsonRecord> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of contentChunks(folderPath, file, maxObjectBytes, signal)) {
    chunks.push(Buffer.from(chunk));
  }
  return asRecord(parseJson(Buffer.concat(chunks).toString('utf8'), file.path), '');
}

/** A convenience: names that cannot be read are as good as none. */
async function readNames(
  folderPath: string,
  files: readonly ManifestFile[],
  signal: AbortSignal,
): Promise<ArchivedNames> {
  const file = findContent(files, namesContent);
  if (file === undefined) {
    return noNames;
  }
  try {
    return decodeArchivedNames(await readObject(folderPath, file, signal));
  } catch (error) {
    toProblem(error);
    return noNames;
  }
}

const noNotes = { notes: [], tags: [] };

function readNotes(folderPath: string, startMs: number): ReturnType<typeof readNotesText> {
  const text = readSmall(join(folderPath, notesName), maxNotesBytes);
  return text === undefined ? noNotes : readNotesText(parseJson(text, notesName), startMs);
}

/** The text of a plain file of bounded size; undefined when it is missing. */
function readSmall(path: string, maxBytes: number): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) {
    return undefined;
  }
  if (stats.size > maxBytes) {
    throw errors.corrupt(`A file of the archive is far larger than it can be: ${path}`);
  }
  return readFileSync(path, 'utf8');
}

function isRecordingObject({ path }: ManifestFile): boolean {
  return dirname(path) === 'recordings' && contentPath(path).endsWith('.json');
}

/** What agents wrote when they wrapped up. */
function wrapUpNotes(conversation: Conversation): readonly NoteText[] {
  return conversation.participants.flatMap(({ sessions }) =>
    sessions.flatMap(({ segments }) =>
      segments.flatMap(({ wrapUpNote, startMs }) =>
        wrapUpNote === undefined || wrapUpNote === ''
          ? []
          : [{ role: 'note', text: wrapUpNote, startMs, recordingId: undefined }],
      ),
    ),
  );
}

function customerAddresses(conversation: Conversation): ReadonlySet<string> {
  return new Set(
    conversation.participants
      .filter(isCustomer)
      .flatMap(({ sessions }) => sessions.flatMap(({ ani, dnis, remote }) => [ani, dnis, remote]))
      .flatMap((address) => (address === undefined ? [] : [address.toLowerCase()])),
  );
}
