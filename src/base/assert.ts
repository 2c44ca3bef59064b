/** Assertions for broken invariants; they own nothing and know only `AppError`. */
import { errors } from './appError.ts';

/**
 * Narrows `condition` to true.
 * @throws AppError `bug` when it is not.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) {
    throw errors.bug(message);
  }
}

/**
 * Ends an exhaustive `switch`: a new member of the union stops compiling here.
 * @throws AppError `bug` when a value outside the union arrives at run time.
 */
export function assertNever(value: never): never {
  throw errors.bug(`Unexpected value: ${JSON.stringify(value)}`);
}
