/** What the local API's commands do, loaded on first use as a bundle of its own (`esbuild.js`). */
export { LocalApi } from './localApi.ts';
