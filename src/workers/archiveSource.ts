/** The archive's files as the catalogue takes them in. Wires the archive's readers to the catalogue's port; holds no state. */
import { join, relative, sep } from 'node:path';
import { Archive, type ArchiveDeps } from '../archive/archive.ts';
import type { ArchivedNames } from '../archive/archivedNames.ts';
import { folderSignature } from '../archive/indexing/folderSignature.ts';
import {
  readIndexedConversation,
  type IndexedItem,
} from '../archive/indexing/indexedConversation.ts';
import { guardStorage } from '../archive/storageError.ts';
import { errors } from '../base/appError.ts';
import type {
  CatalogueContent,
  CatalogueDocument,
  CatalogueLabel,
  CatalogueSource,
  ListedDocument,
} from '../catalogue/catalogueDocument.ts';
import { toConversationFacts } from '../model/conversationFacts.ts';
import { isSafeName, parseConversationId } from '../model/ids.ts';

/** @throws AppError `notFound` | `corrupt` | `unsupported` | `storage` when there is no archive to read */
export async function openArchiveSource(
  archivePath: string,
  archiveId: string,
  deps: ArchiveDeps,
  signal: AbortSignal,
): Promise<CatalogueSource> {
  const archive = await Archive.open(archivePath, undefined, deps, signal);
  if (archive.id !== archiveId) {
    throw errors.conflict(
      `Another archive lies in this folder now. Open it again before searching it: ${archivePath}`,
    );
  }
  return {
    list: (listSignal) => listSigned(archive, listSignal),
    read: (listed, readSignal) => readDocument(archive.rootPath, listed, readSignal),
  };
}

/**
 * One conversation as it is listed; undefined when its folder is gone.
 * @throws AppError `input` for a folder that is none of the archive's, `storage`
 */
export async function findListed(
  archivePath: string,
  params: { readonly conversationId: string; readonly folder: string },
): Promise<ListedDocument | undefined> {
  const { folder } = params;
  if (!folder.split('/').every(isSafeName)) {
    throw errors.input('A folder of the archive has a path of safe names');
  }
  const signature = await guardStorage(() =>
    Promise.resolve().then(() => folderSignature(join(archivePath, folder))),
  );
  return signature === undefined
    ? undefined
    : { conversationId: parseConversationId(params.conversationId), folder, signature };
}

/**
 * Reads one conversation. @see CatalogueSource.read
 * @throws AppError `storage` when its files went away or changed meanwhile (a drive that was unplugged, a folder that was moved), so that
 * nothing of it counts as read
 */
export async function readDocument(
  rootPath: string,
  listed: ListedDocument,
  signal: AbortSignal,
): Promise<CatalogueDocument> {
  const folderPath = join(rootPath, listed.folder);
  const document = await readListed(folderPath, listed, signal).catch((error: unknown) => {
    if (!signal.aborted) {
      refuseChanged(folderPath, listed);
    }
    throw error;
  });
  return { ...document, content: refusingChanges(document.content, folderPath, listed) };
}

/** What is missing of a conversation is a problem of its own only as long as it is the one that was listed. */
async function* refusingChanges(
  content: CatalogueDocument['content'],
  folderPath: string,
  listed: ListedDocument,
): AsyncGenerator<readonly CatalogueContent[], void, undefined> {
  for await (const items of content) {
    if (items.some(({ kind }) => kind === 'problem')) {
      refuseChanged(folderPath, listed);
    }
    yield items;
  }
}

/** @throws AppError `storage` */
function refuseChanged(folderPath: string, { signature }: ListedDocument): void {
  if (folderSignature(folderPath) !== signature) {
    throw errors.storage(
      `The files of this conversation changed or went away while they were read. The next sync of the catalogue reads them again: ${folderPath}`,
    );
  }
}

async function readListed(
  folderPath: string,
  listed: ListedDocument,
  signal: AbortSignal,
): Promise<CatalogueDocument> {
  const indexed = await readIndexedConversation(folderPath, signal);
  const { conversation, names, recordings, tags } = indexed;
  const facts = toConversationFacts(conversation);
  return {
    ...listed,
    startMs: conversation.startMs,
    endMs: conversation.endMs,
    media: facts.mediaType.toLowerCase(),
    direction: facts.direction,
    participants: conversation.participants.map(({ id, name, purpose, userId }) => ({
      id,
      name,
      purpose,
      userId,
    })),
    recordings: recordings.map(({ id, media, startMs, outputDurationMs }) => ({
      id,
      media,
      startMs,
      durationMs: outputDurationMs,
    })),
    labels: [
      ...named('queue', facts.queueIds, names.queues),
      ...named('agent', facts.agentIds, names.users),
      ...named('wrapup', facts.wrapUpCodeIds, names.wrapUpCodes),
      ...named('division', conversation.divisionIds, names.divisions),
      ...tags.map((tag) => ({ kind: 'tag' as const, id: tag, name: tag })),
    ],
    content: toContent(indexed.items, conversation.startMs),
  };
}

async function* listSigned(
  archive: Archive,
  signal: AbortSignal,
): AsyncGenerator<ListedDocument, void, undefined> {
  for await (const { conversationId, folderPath } of archive.list(signal)) {
    const folder = relative(archive.rootPath, folderPath).split(sep).join('/');
    const signature = await guardStorage(() =>
      Promise.resolve().then(() => folderSignature(folderPath)),
    );
    if (signature !== undefined) {
      yield { conversationId, folder, signature };
    }
  }
}

async function* toContent(
  lists: AsyncIterable<readonly IndexedItem[]>,
  conversationStartMs: number,
): AsyncGenerator<readonly CatalogueContent[], void, undefined> {
  for await (const items of lists) {
    yield items.map((item) => toItem(item, conversationStartMs));
  }
}

function toItem(item: IndexedItem, conversationStartMs: number): CatalogueContent {
  switch (item.kind) {
    case 'phrase':
      return { ...item, source: 'speech' };
    case 'message':
    case 'note':
      return {
        kind: 'phrase',
        source: item.kind,
        role: item.role,
        text: item.text,
        startMs: item.startMs ?? conversationStartMs,
        durationMs: 0,
        communicationId: item.communicationId,
        recordingId: item.recordingId,
      };
    case 'sentiment':
    case 'topic':
    case 'problem':
      return item;
  }
}

function named(
  kind: CatalogueLabel['kind'],
  ids: readonly string[],
  names: ArchivedNames[keyof ArchivedNames],
): readonly CatalogueLabel[] {
  return ids.map((id) => ({ kind, id, name: names.get(id) ?? id }));
}
