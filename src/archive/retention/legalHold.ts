/** Legal holds: placed and lifted under the writer lock with an event in the audit log. What they keep away is decided elsewhere. */
import { errors, throwIfCancelled } from '../../base/appError.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Archive } from '../archive.ts';
import { notesLimits, readNotes, updateNotes } from '../notes.ts';
import { guardStorage } from '../storageError.ts';
import { withWriterLock } from '../writerLock.ts';
import type { DeletionDeps } from './deletionPorts.ts';
import { readDeletionRecord } from './deletionRecord.ts';

export type HoldDeps = Pick<DeletionDeps, 'clock' | 'log' | 'openAudit'>;

/** What is to be done to the hold of each conversation. The reason goes into the audit log either way. */
export interface HoldChange {
  readonly action: 'place' | 'lift';
  readonly reason: string;
}

const lockPatienceMs = 60_000;

/**
 * Places or lifts the hold of each conversation; those that are as wanted already are left alone.
 * @returns the conversations that were changed
 * @throws AppError `input` without a reason, `notFound` when one is not archived, `conflict` when one is being deleted or another window
 * writes, `corrupt` when its notes are damaged, `storage`; those before it are done then
 */
export async function changeLegalHolds(
  archive: Archive,
  ids: readonly ConversationId[],
  change: HoldChange,
  deps: HoldDeps,
  signal: AbortSignal,
): Promise<readonly ConversationId[]> {
  const reason = change.reason.trim();
  if (reason === '' || reason.length > notesLimits.reasonLength) {
    throw errors.input(
      `A legal hold is placed and lifted with a reason of at most ${String(notesLimits.reasonLength)} letters`,
    );
  }
  const changed: ConversationId[] = [];
  for (const conversationId of ids) {
    throwIfCancelled(signal);
    const isChanged = await guardStorage(() =>
      withWriterLock(
        {
          rootPath: archive.rootPath,
          conversationId,
          patienceMs: lockPatienceMs,
          onWaiting: () => undefined,
        },
        deps,
        (lockSignal) => changeOne(archive, conversationId, { ...change, reason }, deps, lockSignal),
        signal,
      ),
    );
    if (isChanged) {
      changed.push(conversationId);
    }
  }
  return changed;
}

async function changeOne(
  archive: Archive,
  conversationId: ConversationId,
  { action, reason }: HoldChange,
  deps: HoldDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { rootPath } = archive;
  const folderPath = await archive.find(conversationId, signal);
  if (folderPath === undefined) {
    throw errors.notFound(
      `This conversation is not in the archive; download it first: ${conversationId}`,
    );
  }
  const record = await readDeletionRecord(rootPath, conversationId, signal);
  if (record !== undefined && record.deletedAtMs === undefined) {
    throw errors.conflict(
      `This conversation is being deleted, so no hold can be placed. Download it again to keep it: ${conversationId}`,
    );
  }
  const isHeld = (await readNotes(folderPath, signal)).legalHold !== undefined;
  if (isHeld === (action === 'place')) {
    return false;
  }
  const place = { conversationId, folderPath };
  const note = async (): Promise<void> => {
    const audit = await deps.openAudit(rootPath, signal);
    const kind = action === 'place' ? 'legalHold.placed' : 'legalHold.lifted';
    await audit.append(kind, { conversationId, reason }, signal);
  };
  // In this order a crash leaves a hold without its event, or an event whose hold still stands: never a hold lifted unseen.
  if (action === 'place') {
    const legalHold = { sinceMs: deps.clock.nowMs(), reason, other: {} };
    await updateNotes(place, (notes) => ({ ...notes, legalHold }), deps, signal);
    await note();
  } else {
    await note();
    await updateNotes(place, (notes) => ({ ...notes, legalHold: undefined }), deps, signal);
  }
  return true;
}

/**
 * The conversations of the archive that are on hold, those with damaged notes included: nobody can say that they are not.
 * @throws AppError `storage` when the archive cannot be listed
 */
export async function readHeldIds(
  archive: Archive,
  signal: AbortSignal,
): Promise<ReadonlySet<ConversationId>> {
  const held = new Set<ConversationId>();
  for await (const { conversationId, folderPath } of archive.list(signal)) {
    const isHeld = await readNotes(folderPath, signal).then(
      ({ legalHold }) => legalHold !== undefined,
      (error: unknown) => {
        throwIfCancelled(signal);
        return error instanceof Error;
      },
    );
    if (isHeld) {
      held.add(conversationId);
    }
  }
  return held;
}
