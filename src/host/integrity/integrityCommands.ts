/** The commands that prove the archive; what they do is loaded on first use. */
import type { Commands } from '../commands.ts';
import type { IntegrityDeps } from './integrityDeps.ts';

export function integrityCommands(
  deps: IntegrityDeps,
): Commands<'genesysArchive.verifyArchive' | 'genesysArchive.verifyAuditLog'> {
  return {
    'genesysArchive.verifyArchive': async () =>
      (await import('./integrityModule.ts')).verifyArchive(deps),
    'genesysArchive.verifyAuditLog': async () =>
      (await import('./integrityModule.ts')).verifyAuditLog(deps),
  };
}
