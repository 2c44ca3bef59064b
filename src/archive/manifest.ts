/**
 * The manifest of a conversation: every file with its sizes and hashes, every absent item with its reason. Owns the shape on
 * disk (format 1) and its decoding; knows nothing of how files come to be.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { errors, isAppError } from '../base/appError.ts';
import {
  asNumber,
  asRecord,
  asString,
  asTimeMs,
  failDecode,
  listOf,
  optional,
  parseJson,
  required,
} from '../base/decode.ts';
import {
  isSafeName,
  parseCommunicationId,
  parseConversationId,
  parseRecordingId,
  type CommunicationId,
  type ConversationId,
  type RecordingId,
} from '../model/ids.ts';
import { reasonCodes, type AbsentItem } from './absence.ts';
import { contentPath } from './compression.ts';
import { regularFileSize } from './durableFile.ts';

export const manifestName = 'manifest.json';
export const formatVersion = 1;

/** Far above any real manifest: a conversation has a handful of files. */
export const maxManifestBytes = 16 * 1024 * 1024;

/**
 * What a file was checked against when it was stored: `size` the length that the storage announced, `outputSize` the size that
 * the recording object states, `duration` its stated duration, `checksum:<algorithm>` a checksum of the storage, `container`
 * the lengths inside the file, `json` its grammar. `ownHash` alone means: hashed, compared with nothing.
 */
export type Verification =
  'size' | 'outputSize' | 'duration' | `checksum:${string}` | 'container' | 'json' | 'ownHash';

export interface ManifestFile {
  /** Relative to the conversation's folder, with `/`. */
  readonly path: string;
  readonly storedBytes: number;
  /** Lower-case hexadecimal, as all hashes here. */
  readonly storedSha256: string;
  /** Of what is inside a packed file (`.gz`, `.zst`; not of attachments), else the same as stored. */
  readonly contentBytes: number;
  readonly contentSha256: string;
  /** Method and path template of the request that led to it. */
  readonly source: string;
  readonly fetchedAtMs: number;
  readonly verifiedAgainst: readonly Verification[];
  readonly recordingId: RecordingId | undefined;
  readonly communicationId: CommunicationId | undefined;
  /** Channel key of a media file. */
  readonly channel: string | undefined;
  /** Strong validator under which the storage offers exactly these bytes. */
  readonly validator: string | undefined;
}

export interface Manifest {
  readonly formatVersion: number;
  readonly conversationId: ConversationId;
  readonly updatedAtMs: number;
  readonly files: readonly ManifestFile[];
  /**
   * New entries for names that `files` also holds: a crash in the moment of replacement leaves either file under the name, and
   * both are whole. The next download settles it. Empty otherwise.
   */
  readonly replacing: readonly ManifestFile[];
  readonly absent: readonly AbsentItem[];
  /** Undefined until a download of a whole part came to its end. */
  readonly settled: SettledParts | undefined;
}

/**
 * Parts that a download brought to their end: everything that the platform listed then is in `files`, or in `absent` with its
 * reason. A crash on the way leaves them as they were before.
 */
export interface SettledParts {
  readonly parts: readonly ('recordings' | 'transcripts')[];
  /** Content of the conversation's detail at the time. */
  readonly detailSha256: string;
}

/** True for a relative path of safe names, such as `recordings/4711.0.wav`. */
export function isSafeRelativePath(path: string): boolean {
  const segments = path.split('/');
  return segments.length <= 6 && segments.every((segment) => isSafeName(segment));
}

/**
 * The current entry that holds this content, however it is packed; undefined when there is none.
 * @param content such as `conversation.json`
 */
export function findContent(
  files: readonly ManifestFile[],
  content: string,
): ManifestFile | undefined {
  return files.find(({ path }) => contentPath(path) === content);
}

/** The absolute path of an entry, which was decoded or made by this layer. */
export function entryPath(folderPath: string, file: Pick<ManifestFile, 'path'>): string {
  return join(folderPath, ...file.path.split('/'));
}

/**
 * Reads the manifest of a conversation's folder; undefined when there is none.
 * @throws AppError `corrupt` when it cannot be read as one, `unsupported` when a newer version wrote it
 */
export async function readManifest(
  folderPath: string,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  const path = join(folderPath, manifestName);
  const text = await readSmallFile(path, maxManifestBytes, signal);
  return text === undefined ? undefined : parseManifest(text, path);
}

/**
 * The manifest in the text of its file.
 * @throws AppError `corrupt` when it cannot be read as one, `unsupported` when a newer version wrote it
 */
export function parseManifest(text: string, path: string): Manifest {
  try {
    return decodeManifest(parseJson(text, manifestName));
  } catch (error) {
    if (isAppError(error, 'unsupported')) {
      throw error;
    }
    throw errors.corrupt(
      `The manifest of an archived conversation is damaged. Download the conversation again to repair it: ${path}`,
      { cause: error },
    );
  }
}

/** The text of a file of bounded size; undefined when it is missing. @throws AppError `corrupt` when it is larger. */
export async function readSmallFile(
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const size = await regularFileSize(path);
  if (size === undefined) {
    return undefined;
  }
  if (size > maxBytes) {
    throw errors.corrupt(`A file of the archive is far larger than it can be: ${path}`);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { signal, end: maxBytes })) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Text of a manifest as it is stored: times as ISO-8601, keys in a fixed order. */
export function encodeManifest(manifest: Manifest): string {
  return `${JSON.stringify(
    {
      formatVersion: manifest.formatVersion,
      conversationId: manifest.conversationId,
      updatedAt: toIso(manifest.updatedAtMs),
      files: manifest.files.map(encodeFile),
      replacing: manifest.replacing.length === 0 ? undefined : manifest.replacing.map(encodeFile),
      absent: manifest.absent.map(({ item, reason, message, nextAttemptAtMs }) => ({
        item,
        reason,
        message,
        nextAttemptAt: nextAttemptAtMs === undefined ? undefined : toIso(nextAttemptAtMs),
      })),
      settled: manifest.settled,
    },
    undefined,
    2,
  )}\n`;
}

/** @throws AppError `unsupported` for a format version that this product does not know. */
export function checkFormatVersion(version: number): void {
  if (version !== formatVersion) {
    throw errors.unsupported(
      `The archive was written by a newer version of this extension. Update the extension to open it; its format version is: ${String(version)}`,
    );
  }
}

/** @throws AppError `protocol` with the path of what is wrong, `unsupported` for a newer format */
export function decodeManifest(value: unknown): Manifest {
  const record = asRecord(value, '');
  const version = required(record, 'formatVersion', '', asNumber);
  checkFormatVersion(version);
  return {
    formatVersion: version,
    conversationId: parseConversationId(required(record, 'conversationId', '', asString)),
    updatedAtMs: required(record, 'updatedAt', '', asTimeMs),
    files: listOf(record, 'files', '', decodeFile),
    replacing: listOf(record, 'replacing', '', decodeFile),
    absent: listOf(record, 'absent', '', decodeAbsent),
    settled: optional(record, 'settled', '', decodeSettled),
  };
}

function encodeFile(file: ManifestFile): Readonly<Record<string, unknown>> {
  const { fetchedAtMs, ...rest } = file;
  return { ...rest, fetchedAt: toIso(fetchedAtMs) };
}

function decodeFile(value: unknown, path: string): ManifestFile {
  const record = asRecord(value, path);
  const text = (key: string): string => required(record, key, path, asString);
  return {
    path: required(record, 'path', path, asRelativePath),
    storedBytes: required(record, 'storedBytes', path, asNumber),
    storedSha256: text('storedSha256'),
    contentBytes: required(record, 'contentBytes', path, asNumber),
    contentSha256: text('contentSha256'),
    source: text('source'),
    fetchedAtMs: required(record, 'fetchedAt', path, asTimeMs),
    verifiedAgainst: listOf(record, 'verifiedAgainst', path, asVerification),
    recordingId: optional(record, 'recordingId', path, (id, idPath) =>
      parseRecordingId(asString(id, idPath)),
    ),
    communicationId: optional(record, 'communicationId', path, (id, idPath) =>
      parseCommunicationId(asString(id, idPath)),
    ),
    channel: optional(record, 'channel', path, asString),
    validator: optional(record, 'validator', path, asString),
  };
}

function decodeAbsent(value: unknown, path: string): AbsentItem {
  const record = asRecord(value, path);
  const code = required(record, 'reason', path, asString);
  return {
    item: required(record, 'item', path, asString),
    // A reason that a later version added must not make the conversation unreadable.
    reason: reasonCodes.find((known) => known === code) ?? 'platformError',
    message: required(record, 'message', path, asString),
    nextAttemptAtMs: optional(record, 'nextAttemptAt', path, asTimeMs),
  };
}

function decodeSettled(value: unknown, path: string): SettledParts {
  const record = asRecord(value, path);
  const parts = listOf(record, 'parts', path, asString);
  return {
    parts: (['recordings', 'transcripts'] as const).filter((part) => parts.includes(part)),
    detailSha256: required(record, 'detailSha256', path, asString),
  };
}

function asRelativePath(value: unknown, path: string): string {
  const text = asString(value, path);
  return isSafeRelativePath(text) ? text : failDecode(path, 'a relative path of safe names');
}

function asVerification(value: unknown, path: string): Verification {
  const text = asString(value, path);
  switch (text) {
    case 'size':
    case 'outputSize':
    case 'duration':
    case 'container':
    case 'json':
    case 'ownHash':
      return text;
    default:
      return text.startsWith('checksum:')
        ? `checksum:${text.slice('checksum:'.length)}`
        : failDecode(path, 'a known verification');
  }
}

function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
