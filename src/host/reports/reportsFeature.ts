/** The commands of reports and exports: thin, so that what they do is loaded with the first of them. */
import type { Commands } from '../commands.ts';
import type { ReportsDeps } from './reportsDeps.ts';

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
