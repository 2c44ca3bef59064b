/** The pickers of the Conversations view, loaded on first use as a bundle of their own (`esbuild.js`). */
export { pickFilters } from './filterPicker.ts';
export { pickInterval } from './intervalPicker.ts';
