/** The archive's code, loaded on first use as a bundle of its own (`esbuild.js`): starting the extension does not pay for it. */
export { Archive } from '../../archive/archive.ts';
export { readArchivedConversation } from '../../archive/archivedConversation.ts';
export { AuditLog } from '../../archive/audit/auditLog.ts';
export { noteEvent } from '../../archive/audit/noteEvent.ts';
export { ConversationCache } from '../../archive/conversationCache.ts';
export { downloadConversation } from '../../archive/downloadConversation.ts';
export { exportHits } from '../../archive/exports/exportHits.ts';
export { toReadableText } from '../../archive/exports/readableText.ts';
export { importTranscript, inspectTranscript } from '../../archive/importTranscript.ts';
export { repairConversation } from '../../archive/integrity/repairConversation.ts';
export { iterateFindings } from '../../archive/integrity/verifyReport.ts';
export { readManifest } from '../../archive/manifest.ts';
export { applyNoteChange } from '../../archive/noteChanges.ts';
export { readNotes, updateNotes } from '../../archive/notes.ts';
export {
  deleteConversations,
  resumeDeletions,
} from '../../archive/retention/deleteConversations.ts';
export { realDisk } from '../../archive/retention/deletionPorts.ts';
export { changeLegalHolds, readHeldIds } from '../../archive/retention/legalHold.ts';
export { planRetention } from '../../archive/retention/planRetention.ts';
export { parseRetentionFilter } from '../../archive/retention/policy.ts';
export { readDeletedIds } from '../../archive/retention/deletionRecord.ts';
export { listSyncItems } from '../../archive/sync/listSyncItems.ts';
export { listSyncs, watchSync } from '../../archive/sync/listSyncs.ts';
export { startSync } from '../../archive/sync/startSync.ts';
export { createSync, removeSync, syncFolderPath } from '../../archive/sync/syncFolder.ts';
export { planNewInterval } from '../../archive/sync/watermark.ts';
