/**
 * `archive.json`: what makes a folder an archive, and whose it is. Owns its making and reading; knows nothing of conversations.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errors } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { asNumber, asRecord, asString, parseJson, required } from '../base/decode.ts';
import { parseOrganisationId, type OrganisationId } from '../model/ids.ts';
import { PartialWriter, renameDurably, syncFolder } from './durableFile.ts';
import { checkFormatVersion, formatVersion, readSmallFile } from './manifest.ts';
import { errnoOf } from './storageError.ts';

/** Whose conversations an archive holds. */
export interface ArchiveIdentity {
  readonly organisationId: OrganisationId;
  readonly region: string;
}

const archiveFileName = 'archive.json';
const maxArchiveFileBytes = 64 * 1024;

export interface ArchiveFile extends ArchiveIdentity {
  readonly archiveId: string;
}

/**
 * What the folder says of itself; undefined when it is no archive.
 * @throws AppError `corrupt` when it is damaged, `unsupported` when a newer version wrote it
 */
export async function readArchiveFile(
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

/** Makes the folder an archive. Two windows may do this at once: the file appears whole, and the first one counts. */
export async function createArchiveFile(
  rootPath: string,
  { organisationId, region }: ArchiveIdentity,
  clock: Clock,
  signal: AbortSignal,
): Promise<ArchiveFile> {
  await mkdir(rootPath, { recursive: true });
  const path = join(rootPath, archiveFileName);
  const archiveId = randomUUID();
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
