/** The player's tab, loaded with the first conversation that is opened as a bundle of its own (`esbuild.js`). */
export { ConversationPanel } from './conversationPanel.ts';
