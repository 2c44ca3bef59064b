/**
 * Checks an archived conversation against its manifest: presence, sizes, hashes, compression, JSON, WAV containers. Streams, so
 * that it takes constant memory in a worker; changes nothing.
 */
import { isAppError, throwIfCancelled } from '../base/appError.ts';
import { checkFile } from './integrity/checkFile.ts';
import { manifestName, readManifest } from './manifest.ts';
import { guardStorage } from './storageError.ts';

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
      const checked = await checkFile(folderPath, file, { replacement, depth: 'deep' }, signal);
      totalBytes += checked.sizeBytes;
      if (checked.problem !== undefined) {
        problems.push({ path: file.path, problem: checked.problem.text });
      }
    }
    return { fileCount: manifest.files.length, totalBytes, problems };
  });
}

function onlyProblem(problem: string): VerifiedConversation {
  return { fileCount: 0, totalBytes: 0, problems: [{ path: manifestName, problem }] };
}
