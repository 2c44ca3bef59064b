/** What only signing in needs, loaded on first use as a bundle of its own (`esbuild.js`): most windows never pay for it. */
export { SignInDialogs } from './signInDialog.ts';
