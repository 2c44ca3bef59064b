// @ts-check
/**
 * The layer table: which folders of `src/` may import which. ESLint and dependency-cruiser both read it, and
 * `docs/ARCHITECTURE.md` shows it (a test compares them).
 */

/** Folder → the folders it may import besides itself. */
export const layers = /** @type {const} */ ({
  base: [],
  model: ['base'],
  protocol: ['base', 'model'],
  query: ['base', 'model'],
  transcript: ['base', 'model'],
  audio: ['base', 'model'],
  genesys: ['base', 'model', 'query'],
  archive: ['base', 'model', 'genesys', 'transcript', 'audio'],
  catalogue: ['base', 'model', 'query', 'transcript'],
  api: ['base', 'model', 'protocol', 'query', 'archive', 'catalogue'],
  workers: [
    'base',
    'model',
    'protocol',
    'query',
    'transcript',
    'audio',
    'archive',
    'catalogue',
    'api',
  ],
  webview: ['base', 'model', 'protocol', 'transcript', 'audio'],
  generated: [],
  host: [
    'base',
    'model',
    'protocol',
    'query',
    'transcript',
    'audio',
    'genesys',
    'archive',
    'catalogue',
    'generated',
  ],
});

/** Folders whose code runs in a browser or anywhere, and so may name no Node module. */
export const withoutNode = ['base', 'model', 'protocol', 'query', 'transcript', 'audio', 'webview'];

/** The only places that may name `vscode`, even as a type. */
export const withVscode = ['host', 'extension.ts'];
