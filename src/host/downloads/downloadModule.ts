/** What the download commands do, loaded with the first of them as a bundle of its own (`esbuild.js`). */
export { revealConversation } from './revealConversation.ts';
export { runDownload } from './runDownload.ts';
export { verifyConversations } from './verifyConversations.ts';
