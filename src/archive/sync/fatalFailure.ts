/** Which failures end a whole run, and which concern one conversation only. Pure. */
import { isAppError } from '../../base/appError.ts';
import { toStorageError } from '../storageError.ts';

/** Failures of the file system that concern the one path, not the disk. */
const localErrnos: ReadonlySet<unknown> = new Set([
  undefined,
  'ENAMETOOLONG',
  'ELOOP',
  'ENOTDIR',
  'EISDIR',
]);

/** True for failures that concern every conversation: sign-in, the disk, the lock, our own mistakes. */
export function isFatal(error: unknown): boolean {
  const failure = toStorageError(error);
  if (!isAppError(failure)) {
    return true;
  }
  return failure.code === 'storage'
    ? !localErrnos.has(failure.details['errno'])
    : ['auth', 'conflict', 'bug'].includes(failure.code);
}
