/** The archive's code, loaded on first use as a bundle of its own (`esbuild.js`): starting the extension does not pay for it. */
export { Archive } from '../../archive/archive.ts';
export { noteEvent } from '../../archive/audit/noteEvent.ts';
export { ConversationCache } from '../../archive/conversationCache.ts';
export { downloadConversation } from '../../archive/downloadConversation.ts';
