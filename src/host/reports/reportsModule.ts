/** Reports and exports, loaded with the first command of them as a bundle of their own (`esbuild.js`). */
export { exportEvidence, exportTable } from './exportCommands.ts';
export {
  recheckReport,
  showAvailabilityReport,
  showCompletenessReport,
  showComplianceReport,
} from './reportCommands.ts';
