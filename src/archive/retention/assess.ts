/** Decides of one archived conversation whether a policy takes it. Only reads; what cannot be decided is kept, with the reason. */
import { isAppError, isCancellation, type AppError } from '../../base/appError.ts';
import { readArchivedDetail, type ArchivedDetail } from '../archivedConversation.ts';
import type { ListedConversation } from '../archive.ts';
import { readManifest, type Manifest } from '../manifest.ts';
import { readNotes } from '../notes.ts';
import { toStorageError } from '../storageError.ts';
import { cutoffMs, matchesFilter, type RetentionPolicy } from './policy.ts';

/** Why a conversation is kept although nobody can say that it has to be. */
export const undecidableReasons = ['open', 'incomplete', 'damaged', 'newer', 'unreadable'] as const;
export type UndecidableReason = (typeof undecidableReasons)[number];

export type Verdict =
  | {
      readonly kind: 'due';
      readonly detail: ArchivedDetail;
      readonly endMs: number;
      readonly manifest: Manifest;
    }
  | {
      readonly kind: 'held';
      readonly detail: ArchivedDetail;
      readonly endMs: number;
      readonly sinceMs: number;
      readonly reason: string;
    }
  /** Younger than the policy, or not of its filter. */
  | { readonly kind: 'kept' }
  | {
      readonly kind: 'undecidable';
      readonly reason: UndecidableReason;
      readonly message: string;
    };

/**
 * Reads manifest, detail and notes, as far as the answer needs them.
 * @throws AbortError only: a failure is the verdict `undecidable`
 */
export async function assess(
  listed: ListedConversation,
  policy: RetentionPolicy,
  nowMs: number,
  signal: AbortSignal,
): Promise<Verdict> {
  const cutoff = cutoffMs(policy, nowMs);
  // It ended after it started, so a young day folder need not be opened.
  if (Date.parse(`${listed.day}T00:00:00Z`) > cutoff) {
    return { kind: 'kept' };
  }
  try {
    return await judge(listed, policy, cutoff, signal);
  } catch (thrown) {
    const error = toStorageError(thrown);
    if (isCancellation(error) || !isAppError(error) || error.code === 'bug') {
      throw thrown;
    }
    return { kind: 'undecidable', reason: reasonOf(error), message: error.message };
  }
}

async function judge(
  { folderPath, conversationId }: ListedConversation,
  policy: RetentionPolicy,
  cutoff: number,
  signal: AbortSignal,
): Promise<Verdict> {
  const manifest = await readManifest(folderPath, signal);
  const detail = await readArchivedDetail(folderPath, signal);
  const { conversation, names } = detail;
  if (manifest?.conversationId !== conversationId || conversation.id !== conversationId) {
    return undecidable('damaged', 'Its files are those of another conversation');
  }
  const { startMs, endMs } = conversation;
  if (startMs > cutoff || !matchesFilter(policy.filter, conversation, names)) {
    return { kind: 'kept' };
  }
  if (endMs === undefined) {
    return undecidable('open', 'It had not ended when it was downloaded; download it again');
  }
  if (endMs > cutoff) {
    return { kind: 'kept' };
  }
  const { legalHold } = await readNotes(folderPath, signal);
  return legalHold === undefined
    ? { kind: 'due', detail, endMs, manifest }
    : { kind: 'held', detail, endMs, sinceMs: legalHold.sinceMs, reason: legalHold.reason };
}

function undecidable(reason: UndecidableReason, message: string): Verdict {
  return { kind: 'undecidable', reason, message };
}

const reasonsByCode: ReadonlyMap<string, UndecidableReason> = new Map([
  ['notFound', 'incomplete'],
  ['unsupported', 'newer'],
  ['storage', 'unreadable'],
]);

function reasonOf({ code }: AppError): UndecidableReason {
  return reasonsByCode.get(code) ?? 'damaged';
}
