/** What is rarely asked for, as a bundle of its own (`esbuild.js`): Copy Diagnostics, and the text of the permission report. */
export { copyDiagnostics } from './copyDiagnostics.ts';
export { renderPermissionReport } from './permissionText.ts';
