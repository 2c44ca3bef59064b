/** Says what a policy would delete, before anything is deleted. Streams: nothing grows with the archive. */
import type { Clock } from '../../base/clock.ts';
import { isAppError, throwIfCancelled } from '../../base/appError.ts';
import type { Archive, ListedConversation } from '../archive.ts';
import { toStorageError } from '../storageError.ts';
import { assess, type Verdict } from './assess.ts';
import { readFolderContent } from './folderContent.ts';
import type { RetentionPolicy } from './policy.ts';

type DueVerdict = Extract<Verdict, { kind: 'due' }>;

/** One conversation of the preview; those that are too young or not of the filter are not in it. */
export type PlannedConversation = ListedConversation &
  (
    | (DueVerdict & {
        readonly fileCount: number;
        readonly bytes: number;
        /** Relative paths of what would stay, because this product did not write it. */
        readonly foreign: readonly string[];
      })
    | Extract<Verdict, { kind: 'held' | 'undecidable' }>
  );

/**
 * Everything that the policy is about, newest day first. Reads the archive once; changes nothing.
 * @param onProgress told how many conversations were looked at
 * @throws AppError `input` for a policy without days, `storage` when the archive's folders cannot be listed
 */
export async function* planRetention(
  archive: Archive,
  policy: RetentionPolicy,
  clock: Pick<Clock, 'nowMs'>,
  onProgress: (assessedCount: number) => void,
  signal: AbortSignal,
): AsyncIterable<PlannedConversation> {
  const nowMs = clock.nowMs();
  let assessedCount = 0;
  for await (const listed of archive.list(signal)) {
    throwIfCancelled(signal);
    const verdict = await assess(listed, policy, nowMs, signal);
    assessedCount++;
    onProgress(assessedCount);
    if (verdict.kind === 'due') {
      yield await measure(listed, verdict, signal);
    } else if (verdict.kind !== 'kept') {
      yield { ...listed, ...verdict };
    }
  }
}

async function measure(
  listed: ListedConversation,
  due: DueVerdict,
  signal: AbortSignal,
): Promise<PlannedConversation> {
  try {
    const paths = new Set(due.manifest.files.map(({ path }) => path));
    const { own, foreign } = await readFolderContent(listed.folderPath, paths, signal);
    const bytes = own.reduce((sum, file) => sum + file.bytes, 0);
    return { ...listed, ...due, fileCount: own.length, bytes, foreign };
  } catch (thrown) {
    const error = toStorageError(thrown);
    if (!isAppError(error, 'storage')) {
      throw thrown;
    }
    return { ...listed, kind: 'undecidable', reason: 'unreadable', message: error.message };
  }
}
