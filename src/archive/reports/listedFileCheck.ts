/** Whether a file is as its manifest says, found by reading all of it: work for a thread of its own. */
import { messageOf, throwIfCancelled } from '../../base/appError.ts';
import { hashEntry } from '../fileHash.ts';
import { errnoOf } from '../storageError.ts';

export type ListedFileStatus = 'success' | 'checksum_mismatch' | 'failed';

export interface ListedFile {
  /** Absolute path of the conversation's folder. */
  readonly folderPath: string;
  /** Relative to it, with `/`. */
  readonly path: string;
  /** SHA-256 of the stored bytes, one of which it must have: two while it is being replaced. */
  readonly expectedSha256s: readonly string[];
}

export interface FileCheck {
  readonly status: ListedFileStatus;
  /** In words; undefined when it is as listed. */
  readonly error: string | undefined;
  /** When that is the error. */
  readonly computedSha256?: string | undefined;
}

/** In constant memory. What is wrong with the file is its result, never an error. @throws AbortError */
export async function checkListedFile(
  { folderPath, path, expectedSha256s }: ListedFile,
  signal: AbortSignal,
): Promise<FileCheck> {
  try {
    const { storedSha256, content } = await hashEntry(folderPath, { path }, signal);
    if (expectedSha256s.includes(storedSha256)) {
      return content === undefined
        ? { status: 'failed', error: 'The compressed file is damaged.' }
        : { status: 'success', error: undefined };
    }
    return {
      status: 'checksum_mismatch',
      error: 'The SHA-256 of the file is not the one in the manifest.',
      computedSha256: storedSha256,
    };
  } catch (error) {
    throwIfCancelled(signal);
    return {
      status: 'failed',
      error:
        errnoOf(error) === 'ENOENT'
          ? 'The file is missing.'
          : `The file cannot be read: ${messageOf(error)}`,
    };
  }
}
