/** What is rarely asked for, as a bundle of its own (`esbuild.js`): the texts of the permission report and of diagnostics. */
export { renderDiagnostics } from './diagnosticsText.ts';
export { renderPermissionReport } from './permissionText.ts';
