// @ts-check
/**
 * Folders that are installed once and shared by all clones and processes of this user. A folder under its final name is
 * whole: it is filled under another name and renamed. Knows nothing of what goes into it.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Where shared installations live: the user's cache folder. */
export const cacheFolder = () =>
  process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? homedir(), '.cache');

/**
 * A short stamp of files' contents: equal exactly when all of them are equal.
 * @param {readonly string[]} paths
 */
export function contentStamp(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const content = readFileSync(path);
    // The length keeps a byte that moves from one file to the next from going unseen.
    hash.update(`${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}

/**
 * Removes what installations left that were killed more than a day ago; younger ones may be running.
 * @param {string} folder
 */
function removeAbandoned(folder) {
  const prefix = `.${basename(folder)}-`;
  for (const name of readdirSync(dirname(folder))) {
    const path = join(dirname(folder), name);
    if (name.startsWith(prefix) && Date.now() - statSync(path).mtimeMs > 86_400_000) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

/**
 * Returns `folder`, filled by `install` when it was not there. Processes that install at the same time each fill a folder of
 * their own; the first to finish gives it the final name, the others throw theirs away. A failed or killed installation
 * leaves nothing under the final name.
 * @param {string} folder
 * @param {(staging: string) => Promise<void>} install
 */
export async function installOnce(folder, install) {
  if (existsSync(folder)) {
    return folder;
  }
  mkdirSync(dirname(folder), { recursive: true });
  removeAbandoned(folder);
  const staging = mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
  try {
    await install(staging);
    try {
      renameSync(staging, folder);
    } catch (error) {
      if (!existsSync(folder)) {
        throw error;
      }
    }
    return folder;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
