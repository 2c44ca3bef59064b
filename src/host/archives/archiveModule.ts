/** The archive's code, loaded on first use as a bundle of its own (`esbuild.js`): starting the extension does not pay for it. */
export { Archive } from '../../archive/archive.ts';
export { ConversationCache } from '../../archive/conversationCache.ts';
export { noteEvent } from '../../archive/audit/noteEvent.ts';
export { downloadConversation } from '../../archive/downloadConversation.ts';
export { repairConversation } from '../../archive/integrity/repairConversation.ts';
export { iterateFindings } from '../../archive/integrity/verifyReport.ts';
