/**
 * The digest of a conversation's manifest in the audit log: an edited manifest is found by it even when its hashes were made
 * to fit edited files. Owns the convention of the details; see `docs/adr/0012-audit-and-seals.md`.
 */
import { join } from 'node:path';
import type { JsonRecord } from '../../base/decode.ts';
import { isSafeName, parseConversationId, type ConversationId } from '../../model/ids.ts';
import { hashFile } from '../fileHash.ts';
import { manifestName } from '../manifest.ts';
import type { AuditPort } from '../mismatch.ts';

/** Noted once at the end of each download, the failed and the cancelled ones included. */
export async function sealManifest(
  audit: AuditPort,
  { conversationId, manifestSha256, foundSha256 }: ManifestSeal,
  counts: { readonly fileCount: number; readonly absentCount: number },
  signal: AbortSignal,
): Promise<void> {
  await audit.append(
    'conversationStored',
    { conversationId, manifestSha256, foundSha256, ...counts },
    signal,
  );
}

/**
 * Notes which manifest is about to take the place of one that was sealed. A kill before the next seal then leaves one of the two,
 * and neither looks like an edit; a third one does.
 */
export async function announceManifest(
  audit: AuditPort,
  { conversationId, nextManifestSha256, foundSha256 }: ManifestAnnouncement,
  signal: AbortSignal,
): Promise<void> {
  const details = { conversationId, nextManifestSha256, foundSha256 };
  await audit.append('conversationChanging', details, signal);
}

export interface ManifestAnnouncement {
  readonly conversationId: ConversationId;
  readonly nextManifestSha256: string;
  /** Of the manifest that the download found, as in `ManifestSeal`. */
  readonly foundSha256: string | undefined;
}

/** A conversation's folder whose manifest was written at that time. */
export interface FoundConversation {
  readonly conversationId: ConversationId;
  readonly folderPath: string;
  readonly updatedAtMs: number;
}

/**
 * Seals the manifest as it lies there when it was written since a run began that was killed: the kill may have come between the
 * manifest and its seal. One that was sealed differently before is told by the next verification all the same.
 * @param sinceMs undefined when no run was killed: then nothing is sealed
 */
export async function sealFound(
  audit: AuditPort,
  { conversationId, folderPath, updatedAtMs }: FoundConversation,
  sinceMs: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (sinceMs !== undefined && updatedAtMs >= sinceMs) {
    const { storedSha256 } = await hashFile(join(folderPath, manifestName), signal);
    const seal = { conversationId, manifestSha256: storedSha256, foundSha256: storedSha256 };
    await audit.append('conversationFound', seal, signal);
  }
}

export interface ManifestSeal {
  readonly conversationId: ConversationId;
  /** Of the bytes of `manifest.json`, lower-case hexadecimal; null when the conversation was deleted on purpose. */
  readonly manifestSha256: string | null;
  /** Of the manifest that the download found; null when there was none. It must be the one sealed before. */
  readonly foundSha256?: string | null | undefined;
}

/** The manifest that an event announces, whatever its kind: any that has both keys does. */
export function readAnnouncement(details: JsonRecord): ManifestAnnouncement | undefined {
  const { conversationId, nextManifestSha256, foundSha256 } = details;
  return typeof conversationId === 'string' &&
    isSafeName(conversationId) &&
    typeof nextManifestSha256 === 'string'
    ? {
        conversationId: parseConversationId(conversationId),
        nextManifestSha256,
        foundSha256: typeof foundSha256 === 'string' ? foundSha256 : undefined,
      }
    : undefined;
}

/** The seal that an event carries, whatever its kind: any that has both keys is one. */
export function readSeal(details: JsonRecord): ManifestSeal | undefined {
  const { conversationId, manifestSha256, foundSha256 } = details;
  return typeof conversationId === 'string' &&
    isSafeName(conversationId) &&
    (manifestSha256 === null || typeof manifestSha256 === 'string')
    ? {
        conversationId: parseConversationId(conversationId),
        manifestSha256,
        foundSha256:
          foundSha256 === null || typeof foundSha256 === 'string' ? foundSha256 : undefined,
      }
    : undefined;
}
