/** Retention, deletion and holds as the commands call them, loaded on first use as a bundle of its own (`esbuild.js`). */
export { Retention } from './retention.ts';
