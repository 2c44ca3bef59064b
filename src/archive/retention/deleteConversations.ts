/**
 * Deletes conversations from the archive, by a person's choice or by a policy, and goes on with deletions that were not finished.
 * Decides which may go; how one goes is `deleteConversation`'s matter.
 */
import { relative, sep } from 'node:path';
import { errors, isAppError, throwIfCancelled } from '../../base/appError.ts';
import { parseConversationId, type ConversationId } from '../../model/ids.ts';
import type { Archive } from '../archive.ts';
import { readManifest } from '../manifest.ts';
import { readNotes } from '../notes.ts';
import { guardStorage } from '../storageError.ts';
import { withWriterLock } from '../writerLock.ts';
import { assess } from './assess.ts';
import { beginDeletion, finishDeletion, type DeletionCause } from './deleteConversation.ts';
import {
  readDeletedIds,
  readDeletionRecord,
  type DeletionRecord,
  type RemainingItem,
} from './deletionRecord.ts';
import type { AuditPort, DeletionDeps } from './deletionPorts.ts';
import { formatRetentionFilter, type RetentionPolicy } from './policy.ts';

/** What became of one conversation. */
export type DeletionOutcome =
  | { readonly kind: 'deleted'; readonly freedBytes: number; readonly foreign: readonly string[] }
  /** Deleted for the archive, but these are still there: the next run tries again. */
  | {
      readonly kind: 'incomplete';
      readonly freedBytes: number;
      readonly remaining: readonly RemainingItem[];
    }
  | { readonly kind: 'held' }
  /** The policy does not take it any more, or it cannot be told whether it may go. */
  | { readonly kind: 'kept'; readonly message: string }
  | { readonly kind: 'notFound' };

export interface DeletionProgress {
  readonly doneCount: number;
  readonly totalCount: number;
  readonly freedBytes: number;
}

/** A policy is looked at again for each conversation, right before it goes. */
export type DeletionRequest =
  | { readonly reason: 'command' }
  | { readonly reason: 'retention'; readonly policy: RetentionPolicy };

// The outer turn of a run is nobody's conversation: it keeps the lock between two of them, and runs of this process apart.
const runTurn = parseConversationId('retention');
/** A download of another window is mostly done by then. */
const lockPatienceMs = 60_000;

/**
 * Deletes the conversations one after another; one that cannot be deleted does not stop the rest. Cancelled between two: each is
 * whole or gone then. Running it again is safe.
 * @param onOutcome told what became of each
 * @throws AppError `conflict` when another window writes to the archive, `storage` when the record of a deletion or its receipt cannot
 * be written (a conversation without record is untouched)
 */
export async function deleteConversations(
  archive: Archive,
  ids: Iterable<ConversationId>,
  request: DeletionRequest,
  deps: DeletionDeps,
  onOutcome: (id: ConversationId, outcome: DeletionOutcome, progress: DeletionProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const wanted = [...new Set(ids)];
  await asWriter(archive, runTurn, deps, signal, async (lockSignal) => {
    const audit = await deps.openAudit(archive.rootPath, lockSignal);
    let freedBytes = 0;
    for (const [index, id] of wanted.entries()) {
      throwIfCancelled(lockSignal);
      const outcome = await asWriter(archive, id, deps, lockSignal, () =>
        deleteOne({ archive, audit, deps, signal: lockSignal }, id, request),
      );
      freedBytes += 'freedBytes' in outcome ? outcome.freedBytes : 0;
      onOutcome(id, outcome, { doneCount: index + 1, totalCount: wanted.length, freedBytes });
    }
  });
}

/**
 * Goes on with deletions that a crash or a locked file interrupted. Costs one listing when there are none.
 * @returns outcomes of those that were not finished; a record that cannot be read is `kept`
 * @throws AppError `conflict`, `storage` as `deleteConversations`
 */
export async function resumeDeletions(
  archive: Archive,
  deps: DeletionDeps,
  signal: AbortSignal,
): Promise<ReadonlyMap<ConversationId, DeletionOutcome>> {
  const outcomes = new Map<ConversationId, DeletionOutcome>();
  const unfinished = await unfinishedIds(archive, outcomes, signal);
  if (unfinished.length > 0) {
    await deleteConversations(
      archive,
      unfinished,
      { reason: 'command' },
      deps,
      (id, outcome) => outcomes.set(id, outcome),
      signal,
    );
  }
  return outcomes;
}

async function unfinishedIds(
  { rootPath }: Archive,
  unreadable: Map<ConversationId, DeletionOutcome>,
  signal: AbortSignal,
): Promise<readonly ConversationId[]> {
  return await guardStorage(async () => {
    const ids: ConversationId[] = [];
    for (const id of await readDeletedIds(rootPath)) {
      throwIfCancelled(signal);
      try {
        const record = await readDeletionRecord(rootPath, id, signal);
        if (record !== undefined && record.deletedAtMs === undefined) {
          ids.push(id);
        }
      } catch (error) {
        if (!isAppError(error)) {
          throw error;
        }
        unreadable.set(id, { kind: 'kept', message: error.message });
      }
    }
    return ids;
  });
}

interface Run {
  readonly archive: Archive;
  readonly audit: AuditPort;
  readonly deps: DeletionDeps;
  readonly signal: AbortSignal;
}

async function deleteOne(
  run: Run,
  id: ConversationId,
  request: DeletionRequest,
): Promise<DeletionOutcome> {
  const { archive, deps, signal, audit } = run;
  const { rootPath } = archive;
  try {
    const known = await readDeletionRecord(rootPath, id, signal);
    const folderPath = await archive.find(id, signal);
    const isUnfinished = known !== undefined && known.deletedAtMs === undefined;
    if (folderPath === undefined && !isUnfinished) {
      return { kind: 'notFound' };
    }
    const obstacle =
      folderPath === undefined ? undefined : await obstacleTo(run, id, folderPath, request);
    if (obstacle !== undefined) {
      return obstacle;
    }
    const record =
      isUnfinished || folderPath === undefined ? known : await begin(run, id, folderPath, request);
    return record === undefined
      ? { kind: 'notFound' }
      : toOutcome(await finishDeletion(rootPath, record, audit, deps));
  } catch (error) {
    if (isAppError(error, 'corrupt') || isAppError(error, 'unsupported')) {
      return { kind: 'kept', message: error.message };
    }
    throw error;
  }
}

/** Why a conversation that is still whole stays. A hold is looked for last, as nobody else writes to the conversation now. */
async function obstacleTo(
  { archive, deps, signal }: Run,
  id: ConversationId,
  folderPath: string,
  request: DeletionRequest,
): Promise<DeletionOutcome | undefined> {
  if (request.reason === 'retention') {
    const [, year = '', month = '', date = ''] = relative(archive.rootPath, folderPath).split(sep);
    const listed = { conversationId: id, folderPath, day: `${year}-${month}-${date}` };
    const verdict = await assess(listed, request.policy, deps.clock.nowMs(), signal);
    if (verdict.kind !== 'due') {
      return verdict.kind === 'held'
        ? { kind: 'held' }
        : {
            kind: 'kept',
            message:
              verdict.kind === 'kept' ? 'The policy does not take it any more' : verdict.message,
          };
    }
  }
  const { legalHold } = await readNotes(folderPath, signal);
  return legalHold === undefined ? undefined : { kind: 'held' };
}

async function begin(
  { archive, deps, signal }: Run,
  id: ConversationId,
  folderPath: string,
  request: DeletionRequest,
): Promise<DeletionRecord> {
  const manifest = await readManifest(folderPath, signal);
  if (manifest !== undefined && manifest.conversationId !== id) {
    throw errors.corrupt(`The folder holds the files of another conversation: ${folderPath}`);
  }
  return await beginDeletion(
    archive.rootPath,
    { conversationId: id, folderPath },
    manifest,
    causeOf(request),
    deps,
  );
}

function causeOf(request: DeletionRequest): DeletionCause {
  if (request.reason === 'command') {
    return { reason: 'command', policy: undefined };
  }
  const { days, filter } = request.policy;
  return {
    reason: 'retention',
    policy: [`days=${String(days)}`, formatRetentionFilter(filter)].join(' ').trim(),
  };
}

function toOutcome({
  record,
  freedBytes,
  foreign,
}: Awaited<ReturnType<typeof finishDeletion>>): DeletionOutcome {
  return record.deletedAtMs === undefined
    ? { kind: 'incomplete', freedBytes, remaining: record.remaining }
    : { kind: 'deleted', freedBytes, foreign };
}

async function asWriter<T>(
  { rootPath }: Archive,
  conversationId: ConversationId,
  deps: DeletionDeps,
  signal: AbortSignal,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return await guardStorage(() =>
    withWriterLock(
      { rootPath, conversationId, patienceMs: lockPatienceMs, onWaiting: () => undefined },
      deps,
      task,
      signal,
    ),
  );
}
