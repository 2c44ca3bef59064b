/**
 * `deletions/<conversationId>.json` in the archive: what is being deleted, until all of it is gone, and afterwards that it was deleted
 * on purpose. Owns the shape and the place; deletes nothing itself.
 */
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errors, isAppError } from '../../base/appError.ts';
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
} from '../../base/decode.ts';
import { isSafeName, parseConversationId, type ConversationId } from '../../model/ids.ts';
import { ensureFolder, syncFolder } from '../durableFile.ts';
import {
  checkFormatVersion,
  formatVersion,
  isSafeRelativePath,
  manifestName,
  readSmallFile,
} from '../manifest.ts';
import { errnoOf } from '../storageError.ts';

const deletionsName = 'deletions';
const recordSuffix = '.json';
const maxRecordBytes = 32 * 1024 * 1024;

/** A file as the manifest had it, or as it was found (then without a hash). */
export interface DeletedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string | undefined;
}

/** Something that could not be removed: tried again on the next run. */
export interface RemainingItem {
  /** Relative path, or `catalogue` and the like for what lies elsewhere. */
  readonly item: string;
  /** Error number or code. */
  readonly problem: string;
}

export interface DeletionRecord {
  readonly conversationId: ConversationId;
  /** The same in every receipt of this deletion, however often it had to be gone on with. */
  readonly deletionId: string;
  /** Undefined while something remains. */
  readonly deletedAtMs: number | undefined;
  readonly requestedAtMs: number;
  readonly reason: string;
  /** The policy in words; undefined when a person chose the conversation. */
  readonly policy: string | undefined;
  /** The conversation's folder, relative to the archive. */
  readonly folder: string;
  /** Everything that is to go or has gone. */
  readonly files: readonly DeletedFile[];
  /** What the last attempt had to leave. */
  readonly remaining: readonly RemainingItem[];
}

/** Where the record of a conversation lies. */
export function deletionRecordPath(rootPath: string, id: ConversationId): string {
  return join(rootPath, deletionsName, `${id}${recordSuffix}`);
}

/** Makes the folder of the records. @throws AppError `storage` when a link stands in its place */
export async function ensureDeletionsFolder(rootPath: string): Promise<void> {
  await ensureFolder(rootPath, [deletionsName]);
}

/**
 * The record of a conversation; undefined when it was never deleted.
 * @throws AppError `corrupt`, `unsupported`; file system errors as they are
 */
export async function readDeletionRecord(
  rootPath: string,
  id: ConversationId,
  signal: AbortSignal,
): Promise<DeletionRecord | undefined> {
  const path = deletionRecordPath(rootPath, id);
  const text = await readSmallFile(path, maxRecordBytes, signal);
  if (text === undefined) {
    return undefined;
  }
  try {
    return decodeRecord(parseJson(text, deletionsName), id);
  } catch (error) {
    if (isAppError(error, 'unsupported')) {
      throw error;
    }
    throw errors.corrupt(
      `The record of a deletion is damaged. Look whether the conversation is still there, then remove the record: ${path}`,
      { cause: error },
    );
  }
}

/**
 * Ids of all conversations that were deleted on purpose, or are being deleted: a sync leaves them out.
 * @throws file system errors as they are
 */
export async function readDeletedIds(rootPath: string): Promise<ReadonlySet<ConversationId>> {
  const names = await readdir(join(rootPath, deletionsName)).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') {
      return [];
    }
    throw error;
  });
  return new Set(
    names
      .filter((name) => name.endsWith(recordSuffix))
      .map((name) => name.slice(0, -recordSuffix.length))
      .filter((name) => isSafeName(name))
      .map((name) => parseConversationId(name)),
  );
}

/** True when the folder is only what a deletion had to leave: there is a record, and no manifest any more. */
export async function isDeletedFolder(
  rootPath: string,
  id: ConversationId,
  folderPath: string,
): Promise<boolean> {
  return (
    !(await exists(join(folderPath, manifestName))) &&
    (await exists(deletionRecordPath(rootPath, id)))
  );
}

/**
 * Takes the conversation as never deleted, since somebody asks for it again. Ends a deletion that was not finished. Only as the one
 * writer of the archive and of the conversation.
 */
export async function forgetDeletion(rootPath: string, id: ConversationId): Promise<void> {
  const path = deletionRecordPath(rootPath, id);
  if (await exists(path)) {
    await rm(path);
    await syncFolder(join(rootPath, deletionsName));
  }
}

/** A small file: the list of files goes once they are gone, the audit log keeps it. */
export function encodeDeletionRecord(record: DeletionRecord): string {
  const { deletedAtMs, requestedAtMs, ...rest } = record;
  return `${JSON.stringify(
    {
      formatVersion,
      ...rest,
      requestedAt: new Date(requestedAtMs).toISOString(),
      deletedAt: deletedAtMs === undefined ? undefined : new Date(deletedAtMs).toISOString(),
    },
    undefined,
    2,
  )}\n`;
}

function decodeRecord(value: unknown, id: ConversationId): DeletionRecord {
  const record = asRecord(value, '');
  checkFormatVersion(required(record, 'formatVersion', '', asNumber));
  if (required(record, 'conversationId', '', asString) !== id) {
    failDecode('conversationId', 'the one of the file name');
  }
  return {
    conversationId: id,
    deletionId: required(record, 'deletionId', '', asString),
    deletedAtMs: optional(record, 'deletedAt', '', asTimeMs),
    requestedAtMs: required(record, 'requestedAt', '', asTimeMs),
    reason: required(record, 'reason', '', asString),
    policy: optional(record, 'policy', '', asString),
    folder: required(record, 'folder', '', (folder, path) => asFolder(folder, path, id)),
    files: listOf(record, 'files', '', decodeFile),
    remaining: listOf(record, 'remaining', '', (item, path) => ({
      item: required(asRecord(item, path), 'item', path, asString),
      problem: required(asRecord(item, path), 'problem', path, asString),
    })),
  };
}

/** Only ever a conversation's own folder: the record comes from the archive and may be anybody's. */
function asFolder(value: unknown, path: string, id: ConversationId): string {
  const folder = asString(value, path);
  return /^conversations\/\d{4}\/\d{2}\/\d{2}\/[^/]+$/u.test(folder) && folder.endsWith(`/${id}`)
    ? folder
    : failDecode(path, 'the folder of the conversation');
}

function decodeFile(value: unknown, path: string): DeletedFile {
  const record = asRecord(value, path);
  return {
    path: required(record, 'path', path, (text, textPath) => {
      const relative = asString(text, textPath);
      return isSafeRelativePath(relative)
        ? relative
        : failDecode(textPath, 'a relative path of safe names');
    }),
    bytes: required(record, 'bytes', path, asNumber),
    sha256: optional(record, 'sha256', path, asString),
  };
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}
