/**
 * One archived conversation as reports count it: what its manifest lists, what is missing and why, whether the files lie there.
 * Reads the manifest, the detail and file sizes; hashes nothing (that is Verify's matter).
 */
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { isAppError } from '../../base/appError.ts';
import type { Conversation } from '../../model/conversation.ts';
import { customerCommunicationIds } from '../../model/conversationFacts.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { AbsentItem } from '../absence.ts';
import type { ListedConversation } from '../archive.ts';
import { namesContent, type ArchivedNames } from '../archivedNames.ts';
import { contentPath } from '../compression.ts';
import { entryPath, readManifest, type Manifest } from '../manifest.ts';
import { guardStorage } from '../storageError.ts';
import { toConversationLabel, type LabelNames } from './conversationLabel.ts';
import type { ArchiveReader } from './reportPorts.ts';

/** Parts of a conversation that a download can leave out. */
export type ConversationPart = 'recordings' | 'transcripts';

export interface LocalConversation {
  readonly conversationId: ConversationId;
  /** In words and names; empty when it cannot be read. */
  readonly label: string;
  /** Undefined when it cannot be read. */
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  /** Files of the manifest, those of the history included. */
  readonly fileCount: number;
  readonly totalBytes: number;
  /** What `toContentDigest` says; `unreadable` without a readable manifest. */
  readonly contentDigest: string;
  /** Sentences: what cannot be read, is missing on disk, or has another size than the manifest says. */
  readonly problems: readonly string[];
  readonly absent: readonly AbsentItem[];
  /** What no download asked for so far. */
  readonly notRequested: readonly ConversationPart[];
}

/** @throws AppError `storage` when the disk cannot be read; damage is in the result */
export async function readLocalConversation(
  archive: Pick<ArchiveReader, 'readDetail'>,
  { conversationId, folderPath }: Pick<ListedConversation, 'conversationId' | 'folderPath'>,
  signal: AbortSignal,
): Promise<LocalConversation> {
  return await guardStorage(async () => {
    try {
      const manifest = await readManifest(folderPath, signal);
      if (manifest === undefined) {
        return unreadable(conversationId, 'There is no manifest: a download was never finished.');
      }
      if (manifest.conversationId !== conversationId) {
        return unreadable(conversationId, 'The manifest is that of another conversation.');
      }
      const sizes = await checkSizes(folderPath, manifest);
      const detail = await readDetail(archive, folderPath, signal);
      const { files, absent } = manifest;
      return {
        conversationId,
        label: detail.label,
        startMs: detail.conversation?.startMs,
        endMs: detail.conversation?.endMs,
        fileCount: files.length,
        totalBytes: files.reduce((total, file) => total + file.storedBytes, 0),
        contentDigest: toContentDigest(manifest),
        problems: [...detail.problems, ...sizes],
        absent,
        notRequested: notRequestedOf(manifest, detail.conversation),
      };
    } catch (error) {
      if (isAppError(error, 'corrupt') || isAppError(error, 'protocol')) {
        return unreadable(conversationId, error.message);
      }
      throw error;
    }
  });
}

/**
 * SHA-256 over what the conversation consists of: a line for each file (path, bytes and SHA-256 of its content) and for each
 * absent item (item and reason), sorted. Times of download do not count, nor how files are packed, nor the names beside them.
 */
export function toContentDigest({ files, absent }: Pick<Manifest, 'files' | 'absent'>): string {
  const lines = [
    ...files
      .filter(({ path }) => contentPath(path) !== namesContent)
      .map(
        (file) =>
          `file\t${contentPath(file.path)}\t${String(file.contentBytes)}\t${file.contentSha256}\n`,
      ),
    ...absent.map(({ item, reason }) => `absent\t${item}\t${reason}\n`),
  ];
  return createHash('sha256').update(lines.sort().join('')).digest('hex');
}

/** Names as stored with a conversation; an id without one is its own name. */
export function toLabelNames({ queues, users }: ArchivedNames): LabelNames {
  return {
    queueName: (id) => queues.get(id) ?? id,
    userName: (id) => users.get(id) ?? id,
  };
}

async function readDetail(
  archive: Pick<ArchiveReader, 'readDetail'>,
  folderPath: string,
  signal: AbortSignal,
): Promise<{
  readonly conversation: Conversation | undefined;
  readonly label: string;
  readonly problems: readonly string[];
}> {
  try {
    const { conversation, names } = await archive.readDetail(folderPath, signal);
    const label = toConversationLabel(conversation, toLabelNames(names));
    return { conversation, label, problems: [] };
  } catch (error) {
    if (!isAppError(error)) {
      throw error;
    }
    // The file that is missing is named among the sizes.
    const problems = error.code === 'storage' ? [] : ['The conversation detail cannot be read.'];
    return { conversation: undefined, label: '', problems };
  }
}

async function checkSizes(folderPath: string, manifest: Manifest): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const file of manifest.files) {
    const stats = await lstat(entryPath(folderPath, file)).catch(() => undefined);
    const replacement = manifest.replacing.find(({ path }) => path === file.path);
    if (stats?.isFile() !== true) {
      problems.push(`The file is missing: ${file.path}`);
    } else if (stats.size !== file.storedBytes && stats.size !== replacement?.storedBytes) {
      problems.push(`The file has another size than the manifest says: ${file.path}`);
    }
  }
  return problems;
}

function notRequestedOf(
  { files, absent }: Manifest,
  conversation: Conversation | undefined,
): readonly ConversationPart[] {
  const has = (part: ConversationPart): boolean =>
    files.some(({ path }) => path.startsWith(`${part}/`)) ||
    absent.some(({ item }) => item === part || item.startsWith(`${part}/`));
  const mayHaveTranscripts =
    conversation !== undefined && customerCommunicationIds(conversation).length > 0;
  const parts: ConversationPart[] = [];
  if (!has('recordings')) {
    parts.push('recordings');
  }
  if (!has('transcripts') && mayHaveTranscripts) {
    parts.push('transcripts');
  }
  return parts;
}

function unreadable(conversationId: ConversationId, problem: string): LocalConversation {
  return {
    conversationId,
    label: '',
    startMs: undefined,
    endMs: undefined,
    fileCount: 0,
    totalBytes: 0,
    contentDigest: 'unreadable',
    problems: [problem],
    absent: [],
    notRequested: [],
  };
}
