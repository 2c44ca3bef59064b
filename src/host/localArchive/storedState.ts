/** What the manifest and the notes say of a stored conversation. Reads two small files; knows nothing of VS Code. */
import { isAppError, messageOf } from '../../base/appError.ts';
import type { ReasonCode } from '../../archive/absence.ts';
import type { StoredState } from './archiveNodes.ts';

/** Nothing is missing for these reasons: there is nothing that could be here. */
const settledReasons: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'notRecorded',
  'notTranscribed',
  'notWanted',
]);

/** @throws AbortError; whatever is wrong with the files is part of the answer */
export async function readStoredState(
  folderPath: string,
  signal: AbortSignal,
): Promise<StoredState> {
  const { readManifest, readNotes } = await import('../archives/archiveModule.ts');
  try {
    const manifest = await readManifest(folderPath, signal);
    const { legalHold } = await readNotes(folderPath, signal);
    const absent = manifest?.absent ?? [];
    const isIncomplete =
      manifest === undefined || absent.some(({ reason }) => !settledReasons.has(reason));
    return {
      kind: isIncomplete ? 'incomplete' : 'complete',
      isHeld: legalHold !== undefined,
      lacks:
        manifest === undefined
          ? ['It was never wholly downloaded: there is no manifest. Download it again.']
          : absent.map(({ message }) => message),
    };
  } catch (error) {
    if (!isAppError(error)) {
      throw error;
    }
    return { kind: 'damaged', isHeld: false, lacks: [messageOf(error)] };
  }
}
