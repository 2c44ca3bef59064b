/** What the Local Archive does, loaded on first use as a bundle of its own (`esbuild.js`). */
export { LocalArchive } from './localArchive.ts';
