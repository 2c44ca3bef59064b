/** What deletions and holds need from elsewhere. No behaviour but the disk's. */
import { rmdir, unlink } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import type { JsonValue } from '../../base/jsonValue.ts';
import type { Log } from '../../base/log.ts';
import { commitBytes, syncFolder } from '../durableFile.ts';
import type { DeletionRecord } from './deletionRecord.ts';

/** The archive's audit log. Only used while the writer lock is held. */
export interface AuditPort {
  /** The event is on the disk when this resolves. */
  append(
    kind: string,
    details: Readonly<Record<string, JsonValue>>,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Removes what else there is of a deleted conversation: rows of the catalogue, exports, playable copies. */
export interface DeletionListener {
  /** What it looks after, such as `catalogue`: named in reports when it fails. */
  readonly name: string;
  /** Idempotent: asked again after a crash. A rejection is reported, and the next run asks again. */
  conversationDeleted(
    deleted: Pick<DeletionRecord, 'conversationId' | 'files'>,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Every change that a deletion makes on the disk. */
export interface DeletionDisk {
  /** Replaces or creates a small file, durably. */
  commit(path: string, text: string): Promise<void>;
  /** Removes a file or a link, never what the link points to. */
  removeFile(path: string): Promise<void>;
  /** Removes an empty folder; rejects for another one. */
  removeEmptyFolder(path: string): Promise<void>;
  /** Makes removals in the folder durable. */
  syncFolder(path: string): Promise<void>;
}

export interface DeletionDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Opened under the writer lock: other windows may have written to the log before. */
  readonly openAudit: (rootPath: string, signal: AbortSignal) => Promise<AuditPort>;
  readonly listeners: readonly DeletionListener[];
  readonly disk: DeletionDisk;
}

export const realDisk: DeletionDisk = {
  commit: commitBytes,
  removeFile: unlink,
  removeEmptyFolder: rmdir,
  syncFolder,
};
