/**
 * The archive folder (format 1): where things are, what belongs to whom, reading. Writing is `downloadConversation`'s matter.
 * Knows nothing of the network.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, lstat, mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { errors, throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { asNumber, asRecord, asString, parseJson, required } from '../base/decode.ts';
import type { Log } from '../base/log.ts';
import { decodeConversation } from '../genesys/decoders/conversation.ts';
import { decodeRecording } from '../genesys/decoders/recording.ts';
import type { Conversation } from '../model/conversation.ts';
import {
  isSafeName,
  parseConversationId,
  parseOrganisationId,
  type CommunicationId,
  type ConversationId,
  type OrganisationId,
  type RecordingId,
} from '../model/ids.ts';
import type { Recording } from '../model/recording.ts';
import { isHistory } from './conversationWriter.ts';
import { ensureFolder, PartialWriter, renameDurably, syncFolder } from './durableFile.ts';
import {
  checkFormatVersion,
  entryPath,
  formatVersion,
  readManifest,
  readSmallFile,
  type Manifest,
  type ManifestFile,
} from './manifest.ts';
import { errnoOf, guardStorage } from './storageError.ts';

/** Whose conversations an archive holds. */
export interface ArchiveIdentity {
  readonly organisationId: OrganisationId;
  readonly region: string;
}

export interface ArchiveDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** A conversation of the archive, decoded from its files. */
export interface ArchivedConversation {
  readonly folderPath: string;
  readonly manifest: Manifest;
  readonly conversation: Conversation;
  /** The analytics detail as received. */
  readonly rawJson: string;
  readonly recordings: readonly ArchivedRecording[];
  /** Transcript files, gzip, as received inside. */
  readonly transcripts: readonly {
    readonly communicationId: CommunicationId;
    readonly recordingId: RecordingId | undefined;
    readonly path: string;
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

export interface ListedConversation {
  readonly conversationId: ConversationId;
  readonly folderPath: string;
  /** UTC day of its start, `2026-11-05`. */
  readonly day: string;
}

const archiveFileName = 'archive.json';
const conversationsName = 'conversations';
/** Far above real details; a bigger one is not taken into memory. */
const maxJsonBytes = 256 * 1024 * 1024;
const maxArchiveFileBytes = 64 * 1024;

/** An open archive. Holds no handles: nothing to dispose of. */
export class Archive {
  /** Absolute, links in it resolved. */
  readonly rootPath: string;
  /** Made when the archive was; stays when the folder moves. */
  readonly id: string;
  private readonly foundFolders = new Map<ConversationId, string>();

  private constructor(rootPath: string, id: string) {
    this.rootPath = rootPath;
    this.id = id;
  }

  /**
   * Opens the archive at `rootPath`. With an identity, a folder that is no archive yet becomes one; without, it is only read.
   * @throws AppError `conflict` when it belongs to another organisation, `unsupported` when a newer version wrote it, `corrupt`
   * when its `archive.json` is damaged, `notFound` when there is none and no identity was given, `storage`
   */
  static async open(
    rootPath: string,
    identity: ArchiveIdentity | undefined,
    deps: ArchiveDeps,
    signal: AbortSignal,
  ): Promise<Archive> {
    throwIfCancelled(signal);
    return await guardStorage(async () => {
      const existing = await readArchiveFile(rootPath, signal);
      if (existing === undefined && identity === undefined) {
        throw errors.notFound(
          `There is no archive here yet. Download a conversation to make one, or choose another archive folder: ${rootPath}`,
        );
      }
      const file = existing ?? (await createArchive(rootPath, identity, deps, signal));
      if (identity !== undefined && identity.organisationId !== file.organisationId) {
        throw errors.conflict(
          `The archive folder belongs to another organisation (${file.organisationId}, region ${file.region}). Choose another archive folder in the settings, or sign in to that organisation; you are signed in to: ${identity.organisationId}, region ${identity.region}`,
          { details: { archive: file.organisationId, signedIn: identity.organisationId } },
        );
      }
      return new Archive(await realpath(rootPath), file.archiveId);
    });
  }

  /**
   * Where a conversation belongs: `conversations/YYYY/MM/DD/<id>` by the UTC day of its start. The folder may not exist.
   * @throws AppError `protocol` for a start that is no date of a four-digit year
   */
  conversationFolder(id: ConversationId, startMs: number): string {
    return join(this.rootPath, ...conversationSegments(id, startMs));
  }

  /** Makes the folder of a conversation and returns it. @throws AppError `storage` */
  async createConversationFolder(id: ConversationId, startMs: number): Promise<string> {
    return await ensureFolder(this.rootPath, conversationSegments(id, startMs));
  }

  /** Folder of a conversation whose day is not known; undefined when it is not archived. One look a day folder. */
  async find(id: ConversationId, signal: AbortSignal): Promise<string | undefined> {
    return await guardStorage(async () => {
      const known = this.foundFolders.get(id);
      if (known !== undefined && (await isFolder(known))) {
        return known;
      }
      this.foundFolders.delete(id);
      for await (const { path } of this.days(signal)) {
        const folderPath = join(path, id);
        if (await isFolder(folderPath)) {
          this.foundFolders.set(id, folderPath);
          return folderPath;
        }
      }
      return undefined;
    });
  }

  /** All conversations, newest day first, ordered by id within a day. Folders with names of other kinds are passed over. */
  async *list(signal: AbortSignal): AsyncIterable<ListedConversation> {
    for await (const { path, day } of this.days(signal)) {
      for (const name of (await folderNames(path)).sort()) {
        throwIfCancelled(signal);
        if (isSafeName(name)) {
          yield { conversationId: parseConversationId(name), folderPath: join(path, name), day };
        }
      }
    }
  }

  /**
   * Reads what the manifest lists; media and transcripts only by path.
   * @throws AppError `notFound` when the folder holds no whole conversation, `corrupt` when a file does not decode, `storage`
   */
  async read(folderPath: string, signal: AbortSignal): Promise<ArchivedConversation> {
    return await guardStorage(async () => {
      const manifest = await readManifest(folderPath, signal);
      const detail = manifest?.files.find(({ path }) => path === 'conversation.json.gz');
      if (manifest === undefined || detail === undefined) {
        throw errors.notFound(
          `This conversation is not fully in the archive. Download it again: ${folderPath}`,
        );
      }
      const files = manifest.files.filter((file) => !isHistory(file));
      const rawJson = await readGzipText(entryPath(folderPath, detail), signal);
      const conversation = decodeStored(rawJson, detail, decodeConversation);
      const recordings: ArchivedRecording[] = [];
      for (const file of files) {
        if (file.recordingId !== undefined && isRecordingObject(file)) {
          const text = await readGzipText(entryPath(folderPath, file), signal);
          const recording = decodeStored(text, file, (value, path) =>
            decodeRecording(value, path, manifest.conversationId),
          );
          recordings.push({ recording, files: mediaOf(folderPath, files, file.recordingId) });
        }
      }
      recordings.sort((a, b) => (a.recording.startMs ?? 0) - (b.recording.startMs ?? 0));
      return {
        folderPath,
        manifest,
        conversation,
        rawJson,
        recordings,
        transcripts: files.flatMap((file) =>
          file.path.startsWith('transcripts/') && file.communicationId !== undefined
            ? [
                {
                  communicationId: file.communicationId,
                  recordingId: file.recordingId,
                  path: entryPath(folderPath, file),
                },
              ]
            : [],
        ),
      };
    });
  }

  private async *days(signal: AbortSignal): AsyncIterable<{ path: string; day: string }> {
    const root = join(this.rootPath, conversationsName);
    for (const year of await datedFolders(root, /^\d{4}$/u)) {
      for (const month of await datedFolders(join(root, year), /^\d{2}$/u)) {
        for (const date of await datedFolders(join(root, year, month), /^\d{2}$/u)) {
          throwIfCancelled(signal);
          yield { path: join(root, year, month, date), day: `${year}-${month}-${date}` };
        }
      }
    }
  }
}

function conversationSegments(id: ConversationId, startMs: number): readonly string[] {
  if (!(startMs >= 0 && startMs < Date.UTC(10_000, 0))) {
    throw errors.protocol(
      'The start of a conversation is no time that the archive can file it under',
    );
  }
  const [year = '', month = '', date = ''] = new Date(startMs)
    .toISOString()
    .slice(0, 10)
    .split('-');
  return [conversationsName, year, month, date, id];
}

interface ArchiveFile {
  readonly archiveId: string;
  readonly organisationId: OrganisationId;
  readonly region: string;
}

async function readArchiveFile(
  rootPath: string,
  signal: AbortSignal,
): Promise<ArchiveFile | undefined> {
  const path = join(rootPath, archiveFileName);
  const text = await readSmallFile(path, maxArchiveFileBytes, signal);
  if (text === undefined) {
    return undefined;
  }
  const record = decodeOrCorrupt(path, () => asRecord(parseJson(text, archiveFileName), ''));
  checkFormatVersion(decodeOrCorrupt(path, () => required(record, 'formatVersion', '', asNumber)));
  return decodeOrCorrupt(path, () => ({
    archiveId: required(record, 'archiveId', '', asString),
    organisationId: parseOrganisationId(required(record, 'organisationId', '', asString)),
    region: required(record, 'region', '', asString),
  }));
}

function decodeOrCorrupt<T>(path: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw errors.corrupt(
      `A file of the archive is damaged. Restore it from a copy, or download again: ${path}`,
      { cause: error },
    );
  }
}

/** Two windows may do this at once: the file appears whole, and the first one counts. */
async function createArchive(
  rootPath: string,
  identity: ArchiveIdentity | undefined,
  { clock }: ArchiveDeps,
  signal: AbortSignal,
): Promise<ArchiveFile> {
  if (identity === undefined) {
    throw errors.bug('An archive is only made for an organisation');
  }
  await mkdir(rootPath, { recursive: true });
  const path = join(rootPath, archiveFileName);
  const archiveId = randomUUID();
  const { organisationId, region } = identity;
  const createdAt = new Date(clock.nowMs()).toISOString();
  const content = { formatVersion, archiveId, organisationId, region, createdAt };
  const partialPath = `${path}.${archiveId}.partial`;
  const writer = await PartialWriter.create(partialPath);
  try {
    await writer.append(Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`));
    await writer.sync();
  } finally {
    await writer.close();
  }
  try {
    await link(partialPath, path);
    await rm(partialPath);
    await syncFolder(rootPath);
  } catch (error) {
    // ENOENT: who came first has tidied up already.
    if (errnoOf(error) === 'EEXIST' || errnoOf(error) === 'ENOENT') {
      await rm(partialPath, { force: true });
    } else {
      // No hard links here (FAT, some shares).
      await renameDurably(partialPath, path);
    }
  }
  return (await readArchiveFile(rootPath, signal)) ?? { archiveId, organisationId, region };
}

function isRecordingObject({ path }: ManifestFile): boolean {
  return path.startsWith('recordings/') && path.endsWith('.json.gz');
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
  return decodeOrCorrupt(file.path, () => decode(parseJson(text, file.path), ''));
}

async function readGzipText(path: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const source = createReadStream(path, { signal });
  const unpacked = createGunzip();
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

/** Newest first. */
async function datedFolders(path: string, pattern: RegExp): Promise<readonly string[]> {
  return (await folderNames(path))
    .filter((name) => pattern.test(name))
    .sort()
    .reverse();
}

/** Names of true folders: links are passed over. */
async function folderNames(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await lstat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
