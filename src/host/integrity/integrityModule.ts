/** Verification and repair, loaded on first use as a bundle of its own (`esbuild.js`). */
export { verifyArchive } from './verifyArchive.ts';
export { verifyAuditLog } from './verifyAuditLog.ts';
