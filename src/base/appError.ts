/**
 * The one error class of the product: a closed set of codes that callers can act on, made by factories.
 * Knows nothing of how errors are shown.
 */

/** Every failure has one of these codes; `docs/ARCHITECTURE.md` lists what each means and who acts. */
export const errorCodes = [
  'input',
  'auth',
  'forbidden',
  'notFound',
  'gone',
  'rateLimited',
  'network',
  'remote',
  'protocol',
  'storage',
  'corrupt',
  'conflict',
  'unsupported',
  'bug',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** Facts that are safe to log: no secrets, no personal data, no signed URLs. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | undefined>>;

export interface AppErrorInit {
  readonly cause?: unknown;
  readonly details?: ErrorDetails;
  /** How long to wait before trying again, when the other side said so. */
  readonly retryAfterMs?: number | undefined;
}

const marker = 'genesysArchive.AppError';

/**
 * A failure with a stable code. The message says what happened, why and what to do next, with its variable part last; it
 * holds no secret. Made by `errors.*`; recognised by `isAppError`, never by `instanceof` (bundles duplicate classes).
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly marker = marker;
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, init: AppErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = code;
    this.details = init.details ?? {};
    this.retryAfterMs = init.retryAfterMs;
  }
}

type Factory = (message: string, init?: AppErrorInit) => AppError;
const factory =
  (code: ErrorCode): Factory =>
  (message, init) =>
    new AppError(code, message, init);

/** One factory a code: `throw errors.input('…')`. */
export const errors = {
  input: factory('input'),
  auth: factory('auth'),
  forbidden: factory('forbidden'),
  notFound: factory('notFound'),
  gone: factory('gone'),
  rateLimited: factory('rateLimited'),
  network: factory('network'),
  remote: factory('remote'),
  protocol: factory('protocol'),
  storage: factory('storage'),
  corrupt: factory('corrupt'),
  conflict: factory('conflict'),
  unsupported: factory('unsupported'),
  bug: factory('bug'),
} as const satisfies Record<ErrorCode, Factory>;

/** True for an AppError of any bundle, and of the given code when one is given. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return (
    error instanceof Error &&
    'marker' in error &&
    error.marker === marker &&
    (code === undefined || ('code' in error && error.code === code))
  );
}

/** True when the error only says that somebody asked to stop (an aborted signal). Cancellation is not a failure. */
export function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** The error every aborted wait rejects with. */
export function cancellation(): Error {
  return new DOMException('The operation was cancelled.', 'AbortError');
}

/** Throws `cancellation()` when the signal is aborted, whatever reason it was aborted with. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) {
    throw cancellation();
  }
}

/**
 * Adds context to a failure while keeping its code: `wrap(e, 'Could not download recording: 4711')`.
 * Cancellation passes through untouched; a foreign error gets `fallback`.
 */
export function wrap(error: unknown, context: string, fallback: ErrorCode = 'bug'): unknown {
  if (isCancellation(error)) {
    return error;
  }
  if (isAppError(error)) {
    return new AppError(error.code, `${context}: ${error.message}`, {
      cause: error,
      details: error.details,
      retryAfterMs: error.retryAfterMs,
    });
  }
  return new AppError(fallback, `${context}: ${messageOf(error)}`, { cause: error });
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
