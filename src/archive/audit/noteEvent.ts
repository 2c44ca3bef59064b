/** Notes one event of its own in the audit log of an archive, under the writer lock. */
import type { Archive } from '../archive.ts';
import type { LockDeps } from '../lockFile.ts';
import { withWriterLock } from '../writerLock.ts';
import { AuditLog } from './auditLog.ts';
import type { AuditDetails } from './auditLine.ts';

const lockPatienceMs = 60_000;

/** @throws AppError `conflict` when another process still writes to the archive after a minute, `storage` */
export async function noteEvent(
  { rootPath }: Pick<Archive, 'rootPath'>,
  { kind, details }: { readonly kind: string; readonly details: AuditDetails },
  deps: LockDeps,
  signal: AbortSignal,
): Promise<void> {
  await withWriterLock(
    { rootPath, conversationId: undefined, patienceMs: lockPatienceMs, onWaiting: () => undefined },
    deps,
    async (lockSignal) => {
      const audit = await AuditLog.open(rootPath, deps, lockSignal);
      await audit.append(kind, details, lockSignal);
    },
    signal,
  );
}
