/**
 * The client of Genesys Cloud with all below it, loaded as a bundle of its own (`esbuild.js`) when the first account is taken up:
 * nobody who is signed out pays for it.
 */
export { createFileBudgets } from '../../genesys/fileBudget.ts';
export { createConnect } from './connection.ts';
