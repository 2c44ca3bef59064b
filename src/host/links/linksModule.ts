/** Following and making links, loaded on first use as a bundle of its own (`esbuild.js`). */
export { copyConversationLinks, followAddress, followPastedLink } from './links.ts';
