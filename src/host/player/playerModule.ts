/** The player's tab and the picker of what it can open offline, loaded on first use as a bundle of its own (`esbuild.js`). */
export { pickArchivedConversation } from './archivedConversationPicker.ts';
export { ConversationPanel } from './conversationPanel.ts';
export { importTranscriptFile } from './importTranscript.ts';
