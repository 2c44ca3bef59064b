/**
 * Content that is not what the storage announced: what was expected, what came. Owns the error's shape and the audit event;
 * knows nothing of when it is tried again.
 */
import { createHash, type Hash } from 'node:crypto';
import { errors, isAppError, type AppError } from '../base/appError.ts';
import type { JsonValue } from '../base/jsonValue.ts';
import { CountingHash } from './fileHash.ts';

/** Where events are noted: the archive's audit log. */
export interface AuditPort {
  append(
    kind: string,
    details: Readonly<Record<string, JsonValue | undefined>>,
    signal: AbortSignal,
  ): Promise<void>;
}

export interface Mismatch {
  /** Of both values; `size` for a number of bytes. */
  readonly algorithm: 'md5' | 'sha256' | 'size';
  readonly expected: string;
  readonly computed: string;
  /** Of what came. */
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** An AppError `corrupt` that `mismatchOf` recognises. */
export function mismatchError(message: string, mismatch: Mismatch): AppError {
  return errors.corrupt(message, { details: { ...mismatch } });
}

/** What differed, for an error of `mismatchError`. */
export function mismatchOf(error: unknown): Mismatch | undefined {
  if (!isAppError(error, 'corrupt')) {
    return undefined;
  }
  const { algorithm, expected, computed, sizeBytes, sha256 } = error.details;
  return (algorithm === 'md5' || algorithm === 'sha256' || algorithm === 'size') &&
    typeof expected === 'string' &&
    typeof computed === 'string' &&
    typeof sizeBytes === 'number' &&
    typeof sha256 === 'string'
    ? { algorithm, expected, computed, sizeBytes, sha256 }
    : undefined;
}

/** SHA-256 for us, and the storage's own algorithm beside it when it is another one. */
export class AnnouncedHash {
  private readonly own = new CountingHash();
  private readonly other: Hash | undefined;
  private readonly announced:
    { readonly algorithm: 'md5' | 'sha256'; readonly hex: string } | undefined;

  /** @param announced the checksum that the storage states of the whole content, if any */
  constructor(announced: AnnouncedHash['announced']) {
    this.announced = announced;
    this.other = announced?.algorithm === 'md5' ? createHash('md5') : undefined;
  }

  get bytes(): number {
    return this.own.bytes;
  }

  update(chunk: Uint8Array): void {
    this.own.update(chunk);
    this.other?.update(chunk);
  }

  /** Ends it. */
  finish(): {
    readonly bytes: number;
    readonly sha256: string;
    /** Undefined when the content is what was announced, or nothing was. */
    readonly mismatch: Mismatch | undefined;
  } {
    const { bytes, sha256 } = this.own.finish();
    const computed = this.other?.digest('hex') ?? sha256;
    const expected = this.announced?.hex.toLowerCase();
    const mismatch =
      this.announced === undefined || expected === undefined || expected === computed
        ? undefined
        : { algorithm: this.announced.algorithm, expected, computed, sizeBytes: bytes, sha256 };
    return { bytes, sha256, mismatch };
  }
}
