/** The commands of reports and exports: thin, so that what they do is loaded with the first of them. */
import type * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Archives } from '../archives/archives.ts';
import type { ArchiveWorkerClient } from '../archives/archiveWorkerClient.ts';
import type { Commands } from '../commands.ts';
import type { ConversationsFeature } from '../conversations/conversationsFeature.ts';
import type { SessionManager } from '../session/sessionManager.ts';

export interface ReportsDeps {
  readonly archives: Archives;
  readonly worker: ArchiveWorkerClient;
  readonly conversations: ConversationsFeature;
  readonly sessions: SessionManager;
  readonly workspaceState: vscode.Memento;
  readonly clock: Clock;
  readonly log: Log;
}

type ReportCommands = Commands<
  | 'genesysArchive.completenessReport'
  | 'genesysArchive.availabilityReport'
  | 'genesysArchive.complianceReport'
  | 'genesysArchive.recheckReport'
  | 'genesysArchive.exportEvidence'
  | 'genesysArchive.exportConversations'
>;

export function reportCommands(deps: ReportsDeps): ReportCommands {
  return {
    'genesysArchive.completenessReport': async () =>
      (await import('./reportsModule.ts')).showCompletenessReport(deps),
    'genesysArchive.availabilityReport': async () =>
      (await import('./reportsModule.ts')).showAvailabilityReport(deps),
    'genesysArchive.complianceReport': async () =>
      (await import('./reportsModule.ts')).showComplianceReport(deps),
    'genesysArchive.recheckReport': async () =>
      (await import('./reportsModule.ts')).recheckReport(deps),
    'genesysArchive.exportEvidence': async (...args) =>
      (await import('./reportsModule.ts')).exportEvidence(deps, args),
    'genesysArchive.exportConversations': async (...args) =>
      (await import('./reportsModule.ts')).exportTable(deps, args),
  };
}
