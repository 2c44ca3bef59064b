/** Turns errors of the file system into AppErrors that say what is safe and what to do; knows nothing of what was written. */
import { AppError, errors } from '../base/appError.ts';

/** What each error number means for a person, and what they can do about it. */
const meanings: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full. Free some space and download again',
  EDQUOT: 'The disk quota is used up. Free some space and download again',
  EFBIG: 'The file system does not take files of this size. Move the archive to another disk',
  EACCES: 'No permission to write there. Allow writing or choose another archive folder',
  EPERM: 'Writing there is not allowed. Allow it or choose another archive folder',
  EROFS: 'The file system is read-only. Choose another archive folder',
  ENOENT: 'The folder is gone. Bring it back, or choose another archive folder',
  ENOTDIR: 'A file is where a folder should be. Move it away or choose another archive folder',
  EISDIR: 'A folder is where a file should be. Move it away and download again',
  ELOOP:
    'A symbolic link is in the way, and links are not followed. Move it away and download again',
  ENAMETOOLONG: 'The path is too long. Choose an archive folder with a shorter path',
  EMFILE: 'Too many files are open. Close other work and try again',
  EBUSY: 'Another program is using the file. Close it and try again',
  EIO: 'The disk reports an error. Check it before going on',
};

/** Error number of a failed system call, such as `ENOENT`; undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'syscall' in error
    ? error.code
    : undefined;
}

/** An AppError `storage` for a failed file operation; any other error as it is. */
export function toStorageError(error: unknown): unknown {
  const code = errnoOf(error);
  if (code === undefined) {
    return error;
  }
  const path =
    error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : '';
  const meaning = meanings[code] ?? 'The file system refused. Check the archive folder';
  return errors.storage(
    `${meaning}; what was stored before is safe (${code})${path === '' ? '' : `: ${path}`}`,
    { cause: error, details: { errno: code } },
  );
}

/** Runs file work; failures of the file system become AppErrors. @throws AppError `storage` */
export async function guardStorage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = toStorageError(error);
    throw failure instanceof Error ? failure : new AppError('bug', String(failure));
  }
}
