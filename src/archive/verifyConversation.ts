/**
 * Checks an archived conversation against its manifest: presence, sizes, hashes, gzip, JSON, WAV containers. Streams, so that
 * it takes constant memory in a worker; changes nothing.
 */
import { lstat } from 'node:fs/promises';
import { isAppError, messageOf, throwIfCancelled } from '../base/appError.ts';
import { hashFile, type FileHash } from './fileHash.ts';
import { JsonCheck } from './jsonCheck.ts';
import { entryPath, manifestName, readManifest, type ManifestFile } from './manifest.ts';
import { checkMedia } from './mediaCheck.ts';
import { errnoOf, guardStorage } from './storageError.ts';

export interface VerifiedConversation {
  /** Files of the manifest, those of the history included. */
  readonly fileCount: number;
  /** Bytes that were found on disk for them. */
  readonly totalBytes: number;
  /** Empty when everything is as the manifest says. Paths are relative to the folder. */
  readonly problems: readonly FileProblem[];
}

export interface FileProblem {
  readonly path: string;
  /** A sentence that names what differs. */
  readonly problem: string;
}

/**
 * Reads every file of the manifest once. A file in the middle of being replaced (a crash between two steps) may be the old or
 * the new one.
 * @throws AppError `storage` when the folder itself cannot be read
 */
export async function verifyConversation(
  folderPath: string,
  signal: AbortSignal,
): Promise<VerifiedConversation> {
  return await guardStorage(async () => {
    let manifest;
    try {
      manifest = await readManifest(folderPath, signal);
    } catch (error) {
      if (!isAppError(error)) {
        throw error;
      }
      return onlyProblem(error.message);
    }
    if (manifest === undefined) {
      return onlyProblem('There is no manifest. Download the conversation again.');
    }
    const problems: FileProblem[] = [];
    let totalBytes = 0;
    for (const file of manifest.files) {
      throwIfCancelled(signal);
      const replacement = manifest.replacing.find(({ path }) => path === file.path);
      const verified = await verifyFile(folderPath, file, replacement, signal);
      totalBytes += verified.sizeBytes;
      if (verified.problem !== undefined) {
        problems.push({ path: file.path, problem: verified.problem });
      }
    }
    return { fileCount: manifest.files.length, totalBytes, problems };
  });
}

interface VerifiedFile {
  readonly sizeBytes: number;
  readonly problem: string | undefined;
}

async function verifyFile(
  folderPath: string,
  file: ManifestFile,
  replacement: ManifestFile | undefined,
  signal: AbortSignal,
): Promise<VerifiedFile> {
  const path = entryPath(folderPath, file);
  let sizeBytes: number;
  try {
    const stats = await lstat(path);
    if (!stats.isFile()) {
      return { sizeBytes: 0, problem: 'This is not a plain file.' };
    }
    sizeBytes = stats.size;
    const json = file.path.endsWith('.json.gz') ? new JsonCheck() : undefined;
    const hash = await hashFile(path, signal, (chunk) => {
      json?.push(chunk);
    });
    const isReplacement = hash.storedSha256 === replacement?.storedSha256;
    const problem =
      compare(isReplacement ? replacement : file, hash) ??
      describeJson(json) ??
      (await describeMedia(path, file));
    return { sizeBytes, problem };
  } catch (error) {
    throwIfCancelled(signal);
    const problem =
      errnoOf(error) === 'ENOENT'
        ? 'The file is missing.'
        : `The file cannot be read: ${messageOf(error)}`;
    return { sizeBytes: 0, problem };
  }
}

function compare(file: ManifestFile, hash: FileHash): string | undefined {
  if (hash.storedBytes !== file.storedBytes) {
    return `The file has ${String(hash.storedBytes)} bytes; the manifest says ${String(file.storedBytes)}.`;
  }
  if (hash.storedSha256 !== file.storedSha256) {
    return 'The file was changed: its SHA-256 is not the one in the manifest.';
  }
  if (hash.content === undefined) {
    return 'The gzip is damaged.';
  }
  const { bytes, sha256 } = hash.content;
  return bytes === file.contentBytes && sha256 === file.contentSha256
    ? undefined
    : 'What is inside the gzip is not what the manifest says.';
}

function describeJson(check: JsonCheck | undefined): string | undefined {
  const problem = check?.finish();
  return problem === undefined ? undefined : `The JSON inside ${problem}.`;
}

async function describeMedia(path: string, file: ManifestFile): Promise<string | undefined> {
  if (file.channel === undefined) {
    return undefined;
  }
  const { problem } = await checkMedia(path);
  return problem === undefined ? undefined : `The file ${problem}.`;
}

function onlyProblem(problem: string): VerifiedConversation {
  return { fileCount: 0, totalBytes: 0, problems: [{ path: manifestName, problem }] };
}
