/** Turns errors of SQLite into AppErrors that say what is safe and what to do; knows nothing of what was asked. */
import { errors, isAppError, type AppError } from '../base/appError.ts';

/** @see https://www.sqlite.org/rescode.html */
const busy = 5;
const locked = 6;
const corrupt = 11;
const notADatabase = 26;
const storageMeanings: ReadonlyMap<number, string> = new Map([
  [8, 'The folder of the search index is read-only. Allow writing there'],
  [10, 'The disk of the search index reports an error. Check the disk'],
  [13, 'The disk is full. Free some space and try again'],
  [14, 'The search index cannot be opened. Check the permissions of its folder'],
]);

/** SQLite's primary result code of a failure; undefined for anything else. */
export function resultCodeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
}

/** True when another connection is in the way for the moment. */
export function isBusy(error: unknown): boolean {
  const code = resultCodeOf(error);
  return code === busy || code === locked;
}

/** `conflict` when locked, `corrupt` when damaged, `storage` for the disk; any other error as it is. */
export function toCatalogueError(error: unknown, path: string): unknown {
  const code = resultCodeOf(error);
  if (code === undefined || isAppError(error)) {
    return error;
  }
  if (code === busy || code === locked) {
    return errors.conflict(
      `Another window or program keeps the search index locked. Nothing is lost; wait until it is done and try again: ${path}`,
      { cause: error },
    );
  }
  if (code === corrupt || code === notADatabase) {
    return damaged(path, error);
  }
  const meaning = storageMeanings.get(code);
  return meaning === undefined
    ? errors.bug(`The search index failed (SQLite ${String(code)}): ${path}`, { cause: error })
    : errors.storage(`${meaning}; the archive itself is safe: ${path}`, { cause: error });
}

/** The error for a file that is no catalogue, or no more. */
export function damaged(path: string, cause?: unknown): AppError {
  return errors.corrupt(
    `The search index is damaged. The archive itself is safe; rebuild the catalogue to make a new index: ${path}`,
    { cause },
  );
}

/** Runs work on the database; failures of SQLite become AppErrors. */
export function guardCatalogue<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toCatalogueError(error, path);
  }
}
